"""Folders name the slug by which version 3 addresses them; loads of seeds kept it beside the ids.

Revision: 0028_folder_slugs
"""

import sqlalchemy as sa
from alembic import op

revision = "0028_folder_slugs"
down_revision = "0027_leaderboard_marks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("folders", sa.Column("slug", sa.Text()))
    op.execute(
        "UPDATE folders SET slug = known.other_id FROM other_ids AS known"
        " WHERE known.kind = 'slugs' AND known.current AND known.key = folders.folder_id"
    )


def downgrade() -> None:
    op.drop_column("folders", "slug")

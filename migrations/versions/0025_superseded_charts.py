"""The few charts of a game that were superseded are found without reading all the others.

Revision: 0025_superseded_charts
"""

import sqlalchemy as sa
from alembic import op

revision = "0025_superseded_charts"
down_revision = "0024_fetching_jobs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_charts_superseded",
        "charts",
        ["game", "playtype"],
        postgresql_where=sa.text("NOT is_primary"),
    )


def downgrade() -> None:
    op.drop_index("ix_charts_superseded", table_name="charts")

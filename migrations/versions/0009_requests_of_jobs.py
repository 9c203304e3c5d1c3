"""Jobs keep the id of the request that brought them, for the logs.

Revision: 0009_requests_of_jobs
"""

import sqlalchemy as sa
from alembic import op

revision = "0009_requests_of_jobs"
down_revision = "0008_rules_of_profiles"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("jobs", sa.Column("request_id", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("jobs", "request_id")

"""Jobs know how often they were claimed, and since when the database has been failing them.

Revision: 0003_trouble_of_jobs
"""

import sqlalchemy as sa
from alembic import op

revision = "0003_trouble_of_jobs"
down_revision = "0002_job_answers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("jobs", sa.Column("claims", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("jobs", sa.Column("troubled_since", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("jobs", "troubled_since")
    op.drop_column("jobs", "claims")

"""Other services: users' credentials with them, how far they were read, one sync at a time.

Revision: 0004_services
"""

import sqlalchemy as sa
from alembic import op

revision = "0004_services"
down_revision = "0003_trouble_of_jobs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "service_credentials",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_service_credentials_user_id_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", "service", name=op.f("pk_service_credentials")),
    )
    op.create_table(
        "import_timestops",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("import_type", sa.Text(), nullable=False),
        sa.Column("last_score_time", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_import_timestops_user_id_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", "import_type", name=op.f("pk_import_timestops")),
    )
    op.create_index(
        "uq_jobs_sync",
        "jobs",
        ["user_id", "import_type"],
        unique=True,
        postgresql_where=sa.text("state IN ('queued', 'running') AND import_type LIKE 'api/%'"),
    )


def downgrade() -> None:
    op.drop_index("uq_jobs_sync", table_name="jobs")
    op.drop_table("import_timestops")
    op.drop_table("service_credentials")

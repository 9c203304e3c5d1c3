"""The tokens that were made for a client are found without looking at all others.

Revision: 0012_tokens_of_clients
"""

from alembic import op

revision = "0012_tokens_of_clients"
down_revision = "0012_idempotency_keys"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_api_tokens_from_api_client", "api_tokens", ["from_api_client"])


def downgrade() -> None:
    op.drop_index("ix_api_tokens_from_api_client", table_name="api_tokens")

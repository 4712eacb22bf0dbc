"""What curators made of suggestions."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Up."""
    with op.batch_alter_table("suggestions") as table:
        table.add_column(sa.Column("verdict", sa.String()))
        table.add_column(sa.Column("decided_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    """Down."""
    with op.batch_alter_table("suggestions") as table:
        table.drop_column("decided_at")
        table.drop_column("verdict")

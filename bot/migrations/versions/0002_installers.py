"""Who added the app, where the platform names no managers."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Up."""
    op.create_table(
        "installers",
        sa.Column("workspace", sa.String(), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("installed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "person", name="pk_installers"),
    )


def downgrade() -> None:
    """Down."""
    op.drop_table("installers")

"""what was searched for, kept for a day behind the address of its results"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "kept_searches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(22), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(200), nullable=False),
        sa.Column("searched_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_kept_searches_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_searches")),
        sa.UniqueConstraint("key", name=op.f("uq_kept_searches_key")),
    )
    op.create_index("ix_kept_searches_searched_at", "kept_searches", ["searched_at"])


def downgrade():
    op.drop_table("kept_searches")

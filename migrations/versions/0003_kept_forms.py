"""what was posted when a session had ended, and the seed of single-use links"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "kept_forms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(43), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('form','import')", name=op.f("ck_kept_forms_known_kind")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_kept_forms_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_forms")),
        sa.UniqueConstraint("ref", name=op.f("uq_kept_forms_ref")),
    )
    op.create_index("ix_kept_forms_expires_at", "kept_forms", ["expires_at"])
    op.create_index("ix_kept_forms_user_id", "kept_forms", ["user_id", "id"])
    # Links written before have no seed: they still open, but cannot be sent again.
    op.add_column("single_use_links", sa.Column("seed", sa.String(43), nullable=False, server_default=""))


def downgrade():
    op.drop_column("single_use_links", "seed")
    op.drop_table("kept_forms")

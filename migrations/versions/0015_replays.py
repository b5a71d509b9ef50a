"""the comparisons of ways of distributing"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "replays",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("over", sa.String(length=12), nullable=False),
        sa.Column("detail", sa.String(length=80), nullable=False),
        sa.Column("left_out", sa.Integer(), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.CheckConstraint("over IN ('log','simulation')", name=op.f("ck_replays_known_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replays")),
    )


def downgrade():
    op.drop_table("replays")

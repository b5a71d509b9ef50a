"""codes of health problems, and the words under which each is found"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def plain_text(length):
    """Text that both databases compare byte by byte."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade():
    op.create_table(
        "codes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("system", plain_text(8), nullable=False),
        sa.Column("code", plain_text(8), nullable=False),
        sa.Column("title_pt", sa.String(300), nullable=True),
        sa.Column("title_en", sa.String(300), nullable=True),
        sa.Column("synonyms", sa.Text(), nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
        sa.Column("chapter", sa.String(5), nullable=False),
        sa.Column("leaf", sa.Boolean(), nullable=False),
        sa.Column("common", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(8), nullable=False),
        sa.CheckConstraint("system IN ('cid10','ciap2')", name=op.f("ck_codes_known_system")),
        sa.CheckConstraint("source IN ('package','starter','official','operator')", name=op.f("ck_codes_known_source")),
        sa.CheckConstraint("title_pt IS NOT NULL OR title_en IS NOT NULL", name=op.f("ck_codes_has_title")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_codes")),
        sa.UniqueConstraint("system", "code", name=op.f("uq_codes_system_code")),
    )
    op.create_table(
        "code_words",
        sa.Column("word", plain_text(40), nullable=False),
        sa.Column("code_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("place IN (0, 1, 2)", name=op.f("ck_code_words_known_place")),
        sa.ForeignKeyConstraint(["code_id"], ["codes.id"], name=op.f("fk_code_words_code_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("word", "code_id", "place", name=op.f("pk_code_words")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_code_words_code_id", "code_words", ["code_id"])


def downgrade():
    op.drop_table("code_words")
    op.drop_table("codes")

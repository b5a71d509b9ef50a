"""the words under which a person is found"""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def plain_text(length):
    """Text that both databases compare byte by byte."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def fold(text):
    """As searches compared texts when this was written."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return " ".join(re.findall("[a-z0-9]+", plain))


def upgrade():
    op.add_column("users", sa.Column("search_key", plain_text(420), nullable=False, server_default=""))
    users = sa.table("users", *(sa.column(name) for name in ("id", "name", "email", "council_number", "search_key")))
    connection = op.get_bind()
    for row in connection.execute(sa.select(users.c.id, users.c.name, users.c.email, users.c.council_number)).all():
        key = fold(f"{row.name} {row.email} {row.council_number or ''}")[:420]
        connection.execute(sa.update(users).where(users.c.id == row.id).values(search_key=key))
    op.create_index("ix_users_search_key", "users", ["search_key", "id"])


def downgrade():
    op.drop_index("ix_users_search_key", "users")
    op.drop_column("users", "search_key")

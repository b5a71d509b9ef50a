"""a unique key for the names of units, specialties and rooms; of those that share one, the oldest has it"""

import re
import unicodedata
from hashlib import sha256

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

NAMES = (("health_units", "name"), ("specialties", "name_pt"), ("specialties", "name_en"), ("rooms", "name"))


def digest_of(name):
    """As names were compared when this was written."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", name) if not unicodedata.combining(sign))
    return sha256(" ".join(re.findall(r"[^\W_]+", plain.casefold())).encode()).hexdigest()


def upgrade():
    connection = op.get_bind()
    for table, field in NAMES:
        op.add_column(table, sa.Column(f"{field}_digest", sa.String(64), nullable=True))
        rows = sa.table(table, sa.column("id"), sa.column(field), sa.column(f"{field}_digest"))
        taken = set()
        for number, name in connection.execute(sa.select(rows.c.id, rows.c[field]).order_by(rows.c.id)).all():
            digest = digest_of(name)
            if digest not in taken:
                taken.add(digest)
                connection.execute(sa.update(rows).where(rows.c.id == number).values({f"{field}_digest": digest}))
        # An index, not a constraint: SQLite would have to copy the table for one.
        op.create_index(f"uq_{table}_{field}_digest", table, [f"{field}_digest"], unique=True)


def downgrade():
    for table, field in reversed(NAMES):
        op.drop_index(f"uq_{table}_{field}_digest", table)
        op.drop_column(table, f"{field}_digest")

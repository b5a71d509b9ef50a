"""from which day a return is wanted; and no index of free slots, which neither database went by: the one by day serves"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

FREE = sa.text("request_id IS NULL AND blocked_at IS NULL")


def upgrade():
    op.add_column("booking_requests", sa.Column("wanted_from", sa.Date(), nullable=True))
    op.drop_index("ix_agenda_slots_free", "agenda_slots")


def downgrade():
    op.create_index(
        "ix_agenda_slots_free", "agenda_slots", ["specialty_id", "kind", "at", "id"],
        sqlite_where=FREE, postgresql_where=FREE,
    )  # fmt: skip
    op.drop_column("booking_requests", "wanted_from")

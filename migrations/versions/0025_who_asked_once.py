"""who asked on a case until it was handed over never answers it: they are kept beside those who declined it"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

users = sa.table("users", sa.column("id"), sa.column("ref"))
events = sa.table(
    "case_events", sa.column("id"), sa.column("case_id"), sa.column("at"), sa.column("verb"), sa.column("data", sa.JSON)
)
cases = sa.table("cases", sa.column("id"), sa.column("specialty_id"))
declines = sa.table(
    "declines", *map(sa.column, ("case_id", "consultant_id", "specialty_id", "why", "declined_at", "asked"))
)


def upgrade():
    with op.batch_alter_table("declines") as batch:
        batch.add_column(sa.Column("asked", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.alter_column("specialty_id", existing_type=sa.Integer(), nullable=True)
    with op.batch_alter_table("declines") as batch:
        batch.alter_column("asked", existing_type=sa.Boolean(), server_default=None)
    bind = op.get_bind()
    found = bind.execute(
        sa.select(events.c.case_id, events.c.at, events.c.data, cases.c.specialty_id)
        .join(cases, cases.c.id == events.c.case_id)
        .where(events.c.verb == "hand_over")
        .order_by(events.c.id)
    ).all()
    number = dict(bind.execute(sa.select(users.c.ref, users.c.id)).all()) if found else {}
    rows = [
        {"case_id": row.case_id, "consultant_id": number[row.data["from"]], "specialty_id": row.specialty_id,
         "why": "", "declined_at": row.at, "asked": True}
        for row in found
    ]  # fmt: skip
    if rows:
        bind.execute(declines.insert(), rows)


def downgrade():
    op.execute(sa.delete(declines).where(declines.c.asked == sa.true()))
    with op.batch_alter_table("declines") as batch:
        batch.drop_column("asked")
        batch.alter_column("specialty_id", existing_type=sa.Integer(), nullable=False)

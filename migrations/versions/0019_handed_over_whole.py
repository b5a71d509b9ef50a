"""cases that were handed over before a hand-over took them whole: filed by, and to be confirmed by, whom they went to"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

CASES = sa.table("cases", *map(sa.column, ("id", "requester_id", "filed_by_id", "confirm_by_id")))
EVENTS = sa.table(
    "case_events", sa.column("case_id"), sa.column("number"), sa.column("verb"), sa.column("data", sa.JSON)
)
USERS = sa.table("users", sa.column("id"), sa.column("ref"))


def upgrade():
    connection = op.get_bind()
    went_from = {}
    handed_over = sa.select(EVENTS.c.case_id, EVENTS.c.data).where(EVENTS.c.verb == "hand_over")
    for case_id, data in connection.execute(handed_over.order_by(EVENTS.c.case_id, EVENTS.c.number)).all():
        went_from.setdefault(case_id, []).append(data["from"])
    people = {ref for refs in went_from.values() for ref in refs}
    numbers = dict(connection.execute(sa.select(USERS.c.ref, USERS.c.id).where(USERS.c.ref.in_(people))).all())
    for case_id, refs in went_from.items():
        former = [numbers[ref] for ref in refs]
        this = sa.update(CASES).where(CASES.c.id == case_id)
        # Whom it went from first had begun it, unless it is support that filed it.
        connection.execute(this.where(CASES.c.filed_by_id == former[0]).values(filed_by_id=CASES.c.requester_id))
        connection.execute(this.where(CASES.c.confirm_by_id.in_(former)).values(confirm_by_id=CASES.c.requester_id))


def downgrade():
    pass  # it reads what it is

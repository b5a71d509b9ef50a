"""indexes of open work and of history apart, so that no list of the one ever reads the other"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

LIVE = "state NOT IN ('concluded','cancelled','draft')"
CLOSED = "state IN ('concluded','cancelled')"

SUBMITTED = "state = 'submitted'"
ASSIGNED = "state = 'assigned'"

BEFORE = (
    ("ix_cases_queue", ["specialty_id", "due_at", "id"], SUBMITTED),
    ("ix_cases_queue_due", ["due_at", "id"], SUBMITTED),
    ("ix_cases_queue_age", ["submitted_at", "id"], SUBMITTED),
    ("ix_cases_assigned_due", ["due_at", "id"], ASSIGNED),
    ("ix_cases_holder_id", ["holder_id", "changed_at", "id"], None),
    ("ix_cases_requester_id", ["requester_id", "changed_at", "id"], None),
    ("ix_cases_unit_id", ["unit_id", "changed_at", "id"], None),
    ("ix_cases_state", ["state", "changed_at", "id"], None),
    ("ix_cases_specialty_id", ["specialty_id", "state", "changed_at", "id"], None),
)
AFTER = (
    ("ix_cases_queue", ["state", "specialty_id", "due_at", "id"], SUBMITTED),
    ("ix_cases_queue_due", ["state", "due_at", "id"], SUBMITTED),
    ("ix_cases_queue_age", ["state", "submitted_at", "id"], SUBMITTED),
    ("ix_cases_assigned_due", ["state", "due_at", "id"], ASSIGNED),
    ("ix_cases_state_live", ["state", "changed_at", "id"], LIVE),
    ("ix_cases_state_closed", ["state", "changed_at", "id"], CLOSED),
    ("ix_cases_holder_closed", ["holder_id", "state", "changed_at", "id"], CLOSED),
    ("ix_cases_unit_closed", ["unit_id", "state", "changed_at", "id"], CLOSED),
    ("ix_cases_specialty_closed", ["specialty_id", "state", "changed_at", "id"], CLOSED),
    ("ix_cases_drafts_filed", ["state", "filed_by_id", "id"], "state = 'draft'"),
)


def upgrade():
    _change(BEFORE, AFTER)


def downgrade():
    _change(AFTER, BEFORE)


def _change(old, new):
    for name, _columns, _where in old:
        op.drop_index(name, "cases")
    for name, columns, where in new:
        only = sa.text(where) if where else None
        op.create_index(name, "cases", columns, sqlite_where=only, postgresql_where=only)

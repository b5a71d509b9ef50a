"""an index of what support filed for others and is over, which is little of all that is over"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

WHERE = "state IN ('concluded','cancelled') AND filed_by_id <> requester_id"


def upgrade():
    only = sa.text(WHERE)
    op.create_index(
        "ix_cases_filed_closed", "cases", ["state", "changed_at", "id"], sqlite_where=only, postgresql_where=only
    )


def downgrade():
    op.drop_index("ix_cases_filed_closed", "cases")

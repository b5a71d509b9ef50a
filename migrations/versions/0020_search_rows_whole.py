"""the words of a case stand in its search row, not beside it: reading them costs a tenth, and the planner sees their size"""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

WHOLE = 8160
"""The most that PostgreSQL takes here: a row up to a page stays in one piece. It takes those over 2 KB apart by itself, and
then counts a table of pointers, which it would rather read from end to end than ask an index."""


def upgrade():
    _keep_rows(f"SET (toast_tuple_target = {WHOLE})")


def downgrade():
    _keep_rows("RESET (toast_tuple_target)")


def _keep_rows(how):
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute(f"ALTER TABLE case_search {how}")
    # Writes each row anew, the newest beside each other.
    op.execute("CLUSTER case_search USING pk_case_search")
    op.execute("ALTER TABLE case_search SET WITHOUT CLUSTER")

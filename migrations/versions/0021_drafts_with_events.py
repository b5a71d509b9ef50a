"""what happened to a draft goes with it when it is discarded; of what was sent nothing goes, as before"""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade():
    _guard("WHEN (OLD.state <> 'draft') ")


def downgrade():
    _guard("")


def _guard(when):
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER case_events_no_delete ON case_events")
        op.execute(
            "CREATE TRIGGER case_events_no_delete BEFORE DELETE ON case_events"
            f" FOR EACH ROW {when}EXECUTE FUNCTION refuse_change()"
        )
        return
    op.execute("DROP TRIGGER case_events_no_delete")
    op.execute(
        f"CREATE TRIGGER case_events_no_delete BEFORE DELETE ON case_events {when}"
        "BEGIN SELECT RAISE(ABORT, 'rows of case_events are only added'); END"
    )

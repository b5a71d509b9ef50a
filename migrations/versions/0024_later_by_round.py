"""the later questions of each conclusion: an answer from before a case was reopened counted for the one after it"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

TABLE, KEY = "outcomes_later", "pk_outcomes_later"
ASKED_OF = (
    "(SELECT max(case_events.round) FROM case_events WHERE case_events.case_id = outcomes_later.case_id"
    " AND case_events.at <= outcomes_later.given_at)"
)
"""The round that a case was in when it was answered; it only goes up."""


def upgrade():
    with op.batch_alter_table(TABLE) as batch:
        batch.add_column(sa.Column("round", sa.Integer(), nullable=True))
    op.execute(f"UPDATE outcomes_later SET round = coalesce({ASKED_OF}, 1)")  # noqa: S608 (words written above)
    with op.batch_alter_table(TABLE) as batch:
        batch.alter_column("round", existing_type=sa.Integer(), nullable=False)
        batch.drop_constraint(KEY, type_="primary")
        batch.create_primary_key(KEY, ["case_id", "round", "days"])


def downgrade():
    # One answer for each case and day is all that the table before can hold: the last one, as it was kept then.
    op.execute(
        "DELETE FROM outcomes_later WHERE EXISTS (SELECT 1 FROM outcomes_later AS newer"
        " WHERE newer.case_id = outcomes_later.case_id AND newer.days = outcomes_later.days"
        " AND newer.round > outcomes_later.round)"
    )
    with op.batch_alter_table(TABLE) as batch:
        batch.drop_constraint(KEY, type_="primary")
        batch.drop_column("round")
        batch.create_primary_key(KEY, ["case_id", "days"])

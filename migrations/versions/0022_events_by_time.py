"""what a person did to cases, by when: what they gave out today is found without reading all they ever did"""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

NAME, TABLE = "ix_case_events_by_id", "case_events"


def upgrade():
    op.drop_index(NAME, TABLE)
    op.create_index(NAME, TABLE, ["by_id", "at", "id"])


def downgrade():
    op.drop_index(NAME, TABLE)
    op.create_index(NAME, TABLE, ["by_id"])

"""full-text search over cases, and the indexes of the lists"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

LIVE = "state NOT IN ('concluded','cancelled','draft')"

INDEXES = (
    ("ix_cases_queue_age", ["submitted_at", "id"], "state = 'submitted'"),
    ("ix_cases_assigned_due", ["due_at", "id"], "state = 'assigned'"),
    ("ix_cases_unit_open", ["unit_id", "changed_at", "id"], LIVE),
    ("ix_cases_specialty_id", ["specialty_id", "state", "changed_at", "id"], None),
)

# Only which word stands where, not in which order: phrases are not searched, and the index is a third of the size.
FTS5 = (
    "CREATE VIRTUAL TABLE case_search USING fts5("
    "keys, names, body, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3', detail = column)"
)

TSVECTOR = (
    "CREATE TABLE case_search ("
    "case_id INTEGER NOT NULL CONSTRAINT pk_case_search PRIMARY KEY"
    " CONSTRAINT fk_case_search_case_id REFERENCES cases (id) ON DELETE CASCADE,"
    " names TSVECTOR NOT NULL, body TSVECTOR NOT NULL)",
    "CREATE INDEX ix_case_search_names ON case_search USING gin (names)",
    "CREATE INDEX ix_case_search_body ON case_search USING gin (body)",
)


def upgrade():
    for statement in TSVECTOR if op.get_bind().dialect.name == "postgresql" else (FTS5,):
        op.execute(statement)
    for name, columns, where in INDEXES:
        only = sa.text(where) if where else None
        op.create_index(name, "cases", columns, sqlite_where=only, postgresql_where=only)


def downgrade():
    for name, _columns, _where in INDEXES:
        op.drop_index(name, "cases")
    op.execute("DROP TABLE case_search")

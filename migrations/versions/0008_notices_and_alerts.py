"""lists of notices and of the record served by indexes, alerts told once"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

UNSEEN, SEEN = sa.text("seen_at IS NULL"), sa.text("seen_at IS NOT NULL")
CONCLUDED = sa.text("concluded_at IS NOT NULL")
RECORD = ("user_id", "subject", "word")


def upgrade():
    op.create_table(
        "case_alerts",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("turn", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_alerts_case_id")),
        sa.PrimaryKeyConstraint("case_id", "kind", "turn", name=op.f("pk_case_alerts")),
    )
    op.create_table(
        "digest_hours",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.CheckConstraint("hour BETWEEN 0 AND 23", name=op.f("ck_digest_hours_of_a_day")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_digest_hours_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_digest_hours")),
    )
    op.drop_index("ix_notices_user_id", "notices")
    op.drop_index("ix_notices_unseen", "notices")
    op.create_index("ix_notices_unseen", "notices", ["user_id", "id"], sqlite_where=UNSEEN, postgresql_where=UNSEEN)
    op.create_index("ix_notices_seen", "notices", ["user_id", "id"], sqlite_where=SEEN, postgresql_where=SEEN)
    op.create_index(
        "ix_notices_same",
        "notices",
        ["user_id", "subject", "kind"],
        sqlite_where=UNSEEN,
        postgresql_where=UNSEEN,
    )
    op.create_index(
        "ix_cases_concluded_at",
        "cases",
        ["concluded_at", "id"],
        sqlite_where=CONCLUDED,
        postgresql_where=CONCLUDED,
    )
    for column in RECORD:
        op.drop_index(f"ix_audit_events_{column}", "audit_events")
        op.create_index(f"ix_audit_events_{column}", "audit_events", [column, "at", "id"])


def downgrade():
    for column in RECORD:
        op.drop_index(f"ix_audit_events_{column}", "audit_events")
        op.create_index(f"ix_audit_events_{column}", "audit_events", [column, "id"])
    op.drop_index("ix_cases_concluded_at", "cases")
    for name in ("ix_notices_same", "ix_notices_seen", "ix_notices_unseen"):
        op.drop_index(name, "notices")
    op.create_index("ix_notices_unseen", "notices", ["user_id"], sqlite_where=UNSEEN, postgresql_where=UNSEEN)
    op.create_index("ix_notices_user_id", "notices", ["user_id", "id"])
    op.drop_table("digest_hours")
    op.drop_table("case_alerts")

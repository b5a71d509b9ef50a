"""the ledger of credit hours: rules, entries, months, disputes, activities, declarations"""

from datetime import UTC, date, datetime

import sqlalchemy as sa
from alembic import op

from teleconsult import guards

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "credit_accounts",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("turns", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["users.id"], name=op.f("fk_credit_accounts_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_credit_accounts")),
    )
    op.create_table(
        "credit_activities",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("giver_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("kind IN ('teleconference','education')", name=op.f("ck_credit_activities_known_kind")),
        sa.CheckConstraint(
            "(recorded_at IS NULL) = (recorded_by_id IS NULL)", name=op.f("ck_credit_activities_recorded_pair")
        ),
        sa.CheckConstraint("minutes BETWEEN 1 AND 1440", name=op.f("ck_credit_activities_some_minutes")),
        sa.ForeignKeyConstraint(["created_by_id"], ["users.id"], name=op.f("fk_credit_activities_created_by_id")),
        sa.ForeignKeyConstraint(["giver_id"], ["users.id"], name=op.f("fk_credit_activities_giver_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["users.id"], name=op.f("fk_credit_activities_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_activities")),
        sa.UniqueConstraint("ref", name=op.f("uq_credit_activities_ref")),
    )
    op.create_index("ix_credit_activities_giver_id", "credit_activities", ["giver_id"], unique=False)
    op.create_index("ix_credit_activities_starts_at", "credit_activities", ["starts_at", "id"], unique=False)

    op.create_table(
        "credit_declarations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("audience", sa.String(length=12), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("signed_by", sa.String(length=200), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replaced_by_id", sa.Integer(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by_id", sa.Integer(), nullable=True),
        sa.Column("revoked_why", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(revoked_at IS NULL) = (revoked_why = '')", name=op.f("ck_credit_declarations_revoked_says_why")
        ),
        sa.CheckConstraint(
            "audience IN ('consultant','requester')", name=op.f("ck_credit_declarations_known_audience")
        ),
        sa.CheckConstraint(
            "(revoked_at IS NULL) = (revoked_by_id IS NULL)", name=op.f("ck_credit_declarations_revoked_pair")
        ),
        sa.CheckConstraint(
            "replaced_by_id IS NULL OR replaced_at IS NOT NULL", name=op.f("ck_credit_declarations_replaced_pair")
        ),
        sa.CheckConstraint("until_on >= from_on", name=op.f("ck_credit_declarations_in_order")),
        sa.ForeignKeyConstraint(["person_id"], ["users.id"], name=op.f("fk_credit_declarations_person_id")),
        sa.ForeignKeyConstraint(
            ["replaced_by_id"], ["credit_declarations.id"], name=op.f("fk_credit_declarations_replaced_by_id")
        ),
        sa.ForeignKeyConstraint(["revoked_by_id"], ["users.id"], name=op.f("fk_credit_declarations_revoked_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_declarations")),
        sa.UniqueConstraint("code", name=op.f("uq_credit_declarations_code")),
        sa.UniqueConstraint("ref", name=op.f("uq_credit_declarations_ref")),
    )
    op.create_index("ix_credit_declarations_person_id", "credit_declarations", ["person_id", "id"], unique=False)
    op.create_index(
        "uq_credit_declarations_live",
        "credit_declarations",
        ["person_id", "audience", "from_on", "until_on", "language"],
        unique=True,
        sqlite_where=sa.text("replaced_at IS NULL AND revoked_at IS NULL"),
        postgresql_where=sa.text("replaced_at IS NULL AND revoked_at IS NULL"),
    )

    op.create_table(
        "credit_factors",
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("thousandths", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("thousandths BETWEEN 0 AND 1000000", name=op.f("ck_credit_factors_sane")),
        sa.ForeignKeyConstraint(["made_by_id"], ["users.id"], name=op.f("fk_credit_factors_made_by_id")),
        sa.PrimaryKeyConstraint("begins_on", name=op.f("pk_credit_factors")),
    )
    op.create_table(
        "credit_months",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(closed_at IS NULL) = (closed_by_id IS NULL)", name=op.f("ck_credit_months_closed_pair")),
        sa.ForeignKeyConstraint(["closed_by_id"], ["users.id"], name=op.f("fk_credit_months_closed_by_id")),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_credit_months")),
    )
    rules = op.create_table(
        "credit_rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("opinion", sa.Integer(), nullable=False),
        sa.Column("ask", sa.Integer(), nullable=False),
        sa.Column("counter_referral", sa.Integer(), nullable=False),
        sa.Column("given", sa.Integer(), nullable=False),
        sa.Column("education", sa.Integer(), nullable=False),
        sa.Column("round_to", sa.Integer(), nullable=False),
        sa.Column("grace", sa.Integer(), nullable=False),
        sa.Column("inside", sa.String(length=8), nullable=False),
        sa.Column("cap_shift", sa.Integer(), nullable=False),
        sa.Column("cap_day", sa.Integer(), nullable=False),
        sa.Column("cap_month", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("inside IN ('shift','work')", name=op.f("ck_credit_rules_known_inside")),
        sa.CheckConstraint(
            "opinion >= 0 AND ask >= 0 AND counter_referral >= 0 AND given >= 0 AND education >= 0 AND round_to >= 1 AND grace >= 0 AND cap_shift >= 0 AND cap_day >= 0 AND cap_month >= 0",
            name=op.f("ck_credit_rules_not_negative"),
        ),
        sa.ForeignKeyConstraint(["made_by_id"], ["users.id"], name=op.f("fk_credit_rules_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_rules")),
        sa.UniqueConstraint("begins_on", name=op.f("uq_credit_rules_begins_on")),
        sa.UniqueConstraint("number", name=op.f("uq_credit_rules_number")),
    )
    op.create_table(
        "credit_attendances",
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["credit_activities.id"], name=op.f("fk_credit_attendances_activity_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["users.id"], name=op.f("fk_credit_attendances_person_id")),
        sa.PrimaryKeyConstraint("activity_id", "person_id", name=op.f("pk_credit_attendances")),
    )
    op.create_index("ix_credit_attendances_person_id", "credit_attendances", ["person_id"], unique=False)

    op.create_table(
        "credit_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject", sa.String(length=16), nullable=False),
        sa.Column("rules_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("odd", sa.String(length=16), nullable=False),
        sa.Column("corrects_id", sa.Integer(), nullable=True),
        sa.Column("within_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("specialty_id", sa.Integer(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(kind = 'correction') = (corrects_id IS NOT NULL)", name=op.f("ck_credit_entries_correction_names_entry")
        ),
        sa.CheckConstraint(
            "kind <> 'correction' OR (why <> '' AND written_by_id IS NOT NULL)",
            name=op.f("ck_credit_entries_correction_says_why"),
        ),
        sa.CheckConstraint(
            "kind = 'correction' OR rules_id IS NOT NULL", name=op.f("ck_credit_entries_earned_by_rules")
        ),
        sa.CheckConstraint(
            "kind IN ('shift','opinion','ask','counter_referral','given','education','correction')",
            name=op.f("ck_credit_entries_known_kind"),
        ),
        sa.CheckConstraint("minutes >= 0 OR kind = 'correction'", name=op.f("ck_credit_entries_only_corrections_take")),
        sa.CheckConstraint("minutes BETWEEN -100000 AND 100000", name=op.f("ck_credit_entries_sane")),
        sa.CheckConstraint("until_at >= from_at", name=op.f("ck_credit_entries_in_order")),
        sa.ForeignKeyConstraint(["corrects_id"], ["credit_entries.id"], name=op.f("fk_credit_entries_corrects_id")),
        sa.ForeignKeyConstraint(["person_id"], ["users.id"], name=op.f("fk_credit_entries_person_id")),
        sa.ForeignKeyConstraint(["rules_id"], ["credit_rules.id"], name=op.f("fk_credit_entries_rules_id")),
        sa.ForeignKeyConstraint(["specialty_id"], ["specialties.id"], name=op.f("fk_credit_entries_specialty_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["health_units.id"], name=op.f("fk_credit_entries_unit_id")),
        sa.ForeignKeyConstraint(["within_id"], ["credit_entries.id"], name=op.f("fk_credit_entries_within_id")),
        sa.ForeignKeyConstraint(["written_by_id"], ["users.id"], name=op.f("fk_credit_entries_written_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_entries")),
        sa.UniqueConstraint("source", name=op.f("uq_credit_entries_source")),
    )
    op.create_index("ix_credit_entries_corrects_id", "credit_entries", ["corrects_id"], unique=False)
    op.create_index("ix_credit_entries_month_person", "credit_entries", ["month", "person_id", "minutes"], unique=False)
    op.create_index(
        "ix_credit_entries_odd",
        "credit_entries",
        ["month", "id"],
        unique=False,
        sqlite_where=sa.text("odd <> ''"),
        postgresql_where=sa.text("odd <> ''"),
    )
    op.create_index("ix_credit_entries_person_day", "credit_entries", ["person_id", "day"], unique=False)
    op.create_index(
        "ix_credit_entries_person_month",
        "credit_entries",
        ["person_id", "month", "day", "id", "kind", "minutes"],
        unique=False,
    )
    op.create_index("ix_credit_entries_unit_id", "credit_entries", ["unit_id", "month"], unique=False)

    op.create_table(
        "credit_disputes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=16), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("correction_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (state = 'open')", name=op.f("ck_credit_disputes_answered_when_settled")
        ),
        sa.CheckConstraint(
            "(state = 'accepted') = (correction_id IS NOT NULL)", name=op.f("ck_credit_disputes_accepted_corrects")
        ),
        sa.CheckConstraint("state IN ('open','accepted','declined')", name=op.f("ck_credit_disputes_known_state")),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (answered_by_id IS NULL)", name=op.f("ck_credit_disputes_answered_pair")
        ),
        sa.ForeignKeyConstraint(["answered_by_id"], ["users.id"], name=op.f("fk_credit_disputes_answered_by_id")),
        sa.ForeignKeyConstraint(
            ["correction_id"], ["credit_entries.id"], name=op.f("fk_credit_disputes_correction_id")
        ),
        sa.ForeignKeyConstraint(["entry_id"], ["credit_entries.id"], name=op.f("fk_credit_disputes_entry_id")),
        sa.ForeignKeyConstraint(["person_id"], ["users.id"], name=op.f("fk_credit_disputes_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_disputes")),
        sa.UniqueConstraint("ref", name=op.f("uq_credit_disputes_ref")),
    )
    op.create_index("ix_credit_disputes_entry_id", "credit_disputes", ["entry_id"], unique=False)
    op.create_index("ix_credit_disputes_person_id", "credit_disputes", ["person_id", "id"], unique=False)
    op.create_index("ix_credit_disputes_state", "credit_disputes", ["state", "opened_at", "id"], unique=False)
    op.create_index(
        "uq_credit_disputes_open",
        "credit_disputes",
        ["entry_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.bulk_insert(
        rules,
        [
            {
                "version": 1, "number": 1, "begins_on": date(2000, 1, 1), "opinion": 18, "ask": 12,
                "counter_referral": 12, "given": 100, "education": 100, "round_to": 5, "grace": 10,
                "inside": "shift", "cap_shift": 720, "cap_day": 720, "cap_month": 9600,
                "made_at": datetime(2000, 1, 1, tzinfo=UTC),
            }
        ],
    )  # fmt: skip
    guards.install(op.get_bind(), ("credit_entries",))


def downgrade():

    op.drop_table("credit_disputes")

    op.drop_table("credit_entries")

    op.drop_table("credit_attendances")
    op.drop_table("credit_rules")
    op.drop_table("credit_months")
    op.drop_table("credit_factors")

    op.drop_table("credit_declarations")

    op.drop_table("credit_activities")
    op.drop_table("credit_accounts")

"""in-person booking: requests, agenda, bookings, offers, allowances, sheets"""

import secrets

import sqlalchemy as sa
from alembic import op

from teleconsult import guards

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "agenda_series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=12), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("rule", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by_id IS NULL)", name=op.f("ck_agenda_series_ended_pair")),
        sa.CheckConstraint("until >= first_day", name=op.f("ck_agenda_series_in_order")),
        sa.ForeignKeyConstraint(["created_by_id"], ["users.id"], name=op.f("fk_agenda_series_created_by_id")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["users.id"], name=op.f("fk_agenda_series_ended_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_series")),
        sa.UniqueConstraint("ref", name=op.f("uq_agenda_series_ref")),
    )
    op.create_table(
        "booking_sheets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=12), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("imported_by_id", sa.Integer(), nullable=False),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(returned_at IS NULL) = (returned_by_id IS NULL)", name=op.f("ck_booking_sheets_returned_pair")
        ),
        sa.ForeignKeyConstraint(["imported_by_id"], ["users.id"], name=op.f("fk_booking_sheets_imported_by_id")),
        sa.ForeignKeyConstraint(["returned_by_id"], ["users.id"], name=op.f("fk_booking_sheets_returned_by_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["health_units.id"], name=op.f("fk_booking_sheets_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_sheets")),
        sa.UniqueConstraint("digest", name=op.f("uq_booking_sheets_digest")),
        sa.UniqueConstraint("ref", name=op.f("uq_booking_sheets_ref")),
    )
    op.create_index(
        "ix_booking_sheets_due",
        "booking_sheets",
        ["due_on"],
        unique=False,
        sqlite_where=sa.text("returned_at IS NULL"),
        postgresql_where=sa.text("returned_at IS NULL"),
    )
    op.create_index("ix_booking_sheets_unit_id", "booking_sheets", ["unit_id", "id"], unique=False)

    op.create_table(
        "agenda_sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=12), nullable=False),
        sa.Column("series_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("specialty_id", sa.Integer(), nullable=False),
        sa.Column("specialist_id", sa.Integer(), nullable=True),
        sa.Column("specialist_name", sa.String(length=120), nullable=False),
        sa.Column("room", sa.String(length=60), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("slot_minutes", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_by_id", sa.Integer(), nullable=True),
        sa.Column("cancelled_why", sa.String(length=300), nullable=False),
        sa.CheckConstraint(
            "(cancelled_at IS NULL) = (cancelled_by_id IS NULL)", name=op.f("ck_agenda_sessions_cancelled_pair")
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_agenda_sessions_in_order")),
        sa.CheckConstraint("slot_minutes BETWEEN 5 AND 240", name=op.f("ck_agenda_sessions_some_minutes")),
        sa.ForeignKeyConstraint(["cancelled_by_id"], ["users.id"], name=op.f("fk_agenda_sessions_cancelled_by_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["users.id"], name=op.f("fk_agenda_sessions_created_by_id")),
        sa.ForeignKeyConstraint(["series_id"], ["agenda_series.id"], name=op.f("fk_agenda_sessions_series_id")),
        sa.ForeignKeyConstraint(["specialist_id"], ["users.id"], name=op.f("fk_agenda_sessions_specialist_id")),
        sa.ForeignKeyConstraint(["specialty_id"], ["specialties.id"], name=op.f("fk_agenda_sessions_specialty_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["health_units.id"], name=op.f("fk_agenda_sessions_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_sessions")),
        sa.UniqueConstraint("ref", name=op.f("uq_agenda_sessions_ref")),
    )
    op.create_index("ix_agenda_sessions_day", "agenda_sessions", ["day", "starts_at", "id"], unique=False)
    op.create_index("ix_agenda_sessions_series_id", "agenda_sessions", ["series_id"], unique=False)
    op.create_index("ix_agenda_sessions_specialist_id", "agenda_sessions", ["specialist_id", "day"], unique=False)
    op.create_index("ix_agenda_sessions_specialty_id", "agenda_sessions", ["specialty_id", "day"], unique=False)

    op.create_table(
        "allowances",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("district", sa.String(length=40), nullable=False),
        sa.Column("specialty_id", sa.Integer(), nullable=True),
        sa.Column("weekday", sa.Integer(), nullable=True),
        sa.Column("forms", sa.Integer(), nullable=True),
        sa.Column("sheets", sa.Integer(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(unit_id IS NULL) = (district <> '')", name=op.f("ck_allowances_of_unit_or_district")),
        sa.CheckConstraint(
            "district = '' OR specialty_id IS NOT NULL", name=op.f("ck_allowances_agreed_for_a_specialty")
        ),
        sa.CheckConstraint("forms IS NULL OR forms BETWEEN 0 AND 9999", name=op.f("ck_allowances_some_forms")),
        sa.CheckConstraint("sheets IS NULL OR sheets BETWEEN 0 AND 9999", name=op.f("ck_allowances_some_sheets")),
        sa.CheckConstraint("weekday IS NULL OR weekday BETWEEN 0 AND 6", name=op.f("ck_allowances_known_weekday")),
        sa.ForeignKeyConstraint(["specialty_id"], ["specialties.id"], name=op.f("fk_allowances_specialty_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["health_units.id"], name=op.f("fk_allowances_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allowances")),
    )
    op.create_index(
        "uq_allowances_district",
        "allowances",
        ["district", "specialty_id"],
        unique=True,
        sqlite_where=sa.text("district <> '' AND ended_at IS NULL"),
        postgresql_where=sa.text("district <> '' AND ended_at IS NULL"),
    )
    op.create_index(
        "uq_allowances_unit",
        "allowances",
        ["unit_id"],
        unique=True,
        sqlite_where=sa.text("unit_id IS NOT NULL AND ended_at IS NULL"),
        postgresql_where=sa.text("unit_id IS NOT NULL AND ended_at IS NULL"),
    )

    op.create_table(
        "allowance_months",
        sa.Column("allowance_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("forms", sa.Integer(), nullable=False),
        sa.Column("forms_spent", sa.Integer(), nullable=False),
        sa.Column("forms_over", sa.Integer(), nullable=False),
        sa.Column("sheets", sa.Integer(), nullable=False),
        sa.Column("sheets_spent", sa.Integer(), nullable=False),
        sa.Column("sheets_over", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "forms_spent BETWEEN 0 AND forms + forms_over", name=op.f("ck_allowance_months_forms_never_over")
        ),
        sa.CheckConstraint(
            "sheets_spent BETWEEN 0 AND sheets + sheets_over", name=op.f("ck_allowance_months_sheets_never_over")
        ),
        sa.ForeignKeyConstraint(["allowance_id"], ["allowances.id"], name=op.f("fk_allowance_months_allowance_id")),
        sa.PrimaryKeyConstraint("allowance_id", "month", name=op.f("pk_allowance_months")),
    )
    op.create_table(
        "booking_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=12), nullable=False),
        sa.Column("referral_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("specialty_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("priority", sa.String(length=12), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("return_when", sa.String(length=60), nullable=False),
        sa.Column("ended_how", sa.String(length=20), nullable=False),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'ended') = (ended_how <> '')", name=op.f("ck_booking_requests_ended_pair")),
        sa.CheckConstraint("kind IN ('first','return')", name=op.f("ck_booking_requests_known_kind")),
        sa.CheckConstraint(
            "state IN ('waiting','offered','booked','attended','missed','cancelled','ended')",
            name=op.f("ck_booking_requests_known_state"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_booking_requests_case_id")),
        sa.ForeignKeyConstraint(["referral_id"], ["referrals.id"], name=op.f("fk_booking_requests_referral_id")),
        sa.ForeignKeyConstraint(["specialty_id"], ["specialties.id"], name=op.f("fk_booking_requests_specialty_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["health_units.id"], name=op.f("fk_booking_requests_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_requests")),
        sa.UniqueConstraint("ref", name=op.f("uq_booking_requests_ref")),
    )
    op.create_index("ix_booking_requests_case_id", "booking_requests", ["case_id", "id"], unique=False)
    op.create_index(
        "ix_booking_requests_list",
        "booking_requests",
        ["specialty_id", "kind", "rank", "since", "id"],
        unique=False,
        sqlite_where=sa.text("state IN ('waiting','offered')"),
        postgresql_where=sa.text("state IN ('waiting','offered')"),
    )
    op.create_index(
        "ix_booking_requests_ranked",
        "booking_requests",
        ["rank", "since", "id"],
        unique=False,
        sqlite_where=sa.text("state IN ('waiting','offered')"),
        postgresql_where=sa.text("state IN ('waiting','offered')"),
    )
    op.create_index(
        "ix_booking_requests_undecided",
        "booking_requests",
        ["unit_id", "since", "id"],
        unique=False,
        sqlite_where=sa.text("state IN ('missed','cancelled')"),
        postgresql_where=sa.text("state IN ('missed','cancelled')"),
    )
    op.create_index(
        "ix_booking_requests_unit",
        "booking_requests",
        ["unit_id", "rank", "since", "id"],
        unique=False,
        sqlite_where=sa.text("state IN ('waiting','offered')"),
        postgresql_where=sa.text("state IN ('waiting','offered')"),
    )
    op.create_index(
        "uq_booking_requests_live",
        "booking_requests",
        ["referral_id", "kind"],
        unique=True,
        sqlite_where=sa.text("state NOT IN ('attended','ended')"),
        postgresql_where=sa.text("state NOT IN ('attended','ended')"),
    )

    op.create_table(
        "agenda_slots",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("specialty_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("extra", sa.Boolean(), nullable=False),
        sa.Column("blocked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("blocked_by_id", sa.Integer(), nullable=True),
        sa.Column("blocked_why", sa.String(length=300), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(blocked_at IS NULL) = (blocked_why = '')", name=op.f("ck_agenda_slots_blocked_pair")),
        sa.CheckConstraint("kind IN ('first','return')", name=op.f("ck_agenda_slots_known_kind")),
        sa.ForeignKeyConstraint(["blocked_by_id"], ["users.id"], name=op.f("fk_agenda_slots_blocked_by_id")),
        sa.ForeignKeyConstraint(["request_id"], ["booking_requests.id"], name=op.f("fk_agenda_slots_request_id")),
        sa.ForeignKeyConstraint(["session_id"], ["agenda_sessions.id"], name=op.f("fk_agenda_slots_session_id")),
        sa.ForeignKeyConstraint(["specialty_id"], ["specialties.id"], name=op.f("fk_agenda_slots_specialty_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_slots")),
        sa.UniqueConstraint("request_id", name=op.f("uq_agenda_slots_request_id")),
        sa.UniqueConstraint("session_id", "number", name=op.f("uq_agenda_slots_session_id_number")),
    )
    op.create_index("ix_agenda_slots_at", "agenda_slots", ["specialty_id", "kind", "at"], unique=False)
    op.create_index(
        "ix_agenda_slots_free",
        "agenda_slots",
        ["specialty_id", "kind", "at", "id"],
        unique=False,
        sqlite_where=sa.text("request_id IS NULL AND blocked_at IS NULL"),
        postgresql_where=sa.text("request_id IS NULL AND blocked_at IS NULL"),
    )

    op.create_table(
        "booking_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("verb", sa.String(length=12), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_booking_events_by_id")),
        sa.ForeignKeyConstraint(["request_id"], ["booking_requests.id"], name=op.f("fk_booking_events_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_events")),
        sa.UniqueConstraint("request_id", "number", name=op.f("uq_booking_events_request_id_number")),
    )
    op.create_table(
        "booking_sheet_lines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sheet_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=False),
        sa.Column("mother_name", sa.String(length=120), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("neighbourhood", sa.String(length=80), nullable=False),
        sa.Column("municipality", sa.String(length=80), nullable=False),
        sa.Column("specialty_id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["booking_requests.id"], name=op.f("fk_booking_sheet_lines_request_id")
        ),
        sa.ForeignKeyConstraint(["sheet_id"], ["booking_sheets.id"], name=op.f("fk_booking_sheet_lines_sheet_id")),
        sa.ForeignKeyConstraint(["specialty_id"], ["specialties.id"], name=op.f("fk_booking_sheet_lines_specialty_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_sheet_lines")),
        sa.UniqueConstraint("sheet_id", "number", name=op.f("uq_booking_sheet_lines_sheet_id_number")),
    )
    op.create_index("ix_booking_sheet_lines_request_id", "booking_sheet_lines", ["request_id"], unique=False)

    op.create_table(
        "forms_spent",
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("allowance_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("over", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["allowance_id"], ["allowances.id"], name=op.f("fk_forms_spent_allowance_id")),
        sa.ForeignKeyConstraint(["request_id"], ["booking_requests.id"], name=op.f("fk_forms_spent_request_id")),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_forms_spent")),
    )
    op.create_index("ix_forms_spent_allowance_id", "forms_spent", ["allowance_id", "month"], unique=False)

    op.create_table(
        "booking_offers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("slot_id", sa.Integer(), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_how", sa.String(length=12), nullable=False),
        sa.CheckConstraint("(closed_at IS NULL) = (closed_how = '')", name=op.f("ck_booking_offers_closed_pair")),
        sa.CheckConstraint(
            "closed_how IN ('','taken','refused','expired','withdrawn')", name=op.f("ck_booking_offers_known_end")
        ),
        sa.ForeignKeyConstraint(["request_id"], ["booking_requests.id"], name=op.f("fk_booking_offers_request_id")),
        sa.ForeignKeyConstraint(["slot_id"], ["agenda_slots.id"], name=op.f("fk_booking_offers_slot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_offers")),
    )
    op.create_index(
        "ix_booking_offers_expires",
        "booking_offers",
        ["expires_at"],
        unique=False,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index("ix_booking_offers_slot_id", "booking_offers", ["slot_id", "request_id"], unique=False)
    op.create_index(
        "uq_booking_offers_open",
        "booking_offers",
        ["request_id"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )

    op.create_table(
        "bookings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("slot_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("day_why", sa.String(length=300), nullable=False),
        sa.Column("over_why", sa.String(length=300), nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("booked_by_id", sa.Integer(), nullable=False),
        sa.Column("reminded", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(length=8), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("marked_by_id", sa.Integer(), nullable=True),
        sa.Column("cause", sa.String(length=12), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_how", sa.String(length=12), nullable=False),
        sa.Column("ended_why", sa.String(length=300), nullable=False),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_how = '')", name=op.f("ck_bookings_ended_pair")),
        sa.CheckConstraint("(mark = '') = (marked_at IS NULL)", name=op.f("ck_bookings_marked_pair")),
        sa.CheckConstraint("channel IN ('screen','phone','sheet')", name=op.f("ck_bookings_known_channel")),
        sa.CheckConstraint(
            "ended_how IN ('','moved','cancelled','released','missed','ended')", name=op.f("ck_bookings_known_end")
        ),
        sa.CheckConstraint("mark IN ('','attended','missed')", name=op.f("ck_bookings_known_mark")),
        sa.ForeignKeyConstraint(["booked_by_id"], ["users.id"], name=op.f("fk_bookings_booked_by_id")),
        sa.ForeignKeyConstraint(["marked_by_id"], ["users.id"], name=op.f("fk_bookings_marked_by_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_bookings_patient_id")),
        sa.ForeignKeyConstraint(["request_id"], ["booking_requests.id"], name=op.f("fk_bookings_request_id")),
        sa.ForeignKeyConstraint(["session_id"], ["agenda_sessions.id"], name=op.f("fk_bookings_session_id")),
        sa.ForeignKeyConstraint(["slot_id"], ["agenda_slots.id"], name=op.f("fk_bookings_slot_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["health_units.id"], name=op.f("fk_bookings_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bookings")),
    )
    op.create_index(
        "ix_bookings_reminders",
        "bookings",
        ["at", "reminded"],
        unique=False,
        sqlite_where=sa.text("ended_at IS NULL AND mark = ''"),
        postgresql_where=sa.text("ended_at IS NULL AND mark = ''"),
    )
    op.create_index("ix_bookings_request_id", "bookings", ["request_id", "id"], unique=False)
    op.create_index("ix_bookings_session_id", "bookings", ["session_id", "at"], unique=False)
    op.create_index("ix_bookings_unit_id", "bookings", ["unit_id", "at"], unique=False)
    op.create_index(
        "uq_bookings_patient_hour",
        "bookings",
        ["patient_id", "hour"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "uq_bookings_request",
        "bookings",
        ["request_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "uq_bookings_slot",
        "bookings",
        ["slot_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    guards.install(op.get_bind(), ("booking_events",))
    _list_who_waits()


def _list_who_waits():
    """Put every referral whose visit is awaited on the waiting list, as its escalation would have done."""
    find = sa.text(
        "SELECT r.id, r.case_id, r.specialty_id, r.priority, r.made_at, c.unit_id FROM referrals r"
        " JOIN cases c ON c.id = r.case_id WHERE r.ended_at IS NULL"
    )
    put = sa.text(
        "INSERT INTO booking_requests (version, ref, referral_id, case_id, specialty_id, unit_id, kind, priority, rank,"
        " state, since, made_at, return_when, ended_how, steps) VALUES (1, :ref, :id, :case_id, :specialty_id, :unit_id,"
        " 'first', :priority, :rank, 'waiting', :made_at, :made_at, '', '', 0)"
    )
    for row in op.get_bind().execute(find).mappings().all():
        ref = "MA-" + "".join(secrets.choice("0123456789ABCDEFGHJKMNPQRSTVWXYZ") for _ in range(7))
        rank = {"urgent": 0, "high": 1}.get(row["priority"], 2)
        op.get_bind().execute(put, {**row, "ref": ref, "rank": rank})


def downgrade():
    for table in (
        "bookings",
        "booking_offers",
        "forms_spent",
        "booking_sheet_lines",
        "booking_events",
        "agenda_slots",
        "booking_requests",
        "allowance_months",
        "allowances",
        "agenda_sessions",
        "booking_sheets",
        "agenda_series",
    ):
        op.drop_table(table)

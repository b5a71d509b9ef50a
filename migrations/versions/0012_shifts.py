"""rooms, holidays, shifts and what happens to them; modes, plans and promises; business hours"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "business_hours",
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("opens", sa.Integer(), nullable=False),
        sa.Column("closes", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "opens BETWEEN 0 AND 1439 AND closes > opens AND closes <= 1440", name=op.f("ck_business_hours_in_order")
        ),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_business_hours_known_weekday")),
        sa.PrimaryKeyConstraint("weekday", "opens", name=op.f("pk_business_hours")),
    )
    op.create_table(
        "plans",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("basis", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.CheckConstraint("status IN ('optimal','fallback')", name=op.f("ck_plans_known_status")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plans")),
    )
    op.create_table(
        "rooms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("workstations", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('telehealth','support')", name=op.f("ck_rooms_known_kind")),
        sa.CheckConstraint("workstations BETWEEN 1 AND 99", name=op.f("ck_rooms_some_workstations")),
        sa.ForeignKeyConstraint(["unit_id"], ["health_units.id"], name=op.f("fk_rooms_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rooms")),
        sa.UniqueConstraint("slug", name=op.f("uq_rooms_slug")),
    )
    op.create_table(
        "feeds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_feeds_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feeds")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_feeds_token_hash")),
    )
    op.create_index(
        "uq_feeds_live",
        "feeds",
        ["user_id"],
        unique=True,
        sqlite_where=sa.text("revoked_at IS NULL"),
        postgresql_where=sa.text("revoked_at IS NULL"),
    )

    op.create_table(
        "holidays",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("scope", sa.String(length=12), nullable=False),
        sa.Column("source", sa.String(length=8), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("scope IN ('national','state','municipal')", name=op.f("ck_holidays_known_scope")),
        sa.CheckConstraint("source IN ('library','own')", name=op.f("ck_holidays_known_source")),
        sa.CheckConstraint("(removed_at IS NULL) = (removed_by_id IS NULL)", name=op.f("ck_holidays_removed_pair")),
        sa.ForeignKeyConstraint(["removed_by_id"], ["users.id"], name=op.f("fk_holidays_removed_by_id")),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_holidays")),
    )
    op.create_table(
        "leaves",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=16), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.String(length=300), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("kind IN ('leave','unavailable')", name=op.f("ck_leaves_known_kind")),
        sa.CheckConstraint("(cancelled_at IS NULL) = (cancelled_by_id IS NULL)", name=op.f("ck_leaves_cancelled_pair")),
        sa.CheckConstraint("until_at > from_at", name=op.f("ck_leaves_in_order")),
        sa.ForeignKeyConstraint(["cancelled_by_id"], ["users.id"], name=op.f("fk_leaves_cancelled_by_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["users.id"], name=op.f("fk_leaves_created_by_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_leaves_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leaves")),
        sa.UniqueConstraint("ref", name=op.f("uq_leaves_ref")),
    )
    op.create_index("ix_leaves_user_id", "leaves", ["user_id", "until_at"])

    op.create_table(
        "room_hours",
        sa.Column("room_id", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("opens", sa.Integer(), nullable=False),
        sa.Column("closes", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "opens BETWEEN 0 AND 1439 AND closes > opens AND closes <= opens + 1440",
            name=op.f("ck_room_hours_in_order"),
        ),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_room_hours_known_weekday")),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name=op.f("fk_room_hours_room_id")),
        sa.PrimaryKeyConstraint("room_id", "weekday", "opens", name=op.f("pk_room_hours")),
    )
    op.create_table(
        "shift_series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=16), nullable=False),
        sa.Column("room_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("specialty_id", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("starts", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=200), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by_id IS NULL)", name=op.f("ck_shift_series_ended_pair")),
        sa.CheckConstraint("minutes BETWEEN 15 AND 1440", name=op.f("ck_shift_series_some_minutes")),
        sa.CheckConstraint("starts BETWEEN 0 AND 1439", name=op.f("ck_shift_series_starts_in_a_day")),
        sa.CheckConstraint("until >= first_day", name=op.f("ck_shift_series_in_order")),
        sa.ForeignKeyConstraint(["created_by_id"], ["users.id"], name=op.f("fk_shift_series_created_by_id")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["users.id"], name=op.f("fk_shift_series_ended_by_id")),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name=op.f("fk_shift_series_room_id")),
        sa.ForeignKeyConstraint(["specialty_id"], ["specialties.id"], name=op.f("fk_shift_series_specialty_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_shift_series_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_series")),
        sa.UniqueConstraint("ref", name=op.f("uq_shift_series_ref")),
    )
    op.create_table(
        "specialty_modes",
        sa.Column("specialty_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(length=12), nullable=False),
        sa.Column("most_open", sa.Integer(), nullable=False),
        sa.CheckConstraint("mode IN ('suggest','automatic','claim')", name=op.f("ck_specialty_modes_known_mode")),
        sa.CheckConstraint("most_open BETWEEN 1 AND 200", name=op.f("ck_specialty_modes_some_cases")),
        sa.ForeignKeyConstraint(["specialty_id"], ["specialties.id"], name=op.f("fk_specialty_modes_specialty_id")),
        sa.PrimaryKeyConstraint("specialty_id", name=op.f("pk_specialty_modes")),
    )
    op.create_table(
        "promises",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("median_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ninety_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_promises_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promises")),
    )
    op.create_index("ix_promises_answered_at", "promises", ["answered_at"])
    op.create_index(
        "uq_promises_live",
        "promises",
        ["case_id", "round"],
        unique=True,
        sqlite_where=sa.text("replaced_at IS NULL"),
        postgresql_where=sa.text("replaced_at IS NULL"),
    )

    op.create_table(
        "shifts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=16), nullable=False),
        sa.Column("series_id", sa.Integer(), nullable=True),
        sa.Column("room_id", sa.Integer(), nullable=False),
        sa.Column("workstation", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("specialty_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_by_id", sa.Integer(), nullable=True),
        sa.Column("cancelled_why", sa.String(length=300), nullable=False),
        sa.Column("checked_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_how", sa.String(length=12), nullable=False),
        sa.CheckConstraint("(checked_out_at IS NULL) = (closed_how = '')", name=op.f("ck_shifts_closed_pair")),
        sa.CheckConstraint("closed_how IN ('','person','forgotten')", name=op.f("ck_shifts_known_end")),
        sa.CheckConstraint("(cancelled_at IS NULL) = (cancelled_by_id IS NULL)", name=op.f("ck_shifts_cancelled_pair")),
        sa.CheckConstraint("checked_out_at IS NULL OR checked_in_at IS NOT NULL", name=op.f("ck_shifts_in_before_out")),
        sa.CheckConstraint(
            "checked_out_at IS NULL OR checked_out_at >= checked_in_at", name=op.f("ck_shifts_out_after_in")
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_shifts_in_order")),
        sa.CheckConstraint("workstation >= 1", name=op.f("ck_shifts_a_workstation")),
        sa.ForeignKeyConstraint(["cancelled_by_id"], ["users.id"], name=op.f("fk_shifts_cancelled_by_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["users.id"], name=op.f("fk_shifts_created_by_id")),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name=op.f("fk_shifts_room_id")),
        sa.ForeignKeyConstraint(["series_id"], ["shift_series.id"], name=op.f("fk_shifts_series_id")),
        sa.ForeignKeyConstraint(["specialty_id"], ["specialties.id"], name=op.f("fk_shifts_specialty_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_shifts_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shifts")),
        sa.UniqueConstraint("ref", name=op.f("uq_shifts_ref")),
    )
    op.create_index(
        "ix_shifts_present",
        "shifts",
        ["ends_at"],
        sqlite_where=sa.text("checked_in_at IS NOT NULL AND checked_out_at IS NULL"),
        postgresql_where=sa.text("checked_in_at IS NOT NULL AND checked_out_at IS NULL"),
    )
    op.create_index("ix_shifts_room_id", "shifts", ["room_id", "starts_at"])
    op.create_index("ix_shifts_series_id", "shifts", ["series_id"])
    op.create_index(
        "ix_shifts_specialty_id",
        "shifts",
        ["specialty_id", "ends_at"],
        sqlite_where=sa.text("cancelled_at IS NULL"),
        postgresql_where=sa.text("cancelled_at IS NULL"),
    )
    op.create_index("ix_shifts_user_id", "shifts", ["user_id", "starts_at"])

    op.create_table(
        "plan_lines",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("shift_id", sa.Integer(), nullable=True),
        sa.Column("reads_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("median_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ninety_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.CheckConstraint("(user_id IS NULL) = (reads_at IS NULL)", name=op.f("ck_plan_lines_placed_pair")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_plan_lines_case_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name=op.f("fk_plan_lines_plan_id")),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name=op.f("fk_plan_lines_shift_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_plan_lines_user_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_plan_lines")),
    )
    op.create_index("ix_plan_lines_user_id", "plan_lines", ["user_id"])

    op.create_table(
        "shift_slots",
        sa.Column("room_id", sa.Integer(), nullable=False),
        sa.Column("workstation", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("shift_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name=op.f("fk_shift_slots_room_id")),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name=op.f("fk_shift_slots_shift_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_shift_slots_user_id")),
        sa.PrimaryKeyConstraint("room_id", "workstation", "at", name=op.f("pk_shift_slots")),
    )
    op.create_index("ix_shift_slots_shift_id", "shift_slots", ["shift_id"])
    op.create_index("uq_shift_slots_user_id", "shift_slots", ["user_id", "at"], unique=True)

    op.create_table(
        "swaps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=16), nullable=False),
        sa.Column("shift_id", sa.Integer(), nullable=False),
        sa.Column("offered_by_id", sa.Integer(), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(accepted_at IS NULL) = (accepted_by_id IS NULL)", name=op.f("ck_swaps_accepted_pair")),
        sa.CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by_id IS NULL)", name=op.f("ck_swaps_withdrawn_pair")),
        sa.CheckConstraint("accepted_at IS NULL OR withdrawn_at IS NULL", name=op.f("ck_swaps_one_end")),
        sa.ForeignKeyConstraint(["accepted_by_id"], ["users.id"], name=op.f("fk_swaps_accepted_by_id")),
        sa.ForeignKeyConstraint(["offered_by_id"], ["users.id"], name=op.f("fk_swaps_offered_by_id")),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name=op.f("fk_swaps_shift_id")),
        sa.ForeignKeyConstraint(["to_id"], ["users.id"], name=op.f("fk_swaps_to_id")),
        sa.ForeignKeyConstraint(["withdrawn_by_id"], ["users.id"], name=op.f("fk_swaps_withdrawn_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_swaps")),
        sa.UniqueConstraint("ref", name=op.f("uq_swaps_ref")),
    )
    op.create_index(
        "uq_swaps_open",
        "swaps",
        ["shift_id"],
        unique=True,
        sqlite_where=sa.text("accepted_at IS NULL AND withdrawn_at IS NULL"),
        postgresql_where=sa.text("accepted_at IS NULL AND withdrawn_at IS NULL"),
    )


def downgrade():
    op.drop_index("uq_swaps_open", "swaps")

    op.drop_table("swaps")
    op.drop_index("uq_shift_slots_user_id", "shift_slots")
    op.drop_index("ix_shift_slots_shift_id", "shift_slots")

    op.drop_table("shift_slots")
    op.drop_index("ix_plan_lines_user_id", "plan_lines")

    op.drop_table("plan_lines")
    op.drop_index("ix_shifts_user_id", "shifts")
    op.drop_index("ix_shifts_specialty_id", "shifts")
    op.drop_index("ix_shifts_series_id", "shifts")
    op.drop_index("ix_shifts_room_id", "shifts")
    op.drop_index("ix_shifts_present", "shifts")

    op.drop_table("shifts")
    op.drop_index("uq_promises_live", "promises")
    op.drop_index("ix_promises_answered_at", "promises")

    op.drop_table("promises")
    op.drop_table("specialty_modes")
    op.drop_table("shift_series")
    op.drop_table("room_hours")
    op.drop_index("ix_leaves_user_id", "leaves")

    op.drop_table("leaves")
    op.drop_table("holidays")
    op.drop_index("uq_feeds_live", "feeds")

    op.drop_table("feeds")
    op.drop_table("rooms")
    op.drop_table("plans")
    op.drop_table("business_hours")

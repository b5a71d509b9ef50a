"""The agenda in words: sessions and slots as their screens show them to one person."""

from collections.abc import Sequence
from typing import Any

from flask import url_for

from teleconsult import clock
from teleconsult.bookings.queries_agenda import DaySession
from teleconsult.bookings.rows import AsCase
from teleconsult.bookings.steps import CHANNEL_WORDS, KIND_WORDS, MOVES, Channel, Kind, State
from teleconsult.bookings.twice import shifts_beside
from teleconsult.bookings.unattended import reasons
from teleconsult.bookings.words import mark_of, visit_clock
from teleconsult.cases.access import Sight
from teleconsult.cases.rows import Moment, called
from teleconsult.people.access import Role
from teleconsult.people.models import User
from teleconsult.routing.desk import flag_of
from teleconsult.shifts.calendar import local_day
from teleconsult.web.messages import gettext as _
from teleconsult.web.messages import ngettext
from teleconsult.web.words import in_language, localday


def sessions(found: Sequence[DaySession], user: User) -> list[dict[str, Any]]:
    """Return the sessions of a screen, each with its slots, why nobody would hold it, and what else its specialist does then."""
    rows = [one.row for one in found]
    why, beside = reasons(rows), shifts_beside(rows)
    more = ({"unattended": why.get(row.id, ""), "beside": beside.get(row.id, "")} for row in rows)
    return [session(one, user) | said for one, said in zip(found, more, strict=True)]


def session(found: DaySession, user: User) -> dict[str, Any]:
    """Return one session with its slots."""
    row, moment = found.row, Moment()
    # Who answers no more, and reads on as the management, sees how full their former days are and not of whom.
    runs, own = user.has(Role.ADMINISTRATOR), row.specialist_id == user.id and user.has(Role.CONSULTANT)
    today = local_day(moment.now, row.zone)
    begun, over = today >= row.day, today > row.day
    return {
        "ref": row.ref,
        "version": row.version,
        "day": row.day,
        "day_words": localday(row.day),
        "title": in_language(row.name_pt, row.name_en),
        "hours": f"{visit_clock(row.starts_at, row.zone)}–{visit_clock(row.ends_at, row.zone)}",
        "who": row.specialist_name,
        "where": ", ".join(filter(None, (row.unit_name, row.room))),
        "cancelled": row.cancelled_why if row.cancelled_at else "",
        "booked": _taken(found),
        "slots": [_slot(slot, moment, row.zone, runs=runs, own=own, begun=begun, over=over) for slot in found.slots],
        "past": row.starts_at <= clock.now(),
        "begun": begun,
    }


def _taken(found: DaySession) -> str:
    """Return how many slots are booked, and how many are offered where any is."""
    booked = ngettext("%(num)d marcada", "%(num)d marcadas", found.booked)
    if not found.offered:
        return booked
    offered = ngettext("%(num)d vaga oferecida", "%(num)d vagas oferecidas", found.offered)
    return f"{booked}, {offered}"


def _slot(slot: Any, moment: Moment, there: str, *, runs: bool, own: bool, begun: bool, over: bool) -> dict[str, Any]:
    held, booked = slot.request_ref is not None, slot.booking_id is not None
    seen = runs or (own and booked)  # who is offered a slot may yet say no: the specialist needs no name of theirs
    unmarked = booked and runs and slot.state == State.BOOKED and slot.mark == ""
    return {
        "number": slot.number,
        "hour": visit_clock(slot.at, there),
        "kind": _(KIND_WORDS[Kind(slot.kind)]),
        "extra": slot.extra,
        "blocked": slot.blocked_why if slot.blocked_at else "",
        "held": held,
        "name": called(AsCase(slot), Sight.ROUTING, moment) if held and seen else "",  # type: ignore[arg-type]  # columns under other names
        "unit": slot.unit_name if held else "",
        "channel": _(CHANNEL_WORDS[Channel(slot.channel)]) if booked else "",
        "flag": flag_of(slot.priority) if held else None,
        "mark": _mark(slot) if held else None,
        "ref": slot.request_ref,
        "version": slot.version,
        "url": url_for("cases.show", ref=slot.case_ref) if booked and own and slot.may_read else "",
        "request_url": url_for("bookings.show", ref=slot.request_ref) if held and runs else "",
        "to_mark": unmarked and begun,
        "to_change": unmarked and not over,
        "to_end": unmarked and not over and slot.kind == Kind.RETURN,
        "to_correct": booked
        and runs
        and slot.mark != ""
        and slot.state in MOVES["correct"].sources
        and slot.to_correct,
        "past": slot.at <= moment.now,
    }


def _mark(slot: Any) -> dict[str, str]:
    """Return how the visit of this slot went; the request itself may have gone on to another one."""
    if slot.booking_id is None:
        return mark_of(State.OFFERED)
    return mark_of(slot.mark or (slot.state if slot.state == State.BOOKED else State.BOOKED))

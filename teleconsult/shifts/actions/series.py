"""Shifts that come again by a rule: looked at first, then published together."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from teleconsult import audit, clock, events
from teleconsult.errors import N_, Refused
from teleconsult.extensions import db
from teleconsult.network.models import Specialty
from teleconsult.people.models import User
from teleconsult.shifts import placing, queries, telling
from teleconsult.shifts.actions.publishing import new_shift
from teleconsult.shifts.calendar import Span, days_of, span_of
from teleconsult.shifts.models import Room, Shift, ShiftSeries
from teleconsult.web.refs import new_ref


class LeftOut(NamedTuple):
    """A day of the rule without a shift, and why: a refusal, for `web.words.say`.

    `fits_not` tells a day that does not fit and was not skipped; publishing is refused while there is one.
    """

    day: date
    why: Refused
    fits_not: bool = False


@dataclass(frozen=True)
class Laid:
    """What a rule came to. A preview has no series, and shifts that are not on the calendar."""

    series: ShiftSeries | None
    shifts: list[Shift]
    left_out: list[LeftOut]


def preview_series(
    *,
    room: Room,
    user: User,
    specialty: Specialty,
    first_day: date,
    starts: int,
    minutes: int,
    rule: str,
    until: date | None,
    by: User,
    skip: Set[date] = frozenset(),
) -> Laid:
    """Return what publishing would lay, writing nothing: also what would be refused, each day with its reason.

    Raises:
        Refused: what holds for every occurrence, such as a rule without an end.
    """
    placing.check_room(room)
    placing.check_person(user, specialty)
    spans = {day: span_of(day, starts, minutes, room.zone) for day in days_of(rule, first_day, until)}
    if not rule.strip():
        placing.check_future(spans[first_day])
    holidays = queries.holidays_between(min(spans), max(spans))
    taken = placing.Taken(room, user, (spans[min(spans)][0], spans[max(spans)][1]))
    openings = placing.openings_of(room)
    shifts: list[Shift] = []
    left_out: list[LeftOut] = []
    for day, span in spans.items():
        closed = placing.why_not_open(openings, holidays, day, starts, minutes)
        place = _skipped(day, holidays, skip, closed) or _conflict(span, closed) or taken.place(span)
        if isinstance(place, Refused):
            left_out.append(LeftOut(day, place, fits_not=day not in skip and day not in holidays))
        else:
            taken.take(span, place)
            shifts.append(new_shift(room, user, specialty, span, place, by))
    return Laid(None, shifts, left_out)


def _skipped(day: date, holidays: dict[date, str], skip: Set[date], closed: Refused | None) -> Refused | None:
    if day in holidays:
        return closed
    return Refused(N_("Você deixou este dia de fora.")) if day in skip else None


def _conflict(span: Span, closed: Refused | None) -> Refused | None:
    try:
        placing.check_future(span)
    except Refused as past:
        return past
    return closed


def publish_series(
    *,
    room: Room,
    user: User,
    specialty: Specialty,
    first_day: date,
    starts: int,
    minutes: int,
    rule: str,
    until: date | None,
    by: User,
    skip: Set[date] = frozenset(),
) -> Laid:
    """Publish every occurrence of an RFC 5545 rule, all or none; holidays and the days of `skip` are left out.

    The rule is the text after "RRULE:", such as 'FREQ=WEEKLY;BYDAY=MO,WE'; '' is the first day alone.

    Raises:
        Refused: an occurrence does not fit and its day is not among `skip` (`preview_series` names them all), the
            rule has no end or comes to more than 1,000 shifts, or nothing is left of it.
    """
    placing.line_up(user)
    given = {"room": room, "user": user, "specialty": specialty, "first_day": first_day, "starts": starts}
    laid = preview_series(**given, minutes=minutes, rule=rule, until=until, by=by, skip=skip)  # type: ignore[arg-type]  # the names say which is which
    _hold_to_fitting(laid)
    series = ShiftSeries(
        ref=new_ref("SE"),
        room_id=room.id,
        user_id=user.id,
        specialty_id=specialty.id,
        first_day=first_day,
        starts=starts,
        minutes=minutes,
        rule=rule.strip(),
        until=until or first_day,
        zone=room.zone,
        created_at=clock.now(),
        created_by_id=by.id,
    )
    db.session.add(series)
    db.session.flush()
    for shift in laid.shifts:
        shift.series_id = series.id
    db.session.add_all(laid.shifts)
    db.session.flush()
    placing.hold(laid.shifts)
    _record(series, laid, by)
    telling.tell([user], "shift.publish_series", series.ref, by)
    events.emit("shift.publish", shifts=laid.shifts, by=by)
    return Laid(series, laid.shifts, laid.left_out)


def _hold_to_fitting(laid: Laid) -> None:
    unfit = [row for row in laid.left_out if row.fits_not]
    if len(unfit) == 1 and not laid.shifts:
        raise unfit[0].why
    if unfit:
        raise Refused(
            N_(
                "Nem todos os dias cabem; o primeiro que não cabe é %(day)s. Veja a prévia e escolha o que deixar de fora."
            ),
            field="rule",
            day=f"{unfit[0].day:%d/%m/%Y}",
        )
    if not laid.shifts:
        raise Refused(N_("Não sobrou nenhum dia para o turno."), field="rule")


def _record(series: ShiftSeries, laid: Laid, by: User) -> None:
    audit.record(
        f"series:{series.ref}",
        "shift.publish_series",
        by_id=by.id,
        subject=series.ref,
        rule=series.rule,
        first=laid.shifts[0].ref,
        last=laid.shifts[-1].ref,
        shifts=len(laid.shifts),
        left_out=[row.day.isoformat() for row in laid.left_out],
        **{k: v for k, v in telling.where_and_when(laid.shifts[0]).items() if k in ("room", "user", "specialty")},
    )

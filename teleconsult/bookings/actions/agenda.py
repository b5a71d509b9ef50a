"""Publishing the agenda and changing it: nobody booked is lost when a session is cancelled or a slot blocked."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import select

from teleconsult import audit, clock
from teleconsult.bookings import agenda, settings
from teleconsult.bookings.actions.booking import offer_next, release
from teleconsult.bookings.actions.one_place import hold_to_one_place, queue_up
from teleconsult.bookings.models import BookingRequest
from teleconsult.bookings.models_agenda import AgendaSeries, AgendaSession, AgendaSlot
from teleconsult.bookings.steps import Kind
from teleconsult.bookings.unattended import hold_to_attending, hold_to_presence
from teleconsult.bookings.world import holidays
from teleconsult.errors import N_, Refused
from teleconsult.extensions import db
from teleconsult.network.models import HealthUnit, Specialty
from teleconsult.people.models import User
from teleconsult.shifts.calendar import local_day
from teleconsult.typed import show_day
from teleconsult.web.refs import new_ref

LONGEST = 12 * 60
REASON = 300


@dataclass(frozen=True)
class Plan:
    """One session, or sessions that come again until a day: `rule` is an RFC 5545 rule, '' for one day alone.

    `starts` is a minute of the local day; `without` are days left out of a series.
    """

    unit: HealthUnit
    specialty: Specialty
    specialist_name: str
    first_day: date
    starts: int
    slot_minutes: int
    first: int
    returns: int
    specialist: User | None = None
    room: str = ""
    rule: str = ""
    until: date | None = None
    without: frozenset[date] = field(default_factory=frozenset)


def publish(plan: Plan, *, by: User) -> list[AgendaSession]:
    """Write the sessions of a plan with their slots, holidays left out; return them.

    Raises:
        Refused: a day is past or a holiday, there is no slot, it is too long, the specialist is elsewhere
            or attends not (any more) in the specialty, or no day is left.
    """
    zone = plan.unit.zone
    if plan.first_day < local_day(clock.now(), zone):
        raise Refused(N_("O primeiro dia já passou."), field="first_day")
    count = plan.first + plan.returns
    if not 1 <= count <= 60 or count * plan.slot_minutes > LONGEST:
        raise Refused(N_("Use de 1 a 60 vagas, em no máximo 12 horas."), field="first")
    queue_up(plan.specialist, plan.unit)
    if plan.specialist is not None:
        hold_to_attending(plan.specialist, plan.specialty)
    series = _series(plan, by)
    days = _days(plan)
    made = [_write(plan, day, series, by) for day in days]
    db.session.flush()
    audit.record(
        "system",
        "agenda.publish",
        by_id=by.id,
        subject=made[0].ref,
        specialty=plan.specialty.slug,
        sessions=len(made),
        slots=len(made) * count,
    )
    return made


def _days(plan: Plan) -> list[date]:
    last = plan.until or plan.first_day
    off = holidays(plan.first_day, last)
    if not plan.rule:
        if plan.first_day in off:
            raise Refused(
                N_("Este dia é feriado (%(name)s). Escolha outro."), field="first_day", name=off[plan.first_day]
            )
        return [plan.first_day]
    if last < plan.first_day:
        raise Refused(N_("O último dia vem antes do primeiro."), field="until")
    every = agenda.days_of(plan.rule, plan.first_day, last)
    stray = sorted(plan.without.difference(every))
    if stray:
        raise Refused(
            N_("%(day)s não é um dia desta repetição, e nada ficaria de fora. Confira a data."),
            field="without",
            day=show_day(stray[0]),
        )
    days = [day for day in every if day not in off and day not in plan.without]
    if not days:
        raise Refused(N_("Nenhum dia resta nesta repetição: confira os dias e os feriados."), field="until")
    return days


def _series(plan: Plan, by: User) -> AgendaSeries | None:
    if not plan.rule or plan.until is None:
        return None
    series = AgendaSeries(
        ref=new_ref("AS"),
        first_day=plan.first_day,
        until=max(plan.until, plan.first_day),
        rule=plan.rule,
        created_at=clock.now(),
        created_by_id=by.id,
    )
    db.session.add(series)
    db.session.flush()
    return series


def _write(plan: Plan, day: date, series: AgendaSeries | None, by: User) -> AgendaSession:
    starts_at = agenda.moment_of(day, plan.starts, plan.unit.zone)
    places = agenda.places(starts_at, plan.slot_minutes, plan.first, plan.returns)
    ends_at = starts_at + timedelta(minutes=plan.slot_minutes * len(places))
    hold_to_one_place(plan.specialist, plan.specialist_name, plan.unit, day, (starts_at, ends_at))
    if plan.specialist is not None:
        hold_to_presence(plan.specialist, day, starts_at, ends_at, "without" if plan.rule else "first_day")
    session = AgendaSession(
        ref=new_ref("AG"),
        series_id=series.id if series else None,
        unit_id=plan.unit.id,
        specialty_id=plan.specialty.id,
        specialist_id=plan.specialist.id if plan.specialist else None,
        specialist_name=plan.specialist_name,
        room=plan.room,
        day=day,
        starts_at=starts_at,
        ends_at=ends_at,
        slot_minutes=plan.slot_minutes,
        zone=plan.unit.zone,
        created_at=clock.now(),
        created_by_id=by.id,
        slots=[
            AgendaSlot(specialty_id=plan.specialty.id, number=place.number, at=place.at, kind=place.kind)
            for place in places
        ],
    )
    db.session.add(session)
    return session


def cancel_session(session: AgendaSession, why: str, *, by: User) -> int:
    """Cancel a session; everybody booked in it goes back to the list with their age, and their units are told.

    Returns:
        How many went back.

    Raises:
        Refused: it was cancelled or begun already, or there is no reason.
    """
    hold_to_reason(why)
    if session.cancelled_at is not None:
        raise Refused(N_("Esta agenda já foi cancelada."))
    if session.starts_at <= clock.now():
        raise Refused(N_("Esta agenda já começou: anote a presença de cada um."))
    session.cancelled_at, session.cancelled_by_id, session.cancelled_why = clock.now(), by.id, why
    for slot in session.slots:
        slot.blocked_at, slot.blocked_by_id, slot.blocked_why = clock.now(), by.id, why
    db.session.flush()
    held = holding(session)
    for request in held:
        release(request, why, by=by)
    audit.record("system", "agenda.cancel", by_id=by.id, subject=session.ref, released=len(held), why=audit.digest(why))
    return len(held)


def holding(session: AgendaSession) -> list[BookingRequest]:
    """Return the requests that hold a slot of a session, read after its slots were written.

    Whoever took a slot a moment before this transaction wrote it is among them; nobody can take one after.
    """
    slots = select(AgendaSlot.request_id).where(AgendaSlot.session_id == session.id)
    query = select(BookingRequest).where(BookingRequest.id.in_(slots.where(AgendaSlot.request_id.is_not(None))))
    return list(db.session.scalars(query.order_by(BookingRequest.id)))


def block(slot: AgendaSlot, why: str, *, by: User) -> None:
    """Block a slot; who was booked in it goes back to the list.

    Raises:
        Refused: it is past or blocked already, or there is no reason.
    """
    hold_to_reason(why)
    if slot.blocked_at is not None:
        raise Refused(N_("Este horário já está bloqueado."))
    if slot.at <= clock.now():
        raise Refused(N_("Este horário já passou. Escolha outro."))
    slot.blocked_at, slot.blocked_by_id, slot.blocked_why = clock.now(), by.id, why
    db.session.flush()
    held = db.session.scalar(select(AgendaSlot.request_id).where(AgendaSlot.id == slot.id))
    if held is not None:
        release(db.session.get_one(BookingRequest, held), why, by=by)
    audit.record("system", "agenda.block", by_id=by.id, subject=slot.session.ref, number=slot.number)


def unblock(slot: AgendaSlot, *, by: User) -> None:
    """Open a blocked slot again; it is offered to the next on the list.

    Raises:
        Refused: it is not blocked, or its session was cancelled.
    """
    if slot.blocked_at is None or slot.session.cancelled_at is not None:
        raise Refused(N_("Este horário não está bloqueado."))
    slot.blocked_at, slot.blocked_by_id, slot.blocked_why = None, None, ""
    db.session.flush()
    audit.record("system", "agenda.unblock", by_id=by.id, subject=slot.session.ref, number=slot.number)
    offer_next(slot)


def add_place(session: AgendaSession, *, number: int, by: User) -> AgendaSlot:
    """Add a place beyond the session's own, at the hour of one of its slots: overbooking, applied by a person.

    Raises:
        Refused: the session is past or cancelled, it has no such slot or it is blocked, or it has as many more as the
            management allows.
    """
    beside = next((slot for slot in session.slots if slot.number == number and slot.blocked_at is None), None)
    if session.cancelled_at is not None or session.starts_at <= clock.now() or beside is None:
        raise Refused(N_("Esta agenda não aceita mais vagas."))
    cap = settings.number("overbooking_cap")
    if sum(slot.extra for slot in session.slots) >= cap:
        raise Refused(N_("A gerência permite no máximo %(cap)d vagas a mais por agenda."), field="extra", cap=cap)
    slot = AgendaSlot(
        specialty_id=session.specialty_id,
        number=max(slot.number for slot in session.slots) + 1,
        at=beside.at,
        kind=beside.kind,
        extra=True,
    )
    session.slots.append(slot)
    db.session.flush()
    audit.record("system", "agenda.add_place", by_id=by.id, subject=session.ref, number=slot.number)
    offer_next(slot)
    return slot


def add_places(session: AgendaSession, count: int, *, by: User) -> None:
    """Add so many places, each beside a first visit that has none beside it yet, earliest first.

    Raises:
        Refused: as for `add_place`, or there are fewer first visits beside which to add; then none is added.
    """
    taken = {slot.at for slot in session.slots if slot.extra}
    own = [slot for slot in session.slots if not slot.extra and slot.kind == Kind.FIRST and slot.blocked_at is None]
    if count > len(own):
        raise Refused(
            N_("Primeiras consultas abertas nesta agenda: %(own)d. Não cabem mais vagas do que elas."),
            "extra",
            own=len(own),
        )
    for slot in sorted(own, key=lambda slot: (slot.at in taken, slot.at))[:count]:
        add_place(session, number=slot.number, by=by)


def hold_to_reason(why: str) -> None:
    """Ask for a reason of a bearable length.

    Raises:
        Refused: there is none, or it is too long.
    """
    if not why:
        raise Refused(N_("Falta informar: %(what)s."), field="why", what=N_("o motivo"))
    if len(why) > REASON:
        raise Refused(N_("Use no máximo %(limit)s caracteres."), field="why", limit=REASON)

"""The agenda of the demonstration and what became of its referrals: one is booked, one offered, one waits, one was missed."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial

from sqlalchemy import Select, select

from teleconsult import clock
from teleconsult.bookings import actions, queries
from teleconsult.bookings.agenda import weekly
from teleconsult.bookings.models import BookingRequest
from teleconsult.bookings.models_agenda import AgendaSlot
from teleconsult.bookings.steps import Channel
from teleconsult.demo.teller import Teller
from teleconsult.extensions import db
from teleconsult.network.models import HealthUnit
from teleconsult.shifts.calendar import local_day

DESK = "rosangela-lima"
UNIT = "policlinica-lessa-de-andrade"
PUBLISHED = timedelta(days=50)
AHEAD = timedelta(days=35)

SESSIONS = (
    # specialty, specialist, weekday (0 is Monday), first minute, first visits, returns, room
    ("otorrinolaringologia", "nadia-reis", 0, 8 * 60, 5, 2, "Sala 3"),
    ("ginecologia-obstetricia", "beatriz-coutinho", 1, 13 * 60, 5, 2, "Sala 1"),
    ("dermatologia", "lia-cordeiro", 2, 8 * 60, 6, 2, "Sala 4"),
    ("reumatologia", "olga-farias", 3, 8 * 60 + 30, 5, 2, "Sala 2"),
    ("cardiologia", "hugo-lacerda", 4, 14 * 60, 5, 2, "Sala 2"),
)  # fmt: skip

Act = Callable[[], None]


def agenda(teller: Teller) -> Iterator[tuple[timedelta, Act]]:
    """Yield what happens to the visits, with how long ago."""
    yield PUBLISHED, partial(_publish, teller)
    days, hours = timedelta(days=1), timedelta(hours=1)
    phone = "Marcada por telefone."
    came, missed = 17 * days + 5 * hours, 14 * days
    yield 45 * days, partial(_book_before, teller, "concluido-colposcopia", came, "Marcada por telefone pela unidade.")
    yield came, partial(_mark, teller, "concluido-colposcopia", came=True)
    yield 36 * days, partial(_book_before, teller, "concluido-sem-consulta-lombalgia", missed, phone)
    yield missed, partial(_mark, teller, "concluido-sem-consulta-lombalgia", came=False)
    yield 13 * days, partial(_book_after, teller, "com-consultor-encaminhamento-suspenso", 3 * days, phone)
    why = "Doença em atividade."
    yield 6 * days, partial(_book_after, teller, "presencial-artrite-reumatoide", 2 * days, why, "marina-alves")
    yield 3 * hours, partial(_offer, teller, "presencial-lesao-pigmentada")


def _publish(teller: Teller) -> None:
    unit = db.session.scalars(select(HealthUnit).where(HealthUnit.slug == UNIT)).one()
    today = local_day(clock.now(), unit.zone)
    for slug, key, weekday, starts, first, returns, room in SESSIONS:
        person = teller.people[key]
        plan = actions.Plan(
            unit=unit,
            specialty=teller.specialties[slug],
            specialist=person,
            specialist_name=person.full_name,
            first_day=today,
            starts=starts,
            slot_minutes=30,
            first=first,
            returns=returns,
            room=room,
            rule=weekly([weekday]),
            until=today + PUBLISHED + AHEAD,
        )
        actions.publish(plan, by=teller.people[DESK])


def _request(teller: Teller, key: str) -> BookingRequest:
    return queries.requests_of(teller.cases[key].id)[-1]


def _first_after(teller: Teller, request: BookingRequest, span: timedelta) -> AgendaSlot:
    """Return the first free slot from a span after now on."""
    later = _free(request).where(AgendaSlot.at > teller.now + span)
    return db.session.scalars(later.order_by(AgendaSlot.at).limit(1)).one()


def _last_before(teller: Teller, request: BookingRequest, span: timedelta) -> AgendaSlot:
    """Return the last free slot before a span ago, on whichever weekday that was, after holidays or not."""
    earlier = _free(request).where(AgendaSlot.at < teller.now - span)
    return db.session.scalars(earlier.order_by(AgendaSlot.at.desc()).limit(1)).one()


def _free(request: BookingRequest) -> Select[AgendaSlot]:
    return select(AgendaSlot).where(
        AgendaSlot.specialty_id == request.specialty_id,
        AgendaSlot.kind == request.kind,
        AgendaSlot.at > clock.now(),
        AgendaSlot.request_id.is_(None),
        AgendaSlot.blocked_at.is_(None),
    )


def _book_before(teller: Teller, key: str, span: timedelta, why: str) -> None:
    request = _request(teller, key)
    _book(teller, request, _last_before(teller, request, span), why, DESK)


def _book_after(teller: Teller, key: str, span: timedelta, why: str, by: str = DESK) -> None:
    request = _request(teller, key)
    _book(teller, request, _first_after(teller, request, span), why, by)


def _book(teller: Teller, request: BookingRequest, slot: AgendaSlot, why: str, by: str) -> None:
    terms = actions.Terms(Channel.PHONE if by == DESK else Channel.SCREEN, day_why=why)
    actions.book(request, slot.id, terms, by=teller.people[by])


def _mark(teller: Teller, key: str, *, came: bool) -> None:
    request, by = _request(teller, key), teller.people[DESK]
    if came:
        actions.attend(request, by=by)
    else:
        actions.miss(request, "transport", by=by)


def _offer(teller: Teller, key: str) -> None:
    request = _request(teller, key)
    actions.offer(request, _first_after(teller, request, timedelta(days=2)), by=teller.people[DESK])

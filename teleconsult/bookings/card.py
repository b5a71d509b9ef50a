"""What the case page and the page of a booking request show of it: where it stands, when, where, and what can be done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from teleconsult import clock, events
from teleconsult.bookings import queries, steps
from teleconsult.bookings.models import Booking, BookingEvent, BookingOffer, BookingRequest
from teleconsult.bookings.models_agenda import AgendaSession
from teleconsult.bookings.steps import ABSENCES, CHANNEL_WORDS, KIND_WORDS, LISTED, TAKEN_AWAY, State
from teleconsult.bookings.unattended import reasons
from teleconsult.bookings.words import end_of, mark_of, visit_time, visits_of
from teleconsult.bookings.world import facts_for, last_booking, standing_offer
from teleconsult.cases.access import Sight
from teleconsult.cases.models import Case
from teleconsult.cases.rows import Moment, called
from teleconsult.cases.withheld import is_withheld
from teleconsult.extensions import db
from teleconsult.network import alternatives
from teleconsult.people.models import User
from teleconsult.web.messages import gettext as _
from teleconsult.web.words import in_language, localday, localtime, short_span

PRESSED = frozenset({"refuse", "requeue"})


@dataclass(frozen=True)
class Card:
    """One request in words. `gone` was so and is no more: the visit that was booked and called off.

    On the waiting list it is the visit that a changed agenda took away: its patient may still set out for it.

    `doors` are what this person may do: verb, words, icon, address, pressed or a page.
    """

    request: BookingRequest
    mark: Mapping[str, str]
    title: str
    facts: Sequence[tuple[str, str]]
    gone: Sequence[tuple[str, str]]
    said: str
    doors: Sequence[Mapping[str, Any]]

    @property
    def main(self) -> str:
        """Return the verb of the one filled button, if there is one."""
        first = self.doors[0]["verb"] if self.doors else ""
        return first if first in FILLED else ""

    @property
    def whose(self) -> str:
        """Return the patient and the unit as the lists call them: several windows of several patients stand open at once."""
        return f"{called(self.request.case, Sight.ROUTING, Moment())} · {self.request.unit.name}"  # type: ignore[arg-type]  # the columns of a row


FILLED = frozenset({"accept", "book", "requeue"})
"""Doors that bring the request on: the first of them is the filled button wherever the card stands."""

DOORS = (
    ("accept", "check"),
    ("book", "calendar"),
    ("move", "swap"),
    ("cancel", "cancelled"),
    ("refuse", "undo"),
    ("requeue", "reopen"),
    ("close_unseen", "stop"),
    ("reopen", "reopen"),
)


def card_of(request: BookingRequest, user: User) -> Card:
    """Return one request as this person may see it and act on it."""
    # What has only been listed was never booked: its page asks for no booking.
    last = last_booking(request) if request.state not in LISTED or request.steps > 1 else None
    offer = standing_offer(request)
    booking = last if request.state not in LISTED else None
    taken = last if last is not None and _is_taken_away(request, last) else None
    off = taken or (booking if booking is not None and _is_off(booking) else None)
    return Card(
        request=request,
        mark=mark_of(request.state, request.ended_how),
        title=_(KIND_WORDS[steps.Kind(request.kind)]),
        facts=_facts(request, booking, offer),
        gone=_when(off.at, off.session) if off is not None else [],
        said=" ".join(filter(None, (_said_of_visit(taken, offer), _said(request)))),
        doors=_doors(request, user, offer),
    )


def _is_off(booking: Booking) -> bool:
    """Tell whether a visit was called off: its day is over only for one to which nobody came."""
    return booking.ended_at is not None and booking.ended_how != "missed"


def _is_taken_away(request: BookingRequest, booking: Booking) -> bool:
    """Tell whether a changed agenda put a request back on the list, and the hour of its visit is still to come."""
    return request.state in LISTED and booking.ended_how == "released" and booking.at > clock.now()


def _said_of_visit(taken: Booking | None, offer: BookingOffer | None) -> str:
    """Return what the patient must hear of a visit that will not be, and why nobody would hold the one that is offered."""
    if taken is not None:
        return str(_(TAKEN_AWAY))
    session = offer.slot.session if offer is not None else None
    return reasons([session]).get(session.id, "") if session is not None else ""


def _facts(request: BookingRequest, booking: Booking | None, offer: BookingOffer | None) -> list[tuple[str, str]]:
    specialty = request.specialty
    found = [(str(_("Especialidade")), in_language(specialty.name_pt, specialty.name_en))]
    if request.state == State.ENDED:
        found.append((str(_("Por que foi encerrada")), end_of(request.ended_how)))
    if booking is not None and not _is_off(booking):
        found += _when(booking.at, booking.session)
        channel = CHANNEL_WORDS[steps.Channel(booking.channel)]
        found.append((str(_("Marcada em")), f"{localtime(booking.booked_at)}, {_(channel)}"))
        if request.state == State.BOOKED and booking.at <= clock.now():
            found.append((str(_("Presença")), str(_("ainda não anotada"))))
        if booking.cause:
            found.append((str(_("Por que faltou")), str(_(ABSENCES[booking.cause]))))
    if offer is not None:
        found += [*_when(offer.slot.at, offer.slot.session), (str(_("Aceite até")), localtime(offer.expires_at))]
    if request.return_when:
        found.append((str(_("Retorno pedido para")), _asked_for(request)))
    return [*found, *_place(request)]


def _asked_for(request: BookingRequest) -> str:
    """Return the specialist's own words, and while it waits from which day on they are taken to mean."""
    if request.wanted_from is None or request.state not in LISTED:
        return request.return_when
    return _("%(when)s: a partir de %(day)s", when=request.return_when, day=localday(request.wanted_from))


def _when(at: datetime, session: AgendaSession) -> list[tuple[str, str]]:
    where = ", ".join(filter(None, (session.unit.name, session.room)))
    return [
        (str(_("Dia e hora")), visit_time(at, session.zone)),
        (str(_("Onde")), where),
        (str(_("Com quem")), session.specialist_name),
    ]


def _place(request: BookingRequest) -> list[tuple[str, str]]:
    """Return the place on the list and the age while it waits; the expected date unless a slot is offered, which has one."""
    if request.state not in LISTED:
        return []
    ahead = queries.ahead_of(request)
    age = short_span((clock.now() - request.since).total_seconds())
    place = _("%(place)dº", place=ahead.listed + 1) if ahead.listed else _("1º: é o próximo")
    found = [(str(_("Lugar na lista")), str(place)), (str(_("Na lista há")), age)]
    return (
        found
        if request.state == State.OFFERED
        else [*found, (str(_("Data prevista")), _expected(request, ahead.unserved))]
    )


def _expected(request: BookingRequest, unserved: int) -> str:
    expected = queries.expected_for(request, unserved + 1)
    if expected.day is None:
        return str(_("ainda não há agenda publicada que alcance este lugar da lista"))
    if expected.published:
        return str(_("%(day)s, pela agenda publicada", day=localday(expected.day)))
    return str(_("por volta de %(day)s, no ritmo da agenda", day=localday(expected.day)))


def _said(request: BookingRequest) -> str:
    """Return what whoever books must know: that the case is withheld, or that the municipality has no such specialty."""
    if request.state in LISTED and is_withheld(request.case_id):
        return str(
            _("O paciente retirou o consentimento: quem o atender não verá o caso. Entregue o encaminhamento impresso.")
        )
    specialty = request.specialty
    if specialty.municipal_reference == "1" or request.state not in LISTED or not specialty.alternative:
        return ""
    return alternatives.shown(specialty.alternative)


def _doors(request: BookingRequest, user: User, offer: BookingOffer | None) -> list[dict[str, Any]]:
    open_now = steps.open_verbs(request, user, facts_for(request, user))
    words = {
        "accept": _("Aceitar a vaga"),
        "book": _("Escolher outro horário") if offer is not None else _("Marcar a consulta"),
        "move": _("Mudar o horário"),
        "cancel": _("Desmarcar"),
        "refuse": _("Recusar a vaga"),
        "requeue": _("Voltar à lista de espera"),
        "close_unseen": _("Encerrar o retorno"),
        "reopen": _("Desfazer o encerramento"),
    }
    verbs = open_now | ({"accept"} if offer is not None and "book" in open_now else set())
    return [
        {
            "verb": verb,
            "label": str(words[verb]),
            "icon": icon,
            "url": url_for(f"bookings.{verb}", ref=request.ref),
            "post": verb in PRESSED or verb == "accept",
        }
        for verb, icon in DOORS
        if verb in verbs
    ]


def history(request: BookingRequest) -> list[dict[str, Any]]:
    """Return the history of a request in words, newest first."""
    return _lines(request, _events(request).limit(200))


def last_step(request: BookingRequest) -> dict[str, Any]:
    """Return the last line of the history by which anything changed: a reminder was in nobody's way."""
    return _lines(request, _events(request).where(BookingEvent.verb.not_in(steps.REMINDERS)).limit(1))[0]


def _lines(request: BookingRequest, query: Any) -> list[dict[str, Any]]:
    people = {row.id: row for row in db.session.scalars(select(User).where(User.id.in_(_actors(request))))}
    there = queries.zone_of_visits(request)
    return [
        {
            "by_id": row.by_id,
            "who": people[row.by_id].full_name if row.by_id else str(_("Sistema")),
            "did": _did(row, there),
            "at": row.at,
            "said": row.said if row.verb != "end" else "",
            "mark": mark_of(row.state, row.data.get("how", "")),
        }
        for row in db.session.scalars(query)
    ]


def _did(event: BookingEvent, there: str) -> str:
    why = end_of(event.data.get("how", ""))
    word = str(_(steps.DONE_WORDS[event.verb]))
    if why:
        return str(_("%(label)s: %(words)s", label=word, words=why))
    when = visits_of(event.data, there)
    return f"{word} ({when})" if when else word


def _events(request: BookingRequest) -> Any:
    return select(BookingEvent).where(BookingEvent.request_id == request.id).order_by(BookingEvent.number.desc())


def _actors(request: BookingRequest) -> Any:
    return select(BookingEvent.by_id).where(BookingEvent.request_id == request.id, BookingEvent.by_id.is_not(None))


@events.panel("case", order=10)
def booking_panel(case: Case, user: User, sight: Sight, **_facts: Any) -> dict[str, Any] | None:
    """Return the in-person part of the case page: the visits that its referrals asked for."""
    if case.escalated_by_id is None or sight not in (Sight.FULL, Sight.ROUTING):
        return None
    found = db.session.scalars(
        select(BookingRequest)
        .where(BookingRequest.case_id == case.id)
        .options(joinedload(BookingRequest.specialty), joinedload(BookingRequest.unit))
        .order_by(BookingRequest.id.desc())
    ).all()
    if not found:
        return None
    cards = [card_of(request, user) for request in found]
    filled = next((number for number, card in enumerate(cards) if card.main), None)
    return {"template": "bookings/panel.html", "cards": cards, "filled": filled}


def address(base: str, **kept: str) -> str:
    """Return an address with the filters that are not empty."""
    query = urlencode({name: value for name, value in kept.items() if value})
    return f"{base}?{query}" if query else base

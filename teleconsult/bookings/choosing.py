"""The free slots among which a page lets a person choose: from a day on, by whole days, so that none is out of reach."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import request, url_for

from teleconsult import clock
from teleconsult.bookings import queries, unattended
from teleconsult.bookings.models import BookingOffer, BookingRequest
from teleconsult.bookings.words import visit_time
from teleconsult.bookings.world import standing_offer
from teleconsult.people.access import Permission
from teleconsult.people.gate import current_user
from teleconsult.shifts.asked import day_of
from teleconsult.shifts.calendar import local_day
from teleconsult.web.messages import gettext as _
from teleconsult.web.words import localday

MOST = 120
"""Slots of one page: it ends with a day, unless one day alone has more."""


@dataclass(frozen=True)
class Choice:
    """The slots of a page, as number and words; from which day, and the pages before and after it ('' where there is none)."""

    slots: list[tuple[int, str]]
    says: str
    first: str
    later: str


def choice_for(found: BookingRequest) -> Choice:
    """Return the slots that the address asks for; a return begins where it is wanted, everything else today.

    Those kept for a higher priority are left out, but for those who may override.
    """
    asked = day_of(request.args.get("from", ""))
    today = local_day(clock.now(), found.unit.zone)
    offer = standing_offer(found)
    begins = max(asked or _wanted_from(found, offer) or today, today)
    rows = queries.free_slots(found.specialty_id, found.kind, skip=_skipped(found, begins), limit=MOST, day=begins)
    ends = rows[queries.NEXT - 1].day if len(rows) > queries.NEXT else None
    shown = [row for row in rows if ends is None or row.day <= ends]
    more = ends is not None and (len(shown) < len(rows) or len(rows) == MOST)
    why = unattended.reasons(shown)
    mine = (
        offer is not None and offer.slot.session.day >= begins
    )  # on a later page it would stand below words that say later
    slots = [(offer.slot_id, _words(offer.slot.at, offer.slot.session))] if offer is not None and mine else []
    slots += [(row.id, _words(row.at, row, why.get(row.id, ""))) for row in shown]
    return Choice(
        slots,
        _says(found, begins, some=bool(slots)) if begins > today else "",
        _page(found, today) if begins > today else "",
        _page(found, ends + timedelta(days=1)) if more and ends is not None else "",
    )


def _wanted_from(found: BookingRequest, offer: BookingOffer | None) -> date | None:
    """Return the day on which a return is wanted, or the earlier one to which the agenda of its offered slot was moved."""
    if found.wanted_from is None or offer is None:
        return found.wanted_from
    return min(found.wanted_from, offer.slot.session.day)


def _skipped(found: BookingRequest, begins: date) -> int:
    """Return how many slots of a page are kept for others: the next ones are, and some may lie before its first day."""
    if Permission.OVERRIDE_BOOKINGS in current_user.permissions:
        return 0
    kept = queries.kept_for_others(found)
    return max(0, kept - queries.free_before_day(found, begins)) if kept else 0


def _says(found: BookingRequest, begins: date, *, some: bool) -> str:
    if not some:
        return _("Não há vaga livre publicada a partir de %(day)s", day=localday(begins))
    if begins == found.wanted_from:
        return _(
            "O retorno foi pedido para %(when)s. Abaixo, os horários a partir de %(day)s",
            when=found.return_when,
            day=localday(begins),
        )
    return _("Abaixo, os horários a partir de %(day)s", day=localday(begins))


def _page(found: BookingRequest, day: date) -> str:
    """Return the address of the same page from another day on; it keeps the list that the page leads back to."""
    kept: dict[str, Any] = {name: request.args[name] for name in ("day", "sheet") if name in request.args}
    return url_for(request.endpoint or "", ref=found.ref, **kept | {"from": day.isoformat()})


def _words(at: Any, session: Any, why: str = "") -> str:
    words = ", ".join(filter(None, (visit_time(at, session.zone), session.specialist_name, session.room)))
    return f"{words}. {why}" if why else words

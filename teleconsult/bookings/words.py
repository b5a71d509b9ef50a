"""The marks of a booking request, and the hour of a visit: that of the clocks where the patient goes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from teleconsult.bookings.steps import ENDED_WORDS, STATE_WORDS, State
from teleconsult.cases.actions import UNSEEN_CAUSES
from teleconsult.errors import N_
from teleconsult.web.messages import gettext as _
from teleconsult.web.words import localclock, localtime, zone

TONES = {
    State.WAITING: ("is-submitted", "clock"),
    State.OFFERED: ("is-awaiting", "soon"),
    State.BOOKED: ("is-inperson", "calendar"),
    State.ATTENDED: ("is-concluded", "done"),
    State.MISSED: ("is-red", "warn"),
    State.CANCELLED: ("is-cancelled", "cancelled"),
    State.ENDED: ("is-cancelled", "stop"),
}


def mark_of(state: str, ended_how: str = "") -> dict[str, str]:
    """Return how a state looks: word (a message id), tone and icon."""
    tone, icon = TONES[State(state)]
    word = N_("Cancelada") if ended_how == "called_off" else STATE_WORDS[State(state)]
    return {"word": word, "tone": tone, "icon": icon}


def end_of(ended_how: str) -> str:
    """Return why a request ended, with its referral or as a return that nobody wants; '' where its state says it all."""
    words = ENDED_WORDS | UNSEEN_CAUSES
    return str(_(words[ended_how])) if ended_how in words else ""


def visit_time(at: datetime | None, there: str | None) -> str:
    """Show when a visit is on the clocks of its place, whoever reads it: 'sex., 21 nov., 14:00'."""
    return localtime(_on_clocks_of(at, there)) if at is not None and there else ""


def visits_of(told: Mapping[str, Any], there: str) -> str:
    """Show the hour that a line of the history is about, or both of a visit that was moved; '' where it tells none."""
    before, after = (visit_time(_moment(told.get(name)), there) for name in ("from", "at"))
    if before and after:
        return str(_("de %(before)s para %(after)s", before=before, after=after))
    return before or after


def _moment(text: Any) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def visit_clock(at: datetime, there: str) -> str:
    """Show the time of day of a visit on the clocks of its place: '14:00'."""
    return localclock(_on_clocks_of(at, there))


def _on_clocks_of(at: datetime, there: str) -> datetime:
    """Return the moment at which the reader's clocks show what the place's clocks show at the visit."""
    return at.astimezone(ZoneInfo(there)).replace(tzinfo=zone())

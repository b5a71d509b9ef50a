"""The trails of the record in words: of which case, person or thing the chain is in which an event stands."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from teleconsult.errors import N_
from teleconsult.extensions import db
from teleconsult.people.models import User
from teleconsult.web.messages import gettext as _

WORDS = {
    "case": N_("caso %(of)s"),
    "person": N_("conta de %(of)s"),
    "reader": N_("leituras de %(of)s"),
    "patient": N_("cadastro %(of)s"),
    "shift": N_("turno %(of)s"),
    "series": N_("série %(of)s"),
    "leave": N_("afastamento %(of)s"),
    "room": N_("sala %(of)s"),
    "system": N_("rede"),
}
"""What each kind of trail is called."""

OF_PEOPLE = ("person", "reader")


def trails_of(rows: Iterable[Any]) -> dict[str, str]:
    """Return the trails of some events in words, by their names; whose account or reading it is, by name."""
    parted = {row.stream: row.stream.partition(":") for row in rows}
    refs = {ref for kind, _colon, ref in parted.values() if kind in OF_PEOPLE}
    people = db.session.execute(select(User.ref, User.title, User.name).where(User.ref.in_(refs))) if refs else ()
    names = {row.ref: f"{row.title} {row.name}".strip() for row in people}
    return {
        stream: _(WORDS[kind], of=names.get(ref, ref) if kind in OF_PEOPLE else ref) if kind in WORDS else stream
        for stream, (kind, _colon, ref) in parted.items()
    }

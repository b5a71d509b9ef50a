"""The record as its screens ask for it: filters from the address, newest first, paged by key."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as day_time
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, cast, false, or_, select
from sqlalchemy.orm import aliased

from teleconsult import audit
from teleconsult import events as hub
from teleconsult.audit import AuditEvent
from teleconsult.extensions import db
from teleconsult.people.models import User
from teleconsult.record.words import ALL_READS, BESIDE, READS
from teleconsult.typed import fold
from teleconsult.web.words import zone

BY_TIME = ((AuditEvent.at, True), (AuditEvent.id, True))
NAMESAKES = 12
"""How many people of a name are offered to choose from."""

PIECE = 1000
ON_LISTS = ("TC-", "PA-")
"""How the references begin that an event may name beside what it is about."""

Other = aliased(User)


@dataclass(frozen=True)
class Filters:
    """What of the record is wanted. `person` is a reference; `about` the reference of a thing."""

    since: date | None = None
    until: date | None = None
    word: str = ""
    person: str = ""
    about: str = ""

    def args(self) -> dict[str, str]:
        """Return the filters as an address carries them, and as the record keeps that they were asked."""
        given = {
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
            "event": self.word,
            "person": self.person,
            "about": self.about,
        }
        return {name: value for name, value in given.items() if value}


def events(filters: Filters) -> Select[*tuple[Any, ...]]:
    """Return the query of what the filters ask for, without order; whom it names are read with it."""
    columns = (
        AuditEvent.id,
        AuditEvent.at,
        AuditEvent.word,
        AuditEvent.subject,
        AuditEvent.address,
        AuditEvent.stream,
        AuditEvent.number,
    )
    return (
        select(
            *columns,
            User.ref.label("by_ref"),
            User.title.label("by_title"),
            User.name.label("by_name"),
            Other.ref.label("for_ref"),
            Other.title.label("for_title"),
            Other.name.label("for_name"),
        )
        .outerjoin(User, User.id == AuditEvent.user_id)
        .outerjoin(Other, Other.id == AuditEvent.for_id)
        .where(*_conditions(filters))
    )


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.since:
        found.append(AuditEvent.at >= _midnight(filters.since))
    if filters.until:
        found.append(AuditEvent.at < _midnight(filters.until + timedelta(days=1)))
    if filters.word == ALL_READS:
        found.append(AuditEvent.word.in_(sorted(READS)))
    elif filters.word:
        found.append(AuditEvent.word == filters.word)
    if filters.person:
        who = select(User.id).where(User.ref == filters.person).scalar_subquery()
        found.append(AuditEvent.user_id == who)
    if filters.about:
        found.append(_about([filters.about, *further(filters.about)]))
    return found


def _about(refs: Sequence[str]) -> ColumnElement[bool]:
    """Return what holds of events that are about one of these things, or of a list or a page that named it."""
    subject = AuditEvent.subject.in_([audit.fitting(ref) for ref in refs])
    if not refs[0].startswith(ON_LISTS):
        return subject
    data = cast(AuditEvent.data, Text)
    named = or_(false(), *(data.contains(f'"{ref}"', autoescape=True) for ref in refs))
    lists = select(AuditEvent.id).where(AuditEvent.word.in_(sorted(BESIDE)), named)
    return or_(subject, AuditEvent.id.in_(lists))


def further(about: str) -> list[str]:
    """Return the references of what else a thing is about: of a patient, the cases and the joined records (floors above know)."""
    return [ref for refs in hub.panels("record.about", ref=about) for ref in refs]


def reasons_of(rows: Iterable[Any]) -> dict[int, str]:
    """Return why somebody opened what is not theirs to read, by the number of the event; the record keeps a digest of it."""
    return {number: why for found in hub.panels("record.reasons", rows=list(rows)) for number, why in found.items()}


def _midnight(day: date) -> datetime:
    """Return when a day begins where the reader is."""
    return datetime.combine(day, day_time(), zone())


def newest(filters: Filters, limit: int) -> list[Any]:
    """Return the newest events that the filters ask for."""
    return list(db.session.execute(_ordered(events(filters)).limit(limit)).all())


def every(filters: Filters) -> Iterator[Sequence[Any]]:
    """Yield every event that the filters ask for, newest first, a thousand at a time: constant memory."""
    query, last = _ordered(events(filters)).limit(PIECE), None
    while True:
        further = query if last is None else query.where(_before(last))
        rows = db.session.execute(further).all()
        yield rows
        if len(rows) < PIECE:
            db.session.rollback()
            return
        last = rows[-1]


def _ordered(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return query.order_by(AuditEvent.at.desc(), AuditEvent.id.desc())


def _before(row: Any) -> ColumnElement[bool]:
    return or_(AuditEvent.at < row.at, and_(AuditEvent.at == row.at, AuditEvent.id < row.id))


def people_called(text: str) -> list[Any]:
    """Return the people whom a reference, an e-mail or words of a name mean, by name; a few, and one more."""
    text = text.strip()
    columns = (User.ref, User.title, User.name)
    exact = db.session.execute(select(*columns).where(or_(User.ref == text.upper(), User.email == text.lower()))).all()
    if exact or not text:
        return list(exact)
    named = [User.search_key.contains(word, autoescape=True) for word in fold(text).split()]
    if not named:
        return []
    return list(
        db.session.execute(select(*columns).where(*named).order_by(User.search_key, User.id).limit(NAMESAKES + 1))
    )

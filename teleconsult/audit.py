"""The record: append-only streams, each event carrying the keyed hash of the one before.

One stream per case (`case:TC-…`) for actions; one per person (`reader:…`) for what they read, so that
looking never collides with acting; and `system` for the rest. An event holds kinds, references and
row numbers, never clinical text or a patient's name. Appending advances the head of the stream by a
conditional update, in the transaction of its cause: an action whose record fails does not happen.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import groupby
from typing import Any, NamedTuple, cast

from flask import current_app, has_request_context, request
from sqlalchemy import (
    JSON,
    ForeignKey,
    Index,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from teleconsult import clock
from teleconsult.columns import UTCDateTime, any_text, as_found
from teleconsult.extensions import Model, db, dialect_name, read, write
from teleconsult.statements import kept_upsert

START = "0" * 64
TRIES = 50
SUBJECT_LENGTH = 40
LARGEST_GAP = 1000
"""Of more events that were removed, and whose numbers others have since, the first place shows as changed."""


class AuditHead(Model):
    """The end of one stream: how long it is, and the hash of its last event."""

    __tablename__ = "audit_heads"

    stream: Mapped[str] = mapped_column(String(40), primary_key=True)
    length: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))


class AuditEvent(Model):
    """One recorded thing. The database refuses to change or remove it."""

    __tablename__ = "audit_events"
    __table_args__ = (
        UniqueConstraint("stream", "number"),
        Index("ix_audit_events_at", "at", "id"),
        Index("ix_audit_events_user_id", "user_id", "at", "id"),
        Index("ix_audit_events_subject", "subject", "at", "id"),
        Index("ix_audit_events_word", "word", "at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    stream: Mapped[str] = mapped_column(String(40))
    number: Mapped[int]
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    word: Mapped[str] = mapped_column(String(40))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    for_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    subject: Mapped[str] = mapped_column(String(SUBJECT_LENGTH), default="")
    address: Mapped[str] = mapped_column(String(45), default="", info={"personal": True})
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    hash: Mapped[str] = mapped_column(String(64))


class Head(NamedTuple):
    """Where a stream ends: how many events, and the hash of the last."""

    length: int
    hash: str


_heads, _events = cast(Table, AuditHead.__table__), cast(Table, AuditEvent.__table__)
# Made once and below the ORM: every page that shows a case runs the three of them.
_HEAD = select(_heads.c.length, _heads.c.hash).where(_heads.c.stream == bindparam("of"))
_ADVANCE = (
    update(_heads)
    .where(_heads.c.stream == bindparam("of"), _heads.c.length == bindparam("was"))
    .values(length=bindparam("becomes"), hash=bindparam("last"))
    .execution_options(preserve_rowcount=True)
)
_EVENT = insert(_events).inline()


@dataclass(frozen=True)
class Flaw:
    """Where a stream is not whole: `number` is the first event that does not agree."""

    stream: str
    number: int
    what: str


def record(
    stream: str,
    word: str,
    *,
    by_id: int | None = None,
    for_id: int | None = None,
    subject: str = "",
    **data: Any,
) -> None:
    """Append one event to a stream, inside the transaction of the caller.

    `data` must be JSON and hold no clinical text and no patient's name; `digest()` stands for text.

    Raises:
        RuntimeError: the head of the stream could not be advanced (its transaction must not commit).
    """
    row: dict[str, Any] = {
        "stream": stream,
        "at": clock.now(),
        "word": word,
        "user_id": by_id,
        "for_id": for_id,
        "subject": fitting(subject),
        "address": (request.remote_addr or "") if has_request_context() else "",
        "data": data,
    }
    for _ in range(TRIES):
        head = next(iter(read(_HEAD, {"of": stream})), None)
        length, before = head or (0, START)
        row |= {"number": length + 1}
        row["hash"] = _link(before, row)
        if head is None:
            if not _open_stream(stream, row["hash"]):
                continue
        elif not _advance(stream, length, row["hash"]):
            continue
        write(_EVENT, row)
        return
    raise RuntimeError("the audit stream could not be advanced")


def fitting(subject: str) -> str:
    """Return a reference as the record keeps it: one that is longer than its column by its beginning and a digest."""
    if len(subject) <= SUBJECT_LENGTH:
        return subject
    return f"{subject[: SUBJECT_LENGTH - 9]}~{hashlib.sha256(subject.encode()).hexdigest()[:8]}"


def _open_stream(stream: str, last: str) -> bool:
    """Insert the head unless somebody did a moment ago; say whether it was us."""
    return write(_new_head(dialect_name()), {"stream": stream, "length": 1, "hash": last}) == 1


@cache
def _new_head(dialect: str) -> Any:
    return kept_upsert(_heads, dialect).on_conflict_do_nothing().execution_options(preserve_rowcount=True)


def _advance(stream: str, length: int, last: str) -> bool:
    return write(_ADVANCE, {"of": stream, "was": length, "becomes": length + 1, "last": last}) == 1


def digest(*texts: str) -> str:
    """Return a keyed digest of texts that may not stand in the record themselves."""
    joined = "\x1f".join(texts).encode()
    return hmac.new(_key(), joined, hashlib.sha256).hexdigest()[:32]


def _key() -> bytes:
    return str(current_app.config["AUDIT_KEY"]).encode()


def _link(before: str, row: Mapping[str, Any]) -> str:
    told = [
        before,
        row["stream"],
        row["number"],
        row["at"].isoformat(timespec="microseconds"),
        row["word"],
        row["user_id"],
        row["for_id"],
        row["subject"],
        row["address"],
        row["data"],
    ]
    text = json.dumps(told, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hmac.new(_key(), text.encode(), hashlib.sha256).hexdigest()


def snapshot() -> None:
    """Begin a reading in which every statement sees the same moment, however long it takes."""
    db.session.rollback()
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def streams() -> Iterator[tuple[str, int, str]]:
    """Yield every head: stream, length, hash of the last event; in the order of their names."""
    rows = db.session.execute(
        select(AuditHead.stream, AuditHead.length, AuditHead.hash)
        .order_by(AuditHead.stream)
        .execution_options(yield_per=1000)
    )
    yield from ((stream, length, last) for stream, length, last in rows)


def verify(anchored: Mapping[str, Head] | None = None) -> Iterator[Flaw]:
    """Read every stream from its beginning and yield the first flaw of each that is not whole.

    A stream whose tail was cut, or that was written anew with the key, agrees with itself: it shows only
    against `anchored`, the ends that were kept outside the database.
    """
    snapshot()
    with any_text(db.session.connection()):
        yield from _flaws(dict(anchored or {}))


def _flaws(anchors: dict[str, Head]) -> Iterator[Flaw]:
    left = {stream: Head(_whole(length), last) for stream, length, last in streams()}
    columns = _events.c
    rows = db.session.execute(
        select(*map(as_found, columns)).order_by(columns.stream, columns.number).execution_options(yield_per=1000)
    ).mappings()
    for stream, events in groupby(rows, key=lambda row: str(row["stream"])):
        flaw = _first_flaw(stream, events, left.pop(stream, None), anchors.pop(stream, None))
        if flaw is not None:
            yield flaw
    for stream in sorted(left.keys() | anchors.keys()):
        yield Flaw(stream, 1, "removed")


def _first_flaw(stream: str, events: Iterator[Any], head: Head | None, anchor: Head | None) -> Flaw | None:
    number, before = 0, START
    for number, row in enumerate(events, 1):
        if row["number"] != number or not _fits(row, number, before):
            return Flaw(stream, number, _what(number, before, row, events, head))
        before = row["hash"]
        if anchor is not None and anchor.length == number and anchor.hash != before:
            return Flaw(stream, number, "differs from its anchor")
    if anchor is not None and anchor.length > number:
        return Flaw(stream, number + 1, "cut")
    return _flaw_of_head(stream, Head(number, before), head)


def _fits(row: Mapping[str, Any], number: int, before: str) -> bool:
    """Tell whether an event belongs to a place: without the key nobody makes another that does."""
    try:
        return bool(row["hash"] == _link(before, {**row, "number": number}))
    except (AttributeError, TypeError):  # what stands there is nothing that an event can hold
        return False


def _whole(number: Any) -> int:
    return number if isinstance(number, int) else -1


def _what(number: int, before: str, first: Mapping[str, Any], rest: Iterator[Any], head: Head | None) -> str:
    """Return what became of the event of a place: `first` is what stands there instead, `rest` what follows it."""
    second, count, strayed = None, number, False
    for row in rest:
        count += 1
        second = second or row
        strayed = strayed or _fits(row, number, before)
    if strayed:
        return "added" if head is not None and count > head.length else "reordered"
    if not isinstance(first["number"], int):
        return "changed"
    if first["number"] != number:
        return "changed" if _fits(first, number, before) else "removed" if first["number"] > number else "added"
    if head is not None and number > head.length:
        return "added"
    return "removed" if _closed_up(number, first, second, head) else "changed"


def _closed_up(number: int, first: Mapping[str, Any], second: Mapping[str, Any] | None, head: Head | None) -> bool:
    """Tell whether events before `first` were removed and it and what follows have numbers of their places since."""
    if second is None:
        return head is not None and head.length > number and head.hash == first["hash"]
    return any(_fits(second, number + 1 + gap, first["hash"]) for gap in range(1, LARGEST_GAP))


def _flaw_of_head(stream: str, found: Head, head: Head | None) -> Flaw | None:
    if head is None:
        return Flaw(stream, found.length, "headless")
    if head.length < 0 or (head.hash == found.hash and head.length != found.length):
        return Flaw(stream, found.length, "head differs")
    if head.length > found.length:
        return Flaw(stream, found.length + 1, "cut")
    if head.length < found.length:
        return Flaw(stream, head.length + 1, "added")
    return None if head == found else Flaw(stream, found.length, "head differs")

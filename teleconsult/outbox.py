"""Messages written with the change that causes them, and delivered at least once afterwards.

A row is claimed by a conditional update with a lease, retried with back-off, and kept visible when it
is given up. Nothing here knows what a message is about: a kind says how to send it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from time import monotonic
from typing import Any, NamedTuple, cast

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ColumnElement,
    Index,
    String,
    Table,
    Text,
    delete,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from teleconsult import clock
from teleconsult.columns import UTCDateTime
from teleconsult.extensions import Model, changed, db, dialect_name, transaction, write_all
from teleconsult.logs import log
from teleconsult.statements import kept_upsert

LEASE = timedelta(minutes=5)
"""How long a worker may take over one message; a message of one that was killed goes out again after it."""

BACKOFF = (1, 5, 15, 60, 180, 360, 720, 1440, 1440)
"""Minutes until the next try, after the first, second, … failure: three days. After the last one: given up."""

NOT_READY_MINUTES = 5
KEPT_DAYS = 90

REST_SECONDS = 60

Sender = Callable[[str, dict[str, Any], str], None]
_senders: dict[str, Sender] = {}
_rests: dict[str, float] = {}
"""Kind -> when its rest is over, by the clock of this process."""


class Permanent(Exception):
    """The other side refused for good: trying again is pointless."""


class NotReady(Exception):
    """There is nothing to send it with yet: it waits, does not count as a try, and is never given up."""


class Away(Exception):
    """The other side cannot be talked to at all: this try counts, and the kind rests for a minute.

    Without the rest a server that keeps everybody waiting would hold up what other kinds have to do.
    """


class OutboxMessage(Model):
    """One message to one address."""

    __tablename__ = "outbox_messages"
    __table_args__ = (
        CheckConstraint("done_at IS NULL OR gave_up_at IS NULL", name="ends_once"),
        Index(
            "ix_outbox_messages_waiting",
            "next_at",
            "id",
            sqlite_where=text("done_at IS NULL AND gave_up_at IS NULL"),
            postgresql_where=text("done_at IS NULL AND gave_up_at IS NULL"),
        ),
        Index(
            "ix_outbox_messages_given_up",
            "gave_up_at",
            "id",
            sqlite_where=text("gave_up_at IS NOT NULL"),
            postgresql_where=text("gave_up_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    key: Mapped[str] = mapped_column(String(120), unique=True)
    address: Mapped[str] = mapped_column(String(254), info={"personal": True})
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    next_at: Mapped[datetime] = mapped_column(UTCDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    last_error: Mapped[str] = mapped_column(Text, default="")
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    gave_up_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


OPEN = (OutboxMessage.done_at.is_(None), OutboxMessage.gave_up_at.is_(None))


class Message(NamedTuple):
    """What is put into the outbox: the kind says how it goes, the key what it is (twice is once)."""

    kind: str
    key: str
    address: str
    payload: dict[str, Any]


def sender(kind: str) -> Callable[[Sender], Sender]:
    """Register how messages of a kind are sent: `send(address, payload, key)`; it raises on failure."""

    def register(send: Sender) -> Sender:
        _senders[kind] = send
        return send

    return register


def put(kind: str, key: str, address: str, payload: dict[str, Any]) -> None:
    """Write a message with the change that causes it. The same key twice is one message."""
    put_all([Message(kind, key, address, payload)])


def put_all(messages: Iterable[Message]) -> None:
    """Write messages with the change that causes them, in one statement."""
    now = clock.now()
    fixed = {"created_at": now, "next_at": now, "attempts": 0, "last_error": ""}
    write_all(_new(dialect_name()), [message._asdict() | fixed for message in messages])


@cache
def _new(dialect: str) -> Any:
    return kept_upsert(cast(Table, OutboxMessage.__table__), dialect).on_conflict_do_nothing(index_elements=["key"])


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    free = or_(OutboxMessage.lease_until.is_(None), OutboxMessage.lease_until <= now)
    resting = [kind for kind, until in _rests.items() if until > monotonic()]
    return (*OPEN, OutboxMessage.next_at <= now, free, OutboxMessage.kind.not_in(resting))


def waiting(limit: int = 50) -> list[int]:
    """Return the ids of messages that are due now, oldest first."""
    return list(
        db.session.scalars(
            select(OutboxMessage.id)
            .where(*_due(clock.now()))
            .order_by(OutboxMessage.next_at, OutboxMessage.id)
            .limit(limit)
        )
    )


@dataclass(frozen=True)
class _Claim:
    """One message that is ours to send until its lease ends."""

    id: int
    message: Message
    attempts: int
    lease_until: datetime


def deliver_one(message_id: int) -> bool:
    """Claim one message, send it, and write down what came of it. Return whether it was sent by us."""
    claim = _claim(message_id)
    if claim is None:
        return False
    kind, key, address, payload = claim.message
    try:
        _senders[kind](address, dict(payload), key)
    except NotReady as error:
        later = clock.now() + timedelta(minutes=NOT_READY_MINUTES)
        _settle_ours(claim, attempts=claim.attempts - 1, next_at=later, last_error=_kind_of(error))
        return False
    except Exception as error:  # noqa: BLE001 (whatever went wrong, the message must not be lost)
        if isinstance(error, Away):
            _rests[kind] = monotonic() + REST_SECONDS
        _failed(claim, error)
        return False
    _sent(claim)
    return True


def wake() -> None:
    """End the rest of every kind, in this process: for tests, which have one process for many servers."""
    _rests.clear()


def hurry() -> int:
    """Let everything that waits for its next try be due now; return how many. The caller holds the transaction.

    Its tries are counted anew: who looks for what is wrong tries often, and would use up those of three days.
    """
    now = clock.now()
    return changed(update(OutboxMessage).where(*OPEN, OutboxMessage.next_at > now).values(next_at=now, attempts=0))


def troubles() -> dict[str, int]:
    """Return what happened to the messages that still wait, by its kind, and to how many of them."""
    failed = select(OutboxMessage.last_error, func.count()).where(*OPEN, OutboxMessage.attempts > 0)
    return {row[0]: row[1] for row in db.session.execute(failed.group_by(OutboxMessage.last_error))}


def retry(message_id: int) -> int:
    """Give a message that was given up another round of tries; return 1, or 0. The caller holds the transaction."""
    return _retry(OutboxMessage.id == message_id)


def retry_all() -> int:
    """Give everything that was given up another round of tries; return how many. The caller holds the transaction."""
    return _retry()


def forget_delivered() -> int:
    """Forget messages sent long ago, with their addresses; return how many. The caller holds the transaction.

    Looks at the oldest rows only, so that it costs the same however many there are.
    """
    oldest = select(OutboxMessage.id).order_by(OutboxMessage.id).limit(5000)
    before = clock.now() - timedelta(days=KEPT_DAYS)
    return changed(delete(OutboxMessage).where(OutboxMessage.id.in_(oldest), OutboxMessage.done_at < before))


def _retry(*which: ColumnElement[bool]) -> int:
    return changed(
        update(OutboxMessage)
        .where(OutboxMessage.gave_up_at.is_not(None), *which)
        .values(gave_up_at=None, attempts=0, next_at=clock.now(), lease_until=None)
    )


def _claim(message_id: int) -> _Claim | None:
    now = clock.now()
    lease_until = now + LEASE
    with transaction():
        claimed = changed(
            update(OutboxMessage)
            .where(OutboxMessage.id == message_id, *_due(now))
            .values(lease_until=lease_until, attempts=OutboxMessage.attempts + 1)
        )
        if not claimed:
            return None
        columns = (OutboxMessage.kind, OutboxMessage.key, OutboxMessage.address, OutboxMessage.payload)
        *message, attempts = db.session.execute(
            select(*columns, OutboxMessage.attempts).where(OutboxMessage.id == message_id)
        ).one()
    return _Claim(message_id, Message(*message), attempts, lease_until)


def _failed(claim: _Claim, error: Exception) -> None:
    now, said = clock.now(), _kind_of(error)
    log.warning("message not sent", kind=claim.message.kind, what=said, attempts=claim.attempts)
    if isinstance(error, Permanent) or claim.attempts > len(BACKOFF):
        _settle_ours(claim, gave_up_at=now, last_error=said)
    else:
        later = now + timedelta(minutes=BACKOFF[claim.attempts - 1])
        _settle_ours(claim, next_at=later, last_error=said)


def _kind_of(error: Exception) -> str:
    """Return the kind of a failure and its number: a server's words may repeat an address."""
    if isinstance(error, Away) and isinstance(error.__cause__, Exception):
        error = error.__cause__
    code = getattr(error, "code", None)
    return type(error).__name__ + (f" {code}" if isinstance(code, int) else "")


def _sent(claim: _Claim) -> None:
    """It went out, whoever may have claimed it meanwhile."""
    _settle(claim, OutboxMessage.done_at.is_(None), done_at=clock.now(), gave_up_at=None, last_error="")


def _settle_ours(claim: _Claim, **values: Any) -> None:
    """Write down a failure, unless our lease is over and the message is another worker's by now."""
    _settle(claim, *OPEN, OutboxMessage.lease_until == claim.lease_until, **values)


def _settle(claim: _Claim, *still: ColumnElement[bool], **values: Any) -> None:
    with transaction():
        changed(update(OutboxMessage).where(OutboxMessage.id == claim.id, *still).values(lease_until=None, **values))

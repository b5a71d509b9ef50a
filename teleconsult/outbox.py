"""Messages written with the change that causes them, and delivered at least once afterwards.

A row is claimed by a conditional update with a lease, retried with back-off, and kept visible when it
is given up. Nothing here knows what a message is about: a kind says how to send it.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String, Text, or_, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from teleconsult import clock
from teleconsult.extensions import Model, UTCDateTime, changed, db, transaction, upsert

LEASE = timedelta(minutes=5)
BACKOFF = (1, 5, 15, 60, 180, 360, 720, 1440)
"""Minutes until the next try, after the first, second, … failure. After the last one: given up."""

Sender = Callable[[str, dict[str, Any], str], None]
_senders: dict[str, Sender] = {}


class Permanent(Exception):
    """The other side refused for good: trying again is pointless."""


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


def sender(kind: str) -> Callable[[Sender], Sender]:
    """Register how messages of a kind are sent: `send(address, payload, key)`; it raises on failure."""

    def register(send: Sender) -> Sender:
        _senders[kind] = send
        return send

    return register


def put(kind: str, key: str, address: str, payload: dict[str, Any]) -> None:
    """Write a message with the change that causes it. The same key twice is one message."""
    now = clock.now()
    values = {"kind": kind, "key": key, "address": address, "payload": payload, "created_at": now, "next_at": now}
    values |= {"attempts": 0, "last_error": ""}
    changed(upsert(OutboxMessage).values(**values).on_conflict_do_nothing(index_elements=["key"]))


def waiting(limit: int = 50) -> list[int]:
    """Return the ids of messages that are due now, oldest first."""
    now = clock.now()
    return list(
        db.session.scalars(
            select(OutboxMessage.id)
            .where(
                OutboxMessage.done_at.is_(None),
                OutboxMessage.gave_up_at.is_(None),
                OutboxMessage.next_at <= now,
                or_(OutboxMessage.lease_until.is_(None), OutboxMessage.lease_until < now),
            )
            .order_by(OutboxMessage.next_at, OutboxMessage.id)
            .limit(limit)
        )
    )


def deliver_one(message_id: int) -> bool:
    """Claim one message, send it, and write down what came of it. Return whether it was sent by us."""
    if not _claim(message_id):
        return False
    message = db.session.get_one(OutboxMessage, message_id)
    kind, address, payload, key = message.kind, message.address, dict(message.payload), message.key
    attempts = message.attempts
    db.session.rollback()
    try:
        _senders[kind](address, payload, key)
    except Exception as error:  # noqa: BLE001 (whatever went wrong, the message must not be lost)
        _failed(message_id, attempts, error)
        return False
    _settle(message_id, done_at=clock.now(), last_error="")
    return True


def retry(message_id: int) -> None:
    """Give a message that was given up another round of tries. The caller holds the transaction."""
    db.session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id == message_id, OutboxMessage.gave_up_at.is_not(None))
        .values(gave_up_at=None, attempts=0, next_at=clock.now(), lease_until=None)
    )


def _claim(message_id: int) -> bool:
    now = clock.now()
    with transaction():
        claimed = changed(
            update(OutboxMessage)
            .where(
                OutboxMessage.id == message_id,
                OutboxMessage.done_at.is_(None),
                OutboxMessage.gave_up_at.is_(None),
                OutboxMessage.next_at <= now,
                or_(OutboxMessage.lease_until.is_(None), OutboxMessage.lease_until < now),
            )
            .values(lease_until=now + LEASE, attempts=OutboxMessage.attempts + 1)
        )
    return claimed == 1


def _failed(message_id: int, attempts: int, error: Exception) -> None:
    now = clock.now()
    # Only the kind of the failure is kept: a server's words may repeat an address.
    said = f"{type(error).__name__}"
    if isinstance(error, Permanent) or attempts > len(BACKOFF):
        _settle(message_id, gave_up_at=now, last_error=said)
    else:
        later = now + timedelta(minutes=BACKOFF[max(0, attempts - 1)])
        _settle(message_id, next_at=later, last_error=said)


def _settle(message_id: int, **values: Any) -> None:
    with transaction():
        db.session.execute(
            update(OutboxMessage).where(OutboxMessage.id == message_id).values(lease_until=None, **values)
        )

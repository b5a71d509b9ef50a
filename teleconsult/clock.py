"""The only reading of the time. Everything stored and compared is aware UTC."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from flask import current_app, has_app_context

_moment: ContextVar[datetime | None] = ContextVar("moment", default=None)


def now() -> datetime:
    """Return the present moment as aware UTC."""
    return _moment.get() or datetime.now(UTC)


def home() -> ZoneInfo:
    """Return the zone of the network: of what is no unit's own, and of people without a unit. Without a network, Recife's."""
    return ZoneInfo(current_app.config["BABEL_DEFAULT_TIMEZONE"] if has_app_context() else "America/Recife")


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let `now()` return `moment` inside the block: for telling a story that happened, and for tests."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs its zone")
    token = _moment.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _moment.reset(token)

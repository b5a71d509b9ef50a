"""Moments as seconds since 1970."""

from datetime import UTC, datetime

HOUR, DAY = 3600.0, 86400.0


def stamp(moment: float) -> str:
    """Return a moment (seconds since 1970) as SQLite keeps it; PostgreSQL reads the same."""
    return datetime.fromtimestamp(moment, UTC).isoformat(" ", "microseconds")[:26]

"""What the worker notes beside what the management sets: its last round, files that are lost, what it told that has no history.

Whoever reads it must not look for it in history, and the worker may run on another machine than the pages.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select

from teleconsult import clock
from teleconsult.extensions import changed, db, read, upsert
from teleconsult.network.models import NetworkSetting

ROUND = "worker.round"
TOLD = "told:"
LOST = "lost:"
"""Before the reference of a file that is not in storage as it was sent."""

MOST = 100
"""Lost files that are kept in mind: of a folder that is gone nobody reads more."""

_LOST = (
    select(NetworkSetting.name, NetworkSetting.value)
    .where(NetworkSetting.name.startswith(LOST))
    .order_by(NetworkSetting.name)
    .limit(MOST)
)


def begin_round() -> None:
    """Note that the worker makes its round now. The caller holds the transaction."""
    _write(ROUND, clock.now().isoformat(timespec="seconds"))


def last_round() -> datetime | None:
    """Return when the worker began its last round; None before its first."""
    row = db.session.get(NetworkSetting, ROUND, populate_existing=True)
    return datetime.fromisoformat(row.value) if row else None


def lose(ref: str) -> None:
    """Note that a file is not in storage as it was sent, unless that is known. The caller holds the transaction."""
    name = LOST + ref
    new = upsert(NetworkSetting).values(name=name, value=clock.now().isoformat(timespec="seconds"))
    changed(new.on_conflict_do_nothing(index_elements=["name"]))


def find(ref: str) -> None:
    """Forget that a file was lost. The caller holds the transaction."""
    changed(delete(NetworkSetting).where(NetworkSetting.name == LOST + ref))


def lost() -> dict[str, datetime]:
    """Return the files that are lost, by their references, and since when that is known."""
    return {row.name.removeprefix(LOST): datetime.fromisoformat(row.value) for row in read(_LOST, {})}


def once_in(span: timedelta, what: str) -> bool:
    """Note that a thing is told now, unless it was within so long; of two workers one is told to. The caller holds the transaction.

    What a clock that was ahead noted counts for nothing.
    """
    value = NetworkSetting.value
    new = upsert(NetworkSetting).values(name=TOLD + what, value=_words(clock.now()))
    due = or_(value <= _words(clock.now() - span), value > _words(clock.now()))
    return (
        changed(new.on_conflict_do_update(index_elements=["name"], set_={"value": new.excluded.value}, where=due)) == 1
    )


def _words(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _write(name: str, value: str) -> None:
    new = upsert(NetworkSetting).values(name=name, value=value)
    changed(new.on_conflict_do_update(index_elements=["name"], set_={"value": value}))

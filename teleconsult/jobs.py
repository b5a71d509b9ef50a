"""What the worker does by the clock: one table. Every job can be run at any time, twice, and by two workers.

A job finds what is due and does each thing in a transaction of its own, so that one failure stops nothing
else. Nothing here remembers anything: what is done is seen in the database.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from teleconsult import anchors, clock, outbox
from teleconsult.attachments import actions as attachments
from teleconsult.attachments import checking
from teleconsult.bookings import clockwork as bookings
from teleconsult.bookings import lacking
from teleconsult.cases import actions as cases
from teleconsult.cases import alerts
from teleconsult.cases.actions.windows import end
from teleconsult.errors import Overtaken
from teleconsult.extensions import db, transaction
from teleconsult.logs import fault, log
from teleconsult.network import noted
from teleconsult.notices import actions as notices
from teleconsult.people import kept, throttle
from teleconsult.people.forgetting import forget_links, forget_sessions
from teleconsult.routing import planning
from teleconsult.shifts import actions as shifts

MINUTE, HOUR, DAY = 1, 60, 24 * 60


@dataclass(frozen=True)
class Job:
    """`find` reads what is due, bounded; `do` does one of it inside a transaction (None: finding did it).

    What `do` returns, if it is a number, says how many things were done.
    """

    name: str
    every: int
    find: Callable[[], Iterable[Any]]
    do: Callable[[Any], object] | None = None

    def slot(self) -> int:
        """Return the number of the present stretch of `every` minutes."""
        return int(clock.now().timestamp() // 60) // self.every


def _once(name: str, every: int, act: Callable[[], object]) -> Job:
    return Job(name, every, lambda: (None,), lambda _: act())


PLAN = Job("routing.plan", MINUTE, planning.replan)
"""The worker also runs it a second after something changed."""

JOBS = (
    _once("worker.round", MINUTE, noted.begin_round),
    Job("case.end", MINUTE, cases.ended, end),
    *(Job(kind, MINUTE, partial(alerts.find, kind), alerts.raise_alert) for kind in alerts.BY_THE_MINUTE),
    *(Job(kind, HOUR, partial(alerts.find, kind), alerts.raise_alert) for kind in alerts.BY_THE_HOUR),
    PLAN,
    Job("shifts.close", MINUTE, shifts.forgotten, shifts.close_forgotten),
    Job("holidays.load", DAY, shifts.years_to_load, shifts.load_holidays),
    Job("bookings.offers", MINUTE, bookings.offers_over, bookings.expire_offer),
    Job("bookings.remind", MINUTE, bookings.reminders, bookings.remind),
    Job("bookings.unmarked", HOUR, bookings.unmarked, bookings.ask_for_mark),
    Job("bookings.idle", HOUR, bookings.idle, bookings.ask_to_book),
    Job("bookings.lacking", HOUR, lacking.without_agenda, lacking.tell_of),
    Job("bookings.owing", HOUR, bookings.owing, bookings.urge),
    Job("notices.digest", MINUTE, notices.digests_due, notices.send_digest),
    Job("audit.anchor", HOUR, anchors.due, anchors.send),
    Job("files.sweep", DAY, attachments.sweep),
    Job("files.check", HOUR, checking.look, checking.keep),
    _once("outbox.forget", HOUR, outbox.forget_delivered),
    _once("sessions.forget", HOUR, forget_sessions),
    _once("links.forget", HOUR, forget_links),
    _once("kept.forget", HOUR, kept.discard_old),
    _once("counters.forget", HOUR, throttle.forget_old_counters),
)


def run(job: Job, failed: set[str] | None = None) -> int:
    """Do what is due of one job; return how many things. A failure is logged by its kind, and the rest goes on.

    Args:
        job: what to do.
        failed: takes the name of a job of which anything failed.
    """
    failed = set() if failed is None else failed
    try:
        items = list(job.find())
    except Exception as error:  # noqa: BLE001 (the other jobs must run)
        log.error("job could not look", job=job.name, **fault(error))
        failed.add(job.name)
        return 0
    finally:
        db.session.rollback()
    return len(items) if job.do is None else sum(_do(job.name, job.do, item, failed) for item in items)


def _do(name: str, act: Callable[[Any], object], item: Any, failed: set[str]) -> int:
    try:
        with transaction():
            result = act(item)
    except Overtaken:
        # Somebody acts on the same thing at this moment; it is looked at again in a minute.
        return 0
    except Exception as error:  # noqa: BLE001 (the other items must be done)
        log.error("job failed", job=name, **fault(error))
        failed.add(name)
        return 0
    return result if isinstance(result, int) else 1


class Rounds:
    """Which jobs have run in their present stretch of time; made anew with the process, so that all run at its start."""

    def __init__(self) -> None:
        self._done: dict[str, int] = {}
        self.failed: set[str] = set()
        """Names of the jobs of which anything failed in the last round."""

    def tick(self) -> int:
        """Run every job whose time has come; return how many things were done."""
        count = 0
        self.failed.clear()
        for job in JOBS:
            slot = job.slot()
            if self._done.get(job.name) != slot:
                count += run(job, self.failed)
                self._done[job.name] = slot
        return count

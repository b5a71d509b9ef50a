"""The background worker: one process that delivers the outbox and does what the clock asks for.

huey runs the jobs and keeps their queue, in a file of its own or in PostgreSQL. The queue is only a list of
what to look at: what must not be lost is in the outbox, so a queue that is lost or done twice changes nothing
(docs/adr/0008-worker.md).
"""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from threading import Lock
from typing import Any

from flask import Flask
from huey import Huey, PostgresHuey, SqliteHuey, crontab
from huey.consumer import Consumer, Scheduler
from huey.serializer import SignedSerializer
from sqlalchemy import make_url

from teleconsult import jobs, outbox
from teleconsult.logs import fault, log
from teleconsult.routing import planning

STOP_SECONDS = 10
QUEUE = "teleconsult"


class _Watch(Scheduler):  # type: ignore[misc]  # huey has no types
    """huey's scheduler, which also looks into the outbox each time, by default each second."""

    look: Callable[[], None]

    def loop(self, now: datetime | None = None) -> None:
        """Look, then schedule, then wait for the next time."""
        self.look()
        super().loop(now)


class _Foreground(Consumer):  # type: ignore[misc]  # the same
    """huey's consumer, ended in an orderly way by Ctrl-C, by a service manager and by a terminal that closes."""

    scheduler_class = _Watch

    def __init__(self, huey: Huey, look: Callable[[], None], seconds: float, **options: Any) -> None:
        self._look, self._seconds = look, seconds
        super().__init__(huey, **options)
        stop_in_order = (False, True)
        self._signal_actions = dict.fromkeys((signal.SIGINT, signal.SIGTERM, signal.SIGHUP), stop_in_order)

    def _create_scheduler(self) -> _Watch:
        scheduler: _Watch = super()._create_scheduler()
        scheduler.look = self._look
        scheduler.interval = self._seconds  # huey's own argument must be whole seconds
        return scheduler


def queue(app: Flask) -> Huey:
    """Return huey on the database of the product, or on a file beside it. What it reads back it has signed."""
    address = make_url(app.config["SQLALCHEMY_DATABASE_URI"])
    given = {"results": False, "serializer": SignedSerializer(app.config["SECRET_KEY"], salt=QUEUE)}
    if address.get_backend_name() == "postgresql":
        from teleconsult.postgresql import GIVES_UP  # noqa: PLC0415 (no driver in memory that is not used)

        line = address.set(drivername="postgresql", query=GIVES_UP | dict(address.query))
        dsn = line.render_as_string(hide_password=False)
        with _alone_in(dsn):
            # A thread that listens does not hear meanwhile that it is to stop.
            return PostgresHuey(QUEUE, dsn=dsn, read_timeout=app.config["WORKER_LOOK_SECONDS"], **given)
    return SqliteHuey(QUEUE, filename=str(app.config["VAR"] / "jobs.db"), fsync=False, **given)


@contextmanager
def _alone_in(dsn: str) -> Iterator[None]:
    """Let one worker after another do something: CREATE TABLE IF NOT EXISTS fails for the second of two at once."""
    import psycopg  # noqa: PLC0415 (no driver in memory that is not used)

    try:
        begun = psycopg.connect(dsn, autocommit=True)
    except psycopg.OperationalError as error:
        # Whoever started the worker starts it again: what is to be known is said in a line, not in a traceback.
        raise SystemExit(f"The worker waits: the database does not answer: {str(error).strip()}") from None
    with begun as connection:  # whose end lets go of the lock
        connection.execute("SELECT pg_advisory_lock(hashtext(%s))", [QUEUE])
        yield


class _Alone:
    """Runs a thing of the application unless it runs already."""

    def __init__(self, app: Flask) -> None:
        self._app, self._lock = app, Lock()

    def run(self, act: Callable[[], object]) -> bool:
        """Run it and return True; False if it runs in another thread."""
        if not self._lock.acquire(blocking=False):
            return False
        try:
            with self._app.app_context():
                act()
        finally:
            self._lock.release()
        return True


def _steady(app: Flask, look: Callable[[], None]) -> Callable[[], None]:
    """Return a look that goes on when the database is away, and says so once."""
    away = False

    def steady() -> None:
        nonlocal away
        try:
            with app.app_context():
                look()
            away = False
        except Exception as error:  # noqa: BLE001 (a database that is away comes back; the watch must go on)
            if not away:
                log.error("worker could not look", **fault(error))
            away = True

    return steady


def consumer(app: Flask) -> Consumer:
    """Return the worker of an application, ready to `run()`."""
    huey = queue(app)
    rounds, round_ = jobs.Rounds(), _Alone(app)

    @huey.task()  # type: ignore[untyped-decorator]  # Huey has no types
    def deliver(message_id: int) -> None:
        with app.app_context():
            outbox.deliver_one(message_id)

    @huey.periodic_task(crontab(), priority=10)  # type: ignore[untyped-decorator]  # Huey has no types
    def tick() -> None:
        # A round that takes longer than its minute is not run a second time beside itself.
        round_.run(rounds.tick)

    watch, planner = planning.Watch(), _Alone(app)

    @huey.task()  # type: ignore[untyped-decorator]  # Huey has no types
    def replan() -> None:
        if not planner.run(partial(jobs.run, jobs.PLAN)):
            watch.forget()  # what moved while a plan is made is looked at again

    def look() -> None:
        if not huey.pending_count():
            for message_id in outbox.waiting():
                deliver(message_id)
            if watch.moved():
                replan()

    return _Foreground(
        huey,
        _steady(app, look),
        app.config["WORKER_LOOK_SECONDS"],
        workers=app.config["WORKER_THREADS"],
        max_delay=app.config["WORKER_LOOK_SECONDS"] / 2,
        shutdown_timeout=STOP_SECONDS,
    )


def run(app: Flask) -> None:
    """Work until told to stop."""
    begun = consumer(app)
    log.info("worker started")
    begun.run()
    log.info("worker stopped")

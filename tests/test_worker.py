"""The worker as it runs: quick, stopped in order, killed at a bad moment, started twice."""

import json
import os
import signal
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from teleconsult import clock, jobs, mail, outbox, worker
from teleconsult.cases.lifecycle import State
from teleconsult.extensions import db, transaction
from teleconsult.notices.models import Notice
from teleconsult.outbox import OutboxMessage
from tests.servers import process, smtp
from tests.world import walk_to

pytestmark = pytest.mark.server
ROOT = Path(__file__).resolve().parents[1]


class Slow(smtp.Mail):
    """Takes a mail, and says so only when it is let go."""

    go = threading.Event()

    def keep(self, content):
        super().keep(content)
        self.go.wait(20)


@pytest.fixture
def server():
    with Slow() as running:
        running.go.set()
        yield running
        running.go.set()


@pytest.fixture
def start(application, tmp_path, server):
    """Return a starter of workers on the database of the test, several at once: `start(1, 2)`."""
    config, running = application.config, []

    def begin(number):
        env = {
            "PATH": os.environ["PATH"],
            "TELECONSULT_PROFILE": "test",
            "TELECONSULT_VAR": str(tmp_path),
            "DATABASE_URL": config["SQLALCHEMY_DATABASE_URI"],
            "SECRET_KEY": config["SECRET_KEY"],
            "AUDIT_KEY": config["AUDIT_KEY"],
            "STORAGE_URL": str(tmp_path / "files"),
            "BASE_URL": config["BASE_URL"],
            "SMTP_HOST": server.host,
            "SMTP_PORT": str(server.port),
            "SMTP_TLS": "none",
            "WORKER_LOOK_SECONDS": "0.1",
        }
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "worker"]
        one = process.start(f"Worker {number}", command, log=tmp_path / f"worker{number}.log", env=env, cwd=ROOT)
        running.append(one)
        return one

    def begin_all(*numbers):
        begun = [begin(number) for number in numbers]
        for one in begun:
            one.wait_until(lambda one=one: "worker started" in one.tail())
        return begun

    yield begin_all
    for one in running:
        one.tell()
    for one in running:
        one.stop()


def put(*keys):
    with transaction():
        for key in keys:
            mail.put("case_answer", key=key, to="ana@rede.example", language="pt_BR", ref="TC-1")


def rows():
    db.session.rollback()
    return db.session.scalars(db.select(OutboxMessage).order_by(OutboxMessage.id)).all()


PATIENCE = 60
"""Seconds after which something is taken not to come at all, also on a crowded machine."""


def until(so, seconds=PATIENCE):
    deadline = time.monotonic() + seconds
    while not so():
        assert time.monotonic() < deadline, [(row.key, row.last_error, row.attempts) for row in rows()]
        time.sleep(0.05)


def settled():
    until(lambda: all(row.done_at is not None for row in rows()))


def leases_end():
    with transaction():
        db.session.execute(db.update(OutboxMessage).values(lease_until=clock.now() - timedelta(seconds=1)))


def test_a_worker_sends_as_it_comes_says_nobodys_address_and_stops_in_order(session, start, server):
    (one,) = start(0)
    put("warm")
    server.wait_for(1)
    for n in range(3):
        put(f"k{n}")
        server.wait_for(n + 2)
    settled()
    server.refuse("ana@rede.example", "451 ana@rede.example is away")
    put("refused")
    until(lambda: rows()[-1].last_error == "PutOff 451")
    server.clear()
    server.go.clear()
    put("last")
    server.wait_for(1)
    busy = process.threads(one.process.pid)
    one.process.send_signal(signal.SIGTERM)
    until(lambda: process.threads(one.process.pid) < busy)  # who has nothing to do goes; who sends goes on
    server.go.set()
    assert one.process.wait(PATIENCE) == 0
    assert rows()[-1].done_at is not None
    lines = [json.loads(line) for line in one.log.read_text().splitlines()]
    assert [line["event"] for line in lines] == ["worker started", "message not sent", "worker stopped"]
    assert lines[1]["what"] == "PutOff 451"
    assert "ana@" not in one.log.read_text()


def test_what_a_killed_worker_was_sending_is_sent_again_and_recognised(session, start, server):
    (one,) = start(1)
    server.go.clear()
    put("a")
    server.wait_for(1)
    one.process.kill()
    one.process.wait()
    server.go.set()
    put("b")
    (other,) = start(2)
    server.wait_for(2)
    assert rows()[0].done_at is None
    leases_end()
    settled()
    sent = Counter(message["Message-ID"] for message in server.messages)
    assert sent == {mail.message_id("a"): 2, mail.message_id("b"): 1}
    other.process.send_signal(signal.SIGINT)
    assert other.process.wait(PATIENCE) == 0


def test_two_workers_do_everything_once(session, start, server):
    with clock.at(clock.now() - timedelta(days=3)):
        case = walk_to(State.SUBMITTED).case
    with transaction():
        db.session.execute(db.delete(OutboxMessage))
    start(1, 2)
    put(*(f"k{n}" for n in range(30)))
    settled()
    late = session.query(Notice).filter_by(kind="case.late", subject=case.ref)
    until(lambda: session.rollback() or late.count(), 70)
    settled()
    sent = Counter(message["Message-ID"] for message in server.messages)
    assert set(sent.values()) == {1}
    assert {mail.message_id(f"k{n}") for n in range(30)} < set(sent)
    assert late.count() == 1


def test_deliver_tries_at_once_what_waits_for_later_and_says_why_it_did_not_go(session, application, server, caplog):
    application.config.update(SMTP_HOST="127.0.0.1", SMTP_PORT=process.free_port(), SMTP_TLS="none", SMTP_USER="")
    outbox.wake()
    runner = application.test_cli_runner()
    put("a")
    ended = runner.invoke(args=["deliver"])
    assert (ended.exit_code, ended.stdout) == (1, "0 messages sent\n")
    assert ended.stderr.endswith("\nError: Not sent, and tried again later: ConnectionRefusedError (1)\n")
    (told,) = [record.msg for record in caplog.records if record.name == "teleconsult"]
    assert (told["event"], told["what"], told["attempts"]) == ("message not sent", "ConnectionRefusedError", 1)
    assert "ana@" not in str(told)
    for _ in range(len(outbox.BACKOFF)):
        outbox.wake()
        assert runner.invoke(args=["deliver"]).exit_code == 1
    assert [(message.attempts, message.gave_up_at) for message in rows()] == [(1, None)]
    application.config.update(SMTP_PORT=server.port)
    outbox.wake()
    try:
        ended = runner.invoke(args=["deliver"])
        assert (ended.exit_code, ended.output) == (0, "1 messages sent\n")
    finally:
        application.config.update(SMTP_HOST="")


def test_deliver_and_tick_do_one_round(session, application, server):
    application.config.update(SMTP_HOST=server.host, SMTP_PORT=server.port, SMTP_TLS="none", SMTP_USER="")
    outbox.wake()
    runner = application.test_cli_runner()
    put("a", "b")
    try:
        assert runner.invoke(args=["deliver"]).output == "2 messages sent\n"
        assert runner.invoke(args=["deliver"]).output == "0 messages sent\n"
        with clock.at(clock.now() - timedelta(days=3)):
            walk_to(State.SUBMITTED)
        assert runner.invoke(args=["tick"]).exit_code == 0
        session.rollback()
        assert session.query(Notice).filter_by(kind="case.late").count() == 1
    finally:
        application.config.update(SMTP_HOST="")


def test_every_job_runs_on_an_empty_network_twice(session, application, tmp_path, monkeypatch):
    monkeypatch.setitem(application.config, "ANCHOR_FILE", str(tmp_path / "a.jsonl"))
    for _ in range(2):
        for job in jobs.JOBS:
            monkeypatch.setattr(jobs.log, "error", lambda *_a, **facts: pytest.fail(str(facts)))
            jobs.run(job)


def test_a_round_runs_each_job_once_in_its_stretch_of_time(application, monkeypatch):
    ran = []
    monkeypatch.setattr(
        jobs,
        "JOBS",
        (jobs.Job("m", 1, lambda: ran.append("m") or ()), jobs.Job("h", 60, lambda: ran.append("h") or ())),
    )
    rounds, now = jobs.Rounds(), clock.now().replace(minute=10)
    with application.app_context():
        for minutes in (0, 0, 1, 1, 2, 51):
            with clock.at(now + timedelta(minutes=minutes)):
                rounds.tick()
    assert ran == ["m", "h", "m", "m", "m", "h"]


@pytest.mark.parametrize("_round", range(3))
def test_workers_that_begin_at_once_on_an_empty_database_all_begin(
    application, database, tmp_path, monkeypatch, _round
):
    monkeypatch.setitem(application.config, "VAR", tmp_path)
    if database == "postgresql":
        with application.app_context(), transaction():
            for table in ("kv", "schedule", "task", "counter"):
                db.session.execute(db.text(f"DROP TABLE IF EXISTS huey_{table}"))
    together = threading.Barrier(6)

    def begin(_number):
        together.wait()
        return worker.queue(application).pending_count()

    with ThreadPoolExecutor(6) as workers:
        assert list(workers.map(begin, range(6))) == [0] * 6


def test_the_queue_is_where_the_database_is(application, database, tmp_path, monkeypatch):
    monkeypatch.setitem(application.config, "VAR", tmp_path)
    storage = type(worker.queue(application).storage).__name__
    assert storage == {"sqlite": "SqliteStorage", "postgresql": "PostgresStorage"}[database]


@pytest.mark.only_postgresql
def test_a_database_that_is_away_when_it_begins_is_told_in_a_line(application, monkeypatch):
    away = f"postgresql+psycopg://nobody:palavra-secreta@127.0.0.1:{process.free_port()}/teleconsult"
    monkeypatch.setitem(application.config, "SQLALCHEMY_DATABASE_URI", away)
    with pytest.raises(SystemExit) as told:
        worker.run(application)
    assert "the database does not answer" in str(told.value)
    assert "palavra-secreta" not in str(told.value)

"""Messages leave with their cause, at least once, and what fails stays visible."""

import threading
from datetime import datetime, timedelta

import pytest

from teleconsult import clock, outbox
from teleconsult.extensions import db, transaction
from teleconsult.outbox import OutboxMessage

NOON = datetime.fromisoformat("2026-11-20T15:00:00+00:00")
sent: list[str] = []
trouble: list[Exception] = []


@outbox.sender("test")
def _send(_address, _payload, key):
    if trouble:
        raise trouble[0]
    sent.append(key)


@pytest.fixture(autouse=True)
def _nothing_yet():
    sent.clear()
    trouble.clear()
    outbox.wake()


def put(*keys):
    with transaction():
        for key in keys:
            outbox.put("test", key, "ana@rede.example", {"ref": "TC-1"})


def row(key="a"):
    db.session.rollback()
    return db.session.scalars(db.select(OutboxMessage).where(OutboxMessage.key == key)).one()


def deliver():
    return [outbox.deliver_one(message) for message in outbox.waiting()]


def test_a_message_goes_out_once(session):
    put("a", "b")
    assert deliver() == [True, True]
    assert deliver() == []
    assert not outbox.deliver_one(row().id)
    assert sent == ["a", "b"]
    assert row().done_at is not None


def _put_and_fail():
    with transaction():
        outbox.put("test", "a", "ana@rede.example", {})
        raise ZeroDivisionError


def test_a_message_whose_cause_did_not_happen_was_never_written(session):
    with pytest.raises(ZeroDivisionError):
        _put_and_fail()
    assert outbox.waiting() == []


def test_the_same_key_is_one_message(session):
    put("a", "a")
    put("a", "b")
    assert len(outbox.waiting()) == 2


def test_a_failure_is_tried_again_later_and_later_then_given_up(session):
    trouble.append(ConnectionRefusedError("ana@rede.example"))
    now = NOON
    with clock.at(now):
        put("a")
    for minutes in outbox.BACKOFF:
        with clock.at(now):
            assert deliver() == [False]
            assert row().next_at == now + timedelta(minutes=minutes)
            assert deliver() == []
        now += timedelta(minutes=minutes)
    with clock.at(now):
        assert deliver() == [False]
    assert now - NOON > timedelta(days=2, hours=20)
    assert (row().gave_up_at, row().done_at) == (now, None)
    assert outbox.waiting() == []
    given_up = row().id
    with clock.at(now):
        with transaction():
            assert outbox.retry(given_up) == 1
        assert deliver() == [False]  # the first try of a new round
    assert (row().attempts, row().gave_up_at) == (1, None)


def test_only_the_kind_of_a_failure_is_kept(session):
    trouble.append(ConnectionRefusedError("no mailbox ana@rede.example"))
    put("a")
    deliver()
    assert row().last_error == "ConnectionRefusedError"


def test_a_refusal_for_good_is_given_up_at_once_and_can_be_tried_again(session):
    trouble.append(outbox.Permanent())
    put("a", "b")
    deliver()
    given_up = row()
    assert given_up.gave_up_at is not None
    trouble.clear()
    with transaction():
        outbox.retry(given_up.id)
    assert deliver() == [True]
    with transaction():
        assert outbox.retry_all() == 1
    assert deliver() == [True]
    assert sent == ["a", "b"]


def test_what_cannot_be_sent_yet_waits_and_is_never_given_up(session):
    trouble.append(outbox.NotReady())
    now = NOON
    with clock.at(now):
        put("a")
    for _ in range(30):
        with clock.at(now):
            assert deliver() == [False]
            assert deliver() == []
        now += timedelta(minutes=outbox.NOT_READY_MINUTES)
    assert (row().attempts, row().gave_up_at, row().last_error) == (0, None, "NotReady")


def test_a_server_that_is_away_rests_and_holds_up_nothing_else(session, monkeypatch):
    away = outbox.Away()
    away.__cause__ = ConnectionRefusedError("ana@rede.example")
    trouble.append(away)
    put("a", "b", "c")
    with transaction():
        outbox.put("other", "d", "", {})
    assert outbox.deliver_one(row("a").id) is False
    assert (row("a").attempts, row("a").last_error) == (1, "ConnectionRefusedError")
    assert outbox.waiting() == [row("d").id]
    assert not outbox.deliver_one(row("b").id)
    assert row("b").attempts == 0
    trouble.clear()
    now = outbox.monotonic()
    monkeypatch.setattr(outbox, "monotonic", lambda: now + outbox.REST_SECONDS)
    assert outbox.deliver_one(row("b").id)


def test_what_a_killed_worker_held_goes_out_when_its_lease_is_over(session):
    with clock.at(NOON):
        put("a")
        assert outbox._claim(row().id) is not None
        assert outbox.waiting() == []
        assert not outbox.deliver_one(row().id)
    with clock.at(NOON + outbox.LEASE):
        assert deliver() == [True]


def test_a_slow_worker_that_fails_does_not_undo_what_another_sent(session):
    with clock.at(NOON):
        put("a")
        slow = outbox._claim(row().id)
    with clock.at(NOON + outbox.LEASE):
        assert deliver() == [True]
        outbox._failed(slow, outbox.Permanent())
    assert row().done_at is not None
    assert row().gave_up_at is None


@pytest.mark.parametrize("failure", [ConnectionResetError(), outbox.Permanent()])
def test_a_slow_worker_that_succeeds_spares_the_next_try(session, failure):
    trouble.append(failure)
    with clock.at(NOON):
        put("a")
        slow = outbox._claim(row().id)
    with clock.at(NOON + outbox.LEASE):
        assert deliver() == [False]
        outbox._sent(slow)
        assert (row().done_at is None, row().gave_up_at, row().last_error) == (False, None, "")


def test_two_workers_send_a_message_once(application):
    with application.app_context():
        put(*(f"k{n}" for n in range(12)))
        ids = outbox.waiting()
    start = threading.Barrier(4)

    def work():
        start.wait()
        for message in ids:
            with application.app_context():
                outbox.deliver_one(message)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(sent) == sorted(f"k{n}" for n in range(12))


def test_messages_sent_long_ago_are_forgotten_with_their_addresses(session):
    with clock.at(NOON - timedelta(days=outbox.KEPT_DAYS - 1)):
        put("lately")
        deliver()
    with clock.at(NOON - timedelta(days=outbox.KEPT_DAYS + 1)):
        put("old", "failed")
        trouble.append(outbox.Permanent())
        outbox.deliver_one(row("failed").id)
        trouble.clear()
        deliver()
    with clock.at(NOON):
        put("new")
        deliver()
        with transaction():
            assert outbox.forget_delivered() == 1
    assert {m.key for m in db.session.scalars(db.select(OutboxMessage))} == {"failed", "lately", "new"}

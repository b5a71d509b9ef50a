"""Limits by address: shared through the database, kept under a digest, and never in anybody's way."""

import re
from datetime import timedelta
from threading import Thread

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from teleconsult import clock, create_app
from teleconsult.audit import AuditEvent
from teleconsult.extensions import db, limiter, transaction
from teleconsult.people.models import RateHit, Session
from teleconsult.people.throttle import DatabaseStorage, forget_old_counters, network_of_caller
from tests import world
from tests.conftest import SETTINGS, Browser


@pytest.fixture
def limits(application):
    application.config["RATE_LIMITS"] = True
    yield application
    application.config["RATE_LIMITS"] = False


def guess(client, address="198.51.100.7", who="nobody@rede.example", password="x"):
    return client.post("/sign-in", data={"who": who, "password": password}, environ_base={"REMOTE_ADDR": address})


def test_an_address_that_only_fails_is_stopped_and_another_is_not(limits):
    client = limits.test_client()
    assert {guess(client).status_code for _ in range(30)} == {401}
    stopped = guess(client)
    assert stopped.status_code == 429
    assert "Muitas tentativas" in stopped.get_data(as_text=True)
    assert guess(client, address="198.51.100.8").status_code == 401


def test_a_unit_behind_one_address_signs_in_as_often_as_it_needs(limits):
    for _ in range(35):
        answer = guess(limits.test_client(), who="marina@rede.example", password=world.PASSWORD)
        assert answer.status_code == 302


def test_a_clock_that_was_ahead_stops_nobody_once_it_is_put_right(limits):
    """An address was stopped, and an account rested, for the whole day that the clock had been ahead."""
    began, client = clock.now(), limits.test_client()
    with clock.at(began + timedelta(days=1)):
        for _ in range(12):
            guess(client, who="marina@rede.example")
        while guess(client).status_code != 429:
            pass
    with limits.app_context(), transaction():
        forget_old_counters()
    with clock.at(began):
        answer = guess(limits.test_client(), who="marina@rede.example", password=world.PASSWORD)
        assert answer.status_code == 302


def test_a_window_begun_while_the_clock_was_ahead_is_begun_anew(limits):
    storage, began = DatabaseStorage(), clock.now()
    with limits.app_context():
        with clock.at(began + timedelta(days=1)):
            assert [storage.incr("k", 60), storage.incr("k", 60)] == [1, 2]
        with clock.at(began):
            assert [storage.incr("k", 60), storage.incr("k", 60)] == [1, 2]


def told(answer):
    return answer.get_data(as_text=True)


def fail(limits, tries, **given):
    """Let an address fail, in as many windows of five minutes as it takes."""
    began = clock.now()
    for n in range(tries):
        with clock.at(began + timedelta(minutes=5, seconds=1) * (n // 30)):
            assert guess(limits.test_client(), **given).status_code == 401
    return began + timedelta(minutes=5, seconds=1) * (tries // 30)


def test_a_guesser_has_sixty_tries_an_hour(limits):
    began = clock.now()
    with clock.at(fail(limits, 60)):
        stopped = guess(limits.test_client())
        assert stopped.status_code == 429
        left = timedelta(hours=1) - (clock.now() - began)
        assert abs(int(stopped.headers["Retry-After"]) - left.total_seconds()) <= 2
        assert f"Espere {int(left.total_seconds()) // 60 + 1} minutos e tente de novo." in stopped.get_data(
            as_text=True
        )
        assert guess(limits.test_client(), who="marina@rede.example", password=world.PASSWORD).status_code == 429
    with clock.at(began + timedelta(minutes=59)):
        assert guess(limits.test_client()).status_code == 429
    with clock.at(began + timedelta(minutes=61)):
        assert guess(limits.test_client(), who="marina@rede.example", password=world.PASSWORD).status_code == 302


def test_who_came_in_from_there_lately_still_does_and_nobody_else(limits):
    here, right = "198.51.100.7", {"who": "marina@rede.example", "password": world.PASSWORD}
    assert guess(limits.test_client(), **right).status_code == 302
    with clock.at(fail(limits, 60)):
        assert guess(limits.test_client(), address=here, **right).status_code == 302
        others = right | {"who": "paulo@rede.example"}
        assert guess(limits.test_client(), address=here, **others).status_code == 429
        assert guess(limits.test_client(), address="198.51.100.8", **others).status_code == 302


def test_a_stopped_address_hears_the_same_of_whom_it_knows_and_of_others(limits):
    guess(limits.test_client(), who="marina@rede.example", password=world.PASSWORD)
    for _ in range(30):
        guess(limits.test_client())
    names = ("marina@rede.example", "paulo@rede.example", "nobody@rede.example")
    pages = {told(guess(limits.test_client(), who=who)).replace(who, "") for who in names}
    assert len({re.sub(r'"[\w.-]{60,}"', "", page) for page in pages}) == 1
    assert all("Quem entrou daqui no último mês não precisa esperar" in page for page in pages)


def test_known_accounts_rest_all_the_same(limits):
    right = {"who": "marina@rede.example", "password": world.PASSWORD}
    guess(limits.test_client(), **right)
    for _ in range(30):
        guess(limits.test_client())
    for _ in range(10):
        assert guess(limits.test_client(), who="marina@rede.example").status_code == 429
    assert guess(limits.test_client(), **right).status_code == 429
    assert guess(limits.test_client(), address="198.51.100.8", **right).status_code == 401
    with clock.at(clock.now() + timedelta(minutes=2)):
        assert guess(limits.test_client(), **right).status_code == 302


def test_a_stopped_address_writes_nothing_of_strangers(limits):
    for _ in range(30):
        guess(limits.test_client())
    with limits.app_context():
        before = db.session.scalar(db.select(db.func.count()).select_from(AuditEvent))
    for who in ("nobody@rede.example", "paulo@rede.example"):
        assert guess(limits.test_client(), who=who).status_code == 429
    with limits.app_context():
        assert db.session.scalar(db.select(db.func.count()).select_from(AuditEvent)) == before


def test_any_limit_says_when_it_ends(limits):
    for _ in range(20):
        limits.test_client().post("/reset", data={"who": "nobody@rede.example"})
    stopped = limits.test_client().post("/reset", data={"who": "nobody@rede.example"})
    assert stopped.status_code == 429
    assert 3590 < int(stopped.headers["Retry-After"]) <= 3601
    assert "Espere 6" in stopped.get_data(as_text=True)
    data = limits.test_client().post("/reset", data={"who": "x"}, headers={"Accept": "application/json"})
    assert (data.status_code, data.json, "Retry-After" in data.headers) == (429, {"error": "Too Many Requests"}, True)


def test_the_limit_ends_with_its_window_and_the_next_window_has_its_own(limits):
    client = limits.test_client()
    for _ in range(31):
        guess(client)
    with clock.at(clock.now() + timedelta(minutes=6)):
        assert guess(client).status_code == 401
    with limits.app_context():
        begun, storage = clock.now(), DatabaseStorage()
        assert storage.incr("k", 60, 5) == 5
        with clock.at(begun + timedelta(seconds=90)):
            assert [storage.incr("k", 60), storage.incr("k", 60), storage.get("k")] == [1, 2, 2]


def test_the_table_tells_nobodys_address(limits):
    guess(limits.test_client())
    with limits.app_context():
        keys = list(db.session.scalars(db.select(RateHit.key)))
    assert keys
    assert not [key for key in keys if "198.51" in key]


def test_a_page_is_not_limited(limits):
    client = limits.test_client()
    for _ in range(31):
        guess(client)
    assert client.get("/sign-in").status_code == 200


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("", "unknown"),
    ],
)
def test_an_ipv6_house_counts_as_one(address, network):
    with Flask(__name__).test_request_context("/", environ_base={"REMOTE_ADDR": address}):
        assert network_of_caller() == network


def test_hits_counted_at_once_are_all_counted(application):
    def count():
        with application.app_context():
            for _ in range(10):
                DatabaseStorage().incr("k", 60)

    threads = [Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with application.app_context():
        assert DatabaseStorage().get("k") == 40


def test_whose_clock_is_a_moment_behind_counts_on(application):
    with application.app_context():
        DatabaseStorage().incr("k", 60)
        with clock.at(clock.now() - timedelta(seconds=1)):
            assert DatabaseStorage().incr("k", 60) == 2


def test_the_storage_answers_what_the_limiter_asks(application):
    with application.app_context():
        storage = DatabaseStorage()
        assert storage.check()
        assert storage.get("k") == 0
        assert storage.incr("k", 60, 2) == 2
        assert storage.incr("k", 60) == 3
        assert 0 < storage.get_expiry("k") - clock.now().timestamp() <= 60
        storage.clear("k")
        assert storage.get("k") == 0
        storage.incr("k", 60)
        assert storage.reset() == 1
        assert limiter.storage.base_exceptions


def test_when_nothing_can_be_counted_people_still_come_in(limits, monkeypatch):
    def away(*_args, **_kwargs):
        raise OperationalError("INSERT", {}, Exception("disk is full"))

    monkeypatch.setattr("teleconsult.people.throttle._short_transaction", away)
    client = limits.test_client()
    assert guess(client).status_code == 401
    assert guess(client, who="marina@rede.example", password=world.PASSWORD).status_code == 302


def test_counting_leaves_what_the_request_has_begun(session):
    marina = world.person("marina")
    marina.name = "Marina A."
    DatabaseStorage().incr("k", 60)
    assert marina in session.dirty
    assert DatabaseStorage().get("k") == 1


@pytest.mark.parametrize(("proxies", "address"), [(0, "127.0.0.1"), (1, "203.0.113.9")])
def test_a_forwarded_address_counts_only_from_the_configured_proxy(application, tmp_path, proxies, address):
    database = application.config["SQLALCHEMY_DATABASE_URI"]
    behind = create_app(SETTINGS | {"VAR": tmp_path, "SQLALCHEMY_DATABASE_URI": database, "TRUSTED_PROXIES": proxies})
    behind.test_client_class = Browser
    entered = behind.test_client().post(
        "/sign-in",
        data={"who": "marina@rede.example", "password": world.PASSWORD},
        headers={"X-Forwarded-For": "192.0.2.66, 203.0.113.9"},
    )
    assert (entered.status_code, entered.location) == (302, "/")
    with behind.app_context():
        assert db.session.scalar(db.select(Session.address)) == address
        db.session.remove()
        db.engine.dispose()

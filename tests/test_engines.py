"""How connections to the databases are kept."""

import socket
import threading
from time import monotonic

import pytest
from sqlalchemy import URL, create_engine
from sqlalchemy.exc import OperationalError

from teleconsult import engines, postgresql
from teleconsult.extensions import db

KEPT = engines.KEPT["sqlite"]


@pytest.fixture
def engine(tmp_path):
    address = f"sqlite:///{tmp_path / 'some.db'}"
    found = create_engine(address, **engines.sparing(address))
    yield found
    found.dispose()


def test_more_connections_than_are_kept_can_be_used_at_once_and_are_closed_after_it(engine):
    taken = [engine.connect() for _ in range(KEPT + 3)]
    assert engine.pool.checkedout() == KEPT + 3
    for connection in taken:
        connection.close()
    assert engine.pool.checkedin() == KEPT
    assert engine.pool.checkedout() == 0


def test_a_connection_that_comes_back_in_a_moment_is_waited_for(engine, monkeypatch):
    monkeypatch.setattr(engines, "PATIENCE", 60)
    taken = [engine.connect() for _ in range(KEPT)]
    used = []
    waits = threading.Thread(target=lambda: used.append(engine.raw_connection().driver_connection))
    waits.start()
    back = taken[0].connection.driver_connection
    taken[0].close()
    waits.join()
    assert used == [back]


def test_many_at_once_leave_few_connections(engine):
    begin = threading.Barrier(12)

    def use():
        begin.wait()
        for _ in range(30):
            with engine.connect() as connection:
                connection.exec_driver_sql("SELECT 1").scalar_one()

    users = [threading.Thread(target=use) for _ in range(12)]
    for user in users:
        user.start()
    for user in users:
        user.join()
    assert engine.pool.checkedin() == KEPT
    assert engine.pool.checkedout() == 0


def test_the_product_spares_connections(session):
    assert isinstance(db.engine.pool, engines.Sparing)
    assert db.engine.pool.size() == engines.KEPT[db.engine.dialect.name]


@pytest.mark.only_postgresql
def test_a_statement_that_comes_again_is_planned_once(session):
    found = []
    for number in range(6):
        found.append(db.session.execute(db.text("SELECT :number * 41"), {"number": number}).scalar_one())
        db.session.rollback()
    plans = "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement LIKE '%41%'"
    assert db.session.execute(db.text(plans)).all() == [(6 - postgresql.PREPARED_AFTER, 0)]
    assert found == [0, 41, 82, 123, 164, 205]


@pytest.fixture
def silent():
    """A place that takes connections and says nothing, as a server whose machine hangs."""
    with socket.create_server(("127.0.0.1", 0)) as place:
        yield place.getsockname()[1]


def connected_to(port, **said):
    address = URL.create("postgresql+psycopg", "tele", "x", "127.0.0.1", port, "tele", query=said)
    engine = create_engine(address, **engines.sparing(str(address)))
    engines.tune(engine)
    return engine.connect()


def test_a_database_that_says_nothing_counts_as_away(silent, monkeypatch):
    monkeypatch.setitem(postgresql.GIVES_UP, "connect_timeout", "2")  # the least there is
    begun = monotonic()
    with pytest.raises(OperationalError, match="timeout"):
        connected_to(silent)
    assert monotonic() - begun < 20


def test_the_address_of_the_database_may_say_how_long_to_wait(silent, monkeypatch):
    monkeypatch.setitem(postgresql.GIVES_UP, "connect_timeout", "60")
    begun = monotonic()
    with pytest.raises(OperationalError, match="timeout"):
        connected_to(silent, connect_timeout="2")
    assert monotonic() - begun < 20


@pytest.mark.only_postgresql
def test_an_open_connection_waits_no_quarter_of_an_hour_for_a_line_that_is_cut(application):
    with application.app_context():
        driver = db.session.connection().connection.driver_connection
        said = {one.keyword.decode(): one.val for one in driver.pgconn.info if one.val}
    assert {name: said[name].decode() for name in postgresql.GIVES_UP} == postgresql.GIVES_UP

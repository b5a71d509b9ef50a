"""How connections to the databases are kept."""

import threading

import pytest
from sqlalchemy import create_engine

from teleconsult import engines
from teleconsult.extensions import db


@pytest.fixture
def engine(tmp_path):
    address = f"sqlite:///{tmp_path / 'some.db'}"
    found = create_engine(address, **engines.sparing(address))
    yield found
    found.dispose()


def test_more_connections_than_are_kept_can_be_used_at_once_and_are_closed_after_it(engine):
    taken = [engine.connect() for _ in range(engines.KEPT + 3)]
    assert engine.pool.checkedout() == engines.KEPT + 3
    for connection in taken:
        connection.close()
    assert engine.pool.checkedin() == engines.KEPT
    assert engine.pool.checkedout() == 0


def test_a_connection_that_comes_back_in_a_moment_is_waited_for(engine, monkeypatch):
    monkeypatch.setattr(engines, "PATIENCE", 60)
    taken = [engine.connect() for _ in range(engines.KEPT)]
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
    assert engine.pool.checkedin() == engines.KEPT
    assert engine.pool.checkedout() == 0


def test_the_product_spares_connections_to_sqlite_alone(session):
    sqlite = db.engine.dialect.name == "sqlite"
    assert isinstance(db.engine.pool, engines.Sparing) == sqlite

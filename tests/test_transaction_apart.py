"""The record of a reading: written beside what was read, or not at all."""

import psycopg
import pytest
from sqlalchemy import inspect
from sqlalchemy.exc import OperationalError

from teleconsult import audit
from teleconsult.errors import Overtaken
from teleconsult.extensions import db, end_reading, transaction, transaction_apart
from tests.racing import locked
from tests.world import person, specialty


def lengths() -> dict[str, int]:
    end_reading()
    return {stream: length for stream, length, _hash in audit.streams()}


def test_it_is_kept_and_what_was_read_stays_as_it_was(session):
    before, there = lengths(), specialty()
    with transaction_apart():
        audit.record("reader:PE-1", "case.view")
    assert not inspect(there).expired_attributes
    assert lengths() == {**before, "reader:PE-1": 1}


def record_and_fail() -> None:
    with transaction_apart():
        audit.record("reader:PE-1", "case.view")
        raise RuntimeError("fails")


def test_what_fails_leaves_nothing(session):
    before = lengths()
    with pytest.raises(RuntimeError, match="fails"):
        record_and_fail()
    assert lengths() == before


def test_none_goes_inside_another(session):
    with transaction(), pytest.raises(RuntimeError), transaction_apart():
        pass
    with transaction_apart(), pytest.raises(RuntimeError), transaction():
        pass


def test_one_that_is_refused_inside_another_undoes_nothing_of_it(session):
    there = specialty()
    with transaction(there):
        there.name_en = "Changed"
        with pytest.raises(RuntimeError), transaction():
            pass
    db.session.expire_all()
    assert there.name_en == "Changed"


@pytest.mark.only_sqlite  # PostgreSQL begins by itself
def test_what_is_read_after_it_is_of_one_moment(session):
    with transaction_apart():
        audit.record("reader:PE-1", "case.view")
    assert db.session.connection().connection.dbapi_connection.in_transaction


def test_an_act_after_it_is_its_own(session):
    user = person("marina")
    with transaction_apart():
        audit.record("reader:PE-1", "case.view")
    with transaction(user):
        user.language = "en"
    db.session.expire_all()
    assert user.language == "en"
    assert lengths()["reader:PE-1"] == 1


@pytest.mark.only_sqlite  # PostgreSQL waits for a row, never for the database
def test_a_busy_database_is_told_as_overtaken(session):
    with locked(), pytest.raises(Overtaken), transaction_apart():
        pass


@pytest.mark.only_postgresql  # a file is not lost
def test_a_lost_connection_is_told_as_the_database_tells_it(session):
    pid = db.session.scalar(db.text("SELECT pg_backend_pid()"))
    with psycopg.connect(
        db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True
    ) as other:
        other.execute("SELECT pg_terminate_backend(%s)", (pid,))
    with pytest.raises(OperationalError), transaction_apart():
        audit.record("reader:PE-1", "case.view")
    db.session.remove()
    assert "reader:PE-1" not in lengths()

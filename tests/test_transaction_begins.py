"""Reading turns into writing: what was read is read again, but who asks; nothing that was pending comes along."""

import pytest
from sqlalchemy import event, update

from teleconsult.errors import Overtaken
from teleconsult.extensions import db, keep_as_read, read, transaction
from teleconsult.network.models import Specialty
from teleconsult.people.models import User
from tests.racing import locked
from tests.world import person, specialty

FIRST = db.select(Specialty.name_en).where(Specialty.slug == "dermatologia").limit(1)


@pytest.fixture
def taken(session):
    """Give the list of connections that were taken from the pool."""
    found = []

    def note(*_what):
        found.append(1)

    event.listen(db.engine, "checkout", note)
    yield found
    event.remove(db.engine, "checkout", note)


def _elsewhere(model, row_id, **values):
    """Change a row as another process would."""
    with db.engine.execution_options(teleconsult_write=True).begin() as other:
        other.execute(update(model).where(model.id == row_id).values(**values))


def _read_by_the_session():
    db.session.rollback()
    return read(FIRST, {})[0][0]


def test_it_writes_on_the_connection_that_read(session, taken):
    _read_by_the_session()
    there = specialty()
    del taken[:]
    with transaction(there):
        there.name_en = "Changed"
        assert taken == []
    assert _read_by_the_session() == "Changed"


def test_what_was_read_before_is_read_again(session):
    _read_by_the_session()
    one, other = specialty(), specialty("cardiologia")
    for row in (one, other):
        _elsewhere(Specialty, row.id, name_en=f"Other {row.slug}")
    with transaction(one):
        assert (one.name_en, other.name_en) == ("Other dermatologia", "Other cardiologia")


def test_a_version_that_is_stale_is_overtaken(session):
    _read_by_the_session()
    there = specialty()
    was = there.version
    _elsewhere(Specialty, there.id, version=was + 1)
    with pytest.raises(Overtaken), transaction(there, was):
        pass
    assert there.version == was + 1


def test_who_asks_stands_for_the_whole_request(session):
    _read_by_the_session()
    user = person("marina")
    name = user.name
    keep_as_read(user)
    _elsewhere(User, user.id, name="Another")
    with transaction():
        assert user.name == name
    db.session.info.pop("as_read")


def test_what_was_pending_does_not_come_along(session):
    _read_by_the_session()
    there = specialty()
    was, there.name_en = there.name_en, "Never written"
    with transaction():
        pass
    assert there.name_en == was
    db.session.add(Specialty(slug="nova", name_pt="Nova", name_en="New", category="specialty"))
    with transaction():
        pass
    assert db.session.scalar(db.select(Specialty.id).where(Specialty.slug == "nova")) is None


def _change_and_fail(there):
    with transaction(there):
        there.name_en = "Changed"
        db.session.flush()
        raise RuntimeError


def test_it_undoes_what_fails(session):
    _read_by_the_session()
    there = specialty()
    was = there.name_en
    with pytest.raises(RuntimeError):
        _change_and_fail(there)
    assert there.name_en == was
    assert _read_by_the_session() == was


@pytest.mark.only_sqlite  # PostgreSQL waits for a row, never for the database
def test_a_busy_database_is_told_as_overtaken(session):
    _read_by_the_session()
    with locked(), pytest.raises(Overtaken), transaction():
        pass
    there = specialty()
    with transaction(there):
        there.name_en = "Changed"
    assert _read_by_the_session() == "Changed"
    db.session.execute(db.text("PRAGMA busy_timeout=5000"))


def test_what_ends_a_transaction_inside_it_is_refused(session):
    there = specialty()

    def change():
        with transaction(there):
            there.name_en = "Changed"
            db.session.rollback()
            specialty().name_en = "Changed after it"

    with pytest.raises(RuntimeError, match="ended inside"):
        change()
    assert not _read_by_the_session().startswith("Changed")

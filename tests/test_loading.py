"""Objects made of rows: the ORM takes them for its own."""

import gc
from contextlib import suppress

import pytest
from sqlalchemy import inspect, select

from teleconsult.extensions import db, end_reading, transaction
from teleconsult.loading import add_row, as_loaded, columns_of, known, taken
from teleconsult.network.models import Specialty
from teleconsult.people.models import UserRole
from tests.counting import statements
from tests.world import person, specialty


def _values(model):
    names = columns_of(model)
    row = db.session.execute(select(*(getattr(model, name) for name in names)).order_by(model.id).limit(1)).one()
    return taken(names, iter(row))


def test_it_is_there_with_its_values_and_asks_nothing(session, application):
    values = _values(Specialty)
    with statements(application) as seen:
        made = known(Specialty, values)
        assert {name: getattr(made, name) for name in values} == values
        assert made in db.session
        assert not db.session.is_modified(made)
    assert seen == []
    assert db.session.get(Specialty, made.id) is made


def test_what_is_left_out_is_read_when_somebody_asks(session, application):
    values = _values(Specialty)
    made = known(Specialty, {name: values[name] for name in ("id", "version", "slug")})
    with statements(application) as seen:
        assert made.name_pt == values["name_pt"]
    assert len(seen) == 1


def test_one_row_is_one_object_and_what_is_changed_in_it_stays(session):
    there = specialty()
    values = {name: getattr(there, name) for name in columns_of(Specialty)}
    there.name_pt = "Outra"
    assert known(Specialty, values) is there
    assert there.name_pt == "Outra"


def test_what_a_transaction_made_stale_takes_the_values_of_the_row(session, application):
    there = specialty()
    values = {name: getattr(there, name) for name in columns_of(Specialty)}
    end_reading()
    assert inspect(there).expired_attributes
    with statements(application) as seen:
        assert known(Specialty, values) is there
        assert there.name_pt == values["name_pt"]
    assert seen == []


def test_a_change_of_it_is_written_with_its_version(session):
    made = known(Specialty, _values(Specialty))
    with transaction(made, made.version):
        made.name_en = "Changed"
    db.session.expire_all()
    assert db.session.get(Specialty, made.id).name_en == "Changed"


def test_a_key_of_two_columns(session):
    user = person("marina")
    row = user.role_rows[0]
    assert known(UserRole, {"user_id": user.id, "role": row.role}) is row
    assert as_loaded(UserRole, {"user_id": user.id, "role": row.role}) not in db.session


def test_a_new_row_is_there_at_once_as_if_it_had_been_read(session, application):
    with transaction():
        made = add_row(Specialty, slug="nova", name_pt="Nova", name_en="New", category="specialty")
        assert made in db.session
        assert not db.session.new
        assert not db.session.dirty
        assert db.session.scalar(select(Specialty.id).where(Specialty.slug == "nova")) == made.id
        assert made.prompts == ""  # its model's own default
        made.name_en = "Newer"
    db.session.expire_all()
    assert db.session.get(Specialty, made.id) is made
    assert (made.name_en, made.version) == ("Newer", 2)


def begin_and_fail() -> Specialty:
    made = []
    with suppress(ZeroDivisionError), transaction():
        made.append(add_row(Specialty, slug="nova", name_pt="Nova", name_en="New", category="specialty"))
        _ = 1 / 0
    return made[0]


def test_a_new_row_that_was_undone_is_no_object_of_the_session(session):
    first, second = begin_and_fail(), begin_and_fail()
    assert first not in db.session
    assert second not in db.session
    with transaction():
        add_row(Specialty, slug="outra", name_pt="Outra", name_en="Other", category="specialty")
    assert first.name_pt == "Nova"


def test_a_new_row_that_nobody_holds_leaves_nothing_to_be_written(session):
    with transaction():
        add_row(Specialty, slug="nova", name_pt="Nova", name_en="New", category="specialty")
        gc.collect()
        db.session.flush()
    assert db.session.scalar(select(Specialty.name_pt).where(Specialty.slug == "nova")) == "Nova"


def test_a_name_that_is_no_column_is_not_passed_over(session):
    with transaction(), pytest.raises(TypeError, match="nome"):
        add_row(Specialty, slug="nova", nome="Nova")

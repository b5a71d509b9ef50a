"""What a connection to PostgreSQL keeps, and what it undoes."""

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError

from teleconsult.extensions import db, end_reading, read, transaction
from teleconsult.network.models import Specialty
from tests.world import specialty

pytestmark = pytest.mark.only_postgresql
NAMES = db.select(Specialty.name_pt).where(Specialty.slug == db.bindparam("slug"))


def prepared() -> list[str]:
    return list(db.session.scalars(db.text("SELECT statement FROM pg_prepared_statements")))


def read_often() -> None:
    for _ in range(8):
        assert read(NAMES, {"slug": "dermatologia"})[0].name_pt == "Dermatologia"
        end_reading()


def test_what_was_prepared_outlives_the_end_of_a_reading(session):
    read_often()
    assert [text for text in prepared() if "FROM specialties" in text]


def rename_and_fail() -> None:
    with transaction():
        specialty("dermatologia").name_pt = "Outra"
        db.session.flush()
        db.session.execute(db.text("SELECT 1 / 0"))


def test_a_failed_transaction_is_undone_and_the_connection_goes_on(session):
    read_often()
    with pytest.raises(DBAPIError):
        rename_and_fail()
    read_often()
    assert [text for text in prepared() if "FROM specialties" in text]


def test_a_column_of_another_type_fails_once_and_is_prepared_anew(session):
    read_often()
    with psycopg.connect(db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)) as other:
        other.execute("ALTER TABLE specialties ALTER COLUMN name_pt TYPE varchar(300)")
    with pytest.raises(DBAPIError, match="cached plan"):
        read(NAMES, {"slug": "dermatologia"})
    end_reading()
    read_often()


def test_a_rollback_where_nothing_began_does_nothing(session):
    driver = db.engine.raw_connection()
    driver.rollback()
    driver.rollback()
    assert driver.execute("SELECT 1").fetchone() == (1,)
    driver.close()

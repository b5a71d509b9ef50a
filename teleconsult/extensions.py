"""The database, the sign-in manager and the one place that commits."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

from flask import Flask, has_request_context
from flask.globals import _cv_app
from flask_babel import Babel
from flask_limiter.util import get_remote_address
from flask_login.utils import _get_user
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, CursorResult, Delete, Insert, MetaData, Update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import IntegrityError, InvalidRequestError, OperationalError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.orm.attributes import instance_state
from sqlalchemy.orm.exc import ObjectDeletedError, StaleDataError
from werkzeug.local import LocalProxy

from teleconsult import statements
from teleconsult.errors import Overtaken
from teleconsult.lean import Door, Limits, Tokens

CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

BUSY = re.compile(r"database is locked|deadlock detected|could not serialize", re.IGNORECASE)
UNIQUE = re.compile(r"UNIQUE constraint failed|duplicate key value", re.IGNORECASE)


class Base(DeclarativeBase):
    """Every model: names of constraints are the same on both databases."""

    metadata = MetaData(naming_convention=CONVENTION)


db = SQLAlchemy(model_class=Base)
if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model
"""The base of every model; mypy cannot follow the one that Flask-SQLAlchemy makes."""

babel = Babel()


csrf: Any = Tokens()
login_manager: Any = Door()  # type: ignore[no-untyped-call]  # Flask-Login has no types either
limiter = Limits(key_func=get_remote_address)


def init_migrations(app: Flask, directory: str) -> None:
    """Add `flask db`. The web server leaves it out: Alembic takes a fifth of a start and 10 MB of each worker."""
    from flask_migrate import Migrate  # noqa: PLC0415 (see above)

    Migrate().init_app(app, db, directory=directory)


def _asker() -> Any:
    context = _cv_app.get(None)
    known = context.g.__dict__.get("_login_user") if context is not None else None
    return known if known is not None else _get_user()


current_user: Any = LocalProxy(_asker)
"""Who asks, for the floors below `people`; above it, import the typed one of `people.gate`."""


@contextmanager
def transaction(subject: Any = None, version: int | str | None = None) -> Iterator[None]:
    """Do everything inside, or nothing. Only this and `transaction_apart` commit.

    Ends the read transaction, opens a write one (`BEGIN IMMEDIATE` on SQLite: a read that turns into a write fails at
    once there), reloads `subject` and compares its version with the one the form posted.

    Raises:
        Overtaken: the version is stale, a row is gone, a unique key was taken a moment ago, or the database is busy.
    """
    session = db.session()
    with _writing(session):
        _begin_writing(session)
        # A request is answered right after it: with what was written, not with what is read once more.
        session.expire_on_commit = not has_request_context()
        if subject is not None:
            _reload(session, subject)
            if version is not None and str(subject.version) != str(version):
                raise Overtaken
        begun = session.get_transaction()
        yield
        if session.get_transaction() is not begun:  # what came before is gone, and what came after was a mere reading
            raise RuntimeError("the transaction was ended inside transaction()")
        session.commit()


def _begin_writing(session: Any) -> None:
    """End what was read so far, and begin to write: on the connection that read, if there is nothing else to it.

    The session's own way (roll back, give the connection back, take one, begin) is two hundred calls of functions.
    """
    connection = _reading(session)
    if connection is None:
        end_reading()
        _keep_connection(session, session.connection(execution_options={"teleconsult_write": True}))
        return
    with statements.driver_of(connection) as driver:
        _turn(connection, driver)
    _grow_stale(session)


def _turn(connection: Connection, driver: Any) -> None:
    """End what the driver read, and let it begin to write; PostgreSQL begins with the first statement."""
    driver.rollback()
    if connection.dialect.name == "sqlite":
        driver.execute("BEGIN IMMEDIATE")


def _reading(session: Any) -> Connection | None:
    """Return the connection of a transaction in which the session has only read by it."""
    kept: tuple[Any, Any, Connection] | None = _cv_app.get().g.__dict__.get("_connected")
    if kept is None or session.new or session.deleted or session.identity_map._modified:
        return None
    whose, transaction, connection = kept
    current = whose is session and session.get_transaction() is transaction and transaction.is_active
    clean = not (transaction.nested or transaction._new or transaction._deleted or transaction._dirty)
    return connection if current and clean else None


def _grow_stale(session: Any) -> None:
    """Let every object but who asks be read again, as a rollback does."""
    kept = {instance_state(thing) for thing in session.info.get("as_read", ())}
    there = session.identity_map
    for state in there.all_states():
        if state not in kept:
            state._expire(state.dict, there._modified)


@contextmanager
def transaction_apart() -> Iterator[None]:
    """Write, by kept statements alone, what no object stands for: the record of a reading.

    It is committed on the connection that read, without the session: nothing that was read grows stale, and it takes a
    third of the time of `transaction()`. The objects that are there must not have been changed.

    Raises:
        Overtaken: as `transaction()`.
    """
    session, connection = db.session(), _connection()
    with _writing(session), statements.driver_of(connection) as driver:
        _turn(connection, driver)
        yield
        driver.commit()
        if connection.dialect.name == "sqlite":
            driver.execute("BEGIN")  # what is read after it is of one moment, as the session believes


@contextmanager
def _writing(session: Any) -> Iterator[None]:
    """Say that a transaction goes on; undo it when it fails, and say what the failure means."""
    if session.info.get("writing"):
        raise RuntimeError("transaction() inside transaction()")
    session.info["writing"] = True
    try:
        yield
    except (StaleDataError, ObjectDeletedError) as error:  # changed, or gone, since it was read
        session.rollback()
        raise Overtaken from error
    except (IntegrityError, OperationalError) as error:
        session.rollback()
        if UNIQUE.search(str(error.orig)) or BUSY.search(str(error.orig)):
            raise Overtaken from error
        raise
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.pop("writing", None)


def keep_as_read(*things: Any) -> None:
    """Let what the gate has just read of the person who asks stand for the whole request, transactions included.

    Everything else is read again inside `transaction()`. Each would cost two statements a person otherwise.
    """
    db.session.info["as_read"] = things


def end_reading() -> None:
    """End the transaction of what was read so far: what takes long after it must not hold it open."""
    session = db.session()
    there = session.identity_map
    kept = [state for state in map(instance_state, session.info.get("as_read", ())) if there.contains_state(state)]
    # Out of its sight while it makes all it holds stale. expunge() and add() would walk along every relationship.
    for state in kept:
        there.safe_discard(state)
    session.rollback()
    for state in kept:
        there.add(state)


def _reload(session: Any, subject: Any) -> None:
    try:
        statements.reload(session, subject)
    except InvalidRequestError as error:  # its row is gone
        raise Overtaken from error


def hold(thing: Any, *relations: str) -> None:
    """Keep an object's row as it is until the transaction ends, and read it anew, these relations of it too.

    Whoever changes it at the same time waits, or is waited for. On SQLite nobody else writes meanwhile.
    """
    if dialect_name() == "postgresql":
        db.session.refresh(thing, with_for_update={"read": True, "of": thing.__class__})
        db.session.expire(thing, relations)


def upsert(model: type[Base]) -> Any:
    """Return the dialect's own INSERT, which knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
    postgresql = db.session.get_bind().dialect.name == "postgresql"
    return postgresql_insert(model) if postgresql else sqlite_insert(model)


def dialect_name() -> str:
    """Return which database this is: what a kept statement in its own words is cached by."""
    return db.session.get_bind().dialect.name


def changed(statement: Update | Delete | Insert) -> int:
    """Run a statement past the identity map and return how many rows it changed."""
    result = db.session.execute(statement.execution_options(synchronize_session=False, preserve_rowcount=True))
    return cast("CursorResult[Any]", result).rowcount


def read(statement: Any, given: Mapping[str, Any]) -> Sequence[Any]:
    """Return the rows of a kept select of columns, past the ORM and most of SQLAlchemy (see `statements`)."""
    return statements.read(_connection(), statement, given)


def write(statement: Any, given: Mapping[str, Any]) -> int:
    """Run a kept insert, update or delete inside `transaction()`; return how many rows it changed."""
    return statements.write(_connection(), statement, given)


def _connection() -> Connection:
    """Return the connection of the transaction that goes on, as `Session.connection()` does for thirty calls of functions."""
    context = _cv_app.get()
    kept: tuple[Any, Any, Connection] | None = context.g.__dict__.get("_connected")
    if kept is not None:
        session, transaction, connection = kept
        if session.get_transaction() is transaction and transaction.is_active:
            return connection
    session = db.session()
    return _keep_connection(session, session.connection())


def _keep_connection(session: Any, connection: Connection) -> Connection:
    _cv_app.get().g.__dict__["_connected"] = (session, session.get_transaction(), connection)
    return connection


def write_all(statement: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """Run a kept insert, update or delete for each row, inside `transaction()`; all rows give the same values."""
    statements.write_all(_connection(), statement, rows)


def write_one(statement: Any, given: Mapping[str, Any]) -> Any:
    """Run a kept insert or update of one row inside `transaction()`; return the row that it returns, or None."""
    return statements.write_one(_connection(), statement, given)

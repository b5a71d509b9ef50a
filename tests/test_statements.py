"""Kept statements: what the driver's way finds is what SQLAlchemy finds."""

import pytest
from sqlalchemy import bindparam, event, func, insert, literal, select, update
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from teleconsult import audit, clock
from teleconsult.extensions import db, read, transaction, write
from teleconsult.people.models import Session, User, UserRole

_EVERYONE = (
    select(
        User.id, User.ref, User.name.label("called"), User.created_at, User.switched_off_at, User.must_change_password
    )
    .where(User.created_at <= bindparam("now", type_=User.created_at.type))
    .order_by(User.id)
)
_SOME = (
    select(User.ref, UserRole.role)
    .join(UserRole, UserRole.user_id == User.id)
    .where(User.ref.in_(bindparam("refs", expanding=True)), UserRole.role.in_(["requester", "consultant"]))
    .order_by(User.ref, UserRole.role)
)
_EVENTS = select(audit.AuditEvent.at, audit.AuditEvent.data).where(audit.AuditEvent.stream == bindparam("stream"))


def _both_ways(statement, given):
    """Return what is found the quick way, and with somebody listening."""
    quick = read(statement, given)
    heard = []

    def listen(_connection, _cursor, text, _given, _context, _many):
        heard.append(text)

    event.listen(db.engine, "before_cursor_execute", listen)
    try:
        usual = read(statement, given)
    finally:
        event.remove(db.engine, "before_cursor_execute", listen)
    assert len(heard) == 1
    return quick, usual


def test_rows_values_and_types_are_the_same(session):
    quick, usual = _both_ways(_EVERYONE, {"now": clock.now()})
    assert [tuple(row) for row in quick] == [tuple(row) for row in usual] != []
    assert quick[0].called == usual[0].called == quick[0]._mapping["called"]
    assert quick[0].created_at.tzinfo is not None
    assert quick[0].must_change_password is usual[0].must_change_password


def test_lists_of_any_length(session):
    refs = [person.ref for person in session.scalars(select(User))]
    for some in (refs[:1], refs[:3], refs, refs[:1]):
        quick, usual = _both_ways(_SOME, {"refs": some})
        assert [tuple(row) for row in quick] == [tuple(row) for row in usual]
        assert {row.ref for row in quick} <= set(some)
    assert read(_SOME, {"refs": []}) == []


def test_json_comes_back_as_it_went_in(session):
    with transaction():
        audit.record("system", "test.thing", subject="TC-1", words=["é", 1, None])
    quick, usual = _both_ways(_EVENTS, {"stream": "system"})
    assert [tuple(row) for row in quick] == [tuple(row) for row in usual]
    assert quick[-1].data == {"words": ["é", 1, None]}


def test_writing_says_how_many_rows_changed(session):
    change = update(User).where(User.ref == bindparam("who")).values(mail_mode=bindparam("mode"))
    some = session.scalar(select(User.ref))
    with transaction():
        assert write(change, {"who": some, "mode": "digest"}) == 1
        assert write(change, {"who": "PE-NOBODY", "mode": "digest"}) == 0
    assert session.scalar(select(User.mail_mode).where(User.ref == some)) == "digest"


def test_trouble_is_told_as_sqlalchemy_tells_it(session):
    with pytest.raises((OperationalError, ProgrammingError)):
        read(select(func.no_such_function(literal(1))), {})
    session.rollback()
    known = session.scalar(select(User.id))
    add = insert(UserRole).inline()
    role = session.scalar(select(UserRole.role).where(UserRole.user_id == known))
    with pytest.raises(IntegrityError):
        write(add, {"user_id": known, "role": role})
    session.rollback()


def test_the_person_who_asks_is_read_once(application, sign_in):
    """A form that changes something reads its person at the gate alone, whatever transactions it opens."""
    client = sign_in("marina")
    client.get("/account")
    heard = []

    def listen(_connection, _cursor, text, _given, _context, _many):
        heard.append(text)

    with application.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", listen)
    try:
        client.post("/language", data={"locale": "en"})
    finally:
        event.remove(engine, "before_cursor_execute", listen)
    assert sum(Session.__tablename__ in text and "JOIN users" in text for text in heard) == 1
    assert not any(text.startswith("SELECT user_roles") for text in heard)

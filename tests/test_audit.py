"""The record: whole, or it says where it is not; and the database itself refuses to change it."""

import json
import threading

import pytest
from sqlalchemy.exc import DatabaseError

from teleconsult import anchors, audit
from teleconsult.audit import AuditEvent, AuditHead, Flaw, Head
from teleconsult.cases import actions
from teleconsult.cases.lifecycle import State
from teleconsult.extensions import db, transaction
from tests.world import person

EVENTS = AuditEvent.__table__


def record(stream="system", count=1, word="test.word"):
    for _ in range(count):
        with transaction():
            audit.record(stream, word, subject="TC-1", number=7)


def flaws():
    return list(audit.verify())


def unguarded(*statements):
    """Do what the guards forbid, as somebody with the database in hand could."""
    postgresql = db.engine.dialect.name == "postgresql"
    with db.engine.execution_options(teleconsult_write=True).begin() as connection:
        if postgresql:
            connection.exec_driver_sql("ALTER TABLE audit_events DISABLE TRIGGER USER")
        else:
            for what in ("update", "delete"):
                connection.exec_driver_sql(f"DROP TRIGGER audit_events_no_{what}")
        for statement in statements:
            connection.execute(statement)
    db.session.rollback()


@pytest.fixture
def streams(session):
    """Three streams of five events."""
    for stream in ("case:TC-1", "case:TC-2", "reader:PE-A"):
        record(stream, 5)


def test_whole_streams_have_no_flaw(streams):
    assert flaws() == []


def test_an_event_holds_who_what_and_about_what(session):
    with transaction():
        audit.record("case:TC-1", "case.assign", by_id=person("paulo").id, subject="TC-1", state="assigned")
    row = db.session.scalars(db.select(AuditEvent)).one()
    assert (row.stream, row.number, row.word, row.subject) == ("case:TC-1", 1, "case.assign", "TC-1")
    assert row.data == {"state": "assigned"}
    assert db.session.get(AuditHead, "case:TC-1").length == 1


CHANGES = (
    {"word": "test.other"},
    {"subject": "TC-9"},
    {"user_id": 1},
    {"for_id": 1},
    {"address": "10.0.0.1"},
    {"data": {"number": 8}},
    {"hash": "0" * 64},
    {"at": db.select(db.func.min(EVENTS.c.at)).scalar_subquery()},
)


def test_a_changed_event_shows_where(session):
    names = [f"case:TC-{next(iter(change))}" for change in CHANGES]
    for name in names:
        record(name, 4)
    unguarded(
        *(
            db.update(EVENTS).where(EVENTS.c.stream == name, EVENTS.c.number == 3).values(**change)
            for name, change in zip(names, CHANGES, strict=True)
        )
    )
    assert sorted(flaws(), key=str) == sorted((Flaw(name, 3, "changed") for name in names), key=str)


UNREADABLE = {
    "data": "data = 'no JSON'",
    "at": "at = 'yesterday'",
    "number": "number = 'fifth', word = ''",
    "word": "word = x'00'",
    "subject": "subject = CAST(x'C3' AS TEXT)",
    "hash": "hash = x'00'",
}
PLACE_FIVE = "WHERE stream = 'case:TC-1' AND number = 5"


@pytest.mark.only_sqlite  # it keeps in any column whatever is put there
@pytest.mark.parametrize("what", UNREADABLE)
def test_what_no_column_of_its_kind_can_hold_shows_where_it_stands(streams, what):
    unguarded()
    with db.engine.execution_options(teleconsult_write=True).begin() as connection:
        connection.exec_driver_sql(" ".join(["UPDATE audit_events SET", UNREADABLE[what], PLACE_FIVE]))
        connection.exec_driver_sql("UPDATE audit_heads SET length = 'five', hash = '' WHERE stream = 'case:TC-2'")
    assert flaws() == [Flaw("case:TC-1", 5, "changed"), Flaw("case:TC-2", 5, "head differs")]


HERE = EVENTS.c.stream == "case:TC-1"
PLACES = [1, 3, 5]
CONTENT = [column.name for column in EVENTS.c if column.name not in ("id", "stream", "number")]


def at(number):
    return HERE & (EVENTS.c.number == number)


def update(place, /, **values):
    return db.update(EVENTS).where(at(place)).values(**values)


def remove(*numbers):
    return [db.delete(EVENTS).where(at(number)) for number in numbers]


def close_up(gap, last=5):
    """Give the events after a removed one the numbers of their new places."""
    return [update(number, number=number - 1) for number in range(gap + 1, last + 1)]


def swap(one, other):
    return [update(one, number=99), update(other, number=one), update(99, number=other)]


def move(source, target):
    """Move an event to another place; those between make room."""
    step = 1 if source > target else -1
    between = range(source - step, target - step, -step)
    return [update(source, number=99), *(update(n, number=n + step) for n in between), update(99, number=target)]


def fit_head():
    last = db.select(EVENTS.c.hash).where(HERE).order_by(EVENTS.c.number.desc()).limit(1).scalar_subquery()
    many = db.select(db.func.count()).where(HERE).scalar_subquery()
    return db.update(AuditHead).where(AuditHead.stream == "case:TC-1").values(hash=last, length=many)


def insert(number, last=5):
    """Put a copy of the fourth event into a place; those from there on make room."""
    row = db.session.execute(db.select(EVENTS).where(at(4))).mappings().one()
    room = [update(n, number=n + 1) for n in range(last, number - 1, -1)]
    return [*room, db.insert(EVENTS).values({**row, "id": 999, "number": number})]


@pytest.mark.parametrize("place", PLACES)
def test_a_changed_event_shows_in_every_place(streams, place):
    unguarded(update(place, word="test.other"))
    assert flaws() == [Flaw("case:TC-1", place, "changed")]


@pytest.mark.parametrize("place", PLACES)
def test_an_event_whose_hash_was_changed_with_it_shows(streams, place):
    unguarded(update(place, word="test.other", hash="0" * 64))
    assert flaws() == [Flaw("case:TC-1", place, "changed")]


@pytest.mark.parametrize(("places", "first"), [([1], 1), ([3], 3), ([1, 2], 1), ([2, 4], 2), ([1, 2, 3, 4], 1)])
def test_removed_events_show_where(streams, places, first):
    unguarded(*remove(*places))
    assert flaws() == [Flaw("case:TC-1", first, "removed")]


@pytest.mark.parametrize("place", [1, 2, 3, 4])
@pytest.mark.parametrize("fitted", [False, True])
def test_a_removed_event_whose_place_is_closed_shows_too(streams, place, fitted):
    unguarded(*remove(place), *close_up(place), *([fit_head()] if fitted else []))
    said = "changed" if fitted and place == 4 else "removed"  # only the head knew that there were five
    assert flaws() == [Flaw("case:TC-1", place, said)]


def test_several_removed_events_whose_places_are_closed_show(streams):
    unguarded(*remove(2, 3), *close_up(3), *close_up(2, 4))
    assert flaws() == [Flaw("case:TC-1", 2, "removed")]


@pytest.mark.parametrize("pair", [(1, 2), (2, 3), (4, 5), (1, 5), (2, 5), (1, 3)])
def test_swapped_events_show_as_reordered(streams, pair):
    unguarded(*swap(*pair))
    assert flaws() == [Flaw("case:TC-1", pair[0], "reordered")]


@pytest.mark.parametrize("pair", [(1, 2), (2, 4), (4, 5), (1, 5)])
def test_events_whose_contents_were_exchanged_show_as_reordered(streams, pair):
    one, other = (db.session.execute(db.select(EVENTS).where(at(number))).mappings().one() for number in pair)
    unguarded(
        update(pair[0], **{name: other[name] for name in CONTENT}),
        update(pair[1], **{name: one[name] for name in CONTENT}),
    )
    assert flaws() == [Flaw("case:TC-1", pair[0], "reordered")]


@pytest.mark.parametrize(("source", "target"), [(5, 1), (1, 5), (4, 2), (2, 4)])
def test_an_event_moved_within_its_stream_shows_as_reordered(streams, source, target):
    unguarded(*move(source, target))
    assert flaws() == [Flaw("case:TC-1", min(source, target), "reordered")]


def test_a_reversed_stream_shows_as_reordered(streams):
    unguarded(*swap(1, 5), *swap(2, 4))
    assert flaws() == [Flaw("case:TC-1", 1, "reordered")]


@pytest.mark.parametrize(("place", "number", "said"), [(2, 99, "reordered"), (5, 99, "changed"), (4, 0, "reordered")])
def test_an_event_with_a_number_that_is_none_of_the_stream_shows(streams, place, number, said):
    unguarded(update(place, number=number))
    assert flaws() == [Flaw("case:TC-1", place if number else 1, said)]


@pytest.mark.parametrize("cut", [[5], [4, 5], [2, 3, 4, 5]])
def test_a_cut_tail_shows_against_the_head(streams, cut):
    unguarded(*remove(*cut))
    assert flaws() == [Flaw("case:TC-1", cut[0], "cut")]


@pytest.mark.parametrize("place", [1, 3, 6])
def test_an_event_that_was_put_in_shows_as_added(streams, place):
    unguarded(*insert(place))
    assert flaws() == [Flaw("case:TC-1", place, "added")]


COMBINED = {
    "a changed one before a swapped pair": ([(1, "changed")], lambda: [*swap(3, 4), update(1, word="x")]),
    "a swapped pair before a changed one": ([(2, "reordered")], lambda: [*swap(2, 3), update(5, word="x")]),
    "one of the pair changed too": ([(2, "reordered")], lambda: [*swap(2, 3), update(2, word="x")]),
    "a swapped pair and a cut": ([(1, "reordered")], lambda: [*swap(1, 2), *remove(4, 5)]),
    "a removed one and a cut": ([(2, "removed")], lambda: remove(2, 5)),
    "a removed one and a changed one after it": ([(2, "removed")], lambda: [*remove(2), update(4, word="x")]),
    "a changed one and the next removed": ([(2, "changed")], lambda: [*remove(3), update(2, word="x")]),
    "a changed one and a cut": ([(1, "changed")], lambda: [update(1, word="x"), *remove(5)]),
    "a changed last one whose head went": (
        [(5, "changed")],
        lambda: [update(5, word="x"), db.delete(AuditHead).where(AuditHead.stream == "case:TC-1")],
    ),
    "a cut and the head fitted to its length": (
        [(4, "cut")],
        lambda: [*remove(4, 5), db.update(AuditHead).where(AuditHead.stream == "case:TC-1").values(length=4)],
    ),
}


@pytest.mark.parametrize("what", COMBINED)
def test_of_several_faults_of_a_stream_the_first_is_told(streams, what):
    expected, faults = COMBINED[what]
    unguarded(*faults())
    assert flaws() == [Flaw("case:TC-1", *told) for told in expected]


def test_each_stream_tells_its_own(streams):
    unguarded(
        *swap(2, 3),
        db.delete(EVENTS).where(EVENTS.c.stream == "case:TC-2", EVENTS.c.number == 5),
        db.update(EVENTS).where(EVENTS.c.stream == "reader:PE-A", EVENTS.c.number == 1).values(word="x"),
    )
    assert flaws() == [
        Flaw("case:TC-1", 2, "reordered"),
        Flaw("case:TC-2", 5, "cut"),
        Flaw("reader:PE-A", 1, "changed"),
    ]


def test_an_event_moved_to_another_stream_shows_in_both(streams):
    unguarded(update(5, stream="case:TC-2", number=6))
    assert flaws() == [Flaw("case:TC-1", 5, "cut"), Flaw("case:TC-2", 6, "added")]


def test_a_removed_stream_shows(streams):
    unguarded(db.delete(EVENTS).where(HERE))
    assert flaws() == [Flaw("case:TC-1", 1, "removed")]


def test_a_stream_without_its_head_shows(streams):
    unguarded(db.delete(AuditHead).where(AuditHead.stream == "case:TC-1"))
    assert flaws() == [Flaw("case:TC-1", 5, "headless")]


def test_a_head_that_was_rewritten_shows(streams):
    unguarded(db.update(AuditHead).where(AuditHead.stream == "case:TC-1").values(hash="0" * 64))
    assert flaws() == [Flaw("case:TC-1", 5, "head differs")]


@pytest.mark.parametrize("length", [4, 6])
def test_a_head_whose_length_was_rewritten_shows(streams, length):
    unguarded(db.update(AuditHead).where(AuditHead.stream == "case:TC-1").values(length=length))
    assert flaws() == [Flaw("case:TC-1", 5, "head differs")]


def test_an_event_that_the_head_does_not_know_shows(streams):
    before = db.select(EVENTS.c.hash).where(at(4)).scalar_subquery()
    unguarded(db.update(AuditHead).where(AuditHead.stream == "case:TC-1").values(length=4, hash=before))
    assert flaws() == [Flaw("case:TC-1", 5, "added")]


def test_another_key_fits_nothing(streams, application):
    application.config["AUDIT_KEY"] = "another" * 8
    try:
        assert [flaw.number for flaw in flaws()] == [1, 1, 1]
    finally:
        application.config["AUDIT_KEY"] = "tests-only-" + "a" * 32


def test_a_cut_tail_whose_head_was_fitted_shows_only_against_an_anchor(streams):
    anchored = {"case:TC-1": Head(5, db.session.get(AuditHead, "case:TC-1").hash)}
    third = db.session.scalar(db.select(EVENTS.c.hash).where(EVENTS.c.stream == "case:TC-1", EVENTS.c.number == 3))
    unguarded(
        db.delete(EVENTS).where(EVENTS.c.stream == "case:TC-1", EVENTS.c.number > 3),
        db.update(AuditHead).where(AuditHead.stream == "case:TC-1").values(length=3, hash=third),
    )
    assert flaws() == []
    assert list(audit.verify(anchored)) == [Flaw("case:TC-1", 4, "cut")]


def test_a_stream_written_anew_with_the_key_shows_only_against_an_anchor(streams):
    anchored = {"case:TC-1": Head(5, db.session.get(AuditHead, "case:TC-1").hash)}
    unguarded(
        db.delete(EVENTS).where(EVENTS.c.stream == "case:TC-1"),
        db.delete(AuditHead).where(AuditHead.stream == "case:TC-1"),
    )
    record("case:TC-1", 7, word="test.invented")
    assert flaws() == []
    assert list(audit.verify(anchored)) == [Flaw("case:TC-1", 5, "differs from its anchor")]


def test_a_stream_taken_away_with_its_head_shows_only_against_an_anchor(streams):
    anchored = {"case:TC-1": Head(5, "x" * 64)}
    unguarded(
        db.delete(EVENTS).where(EVENTS.c.stream == "case:TC-1"),
        db.delete(AuditHead).where(AuditHead.stream == "case:TC-1"),
    )
    assert flaws() == []
    assert list(audit.verify(anchored)) == [Flaw("case:TC-1", 1, "removed")]


COPY = """
INTO audit_events (id, stream, number, at, word, subject, address, data, hash)
SELECT id, stream, number, at, 'x', subject, address, data, hash FROM audit_events WHERE true
"""
FORBIDDEN = {
    "UPDATE audit_events SET word = 'x'": {"sqlite", "postgresql"},
    "DELETE FROM audit_events": {"sqlite", "postgresql"},
    f"INSERT {COPY} ON CONFLICT (id) DO UPDATE SET word = 'x'": {"sqlite", "postgresql"},
    f"INSERT OR REPLACE {COPY}": {"sqlite"},
    "TRUNCATE audit_events": {"postgresql"},
}


def test_the_database_refuses_to_change_the_record(streams, database):
    for statement, databases in FORBIDDEN.items():
        if database in databases:
            with pytest.raises(DatabaseError, match="only added"), transaction():
                db.session.execute(db.text(statement))
    assert flaws() == []
    assert db.session.query(AuditEvent).count() == 15


def test_appending_from_many_threads_loses_nothing(application):
    problems, start = [], threading.Barrier(6)

    def work():
        start.wait()
        for _ in range(8):
            try:
                with application.app_context(), transaction():
                    audit.record("case:TC-1", "test.word")
                    audit.record("system", "test.word")
            except Exception as error:  # noqa: BLE001 (shown by the test, whatever it is)
                problems.append(error)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    with application.app_context():
        assert flaws() == []
        lengths = dict(db.session.execute(db.select(AuditHead.stream, AuditHead.length)).all())
        assert lengths == {"case:TC-1": 48, "system": 48}


def test_an_action_whose_record_fails_does_not_happen(session, case_in, monkeypatch):
    case = case_in(State.SUBMITTED).case
    version, events = case.version, len(case.events)

    def fail(*_args, **_kwargs):
        raise RuntimeError("the audit stream could not be advanced")

    monkeypatch.setattr(audit, "record", fail)
    with pytest.raises(RuntimeError), transaction(case):
        actions.assign(case, to=person("paulo"), why="Em turno.", by=person("rosangela"))
    db.session.rollback()
    assert (case.state, case.version, len(case.events)) == (State.SUBMITTED, version, events)


def test_a_stream_that_cannot_be_advanced_stops_the_action(session, monkeypatch):
    monkeypatch.setattr(audit, "_advance", lambda *_: False)
    record("system")
    with pytest.raises(RuntimeError, match="could not be advanced"):
        record("system")
    assert db.session.query(AuditEvent).count() == 1


@pytest.fixture
def anchor_file(application, tmp_path):
    place = tmp_path / "out" / "anchors.jsonl"
    kept = application.config["ANCHOR_FILE"]
    application.config["ANCHOR_FILE"] = str(place)
    yield place
    application.config["ANCHOR_FILE"] = kept


def test_an_anchor_holds_what_moved_since_the_one_before(anchor_file, streams, monkeypatch):
    monkeypatch.setattr(anchors, "OVERLAP", 0)
    first = anchors.anchor()
    assert (first["number"], first["streams"], first["events"]) == (1, 3, 15)
    assert set(first["heads"]) == {"case:TC-1", "case:TC-2", "reader:PE-A"}
    record("case:TC-2")
    second = anchors.anchor()
    assert set(second["heads"]) == {"case:TC-2"}
    assert second["before"] == first["digest"]
    assert anchors.anchor()["heads"] == {}
    assert list(anchors.verify()) == []


def test_many_streams_are_anchored_in_several_lines(anchor_file, streams, monkeypatch):
    monkeypatch.setattr(anchors, "HEADS_A_LINE", 2)
    anchors.anchor()
    assert len(anchor_file.read_text().splitlines()) == 2
    assert len(anchors.read().heads) == 3
    assert list(anchors.verify()) == []


def test_a_rewritten_record_does_not_fit_its_anchors(anchor_file, streams):
    anchors.anchor()
    record("case:TC-1", 2)
    unguarded(db.delete(EVENTS), db.delete(AuditHead))
    for stream in ("case:TC-1", "case:TC-2", "reader:PE-A"):
        record(stream, 6, word="test.invented")
    assert flaws() == []
    assert [(flaw.number, flaw.what) for flaw in anchors.verify()] == [(5, "differs from its anchor")] * 3


@pytest.mark.parametrize(
    "change",
    [
        {"heads": []}, {"heads": {"system": 1}}, {"heads": {"system": [1]}}, {"heads": {"system": ["1", "x"]}},
        {"number": "1"}, {"at": 1}, {"at": "yesterday"}, {"until": None}, {"digest": []}, {"digest": None},
    ],
)  # fmt: skip
def test_a_line_of_another_shape_shows_and_stops_nothing(anchor_file, streams, change):
    anchors.anchor()
    line = json.loads(anchor_file.read_text()) | change
    anchor_file.write_text(json.dumps(line) + "\n")
    assert Flaw("anchors", 1, "changed") in list(anchors.verify())
    anchors.due()  # the day's own anchor begins anew behind it
    assert anchors.anchor()["number"] == 2


def test_a_line_that_was_changed_or_taken_out_of_the_anchors_shows(anchor_file, streams):
    for _ in range(3):
        anchors.anchor()
        record("system")
    lines = anchor_file.read_text().splitlines(keepends=True)
    anchor_file.write_text(lines[0].replace('"events":15', '"events":14') + lines[1] + lines[2])
    assert list(anchors.verify()) == [Flaw("anchors", 1, "changed")]
    anchor_file.write_text(lines[0] + lines[2])
    assert list(anchors.verify()) == [Flaw("anchors", 2, "changed")]
    anchor_file.write_text(lines[0] + "nonsense\n" + lines[1])
    assert list(anchors.verify()) == [Flaw("anchors", 2, "changed")]


def test_a_line_that_was_never_finished_is_written_again(anchor_file, streams):
    anchors.anchor()
    whole = anchor_file.read_bytes()
    anchor_file.write_bytes(whole + whole[: len(whole) // 2])
    assert list(anchors.verify()) == []
    anchors.anchor()
    assert anchor_file.read_bytes().startswith(whole)
    assert list(anchors.verify()) == []
    assert len(anchor_file.read_text().splitlines()) == 2

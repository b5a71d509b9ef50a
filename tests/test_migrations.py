"""Every revision, with rows in it, on both databases."""

from datetime import timedelta

import flask_migrate
import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect
from sqlalchemy.exc import DatabaseError

from teleconsult import clock, create_app, guards
from teleconsult.cases import actions, outcome
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case, CaseEvent
from teleconsult.cases.models_opinion import Decline
from teleconsult.cases.request import PatientFacts
from teleconsult.columns import UTCDateTime
from teleconsult.extensions import db, transaction
from teleconsult.network.models import HealthUnit, Specialty
from teleconsult.network.naming import digest_of
from teleconsult.patients.actions import NEW, admit
from teleconsult.patients.merging import merge, unmerge
from teleconsult.patients.models import PatientMerge
from teleconsult.shifts.models import Room
from tests import world
from tests.conftest import SETTINGS
from tests.shifts.rooms import room


def revisions() -> list[str]:
    config = Config()
    config.set_main_option("script_location", "migrations")
    return [script.revision for script in reversed(list(ScriptDirectory.from_config(config).walk_revisions()))]


@pytest.fixture
def fresh(database, tmp_path, request):
    """An application on an empty database of its own."""
    if database == "postgresql":
        server = request.getfixturevalue("postgres_server")
        url = server.create("migrations")
    else:
        url = f"sqlite:///{tmp_path / 'm.db'}"
    application = create_app(
        SETTINGS | {"VAR": tmp_path, "STORAGE_URL": str(tmp_path / "files"), "SQLALCHEMY_DATABASE_URI": url}
    )
    with application.app_context():
        yield application
        db.session.remove()
        db.engine.dispose()
    if database == "postgresql":
        server.drop("migrations")


def triggers() -> set[str]:
    sqlite = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    postgresql = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    found = db.session.scalars(db.text(sqlite if db.engine.dialect.name == "sqlite" else postgresql)).all()
    db.session.rollback()
    return {name for name in found if "_no_" in name}


def guarded() -> set[str]:
    """Return the guards that must be there at the present revision: those of the tables that it has."""
    there = inspect(db.engine).get_table_names()
    return guards.declared(db.engine.dialect.name, tuple(t for t in guards.APPEND_ONLY if t in there))


def counts() -> dict[str, int]:
    tables = ("users", "cases", "case_events", "opinions", "audit_events", "notices", "case_patients", "case_questions")
    found = {table: db.session.scalar(db.text(f"SELECT count(*) FROM {table}")) for table in tables}  # noqa: S608 (names written above)
    db.session.rollback()
    return found


def indexes() -> dict[str, set[str]]:
    look = inspect(db.engine)
    return {
        table: {row["name"] for row in look.get_indexes(table)} | {c["name"] for c in look.get_check_constraints(table)}
        for table in look.get_table_names()
        if not table.startswith(("case_search", "alembic", "sqlite"))
    }


def orphans() -> list[object]:
    """Return rows whose parent is gone: SQLite copies tables with its foreign keys off, PostgreSQL never lets go."""
    if db.engine.dialect.name != "sqlite":
        return []
    found = db.session.execute(db.text("PRAGMA foreign_key_check")).all()
    db.session.rollback()
    return list(found)


def test_the_revisions_are_one_line_in_order():
    found = revisions()
    assert found == sorted(found)
    assert len(set(found)) == len(found)


def test_models_and_migrations_agree(fresh):
    flask_migrate.upgrade()

    def ours(_thing, name, kind, _reflected, _other):
        return not (kind == "table" and name.startswith("case_search"))

    def same_type(_context, _column, _meta, _found, wanted):
        return False if isinstance(wanted, UTCDateTime) else None

    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": ours, "compare_type": same_type})
        assert compare_metadata(context, db.metadata) == []


def test_the_guards_are_there_after_every_revision(fresh):
    for revision in revisions():
        flask_migrate.upgrade(revision=revision)
        assert triggers() == guarded(), revision


def test_rows_survive_from_every_earlier_revision(fresh):
    flask_migrate.upgrade()
    world.populate()
    for state in (State.RETURNED, State.ANSWERED, State.IN_PERSON, State.CONCLUDED):
        world.walk_to(state)
    db.session.remove()
    wanted, names = counts(), indexes()
    for revision in reversed(revisions()[:-1]):
        flask_migrate.downgrade(revision=revision)
        assert counts() == wanted, f"down to {revision}"
        flask_migrate.upgrade()
        assert counts() == wanted, f"up from {revision}"
        assert indexes() == names, f"up from {revision}"
        assert orphans() == [], f"up from {revision}"
        assert triggers() == guards.declared(db.engine.dialect.name), revision


def test_records_parted_before_their_reason_was_kept_have_none(fresh):
    flask_migrate.upgrade()
    world.populate()
    with transaction():
        kept, other = (
            admit(PatientFacts(name=name), by=world.person("marina"), decided=NEW) for name in ("Ana", "Rui")
        )
        row = merge(kept, other, reason="Parecidos.", by=world.person("rosangela"))
    with transaction():
        unmerge(row, reason="São dois.", by=world.person("rosangela"))
    assert row.undone_reason == "São dois."
    db.session.remove()
    flask_migrate.downgrade(revision="0016")
    flask_migrate.upgrade()
    row = db.session.scalars(db.select(PatientMerge)).one()
    assert (row.reason, row.undone_reason, row.undone_by.name) == ("Parecidos.", "", "Rosângela Lima")


def test_of_units_specialties_and_rooms_that_share_a_name_the_oldest_keeps_it(fresh):
    flask_migrate.upgrade()
    world.populate()
    room(name="Sala um"), room(name="Sala dois")
    db.session.remove()
    flask_migrate.downgrade(revision="0017")
    shared = (
        "UPDATE health_units SET name = 'USF Vietnã' WHERE slug = 'usf-skylab'",
        "UPDATE health_units SET name = 'usf  VIETNA' WHERE slug = 'ds-iv'",
        "UPDATE specialties SET name_en = 'dermatology' WHERE slug = 'neurologia'",
        "UPDATE rooms SET name = 'Sala  ÚM' WHERE slug = 'sala-dois'",
    )
    with transaction():
        for statement in shared:
            db.session.execute(db.text(statement))
    flask_migrate.upgrade()
    found = dict(db.session.execute(db.select(HealthUnit.slug, HealthUnit.name_digest)).all())
    assert (found["usf-skylab"], found["ds-iv"]) == (None, None)
    assert found["usf-vietna"] == digest_of("USF Vietnã")
    assert found["policlinica-lessa-de-andrade"] == digest_of("Policlínica Lessa de Andrade")
    spoken = {row.slug: row for row in db.session.scalars(db.select(Specialty))}
    assert spoken["dermatologia"].name_en_digest == digest_of("Dermatology")
    assert (spoken["neurologia"].name_en_digest, spoken["neurologia"].name_pt_digest) == (None, digest_of("Neurologia"))
    rooms = dict(db.session.execute(db.select(Room.slug, Room.name_digest)).all())
    assert rooms == {"sala-um": digest_of("Sala um"), "sala-dois": None}
    assert db.session.scalar(db.select(db.func.count()).select_from(HealthUnit)) == len(world.UNITS)


def test_what_was_handed_over_by_half_is_handed_over_whole(fresh):
    flask_migrate.upgrade()
    world.populate()
    own, filed, waiting = world.new_case("marina"), world.new_case("marina"), world.new_case("marina")
    for walk in (own, filed, waiting):
        walk.do("hand_over", to=world.person("jonas"), by="rosangela")
    own.do("hand_over", to=world.person("marina"), by="rosangela")
    own.do("hand_over", to=world.person("jonas"), by="rosangela")
    alone = world.new_case("marina").case.id
    marina, jonas, dora = (world.person(name).id for name in ("marina", "jonas", "dora"))
    ids = [walk.case.id for walk in (own, filed, waiting)]
    with transaction():
        for case_id, filer, confirms in zip(
            [*ids, alone], (marina, dora, dora, dora), (None, None, marina, marina), strict=True
        ):
            changed = db.update(Case).where(Case.id == case_id)
            db.session.execute(changed.values(filed_by_id=filer, confirm_by_id=confirms))
    db.session.remove()
    flask_migrate.downgrade(revision="0018")
    flask_migrate.upgrade()
    query = db.select(Case.id, Case.filed_by_id, Case.confirm_by_id)
    found = {number: rest for number, *rest in db.session.execute(query)}
    assert [found[number] for number in ids] == [[jonas, None], [dora, None], [dora, jonas]]
    assert found[alone] == [dora, marina]


def test_a_later_answer_belongs_to_the_conclusion_that_it_was_given_to(fresh):
    flask_migrate.upgrade()
    world.populate()
    once, again = world.walk_to(State.CONCLUDED), world.walk_to(State.CONCLUDED)

    def tell(walk, days, result):
        marina = world.person("marina")
        with clock.at(walk.case.concluded_at + timedelta(days=days, hours=1)), transaction(walk.case):
            outcome.answer_later(walk.case, days, followed="yes", result=result, by=marina)

    tell(once, 30, "Melhorou."), tell(again, 30, "Piorou."), tell(once, 90, "Sarou.")
    with clock.at(again.case.concluded_at + timedelta(days=30)):
        again.do("reopen", "Piorou.", by="marina")
        again.conclude()
    tell(again, 30, "Melhorou também."), tell(again, 90, "Sarou também.")
    first, second = once.case.id, again.case.id
    db.session.remove()

    def kept(of="round, days, result"):
        query = f"SELECT case_id, {of} FROM outcomes_later ORDER BY case_id, {of}"  # noqa: S608 (words written above)
        found = [tuple(row) for row in db.session.execute(db.text(query))]
        db.session.remove()
        return found

    assert (second, 1, 30, "Piorou.") in kept()
    flask_migrate.downgrade(revision="0023")
    older = [(first, 30, "Melhorou."), (first, 90, "Sarou.")]
    assert kept("days, result") == [*older, (second, 30, "Melhorou também."), (second, 90, "Sarou também.")]
    flask_migrate.upgrade()
    assert kept() == [
        (first, 1, 30, "Melhorou."),
        (first, 1, 90, "Sarou."),
        (second, 2, 30, "Melhorou também."),
        (second, 2, 90, "Sarou também."),
    ]
    key = inspect(db.engine).get_pk_constraint("outcomes_later")
    assert (key["name"], key["constrained_columns"]) == ("pk_outcomes_later", ["case_id", "round", "days"])


@pytest.mark.only_postgresql
def test_search_rows_come_together_and_apart_again(fresh):
    flask_migrate.upgrade(revision="0019")

    def beside():
        found = "SELECT pg_relation_size(reltoastrelid) FROM pg_class WHERE relname = 'case_search'"
        size = db.session.scalar(db.text(found))
        db.session.rollback()
        return size

    world.populate()
    world.walk_to(State.SUBMITTED)
    with transaction():
        words = [f"palavra{number}" for number in range(300)]
        db.session.execute(db.text("UPDATE case_search SET body = array_to_tsvector(:words)"), {"words": words})
    assert beside() > 0
    flask_migrate.upgrade()
    assert beside() == 0
    flask_migrate.downgrade(revision="0019")
    assert beside() > 0


def test_a_draft_that_was_handed_over_goes_only_since_its_guard_lets_it(fresh):
    flask_migrate.upgrade()
    world.populate()
    walk = world.new_case("marina")
    walk.do("hand_over", to=world.person("jonas"), by="rosangela")
    number = walk.case.id
    db.session.remove()

    def discard():
        with transaction():
            actions.discard(db.session.get_one(Case, number), by=world.person("jonas"))

    flask_migrate.downgrade(revision="0020")
    with pytest.raises(DatabaseError, match="only added"):
        discard()
    db.session.remove()
    flask_migrate.upgrade()
    discard()
    assert db.session.get(Case, number) is None


def test_who_asked_until_it_was_handed_over_is_known_of_earlier_cases_too(fresh):
    flask_migrate.upgrade()
    world.populate()
    handed, declined = world.walk_to(State.SUBMITTED), world.walk_to(State.ASSIGNED)
    handed.do("hand_over", to=world.person("jonas"), by="rosangela")
    declined.do("decline", "Não é comigo.", by="paulo")
    ids = handed.case.id, declined.case.id
    marina, paulo = world.person("marina").id, world.person("paulo").id
    db.session.remove()

    def kept(of="case_id, consultant_id, why"):
        found = [tuple(row) for row in db.session.execute(db.text(f"SELECT {of} FROM declines ORDER BY case_id"))]  # noqa: S608 (words written above)
        db.session.remove()
        return found

    flask_migrate.downgrade(revision="0024")
    assert kept() == [(ids[1], paulo, "Não é comigo.")]
    flask_migrate.upgrade()
    assert kept() == [(ids[0], marina, ""), (ids[1], paulo, "Não é comigo.")]
    rows = db.session.scalars(db.select(Decline).order_by(Decline.case_id)).all()
    assert [row.asked for row in rows] == [True, False]
    at = db.session.scalars(db.select(CaseEvent.at).where(CaseEvent.case_id == ids[0], CaseEvent.verb == "hand_over"))
    assert rows[0].declined_at == at.one()

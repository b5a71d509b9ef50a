"""The demonstration loaded through the real actions, on a database of its own."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import func, select

from teleconsult import audit, clock, create_app
from teleconsult.attachments.models import Attachment
from teleconsult.attachments.storage import storage
from teleconsult.cases.models import Case, CaseEvent, PatientSnapshot
from teleconsult.cases.models_opinion import OpinionDraft
from teleconsult.demo import cast, reader
from teleconsult.demo.commands import FIRST
from teleconsult.demo.seed import seed
from teleconsult.errors import Refused
from teleconsult.extensions import db
from teleconsult.outbox import OutboxMessage
from teleconsult.people import password_rules
from teleconsult.people.models import User
from teleconsult.routing.models import Plan, PlanLine, Promise
from tests import compiled
from tests.conftest import SETTINGS, Browser

demo = reader.load()


@pytest.fixture(scope="session")
def demonstrations() -> Iterator[dict[str, Flask]]:
    """What `shown` has made: pytest drops a fixture when its parameter changes, also to come back to it later."""
    made: dict[str, Flask] = {}
    yield made
    for each in made.values():
        with each.app_context():
            db.session.remove()
            db.engine.dispose()


@pytest.fixture
def shown(
    database: str,
    demonstrations: dict[str, Flask],
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> Flask:
    """The product with the demonstration loaded, after a loading that broke off half-way."""
    if database not in demonstrations:
        if database == "sqlite":
            address = f"sqlite:///{tmp_path_factory.mktemp('demo') / 'demo.db'}"
        else:
            address = request.getfixturevalue("postgres_server").create("demonstration")
        demonstrations[database] = _loaded(address, tmp_path_factory)
        worker = getattr(request.config, "workerinput", None)
        compiled.share(demonstrations[database], tmp_path_factory, worker)
    return demonstrations[database]


def _empty(address: str, var: Path) -> Flask:
    made = create_app(
        SETTINGS
        | {"PROFILE": "demo", "VAR": var, "STORAGE_URL": str(var / "files"), "SQLALCHEMY_DATABASE_URI": address}
    )
    made.test_client_class = Browser
    with made.app_context():
        flask_migrate.upgrade()
    return made


def _loaded(address: str, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    var = tmp_path_factory.mktemp("var")
    made = _empty(address, var)
    broken = var / "broken"
    shutil.copytree(reader.HERE, broken)
    story = broken / "cases" / "fila-psa-elevado.toml"
    story.write_text(story.read_text(encoding="utf-8").replace('sex = "male"\n', 'sex = "male"\nage = 140\n'))
    story.write_text(story.read_text(encoding="utf-8").replace("birth_date = ", "# "))
    with made.app_context():
        with pytest.raises(Refused):
            seed(broken)
        assert db.session.scalar(select(func.count()).select_from(User)) == 0
    answer = made.test_cli_runner().invoke(args=["seed"])
    assert "The demonstration is loaded." in answer.output
    return made


@pytest.fixture
def read(shown: Flask) -> Iterator[Any]:
    with shown.app_context():
        yield db.session


def cases_by_story(session: Any) -> dict[str, Case]:
    """Return the cases by the keys of their stories: a case is known by its complaint."""
    rows = {case.complaint: case for case in session.scalars(select(Case)) if case.complaint}
    return {key: rows[story.complaint] for key, story in demo.cases.items() if story.state != "draft"}


def test_is_loaded_on_a_day_when_no_visit_falls_where_it_falls_today(tmp_path):
    """What happened is told from the moment of loading back; the sessions of the agenda stay on their weekdays.

    At 23:00 in Recife it is tomorrow by UTC: a file that was taken just before it was sent is not of that day.
    """
    wednesday, sunday = datetime(2026, 11, 26, 2, tzinfo=UTC), datetime(2026, 11, 23, 2, tzinfo=UTC)
    day = wednesday if (clock.now() - timedelta(hours=3)).weekday() != 2 else sunday
    with _empty(f"sqlite:///{tmp_path / 'demo.db'}", tmp_path).app_context():
        with clock.at(day):
            assert seed()
        assert db.session.scalar(select(func.count()).select_from(Case)) == len(demo.cases)
        db.session.remove()
        db.engine.dispose()


def test_is_loaded_once(shown, read):
    before = read.scalar(select(func.count()).select_from(CaseEvent))
    assert "left as it is" in shown.test_cli_runner().invoke(args=["seed"]).output
    assert read.scalar(select(func.count()).select_from(CaseEvent)) == before


def test_every_story_ends_where_it_says(read):
    cases = cases_by_story(read)
    assert {key: str(case.state) for key, case in cases.items()} == {key: demo.cases[key].state for key in cases}
    drafts = [case for case in read.scalars(select(Case)) if case.state == "draft"]
    assert len(drafts) + len(cases) == len(demo.cases)
    late = {key for key, case in cases.items() if case.due_at and case.due_at < clock.now()}
    assert late == {key for key, story in demo.cases.items() if story.late}


def test_every_step_is_on_the_timeline_at_its_moment(read):
    for key, case in cases_by_story(read).items():
        told = [step for step in demo.cases[key].story if step.verb not in {"outcome", "confirm", "jot"}]
        events = [event for event in case.events if not (event.verb == "add" and not event.said)]
        assert [event.verb for event in events] == [step.verb for step in told]
        gaps = [(b.at - a.at) - (x.ago - y.ago) for a, b, x, y in zip(events, events[1:], told, told[1:], strict=False)]
        assert all(abs(gap.total_seconds()) < 1 for gap in gaps)


def test_what_stands_in_the_files_stands_in_the_cases(read):
    cases = cases_by_story(read)
    assert cases["fila-placas-descamativas"].linked_case_id == cases["concluido-eczema-maos"].id
    assert cases["fila-placas-descamativas"].patient_id == cases["concluido-eczema-maos"].patient_id
    assert cases["fila-infeccao-urinaria-gestante"].confirm_by_id is not None
    assert cases["aguarda-sangramento-pos-menopausa"].confirm_by_id is None
    assert "diminuída nas lesões" in cases["com-consultor-hanseniase"].objective
    assert read.get(OpinionDraft, (cases["com-consultor-hanseniase"].id, cases["com-consultor-hanseniase"].holder_id))
    named = {row.name for row in read.scalars(select(PatientSnapshot))}
    assert len(named) == len({s.patient.name for s in demo.cases.values() if s.state != "draft"})
    files = read.scalars(select(Attachment)).all()
    told = sum(len(s.files) + sum(len(step.files) for step in s.story) for s in demo.cases.values())
    assert len(files) == told
    for row in files:
        assert sum(len(part) for part in storage().read(row.key, 0, row.size)) == row.size


def test_record_is_whole(read):
    assert list(audit.verify()) == []


def test_no_mail_of_the_past_waits(read):
    waiting = read.scalars(select(OutboxMessage).where(OutboxMessage.kind == "email")).all()
    assert [message.address for message in waiting] == ["patricia.leal@demo.example"]
    modes = dict(read.execute(select(User.mail_mode, func.count()).group_by(User.mail_mode)).all())
    assert modes == {"each": len(demo.people) - 1, "none": 1}  # the one who was switched off


def test_password_fits_everybody():
    for person in demo.people.values():
        password_rules.check(cast.PASSWORD, about=(person.name, person.email.partition("@")[0], "teleconsult"))


@pytest.mark.parametrize("key", [key for key, person in demo.people.items() if person.status == "active"])
def test_everybody_signs_in_and_reads_their_cases(shown, key):
    browser = shown.test_client()
    entered = browser.post("/sign-in", data={"who": demo.people[key].email, "password": cast.PASSWORD})
    assert entered.status_code == 302
    with shown.app_context():
        user = db.session.scalars(select(User).where(User.email == demo.people[key].email)).one()
        mine = (Case.requester_id == user.id) | (Case.holder_id == user.id)
        refs = db.session.scalars(select(Case.ref).where(mine, Case.state != "draft")).all()
    for ref in refs:
        assert browser.get(f"/cases/{ref}").status_code == 200


@pytest.mark.parametrize("key", [key for key, person in demo.people.items() if person.status != "active"])
def test_who_is_invited_or_switched_off_does_not_sign_in(shown, key):
    browser = shown.test_client()
    entered = browser.post("/sign-in", data={"who": demo.people[key].email, "password": cast.PASSWORD})
    assert entered.status_code != 302


def test_accounts_are_listed_with_their_password(shown):
    some = shown.test_cli_runner().invoke(args=["demo-accounts"]).output
    assert cast.PASSWORD in some
    assert all(demo.people[key].email in some for key in FIRST)
    everyone = shown.test_cli_runner().invoke(args=["demo-accounts", "--all"]).output
    assert sum(person.email in everyone for person in demo.people.values()) == len(demo.people) - 2
    roles = {role for key in FIRST for role in demo.people[key].roles}
    assert roles == {"requester", "consultant", "administrator", "support", "manager"}


@pytest.mark.parametrize("command", ["seed", "demo-accounts"])
def test_refuses_outside_the_demonstration(tmp_path: Path, command):
    other = create_app(SETTINGS | {"VAR": tmp_path, "SQLALCHEMY_DATABASE_URI": "sqlite:///:memory:"})
    answer = other.test_cli_runner().invoke(args=[command])
    assert answer.exit_code == 1
    assert "TELECONSULT_PROFILE=demo" in answer.output


def test_what_waits_is_planned_and_promised_and_what_was_answered_is_scored(read):
    live = read.scalars(select(Promise).where(Promise.replaced_at.is_(None))).all()
    assert live
    assert all(promise.answered_at is None for promise in live)
    assert read.scalar(select(func.count()).select_from(Promise).where(Promise.answered_at.is_not(None))) > 10
    assert read.scalar(select(func.count()).select_from(Plan)) == 1
    assert read.scalar(select(func.count()).select_from(PlanLine).where(PlanLine.user_id.is_not(None)))

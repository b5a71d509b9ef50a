"""Who is too late finds what they wrote: two managers at one dispute, one declaration, one list of who was there."""

from datetime import date

import pytest

from teleconsult import clock
from teleconsult.credits import activities, correcting, declaring
from teleconsult.credits.declaring import Asked
from teleconsult.credits.models import CreditDispute, CreditEntry
from teleconsult.credits.models_activities import CreditDeclaration
from teleconsult.extensions import db, transaction
from tests import world
from tests.credits.acts import at, attended, entries
from tests.racing import uncommitted

WORDS = "O turno ia até 12:00, como está na escala."


NOW = at("2026-12-05T10:00")


@pytest.fixture(autouse=True)
def in_december():
    with clock.at(NOW):
        yield


def on_time(act):
    """Let an act of another thread have the same clock."""

    def then():
        with clock.at(NOW):
            act()

    return then


def newest(model):
    db.session.rollback()
    return db.session.scalars(db.select(model)).one()


@pytest.fixture
def disputed(session, sign_in):
    """A dispute that waits for its answer."""
    attended("2026-11-17T08:00", "2026-11-17T12:00")
    sign_in("paulo").post(f"/hours/lines/{entries()[0].source}", data={"words": "Saí mais tarde."})
    return newest(CreditDispute)


def told(answer):
    assert answer.status_code == 409
    return answer.get_data(as_text=True)


def test_an_answer_to_a_dispute_that_somebody_else_answered(disputed, sign_in):
    with transaction():
        correcting.decline(disputed, answer="Confira a escala.", by=world.person("rosangela"))
    here = f"/credits/disputes/{disputed.ref}"
    page = told(sign_in("teresa").post(here, data={"answer": WORDS, "minutes": "3h30", "version": "1"}))
    assert "Alguém foi mais rápido" in page
    assert WORDS in page
    assert "3h30" in page
    assert f'href="{here}"' in page


def test_an_answer_that_is_sent_twice_was_not_lost(disputed, sign_in):
    manager, here = sign_in("teresa"), f"/credits/disputes/{disputed.ref}"
    for _ in range(2):
        answer = manager.post(here, data={"answer": WORDS, "version": "1"})
    page = told(answer)
    assert "Isto já tinha mudado" in page
    assert WORDS not in page


def test_the_reason_of_a_declaration_that_somebody_else_revoked(session, sign_in):
    attended("2026-11-17T08:00", "2026-11-17T12:00")
    asked = {"audience": "consultant", "from_on": "2026-11-01", "until_on": "2026-11-30", "language": "pt_BR"}
    sign_in("paulo").post("/hours/declarations", data=asked)
    found = newest(CreditDeclaration)
    with transaction():
        declaring.revoke(found, "Emitida em dobro.", by=world.person("rosangela"))
    page = told(sign_in("teresa").post(f"/credits/declarations/{found.ref}", data={"why": WORDS, "version": "1"}))
    assert WORDS in page


def test_the_list_of_an_activity_that_somebody_else_recorded(session, sign_in):
    given = {
        "kind": "education", "title": "Pele", "day": "2026-12-04", "time": "14:00", "minutes": "60", "giver": "",
        "people": "marina@rede.example",
    }  # fmt: skip
    manager = sign_in("teresa")
    here = manager.post("/credits/activities/new", data=given).location
    found = activities.activity_called(here.rsplit("/", 1)[1])
    with transaction():
        activities.record(found, by=world.person("rosangela"))
    people = "marina@rede.example\njonas@rede.example"
    page = told(manager.post(f"{here}/edit", data=given | {"people": people, "version": "1"}))
    assert "jonas@rede.example" in page
    assert f'href="{here}"' in page


def test_a_declaration_that_is_pressed_twice_at_once_is_issued_once(application, session, sign_in):
    """The second replaced the first, which then said of itself that it was no longer valid; or was told that somebody was faster."""
    attended("2026-11-17T08:00", "2026-11-17T12:00")
    asked = Asked("consultant", date(2026, 11, 1), date(2026, 11, 30), "pt_BR")
    browser = sign_in("paulo")

    def first():
        person = world.person("paulo")
        facts = declaring.facts_of(person, asked)
        declaring.issue(person, asked, facts, (declaring.new_code(), b"%PDF-", ""), by=person)

    given = {"audience": "consultant", "from_on": "2026-11-01", "until_on": "2026-11-30", "language": "pt_BR"}
    with uncommitted(application, on_time(first)):
        answer = browser.post("/hours/declarations", data=given)
    assert answer.status_code == 302
    assert answer.location.endswith(newest(CreditDeclaration).ref)


def test_a_line_that_is_disputed_twice_at_once_says_that_it_is(application, session, sign_in):
    attended("2026-11-17T08:00", "2026-11-17T12:00")
    (entry,) = entries()
    source, number, browser = entry.source, entry.id, sign_in("paulo")

    def first():
        correcting.dispute(db.session.get_one(CreditEntry, number), WORDS, by=world.person("paulo"))

    with uncommitted(application, on_time(first)):
        answer = browser.post(f"/hours/lines/{source}", data={"words": WORDS})
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert "já foi contestado" in page
    assert WORDS in page

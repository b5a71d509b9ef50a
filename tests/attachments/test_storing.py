"""The object before its row: stored before the transaction, and gone again when the row does not come."""

import io
import os
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import event

from teleconsult import audit
from teleconsult.attachments import actions
from teleconsult.attachments.models import Attachment
from teleconsult.cases import actions as cases
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case
from teleconsult.extensions import db, transaction
from tests import world
from tests.attachments import samples
from tests.attachments.sending import named

PHOTO = samples.picture("JPEG", (800, 600))
PATIENCE = 10
"""Seconds after which who cannot write meanwhile has waited too long."""


def test_the_bytes_are_on_the_disk_before_the_file_has_its_name_and_its_row(sign_in, draft, monkeypatch):
    sync, synced = os.fsync, []

    def watched(number):
        sync(number)
        place = Path(f"/proc/self/fd/{number}").readlink()
        synced.append((place.parent.name, place.name, place.stat().st_size, len(rows(draft.id))))

    monkeypatch.setattr(os, "fsync", watched)
    sign_in("marina").post(f"/cases/{draft.ref}/files", data=PHOTO, headers=named("dorso.jpg"))
    (row,) = rows(draft.id)
    assert synced == [("incoming", row.key, len(PHOTO), 0)]


class Slow:
    """A storage during whose keeping of an object something else happens."""

    def __init__(self, place, meanwhile):
        self._place, self._meanwhile = place, meanwhile

    def __getattr__(self, name):
        return getattr(self._place, name)

    def sink(self, key):
        sink, meanwhile = self._place.sink(key), self._meanwhile

        class Keeping:
            write, drop = sink.write, sink.drop

            def keep(self):
                meanwhile()
                sink.keep()

        return Keeping()


@pytest.fixture
def meanwhile(application, each_store, store_in):
    """Let something be done by another, in a transaction of its own, while each file is stored; return what was done."""

    def begin(act):
        done = []

        def run():
            with application.app_context(), transaction():
                act()
            done.append(True)

        def apart():
            other = Thread(target=run)
            other.start()
            other.join(PATIENCE)

        store_in(Slow(each_store, apart))
        return done

    return begin


@pytest.fixture
def draft(case_in):
    return case_in(State.DRAFT).case


def rows(case_id):
    db.session.rollback()
    return db.session.scalars(db.select(Attachment).filter_by(case_id=case_id).order_by(Attachment.id)).all()


def keys(place):
    return {key for key, _ in place.stored()}


def as_body(browser, ref):
    return browser.post(f"/cases/{ref}/files", data=PHOTO, headers=named("dorso.jpg"))


def as_form(browser, ref):
    files = [(io.BytesIO(PHOTO), name) for name in ("um.jpg", "dois.jpg")]
    return browser.post(f"/cases/{ref}/files", data={"files": files}, content_type="multipart/form-data")


def write_something():
    audit.record("system", "test.word")


@pytest.mark.parametrize(("send", "files"), [(as_body, 1), (as_form, 2)])
def test_others_write_while_a_file_is_stored(sign_in, draft, meanwhile, send, files):
    browser = sign_in("marina")
    done = meanwhile(write_something)
    assert send(browser, draft.ref).status_code in (201, 302)
    assert done == [True] * files
    assert len(rows(draft.id)) == files


def test_others_write_while_a_sheet_is_stored(sign_in, case_in, meanwhile):
    case = case_in(State.IN_PERSON).case
    browser = sign_in("rosangela")
    done = meanwhile(write_something)
    answer = browser.post(f"/cases/{case.ref}/counter_refer/scan", data=PHOTO, headers=named("folha.jpg"))
    assert (answer.status_code, done) == (201, [True])
    assert len(rows(case.id)) == 1


@pytest.mark.parametrize("send", [as_body, as_form])
def test_a_draft_that_is_discarded_meanwhile_leaves_no_object(sign_in, draft, each_store, meanwhile, send):
    browser, before, number, ref = sign_in("marina"), keys(each_store), draft.id, draft.ref
    done = meanwhile(lambda: cases.discard(db.session.get_one(Case, number), by=world.person("marina")))
    db.session.rollback()
    assert send(browser, ref).status_code == 409
    assert done == [True]
    assert rows(number) == []
    assert keys(each_store) == before


def test_a_case_that_closes_meanwhile_takes_no_file_and_leaves_no_object(sign_in, case_in, each_store, meanwhile):
    case = case_in(State.SUBMITTED).case
    browser, before, number = sign_in("marina"), keys(each_store), case.id
    done = meanwhile(lambda: cases.cancel(db.session.get_one(Case, number), "Foi atendida.", by=world.person("marina")))
    answer = as_body(browser, case.ref)
    assert (answer.status_code, done) == (422, [True])
    assert rows(number) == []
    assert keys(each_store) == before


def test_a_file_that_comes_too_late_says_who_moved_the_case_on(sign_in, case_in, each_store, meanwhile):
    """It said that the step was somebody else's, or not possible now: of whom, and what had happened, nobody learnt."""
    case = case_in(State.SUBMITTED).case
    first = case.id
    meanwhile(lambda: cases.cancel(db.session.get_one(Case, first), "Foi atendida.", by=world.person("marina")))
    said = as_body(sign_in("marina"), case.ref).json["error"]
    assert said.startswith("Você cancelou o pedido. ")
    held = case_in(State.ASSIGNED).case
    second = held.id

    def pass_on():
        case, to = db.session.get_one(Case, second), world.person("lia")
        cases.assign(case, to=to, why="Em turno.", by=world.person("rosangela"))

    meanwhile(pass_on)
    paulo = sign_in("paulo")
    assert as_body(paulo, held.ref).json["error"].startswith("Rosângela Lima distribuiu para Dra. Lia Cordeiro. ")
    assert rows(held.id) == []
    # Begun when the case was gone already.
    assert "distribuiu para Dra. Lia Cordeiro" in as_body(paulo, held.ref).json["error"]
    assert as_form(paulo, held.ref).location == "/"
    assert "distribuiu para Dra. Lia Cordeiro" in paulo.get("/account").get_data(as_text=True)
    assert as_body(sign_in("helena"), held.ref).status_code == 404


def test_a_case_that_came_back_is_not_said_to_be_gone(sign_in, case_in):
    """Of a consent withdrawn it said first that the case was another's, who had given it back since."""
    walk = case_in(State.ASSIGNED)
    for key in ("jonas", "marina"):
        walk.do("hand_over", to=world.person(key), by="rosangela")
    walk.do("revoke_consent", why="Desistiu.", by="marina")
    assert as_body(sign_in("marina"), walk.case.ref).json["error"].startswith("O paciente retirou o consentimento")


def test_what_the_case_has_no_room_for_leaves_no_object(sign_in, draft, each_store, application, monkeypatch):
    monkeypatch.setitem(application.config, "MAX_CASE_FILES", 1)
    browser, before = sign_in("marina"), keys(each_store)
    assert as_form(browser, draft.ref).status_code == 302
    assert as_body(browser, draft.ref).status_code == 422
    (row,) = rows(draft.id)
    assert keys(each_store) - before == {row.key}


@pytest.mark.parametrize("sent", ["body", "form"])
def test_a_line_that_is_lost_half_way_leaves_nothing(sign_in, draft, each_store, sent):
    browser, before = sign_in("marina"), keys(each_store)
    body, headers = PHOTO, named("dorso.jpg")
    if sent == "form":
        begins = '--b\r\nContent-Disposition: form-data; name="files"; filename="um.jpg"\r\n\r\n'
        body, headers = begins.encode() + PHOTO, {"Content-Type": "multipart/form-data; boundary=b"}
    announced = {"CONTENT_LENGTH": str(len(body) + 500)}
    answer = browser.post(f"/cases/{draft.ref}/files", data=body, headers=headers, environ_overrides=announced)
    assert answer.status_code == 400
    assert rows(draft.id) == []
    assert keys(each_store) == before


@pytest.mark.only_postgresql
def test_when_the_database_is_lost_at_the_commit_the_object_waits_for_the_sweep(
    sign_in, draft, each_store, postgres_server, monkeypatch
):
    browser, before, number = sign_in("marina"), keys(each_store), draft.id

    def lose(session):
        session.execute(db.text("SELECT pg_terminate_backend(pg_backend_pid())"))

    event.listen(db.session.session_factory, "before_commit", lose)
    try:
        answer = as_body(browser, draft.ref)
    finally:
        event.remove(db.session.session_factory, "before_commit", lose)
    assert answer.status_code == 503
    assert rows(number) == []
    (left,) = keys(each_store) - before
    monkeypatch.setattr(actions, "ORPHAN_AGE", -actions.ORPHAN_AGE)
    assert left in set(actions.sweep())
    assert keys(each_store).isdisjoint({left})

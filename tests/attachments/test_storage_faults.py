"""Storage that is full: a sentence and a status that say what to do, and nothing half done."""

import io

import pytest

from teleconsult.attachments.models import Attachment
from teleconsult.attachments.storage import storage
from teleconsult.cases.lifecycle import State
from teleconsult.extensions import db
from tests.attachments import samples
from tests.attachments.full_disk import FullDisk

PHOTO = samples.picture("JPEG", (800, 600))


@pytest.fixture
def draft(case_in):
    return case_in(State.DRAFT).case


@pytest.fixture
def store_in(application):
    """Put another storage in the place of the application's, until the test ends."""
    with application.app_context():
        own = storage()
    yield lambda store: application.extensions.update(storage=store)
    application.extensions["storage"] = own


def rows(case):
    db.session.rollback()
    return db.session.scalars(db.select(Attachment).where(Attachment.case_id == case.id).order_by(Attachment.id)).all()


def said_to(browser):
    with browser.session_transaction() as kept:
        return [text for _, text in kept["_flashes"]]


def send_form(browser, ref, *names):
    files = [(io.BytesIO(PHOTO), name) for name in names]
    return browser.post(f"/cases/{ref}/files", data={"files": files}, content_type="multipart/form-data")


def test_a_full_disk_is_507_and_says_what_to_do(sign_in, draft, store_in, tmp_path):
    store = FullDisk(tmp_path)
    store_in(store)
    answer = sign_in("marina").post(f"/cases/{draft.ref}/files?name=dorso.jpg", data=PHOTO)
    assert answer.status_code == 507
    assert "Avise a administração" in answer.json["error"]
    assert (rows(draft), list(store.stored())) == ([], [])


def test_a_full_disk_names_the_files_of_a_form_and_keeps_those_that_fit(sign_in, draft, store_in, tmp_path):
    store = FullDisk(tmp_path, room_for={1, 3})
    store_in(store)
    browser = sign_in("marina")
    assert send_form(browser, draft.ref, "um.jpg", "dois.jpg", "três.jpg").status_code == 302
    assert [row.name for row in rows(draft)] == ["um.jpg", "três.jpg"]
    assert {key for key, _ in store.stored()} == {row.key for row in rows(draft)}
    kept, refused = said_to(browser)
    assert "2 arquivos" in kept
    assert refused.startswith("dois.jpg: Não há espaço")


def test_a_full_disk_names_a_scanned_sheet(sign_in, case_in, store_in, tmp_path):
    case = case_in(State.IN_PERSON).case
    store_in(FullDisk(tmp_path))
    answer = sign_in("rosangela").post(f"/cases/{case.ref}/counter_refer/scan?name=folha.jpg", data=PHOTO)
    assert answer.status_code == 507

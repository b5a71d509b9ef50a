"""A counter-referral that came back on paper: its sheet is scanned, and stands beside what was typed of it."""

import io
import re

import pytest

from teleconsult.attachments import scans
from teleconsult.attachments.models import Attachment
from teleconsult.attachments.receive import Incoming
from teleconsult.attachments.storage import storage
from teleconsult.audit import AuditEvent
from teleconsult.cases import actions as cases
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case
from teleconsult.cases.models_opinion import CounterReferral
from teleconsult.errors import Refused
from teleconsult.extensions import db, transaction
from tests import world
from tests.attachments import samples
from tests.attachments.sending import named
from tests.pages import check as whole
from tests.racing import uncommitted

pytestmark = pytest.mark.usefixtures("each_store")
SHEET = samples.picture("JPEG", (800, 600))
WRITTEN = {
    "attended_on": "hoje", "attended_by": "Dr. Olavo Sá", "diagnosis": "Hanseníase.", "opinion": "Confirmo.",
    "conduct": "Tratar.", "returns": "no",
}  # fmt: skip
SHORT = WRITTEN | {"diagnosis": "", "opinion": "", "conduct": ""}


@pytest.fixture
def case(case_in):
    return case_in(State.IN_PERSON).case


def page(answer, status=200):
    assert answer.status_code == status, answer.get_data(as_text=True)[:2000]
    text = answer.get_data(as_text=True)
    whole(text)
    return text


def send(browser, ref, body=SHEET, name="folha.jpg"):
    return browser.post(f"/cases/{ref}/counter_refer/scan", data=body, headers=named(name))


def record(browser, ref, data):
    carried = dict(
        re.findall(r'name="(version|seen)"[^>]*value="([^"]*)"', page(browser.get(f"/cases/{ref}/counter_refer")))
    )
    return browser.post(f"/cases/{ref}/counter_refer", data=carried | data)


def rows(case):
    db.session.rollback()
    return db.session.scalars(db.select(Attachment).where(Attachment.case_id == case.id).order_by(Attachment.id)).all()


def test_a_scan_with_little_typed_and_the_requester_reads_it_beside(sign_in, case):
    browser = sign_in("rosangela")
    answer = send(browser, case.ref)
    assert answer.status_code == 201
    assert "folha.jpg" in answer.get_data(as_text=True)
    (row,) = rows(case)
    assert (row.kind, row.for_id, row.event_number) == ("document", None, None)
    form = page(browser.get(f"/cases/{case.ref}/counter_refer"))
    assert "folha.jpg" in form
    assert f"/files/{row.ref}" not in form, "who routes the case does not open its files"
    assert record(browser, case.ref, SHORT).status_code == 302
    (row,) = rows(case)
    assert row.event_number == case.events[-1].number
    assert db.session.scalars(db.select(CounterReferral)).one().diagnosis == ""
    marina = sign_in("marina")
    shown = page(marina.get(f"/cases/{case.ref}"))
    assert "Folha digitalizada" in shown
    assert shown.count(f"/files/{row.ref}?show=1") == 1
    assert marina.get(f"/files/{row.ref}").data == SHEET
    db.session.rollback()
    read = db.session.scalars(db.select(AuditEvent).where(AuditEvent.word == "attachment.view")).one()
    assert read.data["file"] == row.ref
    for paper in ("print", "referral"):
        assert "Na folha digitalizada" in marina.get(f"/cases/{case.ref}/{paper}").get_data(as_text=True)


def test_a_scan_beside_everything_typed(sign_in, case):
    browser = sign_in("rosangela")
    send(browser, case.ref, samples.PDF, "folha.pdf")
    assert record(browser, case.ref, WRITTEN).status_code == 302
    shown = page(sign_in("marina").get(f"/cases/{case.ref}"))
    assert "Confirmo." in shown
    assert "folha.pdf" in shown


def test_without_a_scan_everything_is_typed(sign_in, case):
    said = page(record(sign_in("rosangela"), case.ref, SHORT), 422)
    for sentence in ("Escreva o diagnóstico.", "Escreva o parecer.", "Escreva a conduta."):
        assert sentence in said


@pytest.mark.parametrize("lacks", ["attended_on", "attended_by", "returns"])
def test_what_the_booking_needs_is_typed_even_so_and_the_file_stays(sign_in, case, lacks):
    browser = sign_in("rosangela")
    send(browser, case.ref)
    said = page(record(browser, case.ref, SHORT | {lacks: ""}), 422)
    assert "folha.jpg" in said
    assert len(rows(case)) == 1
    assert case.state == State.IN_PERSON
    assert record(browser, case.ref, SHORT).status_code == 302


def test_the_same_file_again_is_one_and_can_be_taken_away(sign_in, case):
    browser = sign_in("rosangela")
    before = {key for key, _ in storage().stored()}
    send(browser, case.ref)
    send(browser, case.ref)
    (row,) = rows(case)
    remove = f"/cases/{case.ref}/counter_refer/scan/{row.ref}/remove"
    assert len({key for key, _ in storage().stored()} - before) == 1
    assert browser.post(remove).status_code == 302
    assert rows(case) == []
    assert {key for key, _ in storage().stored()} == before
    assert browser.post(remove).status_code == 404
    page(record(browser, case.ref, SHORT), 422)


@pytest.mark.parametrize(
    ("name", "body"), [("a.mp4", samples.MP4), ("a.dcm", samples.DICOM), ("a.jpg", b"nada"), ("a.jpg", b"")]
)
def test_only_a_picture_or_a_pdf_is_a_sheet(sign_in, case, name, body):
    before = {key for key, _ in storage().stored()}
    answer = send(sign_in("rosangela"), case.ref, body, name)
    assert {key for key, _ in storage().stored()} == before
    assert answer.status_code == 422
    assert name in answer.json["error"]
    assert rows(case) == []


def test_without_scripts_the_text_waits_while_the_sheet_is_sent(sign_in, case):
    browser, address = sign_in("rosangela"), f"/cases/{case.ref}/counter_refer"
    answer = browser.post(address, data=SHORT | {"attended_by": "Dra. Íris Melo", "then": "files"})
    assert answer.location == f"{address}/scan"
    assert "salvo" in page(browser.get(answer.location))
    sent = browser.post(
        answer.location, data={"files": [(io.BytesIO(SHEET), "folha.jpg")]}, content_type="multipart/form-data"
    )
    assert sent.location == answer.location
    assert "folha.jpg" in page(browser.get(answer.location))
    assert "Dra. Íris Melo" in page(browser.get(address))
    assert record(browser, case.ref, SHORT | {"attended_by": "Dra. Íris Melo"}).status_code == 302
    assert db.session.scalar(db.text("SELECT count(*) FROM kept_forms")) == 0
    db.session.rollback()


@pytest.mark.parametrize(
    ("key", "status"), [("marina", 422), ("bia", 404), ("paulo", 422), ("helena", 404), ("teresa", 422)]
)
def test_others_send_nothing(sign_in, case, key, status):
    browser = sign_in(key)
    assert send(browser, case.ref).status_code == status
    assert browser.get(f"/cases/{case.ref}/counter_refer/scan").status_code == status
    assert rows(case) == []


def test_a_sheet_for_a_case_that_was_just_concluded_is_refused(sign_in, case):
    browser = sign_in("rosangela")
    assert record(browser, case.ref, WRITTEN).status_code == 302
    answer = send(browser, case.ref)
    assert answer.status_code == 422
    assert rows(case) == []


def test_a_sheet_that_waits_is_shown_with_the_files_when_the_visit_is_called_off(sign_in, case):
    send(sign_in("rosangela"), case.ref)
    with transaction(case):
        cases.call_off(case, "Já não é preciso.", by=world.person("rosangela"))
    assert "folha.jpg" in page(sign_in("marina").get(f"/cases/{case.ref}"))


def test_nobody_takes_away_what_another_sent(sign_in, case):
    send(sign_in("rosangela"), case.ref)
    (row,) = rows(case)
    row.added_by_id = world.person("paulo").id
    db.session.commit()
    with pytest.raises(Refused), transaction(case):
        scans.take_away(case, row.ref, by=world.person("rosangela"))


def test_the_same_sheet_from_two_windows_at_the_same_moment_is_one(application, sign_in, case):
    browser = sign_in("rosangela")
    before = {key for key, _ in storage().stored()}

    def add(case):
        incoming = Incoming(10**9)
        incoming.write(SHEET)
        scans.add(case, incoming.keep("folha.jpg"), by=world.person("rosangela"))

    with uncommitted(application, add, (Case, case.id)):
        answer = send(browser, case.ref)
    assert answer.status_code == 201
    (row,) = rows(case)
    assert {key for key, _ in storage().stored()} - before == {row.key}

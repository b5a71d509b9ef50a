"""Storage that is full or away: a sentence and a status that say what to do, and nothing half done."""

import io
import json
import shutil
import socket
from datetime import UTC, datetime, timedelta

import pytest

from teleconsult import clock, jobs
from teleconsult.attachments import actions, checking
from teleconsult.attachments.models import Attachment
from teleconsult.attachments.storage import LocalStorage, storage
from teleconsult.attachments.storage_s3 import S3Storage
from teleconsult.audit import AuditEvent
from teleconsult.cases.lifecycle import State
from teleconsult.extensions import db, transaction
from teleconsult.people import actions as people
from tests import world
from tests.attachments import samples
from tests.attachments.full_disk import FullDisk
from tests.attachments.sending import named

PHOTO = samples.picture("JPEG", (800, 600))


@pytest.fixture
def draft(case_in):
    return case_in(State.DRAFT).case


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
    answer = sign_in("marina").post(f"/cases/{draft.ref}/files", data=PHOTO, headers=named("dorso.jpg"))
    assert answer.status_code == 507
    assert "Avise a administração" in answer.json["error"]
    assert (rows(draft), list(store.stored())) == ([], [])


def test_the_room_that_is_kept_free_is_that_of_the_settings(sign_in, draft, application, monkeypatch, tmp_path):
    monkeypatch.setitem(application.config, "STORAGE_URL", str(tmp_path / "files"))
    monkeypatch.setitem(application.config, "KEEP_FREE_BYTES", shutil.disk_usage(tmp_path).total)
    monkeypatch.setitem(application.extensions, "storage", None)  # made anew for these settings
    answer = sign_in("marina").post(f"/cases/{draft.ref}/files", data=PHOTO, headers=named("dorso.jpg"))
    assert answer.status_code == 507


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
    answer = sign_in("rosangela").post(f"/cases/{case.ref}/counter_refer/scan", data=PHOTO, headers=named("folha.jpg"))
    assert answer.status_code == 507


@pytest.fixture
def nobody_there(store_in):
    """Let the storage be a bucket of a server that is not there, from when this is called on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{free.getsockname()[1]}"
    settings = {"S3_ENDPOINT": endpoint, "S3_REGION": "us-east-1", "S3_ACCESS_KEY": "a", "S3_SECRET_KEY": "b"}
    return lambda: store_in(S3Storage("files", settings))


def test_a_store_that_is_away_takes_no_file_and_says_so(sign_in, draft, nobody_there):
    nobody_there()
    browser = sign_in("marina")
    answer = browser.post(f"/cases/{draft.ref}/files", data=PHOTO, headers=named("dorso.jpg"))
    assert answer.status_code == 503
    assert "não responde" in answer.json["error"]
    assert send_form(browser, draft.ref, "dorso.jpg").status_code == 302
    (refused,) = said_to(browser)
    assert refused.startswith("dorso.jpg: O armazenamento de arquivos não responde")
    assert rows(draft) == []


def test_a_store_that_is_away_gives_no_file_and_says_so(sign_in, draft, nobody_there):
    browser = sign_in("marina")
    send_form(browser, draft.ref, "dorso.jpg")
    (row,) = rows(draft)
    nobody_there()
    answer = browser.get(f"/files/{row.ref}")
    assert answer.status_code == 503
    assert "O armazenamento de arquivos não responde" in answer.get_data(as_text=True)


def test_a_file_is_withdrawn_while_the_store_is_away_and_the_sweep_takes_its_object(
    sign_in, draft, nobody_there, store_in, monkeypatch
):
    own = storage()
    browser = sign_in("marina")
    send_form(browser, draft.ref, "dorso.jpg")
    (row,) = rows(draft)
    key = row.key
    nobody_there()
    assert browser.post(f"/files/{row.ref}/withdraw", data={}).status_code == 302
    assert rows(draft) == []
    store_in(own)
    assert key in {found for found, _ in own.stored()}
    monkeypatch.setattr(actions, "ORPHAN_AGE", -actions.ORPHAN_AGE)
    assert key in set(actions.sweep())


def test_a_scanned_sheet_is_taken_away_while_the_store_is_away(sign_in, case_in, nobody_there):
    case = case_in(State.IN_PERSON).case
    browser = sign_in("rosangela")
    browser.post(f"/cases/{case.ref}/counter_refer/scan", data=PHOTO, headers=named("folha.jpg"))
    (row,) = rows(case)
    nobody_there()
    assert browser.post(f"/cases/{case.ref}/counter_refer/scan/{row.ref}/remove").status_code == 302
    assert rows(case) == []


def lose(row):
    storage().path(row.key).unlink()


def test_a_file_without_its_object_is_said_to_be_lost_and_not_recorded_as_read(sign_in, draft):
    browser = sign_in("marina")
    send_form(browser, draft.ref, "dorso.jpg")
    (row,) = rows(draft)
    lose(row)
    answer = browser.get(f"/files/{row.ref}")
    assert answer.status_code == 503
    assert "não está no armazenamento" in answer.get_data(as_text=True)
    db.session.rollback()
    assert not db.session.scalars(db.select(AuditEvent).where(AuditEvent.word == "attachment.view")).all()


def test_the_operator_is_told_which_files_are_not_as_they_were_sent(application, sign_in, draft):
    browser, run = sign_in("marina"), application.test_cli_runner().invoke
    send_form(browser, draft.ref, "um.jpg", "dois.jpg", "três.jpg", "quatro.jpg")
    _, two, three, four = rows(draft)
    whole = run(args=["check-files", "--whole"])
    assert (whole.exit_code, whole.output) == (0, "Every file is there.\n")
    lose(two)
    path = storage().path(three.key)
    path.write_bytes(PHOTO[:100])
    path = storage().path(four.key)
    path.write_bytes(PHOTO[::-1])
    sizes = run(args=["check-files"])
    assert sizes.exit_code == 1
    assert sizes.stdout.splitlines() == [
        f"{two.ref}\t{two.key}\tthere is no such object",
        f"{three.ref}\t{three.key}\t100 bytes, not {len(PHOTO)}",
    ]
    assert f"{four.ref}\t{four.key}\tother bytes than were sent" in run(args=["check-files", "--whole"]).stdout


def test_the_worker_tells_the_log_of_a_file_that_is_lost_when_its_turn_comes(application, sign_in, draft, capfd):
    send_form(sign_in("marina"), draft.ref, "um.jpg", "dois.jpg")
    two = rows(draft)[1]
    lose(two)
    capfd.readouterr()
    begun, told = datetime(2026, 11, 2, tzinfo=UTC), []
    (job,) = [job for job in jobs.JOBS if job.name == "files.check"]
    for hour in range(checking.PARTS):
        with clock.at(begun + timedelta(hours=hour)):
            failed: set[str] = set()
            jobs.run(job, failed)
        told += capfd.readouterr().err.splitlines()
    assert [(json.loads(line)["file"], json.loads(line)["what"]) for line in told] == [
        (two.ref, "there is no such object")
    ]
    assert not failed


def test_a_store_that_is_away_is_not_taken_for_files_that_are_lost(application, sign_in, draft, nobody_there):
    send_form(sign_in("marina"), draft.ref, "dorso.jpg")
    assert len(rows(draft)) == 1
    nobody_there()
    answer = application.test_cli_runner().invoke(args=["check-files"])
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert "does not answer" in answer.stderr


@pytest.mark.parametrize("script", [True, False])
def test_a_file_whose_sender_is_switched_off_while_it_comes_is_not_taken(
    application, sign_in, draft, store_in, tmp_path, script
):
    """It stood on the case, and in the record, after the account had ended."""

    class Meanwhile(LocalStorage):
        """A folder in which writing takes so long that somebody switches the sender off."""

        def sink(self, key):
            with application.app_context(), transaction():
                people.switch_off(world.person("marina"), by=world.person("teresa"))
            return super().sink(key)

    store = Meanwhile(tmp_path)
    store_in(store)
    browser, address = sign_in("marina"), f"/cases/{draft.ref}/files"
    if script:
        answer = browser.post(address, data=PHOTO, headers=named("dorso.jpg"))
        assert (answer.status_code, answer.json["error"]) == (422, "A sua sessão terminou. Entre de novo.")
    else:
        assert "/sign-in" in browser.get(send_form(browser, draft.ref, "dorso.jpg").location).location
    assert (rows(draft), list(store.stored())) == ([], [])


def test_a_file_that_leaves_its_draft_meanwhile_is_not_missed(application, sign_in, draft, store_in):
    browser = sign_in("marina")
    send_form(browser, draft.ref, "um.jpg")
    ref = rows(draft)[0].ref

    class Meanwhile:
        """A storage that is asked for a file just after its writer has taken it back."""

        def __getattr__(self, name):
            return getattr(place, name)

        def size(self, key):
            assert browser.post(f"/files/{ref}/withdraw", data={}).status_code == 302
            return place.size(key)

    place = storage()
    store_in(Meanwhile())
    answer = application.test_cli_runner().invoke(args=["check-files"])
    assert (answer.exit_code, answer.stdout) == (0, "Every file is there.\n")

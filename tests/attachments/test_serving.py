"""What a browser is told to do with each kind of file, and files that another page would send in somebody's name."""

import io

import pytest

from teleconsult import outbox
from teleconsult.attachments import kinds
from teleconsult.attachments.models import Attachment
from teleconsult.attachments.storage import storage
from teleconsult.cases.lifecycle import State
from teleconsult.extensions import db
from tests.attachments import samples
from tests.attachments.sending import named

PHOTO = samples.picture("JPEG", (800, 600))
OPENED = {
    kinds.JPEG: ("dorso.jpg", PHOTO, True),
    kinds.PNG: ("dorso.png", samples.picture("PNG"), True),
    kinds.WEBP: ("dorso.webp", samples.picture("WEBP"), True),
    kinds.PDF: ("laudo.pdf", samples.PDF, True),
    kinds.HEIC: ("IMG_0001.heic", samples.HEIC, False),
    kinds.DICOM: ("tc.dcm", samples.DICOM, False),
    kinds.MP4: ("marcha.mp4", samples.MP4, False),
    kinds.WEBM: ("tela.webm", samples.WEBM, False),
}
"""What is taken of each kind, and whether a browser may open it in its own window: what every one of them reads."""


@pytest.fixture
def draft(case_in):
    return case_in(State.DRAFT).case


def rows(case):
    db.session.rollback()
    return db.session.scalars(db.select(Attachment).where(Attachment.case_id == case.id).order_by(Attachment.id)).all()


def test_every_kind_is_held_here():
    assert set(OPENED) == set(kinds.KINDS)


@pytest.mark.parametrize("kind", OPENED, ids=lambda kind: kind.word)
def test_a_browser_opens_only_what_it_reads_and_keeps_the_rest(sign_in, draft, kind):
    browser, (name, body, opened) = sign_in("marina"), OPENED[kind]
    assert browser.post(f"/cases/{draft.ref}/files", data=body, headers=named(name)).status_code == 201
    (row,) = rows(draft)
    for address, inline in ((f"/files/{row.ref}", False), (f"/files/{row.ref}?show=1", opened)):
        answer = browser.get(address)
        assert (answer.status_code, answer.data) == (200, body)
        headers = answer.headers
        how = "inline" if inline else "attachment"
        assert headers["Content-Disposition"] == f"{how}; filename={name}; filename*=UTF-8''{name}"
        assert headers["Content-Type"] == kind.media
        assert headers["Content-Length"] == str(len(body))
        assert headers["Content-Security-Policy"] == "default-src 'none'; style-src 'unsafe-inline'; sandbox"
        assert headers["Cache-Control"] == "private, no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Accept-Ranges"] == "bytes"
        assert headers["ETag"] == f'"{row.sha256}"'
        part = browser.get(address, headers={"Range": "bytes=0-3"})
        assert (part.status_code, part.data) == (206, body[:4])
        assert part.headers["Content-Disposition"] == headers["Content-Disposition"]
        assert part.headers["Content-Range"] == f"bytes 0-3/{len(body)}"
        head = browser.head(address)
        assert (head.data, head.headers["Content-Length"]) == (b"", str(len(body)))


def test_a_small_picture_is_shown_with_as_little_leave(sign_in, draft):
    browser = sign_in("marina")
    browser.post(f"/cases/{draft.ref}/files", data=PHOTO, headers=named("um.jpg"))
    (row,) = rows(draft)
    assert browser.get(f"/files/{row.ref}/preview").status_code == 404
    for message in outbox.waiting():
        outbox.deliver_one(message)
    headers = browser.get(f"/files/{row.ref}/preview").headers
    assert headers["Content-Type"] == "image/jpeg"
    assert headers["Content-Security-Policy"] == "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    assert headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("token", ["", "wrong"])
def test_a_file_from_another_page_is_not_taken(sign_in, draft, token):
    browser, where = sign_in("marina"), f"/cases/{draft.ref}/files"
    before, browser.forges = {key for key, _ in storage().stored()}, True
    raw = browser.post(where, data=PHOTO, headers=named("um.jpg") | {"X-CSRFToken": token})
    form = {"files": [(io.BytesIO(PHOTO), "um.jpg")], "csrf_token": token}
    plain = browser.post(where, data=form, content_type="multipart/form-data")
    assert (raw.status_code, plain.status_code) == (400, 400)
    assert rows(draft) == []
    assert {key for key, _ in storage().stored()} == before


def test_a_form_without_a_file_asks_for_one(sign_in, draft):
    browser = sign_in("marina")
    form = {"files": [(io.BytesIO(b""), "")]}
    answer = browser.post(f"/cases/{draft.ref}/files", data=form, content_type="multipart/form-data")
    page = browser.get(answer.location, follow_redirects=True).get_data(as_text=True)
    assert "Escolha ao menos um arquivo." in page
    assert rows(draft) == []

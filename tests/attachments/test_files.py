"""Sending and reading files over HTTP: who may, what is refused by name, ranges, records."""

import io
import re
from datetime import date, datetime, timedelta
from hashlib import sha256

import pytest

from teleconsult import clock, outbox
from teleconsult.attachments import actions
from teleconsult.attachments.models import Attachment
from teleconsult.attachments.receive import Incoming
from teleconsult.attachments.storage import storage
from teleconsult.audit import AuditEvent
from teleconsult.cases import actions as cases
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case
from teleconsult.extensions import db, transaction
from teleconsult.notices.models import Notice
from tests import world
from tests.attachments import samples
from tests.attachments.sending import named
from tests.racing import uncommitted

PHOTO = samples.picture("JPEG", (800, 600))


@pytest.fixture
def draft(case_in):
    return case_in(State.DRAFT).case


def send(browser, ref, *files, **fields):
    data = {"files": [(io.BytesIO(body), name) for name, body in files], **fields}
    return browser.post(f"/cases/{ref}/files", data=data, content_type="multipart/form-data")


def rows(case):
    db.session.rollback()
    return db.session.scalars(db.select(Attachment).where(Attachment.case_id == case.id).order_by(Attachment.id)).all()


def test_several_files_from_a_plain_form(sign_in, draft):
    answer = send(sign_in("marina"), draft.ref, ("dorso.jpg", PHOTO), ("exame.pdf", samples.PDF))
    assert answer.status_code == 302
    first, second = rows(draft)
    assert (first.name, first.content_type, first.sha256) == ("dorso.jpg", "image/jpeg", sha256(PHOTO).hexdigest())
    assert second.kind == "document"
    assert b"".join(storage().read(first.key, 0, first.size)) == PHOTO


def test_bad_files_are_refused_by_name_and_the_others_kept(sign_in, draft):
    browser = sign_in("marina")
    send(
        browser,
        draft.ref,
        ("boa.jpg", PHOTO),
        ("vazio.jpg", b""),
        ("cortada.jpg", samples.picture("JPEG", (640, 480), noise=True)[:9000]),
        ("programa.jpg", samples.EXECUTABLE),
    )
    assert [row.name for row in rows(draft)] == ["boa.jpg"]
    with browser.session_transaction() as kept:
        said = " ".join(text for _, text in kept["_flashes"])
    for name in ("vazio.jpg", "cortada.jpg", "programa.jpg"):
        assert name in said


def test_more_files_than_are_read_of_a_form_are_refused_by_their_number(sign_in, draft):
    browser, before = sign_in("marina"), list(storage().stored())
    send(browser, draft.ref, *((f"{number}.txt", b"x") for number in range(1001)))
    with browser.session_transaction() as kept:
        assert [text for _, text in kept["_flashes"]] == [
            "Nada foi guardado: o formulário traz mais de 900 arquivos. Envie menos arquivos de cada vez."
        ]
    assert list(storage().stored()) == before


def test_too_much_text_beside_files_is_not_said_to_be_files(sign_in, draft):
    browser, before = sign_in("marina"), list(storage().stored())
    data = {"files": [(io.BytesIO(PHOTO), "a.jpg")], "caption": "a" * (3 * 1024 * 1024)}
    answer = browser.post(f"/cases/{draft.ref}/files", data=data, content_type="multipart/form-data")
    assert answer.status_code == 413
    assert "2 MB" in answer.get_data(as_text=True)
    assert list(storage().stored()) == before


def test_one_file_as_the_body(sign_in, draft):
    answer = sign_in("marina").post(f"/cases/{draft.ref}/files", data=samples.PDF, headers=named("ECG de Jó.pdf"))
    assert answer.status_code == 201
    assert "ECG de Jó.pdf" in answer.get_data(as_text=True)


def test_a_file_sent_again_is_kept_once(sign_in, case_in):
    case, browser, before = case_in(State.ASSIGNED).case, sign_in("marina"), len(list(storage().stored()))
    for _again in range(2):
        answer = browser.post(f"/cases/{case.ref}/files", data=samples.PDF, headers=named("ECG.pdf"))
        assert answer.status_code == 201
        send(browser, case.ref, ("dorso.jpg", PHOTO))
    first, second = rows(case)
    assert first.ref in answer.get_data(as_text=True)
    assert (first.name, second.name) == ("ECG.pdf", "dorso.jpg")
    assert len(list(storage().stored())) == before + 2
    assert len(db.session.scalars(db.select(AuditEvent).where(AuditEvent.word == "case.add")).all()) == 2


def test_the_same_content_with_something_else_said_of_it_is_another_file(sign_in, draft):
    browser = sign_in("marina")
    for name, caption, kind in (
        ("a.jpg", "", ""),
        ("b.jpg", "", ""),
        ("a.jpg", "Braço direito", ""),
        ("a.jpg", "Braço direito", ""),
        ("a.jpg", "", "ecg"),
        ("a.jpg", "", "ecg"),
    ):
        send(browser, draft.ref, (name, PHOTO), caption=caption, kind=kind)
    assert [(row.name, row.caption, row.kind) for row in rows(draft)] == [
        ("a.jpg", "", "photo"),
        ("b.jpg", "", "photo"),
        ("a.jpg", "Braço direito", "photo"),
        ("a.jpg", "", "ecg"),
    ]


def test_a_file_that_was_withdrawn_may_be_sent_again(sign_in, case_in):
    case, browser = case_in(State.ASSIGNED).case, sign_in("marina")
    send(browser, case.ref, ("a.jpg", PHOTO))
    (row,) = rows(case)
    browser.post(f"/files/{row.ref}/withdraw", data={"why": "Paciente errado."})
    send(browser, case.ref, ("a.jpg", PHOTO))
    assert [row.withdrawn_at is None for row in rows(case)] == [False, True]


def test_a_name_in_the_address_is_not_looked_at(sign_in, draft):
    browser = sign_in("marina")
    assert browser.post(f"/cases/{draft.ref}/files?name=Jonas.pdf", data=samples.PDF).status_code == 302
    assert rows(draft) == []


def test_a_refusal_of_the_body_is_a_sentence(sign_in, draft):
    answer = sign_in("marina").post(f"/cases/{draft.ref}/files", data=b"nada", headers=named("a.pdf"))
    assert answer.status_code == 422
    assert "a.pdf" in answer.json["error"]
    assert answer.json["unfit"], "to send it again would change nothing"


def test_limits_are_named(sign_in, draft, application):
    application.config["MAX_FILE_BYTES"] = 1024 * 1024
    try:
        answer = sign_in("marina").post(
            f"/cases/{draft.ref}/files", data=PHOTO + b"\0" * 1024 * 1024, headers=named("a.jpg")
        )
        assert answer.status_code == 413
        assert "1 MB" in answer.json["error"]
        send(sign_in("marina"), draft.ref, ("grande.jpg", PHOTO + b"\0" * 1024 * 1024), ("boa.jpg", PHOTO))
        assert [row.name for row in rows(draft)] == ["boa.jpg"]
    finally:
        application.config["MAX_FILE_BYTES"] = 250 * 1024 * 1024


@pytest.mark.parametrize(
    ("setting", "name", "content"),
    [("MAX_PHOTO_BYTES", "a.jpg", PHOTO + b"\0" * 1024 * 1024 + b"\xff\xd9"), ("MAX_DOCUMENT_BYTES", "a.pdf", None)],
)
def test_the_limit_of_a_type_is_named_and_holds_no_other(
    sign_in, draft, application, monkeypatch, setting, name, content
):
    content = content or b"%PDF-1.4\n" + b"\0" * 1024 * 1024 + b"\n%%EOF\n"
    monkeypatch.setitem(application.config, setting, 1024 * 1024)
    browser = sign_in("marina")
    answer = browser.post(f"/cases/{draft.ref}/files", data=content, headers=named(name))
    assert answer.status_code == 422
    assert f"{name} passa do limite de 1 MB de um arquivo" in answer.json["error"]
    monkeypatch.setitem(application.config, setting, 50 * 1024 * 1024)
    assert browser.post(f"/cases/{draft.ref}/files", data=content, headers=named(name)).status_code == 201
    assert [row.name for row in rows(draft)] == [name]


def test_the_limit_of_a_case_is_named(sign_in, draft, application):
    application.config["MAX_CASE_FILES"] = 1
    try:
        browser = sign_in("marina")
        send(browser, draft.ref, ("um.jpg", PHOTO))
        answer = browser.post(f"/cases/{draft.ref}/files", data=PHOTO, headers=named("dois.jpg"))
        assert answer.status_code == 422
        assert "dois.jpg" in answer.json["error"]
        assert not answer.json["unfit"], "when another is taken away it fits"
        assert len(rows(draft)) == 1
    finally:
        application.config["MAX_CASE_FILES"] = 60


@pytest.fixture
def small_cases(application):
    """Let a case hold one megabyte."""
    before = application.config["MAX_CASE_BYTES"]
    application.config["MAX_CASE_BYTES"] = 1024 * 1024
    yield
    application.config["MAX_CASE_BYTES"] = before


def said_to(browser):
    with browser.session_transaction() as kept:
        return [text for _, text in kept.pop("_flashes")]


def padded(size):
    return PHOTO[:-2] + b"\0" * (size - len(PHOTO)) + PHOTO[-2:]


def test_a_form_larger_than_a_case_keeps_what_fits_and_names_the_limit(sign_in, draft, small_cases):
    browser = sign_in("marina")
    before = {key for key, _ in storage().stored()}
    large = padded(900_000)
    answer = send(
        browser, draft.ref, ("um.jpg", large), ("dois.jpg", large), ("três.jpg", large), ("quatro.jpg", PHOTO)
    )
    assert answer.status_code == 302
    assert [row.name for row in rows(draft)] == ["um.jpg", "quatro.jpg"]
    assert len({key for key, _ in storage().stored()} - before) == 2
    _kept, *refused = said_to(browser)
    assert [sentence.partition(" ")[0] for sentence in refused] == ["dois.jpg", "três.jpg"]
    assert all("1 MB" in sentence for sentence in refused)


def test_a_form_far_larger_than_a_case_is_refused_where_it_came_from(sign_in, draft, small_cases):
    browser = sign_in("marina")
    before = {key for key, _ in storage().stored()}
    page = f"/cases/{draft.ref}/edit/questions"
    data = {"files": [(io.BytesIO(padded(2_000_000)), f"{n}.jpg") for n in range(3)]}
    came = {"Referer": f"http://localhost{page}"}
    answer = browser.post(f"/cases/{draft.ref}/files", data=data, content_type="multipart/form-data", headers=came)
    assert (answer.status_code, answer.location) == (302, page)
    (refused,) = said_to(browser)
    assert "passam muito de 1 MB" in refused
    assert rows(draft) == []
    assert {key for key, _ in storage().stored()} == before


def test_a_caption_that_is_too_long_is_said_and_not_cut(sign_in, draft):
    browser = sign_in("marina")
    send(browser, draft.ref, ("um.jpg", PHOTO), caption="à" * 201)
    (row,) = rows(draft)
    assert row.caption == ""
    assert any("200 caracteres" in sentence for sentence in said_to(browser))
    send(browser, draft.ref, ("dois.jpg", PHOTO), caption="à" * 200)
    assert rows(draft)[1].caption == "à" * 200


def test_what_was_refused_leaves_no_object(sign_in, draft, application):
    before, browser = {key for key, _ in storage().stored()}, sign_in("marina")
    send(browser, draft.ref, ("programa.jpg", samples.EXECUTABLE))
    body, headers = samples.EXECUTABLE * 2000, named("programa.jpg")
    assert browser.post(f"/cases/{draft.ref}/files", data=body, headers=headers).status_code == 422
    assert {key for key, _ in storage().stored()} == before


@pytest.mark.parametrize("key", ["jonas", "bia", "paulo", "teresa", "rosangela"])
def test_others_neither_send_nor_read(sign_in, draft, key):
    send(sign_in("marina"), draft.ref, ("um.jpg", PHOTO))
    (row,) = rows(draft)
    browser = sign_in(key)
    assert send(browser, draft.ref, ("x.jpg", PHOTO)).status_code == 404
    assert browser.get(f"/files/{row.ref}").status_code == 404
    assert browser.get(f"/files/{row.ref}/preview").status_code == 404
    assert browser.get("/files/AR-00000000").status_code == 404


def test_an_anonymous_body_is_not_read(client, draft):
    assert client.post(f"/cases/{draft.ref}/files", data=PHOTO, headers=named("a.jpg")).status_code in (302, 401)
    assert rows(draft) == []


def test_reading_is_recorded_before_the_bytes_go_out(sign_in, draft):
    browser = sign_in("marina")
    send(browser, draft.ref, ("um.jpg", PHOTO))
    (row,) = rows(draft)
    assert browser.get(f"/files/{row.ref}").data == PHOTO
    db.session.rollback()
    event = db.session.scalars(db.select(AuditEvent).where(AuditEvent.word == "attachment.view")).one()
    assert (event.subject, event.data["file"]) == (draft.ref, row.ref)


@pytest.mark.parametrize(
    ("asked", "span"),
    [
        ("bytes=0-9", (0, 10)),
        ("bytes=100-", (100, None)),
        ("bytes=-50", (-50, None)),
        ("bytes=5-5", (5, 6)),
        (f"bytes=-{len(PHOTO)}", (0, None)),
        ("bytes=-1000000", (0, None)),  # who reads a file from its end asks for more than a small one has
    ],
)
def test_ranges(sign_in, draft, asked, span):
    browser = sign_in("marina")
    send(browser, draft.ref, ("um.jpg", PHOTO))
    (row,) = rows(draft)
    answer = browser.get(f"/files/{row.ref}", headers={"Range": asked})
    assert answer.status_code == 206
    assert answer.data == PHOTO[span[0] : span[1]]
    first, past = span[0] % len(PHOTO), span[1] or len(PHOTO)
    assert answer.headers["Content-Range"] == f"bytes {first}-{past - 1}/{len(PHOTO)}"
    assert answer.headers["Content-Length"] == str(past - first)
    whose = {"Range": asked, "If-Range": f'"{row.sha256}"'}
    assert browser.get(f"/files/{row.ref}", headers=whose).status_code == 206


@pytest.mark.parametrize("asked", [f"bytes={len(PHOTO)}-", "bytes=-0", "Bytes = -000"])
def test_a_range_that_nothing_satisfies(sign_in, draft, asked):
    browser = sign_in("marina")
    send(browser, draft.ref, ("um.jpg", PHOTO))
    (row,) = rows(draft)
    answer = browser.get(f"/files/{row.ref}", headers={"Range": asked})
    assert (answer.status_code, answer.headers["Content-Range"], answer.data) == (416, f"bytes */{len(PHOTO)}", b"")
    other = browser.get(f"/files/{row.ref}", headers={"Range": asked, "If-Range": '"another"'})
    assert (other.status_code, other.data) == (200, PHOTO)


@pytest.mark.parametrize("asked", ["lines=1-2", "bytes=0-1,5-9", "bytes=9-2", "bytes", f"bytes={10**9}-,0-1"])
def test_what_is_no_single_range_of_bytes_is_answered_whole(sign_in, draft, asked):
    browser = sign_in("marina")
    send(browser, draft.ref, ("um.jpg", PHOTO))
    (row,) = rows(draft)
    answer = browser.get(f"/files/{row.ref}", headers={"Range": asked})
    assert (answer.status_code, answer.data) == (200, PHOTO)


def test_a_name_of_any_script_comes_back_right(sign_in, draft):
    browser = sign_in("marina")
    name = 'Relatório "final"; 検査.pdf'
    browser.post(f"/cases/{draft.ref}/files", data=samples.PDF, headers=named(name))
    (row,) = rows(draft)
    said = browser.get(f"/files/{row.ref}").headers["Content-Disposition"]
    assert said.startswith('attachment; filename="Relat_rio _final__ __.pdf";')
    assert "filename*=UTF-8''Relat%C3%B3rio%20%22final%22%3B%20%E6%A4%9C%E6%9F%BB.pdf" in said
    assert "\n" not in said


def test_headers_let_a_browser_do_nothing_with_it(sign_in, draft):
    browser = sign_in("marina")
    send(browser, draft.ref, ("um.pdf", samples.PDF))
    (row,) = rows(draft)
    headers = browser.get(f"/files/{row.ref}?show=1").headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]
    assert headers["Content-Disposition"].startswith("inline")


def test_a_file_after_sending_arrives_and_is_told(sign_in, case_in):
    case = case_in(State.ASSIGNED).case
    send(sign_in("marina"), case.ref, ("novo.jpg", PHOTO))
    (row,) = rows(case)
    assert case.events[-1].verb == "add"
    assert row.event_number == case.events[-1].number
    paulo = world.person("paulo")
    kinds = db.session.scalars(db.select(Notice.kind).where(Notice.user_id == paulo.id)).all()
    assert "case.add" in kinds


def test_a_closed_case_takes_no_file(sign_in, case_in):
    case = case_in(State.CONCLUDED).case
    marina, address = sign_in("marina"), f"/cases/{case.ref}"
    assert send(marina, case.ref, ("novo.jpg", PHOTO)).status_code == 422
    assert rows(case) == []
    assert marina.get(f"{address}/files").location == address
    assert "não recebe mais arquivos" in marina.get(address).get_data(as_text=True)


def test_after_the_consent_was_taken_back_the_refusal_says_so(sign_in, case_in):
    case = case_in(State.ASSIGNED).case
    browser = sign_in("marina")
    answer = browser.post(f"/cases/{case.ref}/revoke_consent", data={"version": case.version, "seen": case.steps,
                                                                    "why": "Mudou de ideia."})  # fmt: skip
    assert answer.status_code == 302
    refused = send(browser, case.ref, ("dorso.jpg", PHOTO))
    assert "O paciente retirou o consentimento" in refused.get_data(as_text=True)
    body = browser.post(f"/cases/{case.ref}/files", data=PHOTO, headers=named("dorso.jpg"))
    assert body.status_code == 422
    assert "O paciente retirou o consentimento" in body.get_json()["error"]
    assert rows(case) == []


def test_caption_kind_and_date(sign_in, draft):
    browser = sign_in("marina")
    send(browser, draft.ref, ("um.jpg", PHOTO))
    (row,) = rows(draft)
    browser.post(f"/files/{row.ref}/edit", data={"caption": "Antebraço D", "kind": "ecg", "taken_on": "18/11/2025"})
    (row,) = rows(draft)
    assert (row.caption, row.kind, row.taken_on.isoformat()) == ("Antebraço D", "ecg", "2025-11-18")
    page = browser.post(f"/files/{row.ref}/edit", data={"caption": "C", "kind": "ecg", "taken_on": "31/02/2025"})
    assert "31/02/2025" in page.get_data(as_text=True)


@pytest.mark.parametrize(
    ("zone", "here", "last"),
    [
        ("America/Recife", "2026-11-20T22:30:00-03:00", "2026-11-20"),
        ("America/Recife", "2026-11-20T12:00:00-03:00", "2026-11-20"),
        ("America/Rio_Branco", "2026-11-20T23:59:00-05:00", "2026-11-20"),
        ("America/Noronha", "2026-11-21T00:01:00-02:00", "2026-11-21"),
    ],
)
def test_a_file_is_of_today_at_its_unit_at_the_latest(sign_in, draft, zone, here, last):
    """A day too many was let through all day, and late in the evening two."""
    with transaction():
        db.session.get_one(Case, draft.id).unit.zone = zone
    with clock.at(datetime.fromisoformat(here)):
        browser = sign_in("marina")
        send(browser, draft.ref, ("um.jpg", PHOTO))
        (row,) = rows(draft)
        next_day = date.fromisoformat(last) + timedelta(days=1)
        data = {"caption": "Ontem", "kind": "ecg"}
        page = browser.post(f"/files/{row.ref}/edit", data=data | {"taken_on": f"{next_day:%d/%m/%Y}"})
        assert "A data do exame ou da foto está no futuro." in page.get_data(as_text=True)
        (row,) = rows(draft)
        assert (row.caption, row.taken_on) == ("", None)
        today = date.fromisoformat(last)
        assert browser.post(f"/files/{row.ref}/edit", data=data | {"taken_on": f"{today:%d/%m/%Y}"}).status_code == 302
        (row,) = rows(draft)
        assert row.taken_on == today


def test_withdrawing_from_a_draft_deletes(sign_in, draft):
    browser = sign_in("marina")
    send(browser, draft.ref, ("um.jpg", PHOTO))
    (row,) = rows(draft)
    key = row.key
    browser.post(f"/files/{row.ref}/withdraw", data={})
    assert rows(draft) == []
    assert key not in {found for found, _ in storage().stored()}


@pytest.mark.parametrize("path", ["withdraw", "edit"])
def test_a_file_that_is_being_taken_from_a_draft_is_gone_for_who_comes_second(application, sign_in, draft, path):
    browser = sign_in("marina")
    send(browser, draft.ref, ("um.jpg", PHOTO))
    (row,) = rows(draft)

    def withdraw(file):
        assert actions.withdraw(file, why="", by=world.person("marina"))

    with uncommitted(application, withdraw, (Attachment, row.id)):
        answer = browser.post(f"/files/{row.ref}/{path}", data={"caption": "C", "kind": "ecg"})
    assert answer.status_code == 409
    assert rows(draft) == []


def test_withdrawing_later_keeps_it_with_its_reason(sign_in, case_in):
    case = case_in(State.ASSIGNED).case
    browser = sign_in("marina")
    send(browser, case.ref, ("um.jpg", PHOTO))
    (row,) = rows(case)
    browser.post(f"/files/{row.ref}/withdraw", data={"why": ""})
    assert rows(case)[0].withdrawn_at is None
    browser.post(f"/files/{row.ref}/withdraw", data={"why": "Era de outro paciente."})
    assert rows(case)[0].withdrawn_at is not None
    assert browser.get(f"/files/{row.ref}").status_code == 200


def test_a_withdrawal_is_shown_to_both_sides_and_told(sign_in, case_in):
    case = case_in(State.ASSIGNED).case
    browser, paulo = sign_in("marina"), sign_in("paulo")
    send(browser, case.ref, ("Severina Ramos.jpg", PHOTO))
    (row,) = rows(case)
    assert browser.post(f"/files/{row.ref}/withdraw", data={"why": "Era de outra pessoa."}).status_code == 302
    db.session.rollback()
    event = case.events[-1]
    assert (event.verb, event.said, event.by_id) == ("withdraw_file", "Era de outra pessoa.", row.added_by_id)
    for reader in (browser, paulo):
        page = reader.get(f"/cases/{case.ref}").get_data(as_text=True)
        assert page.count("Era de outra pessoa.") == 2, "beside the file and on the timeline"
        assert re.search(r"Retirado por Dra. Marina Alves, [^<]+\. Motivo: Era de outra pessoa\.", page)
        assert "retirou um arquivo" in page
    holder = world.person("paulo")
    kinds = db.session.scalars(db.select(Notice.kind).where(Notice.user_id == holder.id)).all()
    assert "case.withdraw_file" in kinds
    letters = db.session.scalars(db.select(outbox.OutboxMessage).filter_by(address=holder.email)).all()
    (payload,) = [repr(row.payload) for row in letters if row.payload["template"] == "case_withdraw_file"]
    assert "Severina" not in payload
    assert "Era de outra" not in payload


def test_who_does_not_see_the_patient_reads_no_reason(sign_in, case_in):
    case = case_in(State.SUBMITTED).case
    browser = sign_in("marina")
    send(browser, case.ref, ("um.jpg", PHOTO))
    (row,) = rows(case)
    browser.post(f"/files/{row.ref}/withdraw", data={"why": "Era da Severina."})
    for key in ("rosangela", "paulo"):
        page = sign_in(key).get(f"/cases/{case.ref}").get_data(as_text=True)
        assert "Severina" not in page


def test_a_preview_is_made_by_the_worker(sign_in, draft):
    browser = sign_in("marina")
    send(browser, draft.ref, ("um.jpg", PHOTO))
    (row,) = rows(draft)
    assert browser.get(f"/files/{row.ref}/preview").status_code == 404
    for message in outbox.waiting():
        outbox.deliver_one(message)
    answer = browser.get(f"/files/{row.ref}/preview")
    assert answer.mimetype == "image/jpeg"
    assert answer.headers["Cache-Control"] == "private, no-store"  # computers of a district are shared
    assert len(answer.data) < len(PHOTO) * 2


def test_the_sweep_takes_only_what_belongs_to_nobody(sign_in, draft, monkeypatch):
    send(sign_in("marina"), draft.ref, ("um.jpg", PHOTO))
    (row,) = rows(draft)
    stray = storage().sink("f" * 40)
    stray.write(b"x")
    stray.keep()
    assert list(actions.sweep()) == []
    monkeypatch.setattr(actions, "ORPHAN_AGE", -actions.ORPHAN_AGE)
    swept = set(actions.sweep())
    assert "f" * 40 in swept
    assert row.key not in swept


def add(case):
    """Add a file as the same person does in another window, over the actions of the page."""
    incoming = Incoming(10**9)
    incoming.write(PHOTO)
    row = actions.add(case, incoming.keep("um.jpg"), by=world.person("marina"))
    actions.send(case, [row], by=world.person("marina"))


@pytest.mark.parametrize(("limit", "most"), [("MAX_CASE_FILES", 1), ("MAX_CASE_BYTES", len(PHOTO) * 3 // 2)])
@pytest.mark.parametrize("state", [State.DRAFT, State.ASSIGNED])
def test_two_files_at_the_same_moment_do_not_pass_the_limit_of_a_case(
    application, sign_in, case_in, monkeypatch, state, limit, most
):
    case, browser = case_in(state).case, sign_in("marina")
    monkeypatch.setitem(application.config, limit, most)
    before = {key for key, _ in storage().stored()}
    with uncommitted(application, add, (Case, case.id)):
        answer = browser.post(f"/cases/{case.ref}/files", data=PHOTO, headers=named("dois.jpg"))
    assert answer.status_code == 422
    assert "dois.jpg não coube" in answer.json["error"]
    (row,) = rows(case)
    assert {key for key, _ in storage().stored()} - before == {row.key}


def test_two_files_that_fit_are_both_kept_and_told(application, sign_in, case_in):
    case, browser = case_in(State.ASSIGNED).case, sign_in("marina")
    with uncommitted(application, add, (Case, case.id)):
        answer = browser.post(f"/cases/{case.ref}/files", data=PHOTO, headers=named("dois.jpg"))
    assert answer.status_code == 201
    first, second = rows(case)
    assert (first.name, second.name) == ("um.jpg", "dois.jpg")
    assert second.event_number == first.event_number + 1


@pytest.mark.parametrize("state", [State.DRAFT, State.ASSIGNED])
def test_the_same_file_pressed_twice_at_the_same_moment_is_kept_once(application, sign_in, case_in, state):
    case, browser = case_in(state).case, sign_in("marina")
    with uncommitted(application, add, (Case, case.id)):
        answer = browser.post(f"/cases/{case.ref}/files", data=PHOTO, headers=named("um.jpg"))
    assert answer.status_code == 201
    (row,) = rows(case)
    assert row.ref in answer.get_data(as_text=True)


def test_a_file_that_comes_while_its_request_is_sent_is_told_to_the_other_side(application, sign_in, session):
    walk = world.new_case()
    browser = sign_in("marina")

    def submit(case):
        cases.submit(case, world.request(), patient=world._patient(), by=world.person("marina"))

    with uncommitted(application, submit, (Case, walk.case.id)):
        answer = browser.post(f"/cases/{walk.case.ref}/files", data=PHOTO, headers=named("dorso.jpg"))
    assert answer.status_code == 201
    (row,) = rows(walk.case)
    assert [event.verb for event in walk.case.events] == ["submit", "add"]
    assert row.event_number == walk.case.events[-1].number


def test_a_photo_that_many_computers_cannot_show_is_not_asked_for_and_says_so(sign_in, draft):
    browser = sign_in("marina")
    page = f"/cases/{draft.ref}/edit/questions"
    asked = re.findall(r'type="file" multiple [^>]*accept="([^"]*)"', browser.get(page).get_data(as_text=True))
    assert asked
    assert all(one.startswith("image/jpeg,") and "hei" not in one for one in asked)
    assert browser.post(f"/cases/{draft.ref}/files", data=samples.HEIC, headers=named("IMG_1.HEIC")).status_code == 201
    send(browser, draft.ref, ("a.jpg", PHOTO))
    shown = browser.get(page).get_data(as_text=True)
    assert shown.count("Foto HEIC: muitos computadores não a mostram.") == 1
    assert "Se puder, envie em JPEG." in shown

"""The record on the screen, on paper and as a spreadsheet, for those who may read it."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta

import pytest

from teleconsult import audit, clock
from teleconsult.audit import AuditEvent
from teleconsult.cases.lifecycle import State
from teleconsult.extensions import db, transaction
from teleconsult.patients.models import Patient
from teleconsult.record import queries
from teleconsult.record.queries import Filters
from teleconsult.record.words import READS, WORDS
from teleconsult.web.csv_out import cell
from tests.world import SECRET_NAME, person

NOON = datetime.fromisoformat("2026-11-10T15:00:00+00:00")


def text_of(answer):
    assert answer.status_code == 200, answer.get_data(as_text=True)[:1500]
    return answer.get_data(as_text=True)


@pytest.fixture
def manager(session, sign_in):
    return sign_in("teresa")


def event(word="case.view", at=NOON, by="paulo", about="TC-000001", **data):
    with clock.at(at), transaction():
        audit.record(f"reader:{by}", word, by_id=person(by).id, subject=about, **data)


def shown(browser, **args):
    """Return (what, about) of each row that the page lists."""
    page = text_of(browser.get("/record", query_string=args))
    rows = re.findall(r"<tr role=\"row\">(.*?)</tr>", page.split("<tbody")[1], re.S) if "<tbody" in page else []
    return [
        (re.findall(r"<td role=cell class=\"w\">([^<]*)<br>", row)[0], re.findall(r"about=([^\"&]+)", row)[:1])
        for row in rows
    ]


def test_only_managers_read_the_record(session, sign_in):
    for key in ("marina", "paulo", "rosangela", "dora"):
        browser = sign_in(key)
        for path in ("/record", "/record/print", "/record/export.csv"):
            assert browser.get(path).status_code == 403


def test_the_record_says_who_did_what_and_holds_no_patient(manager, case_in):
    case = case_in(State.ANSWERED).case
    page = text_of(manager.get("/record"))
    assert "Caso respondido" in page
    assert "Dr. Paulo Nogueira" in page
    assert case.ref in page
    for secret in (SECRET_NAME, "hanseníase", "Severina"):
        assert secret not in page


def test_the_trail_of_an_event_is_said_in_words(manager, case_in):
    ref = case_in(State.SUBMITTED).case.ref
    manager.get("/record")
    page = text_of(manager.get("/record"))
    assert re.search(rf"caso {ref}, nº \d+<", page)
    assert re.search(r"leituras de Teresa Farias, nº \d+<", page)
    assert "reader:" not in page
    assert f"case:{ref}" not in page


def test_each_look_is_recorded_with_what_was_asked(manager):
    event()
    manager.get("/record", query_string={"event": "case.view", "person": "paulo@rede.example", "about": "TC-000001"})
    manager.get("/record/print", query_string={"since": "10/11/2026"})
    manager.get("/record/export.csv")
    rows = db.session.execute(
        db.select(AuditEvent.word, AuditEvent.data, AuditEvent.stream)
        .where(AuditEvent.word.like("record.%"))
        .order_by(AuditEvent.id)
    ).all()
    assert [row.word for row in rows] == ["record.view", "record.print", "record.export"]
    assert rows[0].data == {"asked": {"event": "case.view", "person": person("paulo").ref, "about": "TC-000001"}}
    assert rows[1].data == {"asked": {"since": "2026-11-10"}}
    assert {row.stream for row in rows} == {f"reader:{person('teresa').ref}"}


def test_a_name_typed_as_a_reference_is_not_kept(manager):
    assert "Nenhum evento" in text_of(manager.get("/record", query_string={"about": SECRET_NAME}))
    assert db.session.scalars(db.select(AuditEvent.data).where(AuditEvent.word == "record.view")).one() == {"asked": {}}


def test_filters_by_day_event_person_and_thing(manager):
    event("case.view", at=NOON)
    event("case.print", at=NOON + timedelta(days=1))
    event("case.view", at=NOON + timedelta(days=2), by="marina", about="TC-000002")
    every = [("Caso lido", ["TC-000002"]), ("Caso impresso", ["TC-000001"]), ("Caso lido", ["TC-000001"])]
    days = {"since": "10/11/2026", "until": "12/11/2026"}
    assert shown(manager, **days) == every
    assert shown(manager, since="11/11/2026", until="11/11/2026") == every[1:2]
    assert shown(manager, event="case.print", **days) == every[1:2]
    assert shown(manager, person="Marina", **days) == every[:1]
    assert shown(manager, person=person("paulo").ref.lower(), **days) == every[1:]
    assert shown(manager, about="TC-000002", **days) == every[:1]
    assert shown(manager, about="TC-000002", person="paulo") == []


def test_a_day_is_the_readers_own(manager):
    midnight_in_recife = datetime.fromisoformat("2026-11-10T03:00:00+00:00")
    event(at=midnight_in_recife - timedelta(seconds=1), about="TC-000001")
    event(at=midnight_in_recife, about="TC-000002")
    assert [about for _, about in shown(manager, since="10/11/2026", until="10/11/2026")] == [["TC-000002"]]


def test_of_several_people_of_a_name_one_is_chosen(manager):
    answer = manager.get("/record", query_string={"person": "Dra", "event": "case.view"})
    assert answer.status_code in (200, 422)
    answer = manager.get("/record", query_string={"person": "a", "event": "case.view"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    links = re.findall(r'href="(/record\?[^"]*person=PE-[^"]*)"', page)
    assert len(links) > 2
    assert all("event=case.view" in link for link in links)


WRONG = (
    {"since": "31/02/2026"},
    {"event": "case.unheard"},
    {"person": "Ninguém Conhecido"},
    {"about": "x" * 81},
    {"until": "31/12/9999"},
    {"since": "01/01/0001"},
)


def test_a_filter_that_says_nothing_is_named_not_ignored(manager):
    for wrong in WRONG:
        answer = manager.get("/record", query_string=wrong)
        assert answer.status_code == 422, wrong
        assert "tc-errors" in answer.get_data(as_text=True)
        assert manager.get("/record/export.csv", query_string=wrong).status_code == 400


def test_odd_words_find_nobody_and_nothing(manager):
    for odd in ("%", "_", "'", "\\", "🙂", "' OR 1=1 --"):
        for name in ("person", "about"):
            assert manager.get("/record", query_string={name: f"x{odd}x"}).status_code in (200, 422)


def test_pages_go_on_with_their_filters(manager):
    for n in range(45):
        event(at=NOON + timedelta(minutes=n // 3), about=f"TC-{n:06}")
    seen, path = [], "/record?event=case.view"
    for _ in range(3):
        page = text_of(manager.get(path))
        seen += re.findall(r"about=(TC-\d+)", page)
        (older,) = re.findall(r'rel="next" href="([^"]+)"', page) or [""]
        path = older.replace("&amp;", "&")
    assert len(seen) == len(set(seen)) == 45
    assert seen[0] == "TC-000044"


def test_an_unknown_word_is_shown_as_it_is(manager):
    event("newer.version")
    assert "newer.version" in text_of(manager.get("/record"))


def table(answer):
    text = answer.get_data().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def test_the_spreadsheet_has_everything(manager, monkeypatch):
    monkeypatch.setattr(queries, "PIECE", 7)
    for n in range(20):
        event(at=NOON + timedelta(minutes=n // 4), about=f"TC-{n:06}")
    answer = manager.get("/record/export.csv", query_string={"event": "case.view"})
    heads, *rows = table(answer)
    assert heads[0] == "Momento"
    assert [row[6] for row in rows] == [f"TC-{n:06}" for n in reversed(range(20))]
    assert rows[0][1:4] == ["Caso lido", "case.view", "Dr. Paulo Nogueira"]
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="registro-')


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("America/Recife", "2026-03-02T09:00:00-03:00"),
        ("America/Noronha", "2026-03-02T10:00:00-02:00"),
        ("America/Manaus", "2026-03-02T08:00:00-04:00"),
        ("America/Rio_Branco", "2026-03-02T07:00:00-05:00"),
    ],
)
def test_moments_in_the_spreadsheet_are_in_the_zone_of_the_readers_unit(manager, zone, said):
    with transaction():
        person("teresa").unit.zone = zone
    event(at=datetime(2026, 3, 2, 12, tzinfo=UTC), about="TC-000001")
    _, row = table(manager.get("/record/export.csv", query_string={"event": "case.view"}))
    assert row[0] == said


def test_nothing_in_the_spreadsheet_is_a_formula(manager):
    with transaction():
        person("paulo").name = '=HYPERLINK("http://evil","x")'
        person("paulo").title = ""
    event(about="@SUM(1)")
    _, row = table(manager.get("/record/export.csv", query_string={"event": "case.view"}))
    assert row[3] == '\'=HYPERLINK("http://evil","x")'
    assert row[6] == "'@SUM(1)"


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "\n+1", "\x00=1", "|x", "%x"])
def test_a_cell_that_could_run_gets_an_apostrophe(text):
    assert cell(text).startswith("'")
    assert not re.search(r"[\x00-\x1f]", cell(text))


@pytest.mark.parametrize(("value", "said"), [("a=b", "a=b"), (-5, "-5"), (None, ""), ("TC-1", "TC-1"), ("", "")])
def test_other_cells_stay_as_they_are(value, said):
    assert cell(value) == said


def test_paper_shows_the_newest_and_says_if_there_are_more(manager, monkeypatch):
    for n in range(4):
        event(about=f"TC-{n:06}")
    page = text_of(manager.get("/record/print", query_string={"event": "case.view"}))
    assert page.count('<tr role="row"><td') == 4
    assert "A planilha traz" not in page
    monkeypatch.setattr("teleconsult.record.views.ON_PAPER", 3)
    page = text_of(manager.get("/record/print", query_string={"event": "case.view"}))
    assert page.count('<tr role="row"><td') == 3
    assert "A planilha traz" in page


def test_paper_without_an_event_says_so(manager):
    """It ended after its filters, as if the rest were on another sheet."""
    page = text_of(manager.get("/record/print", query_string={"about": "TC-000000"}))
    assert "Nenhum evento com esses filtros" in page
    assert "<table" not in page


SERVED = (
    (Filters(), "ix_audit_events_at"),
    (Filters(since=NOON.date()), "ix_audit_events_at"),
    (Filters(word="case.view"), "ix_audit_events_word"),
    (Filters(about="usf-pina"), "ix_audit_events_subject"),
    (Filters(person="PE-PAULO"), "ix_audit_events_user_id"),
)


def test_each_filter_is_served_by_its_index(session, database):
    if database == "postgresql":
        db.session.execute(db.text("SET enable_seqscan = off"))
    for filters, index in SERVED:
        query = queries._ordered(queries.events(filters)).limit(21)
        text = str(query.compile(db.engine, compile_kwargs={"literal_binds": True}))
        explain = "EXPLAIN QUERY PLAN" if database == "sqlite" else "EXPLAIN"
        plan = " ".join(str(row[-1]) for row in db.session.execute(db.text(f"{explain} {text}")))
        assert index in plan
        assert "TEMP B-TREE" not in plan


def test_lists_that_named_a_case_are_looked_for_by_their_kind(session, database):
    if database == "postgresql":
        db.session.execute(db.text("SET enable_seqscan = off"))
    text = str(queries.events(Filters(about="TC-1")).compile(db.engine, compile_kwargs={"literal_binds": True}))
    explain = "EXPLAIN QUERY PLAN" if database == "sqlite" else "EXPLAIN"
    plan = " ".join(str(row[-1]) for row in db.session.execute(db.text(f"{explain} {text}")))
    assert "ix_audit_events_word" in plan


def test_a_long_reference_is_found_again(manager):
    long = "unidade-" * 9
    event("unit.change", about=long)
    row = db.session.scalars(db.select(AuditEvent).where(AuditEvent.word == "unit.change")).one()
    assert len(row.subject) == 40
    assert len(shown(manager, about=long)) == 1
    assert list(audit.verify()) == []


def test_the_commands_prove_and_anchor_the_record(session, application, case_in, tmp_path, monkeypatch):
    monkeypatch.setitem(application.config, "ANCHOR_FILE", str(tmp_path / "anchors.jsonl"))
    monkeypatch.setitem(application.config, "ANCHOR_MAIL", "guarda@rede.example")
    case = case_in(State.SUBMITTED).case
    runner = application.test_cli_runner()
    anchored = runner.invoke(args=["anchor-audit"])
    assert anchored.exit_code == 0
    digest = anchored.output.split("\t")[1]
    proved = runner.invoke(args=["verify-audit", "--digest", digest])
    assert (proved.exit_code, proved.output) == (0, "The record is whole.\n")
    assert runner.invoke(args=["verify-audit", "--digest", "0" * 64]).exit_code == 1
    db.session.rollback()
    mails = db.session.scalars(
        db.text("SELECT payload FROM outbox_messages WHERE address = 'guarda@rede.example'")
    ).all()
    assert len(mails) == 1
    with transaction():
        db.session.execute(
            db.text("UPDATE audit_heads SET length = length + 1 WHERE stream = :s"), {"s": f"case:{case.ref}"}
        )
    broken = runner.invoke(args=["verify-audit"])
    assert broken.exit_code == 1
    assert broken.output.splitlines()[0] == f"case:{case.ref}\t2\thead differs"


# ---------------------------------------------------------------- who opened this patient's case?


def subjects(browser, **args):
    return re.findall(r">([A-Z]{2}-[0-9A-Z]+)</a>", text_of(browser.get("/record", query_string=args)))


def test_a_reference_is_found_however_it_is_typed(manager):
    """Found nothing, it reads as if nobody had opened the case."""
    event(about="TC-7K3Q9A")
    for typed in ("tc-7k3q9a", " TC-7K3Q9A ", "Tc-7k3Q9a"):
        assert subjects(manager, about=typed) == ["TC-7K3Q9A"]


def test_every_way_of_reading_is_asked_for_at_once(manager):
    for number, word in enumerate(["case.view", "case.open", "case.print", "attachment.view", "case.edit"]):
        event(word, NOON + timedelta(minutes=number), about="TC-7K3Q9A")
    event("case.answer", about="TC-7K3Q9A")
    found = [what for what, _about in shown(manager, about="TC-7K3Q9A", event="reads")]
    assert len(found) == 5
    assert "Caso respondido" not in found
    paper = text_of(manager.get("/record/print", query_string={"event": "reads", "about": "TC-7K3Q9A"}))
    assert "Toda leitura" in paper


def test_an_end_before_the_beginning_is_refused(manager):
    answer = manager.get("/record?since=2026-11-10&until=2026-11-01")
    assert answer.status_code == 422
    assert "O fim vem antes do começo" in answer.get_data(as_text=True)


def test_a_patient_is_asked_for_with_their_cases(manager, case_in):
    case = case_in(State.SUBMITTED).case
    ref, patient = case.ref, case.patient.ref
    event(at=clock.now(), about=ref)
    event("patient.view", clock.now(), about=patient)
    event(at=clock.now(), about="TC-000001")
    found = subjects(manager, about=patient.lower(), event="reads")
    assert set(found) == {ref, patient}
    assert f"Inclui também o que é deste paciente: {ref}." in text_of(
        manager.get("/record", query_string={"about": patient})
    )
    exported = text_of(manager.get("/record/export.csv", query_string={"about": patient, "event": "reads"}))
    assert ref in exported
    assert "TC-000001" not in exported


def test_a_list_that_named_a_case_or_a_patient_is_found_under_it(manager, case_in):
    case = case_in(State.SUBMITTED).case
    ref, patient = case.ref, case.patient.ref
    event("case.search", clock.now(), about="", cases=[ref, "TC-000002"])
    event("agenda.print", clock.now(), about="RM-1", cases=["TC-000002", ref])
    event("patient.search", clock.now(), about="", patients=[patient])
    event("patient.view", clock.now(), about="PA-000009", other=patient)
    event("case.search", clock.now(), about="", cases=[f"{ref}9"])
    of_case = [what for what, _about in shown(manager, about=ref, event="reads")]
    assert of_case == ["Agenda impressa", "Casos buscados"]
    of_patient = [what for what, _about in shown(manager, about=patient, event="reads")]
    assert of_patient == ["Cadastro de paciente lido", "Pacientes buscados", "Agenda impressa", "Casos buscados"]


def test_who_read_one_of_two_joined_records_is_found_under_both(manager, session, case_in):
    kept = case_in(State.SUBMITTED).case.patient
    with transaction():
        other = Patient(name="Outra Grafia", ref="PA-000077", created_at=clock.now(), merged_into_id=kept.id)
        db.session.add(other)
    event("patient.view", clock.now(), about=other.ref)
    event("patient.view", clock.now(), about=kept.ref)
    for ref in (kept.ref, other.ref):
        assert set(subjects(manager, about=ref, event="patient.view")) == {kept.ref, other.ref}


def test_whoever_gave_out_a_patients_data_read_them(manager, case_in):
    patient = case_in(State.SUBMITTED).case.patient.ref
    event("patient.export", clock.now(), about=patient)
    event("patient.merge", clock.now(), about=patient)
    found = [what for what, _about in shown(manager, about=patient, event="reads")]
    assert found == ["Cópia dos dados do paciente feita"]


def test_a_name_is_told_that_the_record_keeps_none(manager):
    assert "o registro não guarda nomes" in text_of(manager.get("/record", query_string={"about": "Josefa Maria"}))


def test_the_reason_for_which_a_case_was_opened_can_be_read(manager, case_in):
    case = case_in(State.SUBMITTED).case
    ref = case.ref
    manager.post(f"/cases/{ref}/open", data={"why": "Queixa na ouvidoria, processo 12"})
    for path in ("/record", "/record/print"):
        page = text_of(manager.get(path, query_string={"event": "case.open", "about": ref}))
        assert "Motivo: Queixa na ouvidoria, processo 12" in page
    assert "Queixa" not in text_of(manager.get("/record", query_string={"event": "case.submit"}))
    _heads, line = table(manager.get("/record/export.csv", query_string={"event": "case.open", "about": ref}))
    assert line[-1] == "Queixa na ouvidoria, processo 12"


def test_every_read_of_the_list_has_words():
    assert set(WORDS) >= READS

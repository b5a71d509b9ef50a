"""The pages of hours over HTTP: the statement, a dispute, the review and closing, rules, activities, spreadsheets."""

import csv
import io
import re
from datetime import date

import pytest
from pypdfium2 import PdfDocument

from teleconsult import clock
from teleconsult.credits import closing, correcting, versions
from teleconsult.credits.models import CreditDispute
from teleconsult.extensions import db, transaction
from teleconsult.shifts import actions as shifts
from tests import world
from tests.counting import statements
from tests.credits.acts import answered, at, attended, come, entries, held, leave, scheduled

NOW = at("2026-12-05T10:00")


@pytest.fixture(autouse=True)
def in_december():
    with clock.at(NOW):
        yield


@pytest.fixture
def november(session):
    """A shift with an opinion in it, and one outside."""
    attended("2026-11-17T08:00", "2026-11-17T12:00", came="2026-11-17T07:58")
    walk = answered(at("2026-11-18T19:00"))
    ref = walk.case.ref
    db.session.rollback()
    return ref


def text(answer, status=200):
    assert answer.status_code == status, answer.get_data(as_text=True)[:3000]
    return answer.get_data(as_text=True)


def test_the_statement_says_each_line_with_its_reason(november, sign_in):
    page = text(sign_in("paulo").get("/hours/2026-11"))
    assert "4 h 18 min em novembro" in page
    assert f"Parecer, caso {november}" in page
    assert f'href="/cases/{november}"' in page
    assert "Regras nº 1: 18 min por parecer" in page
    assert "presença de 7:58 a 12:00" in page
    assert page.count("4 h 00") >= 3  # scheduled, credited, and the line


def test_the_running_month_is_shown_first_and_says_what_will_come(sign_in):
    page = text(sign_in("paulo").get("/hours"))
    assert "0 min em dezembro" in page
    assert "Nenhum lançamento neste mês" in page


@pytest.mark.parametrize("month", ["2026-13", "abc", "0000-01", "2026-1"])
def test_a_month_that_is_none_is_not_there(sign_in, month):
    assert sign_in("paulo").get(f"/hours/{month}").status_code == 404


def test_nobody_else_reads_it(november, sign_in):
    assert "4 h 18" not in text(sign_in("lia").get("/hours/2026-11"))
    assert sign_in("rosangela").get("/hours").status_code == 403
    for who in ("paulo", "marina", "rosangela", "dora"):
        assert sign_in(who).get("/credits").status_code == 403


def test_a_dispute_is_followed_to_its_answer(november, sign_in):
    consultant, manager = sign_in("paulo"), sign_in("teresa")
    source = entries()[1].source
    assert "não confere" in text(consultant.get(f"/hours/lines/{source}"))
    sent = consultant.post(f"/hours/lines/{source}", data={"words": "Foram dois pareceres."})
    assert sent.status_code == 302
    assert "ainda vai responder" in text(consultant.get(sent.location))
    assert "já foi contestado" in text(consultant.post(f"/hours/lines/{source}", data={"words": "De novo."}), 422)
    assert "Contestado" in text(consultant.get("/hours/2026-11"))
    db.session.rollback()
    dispute = db.session.scalars(db.select(CreditDispute)).one()
    here = f"/credits/disputes/{dispute.ref}"
    assert "Foram dois pareceres." in text(manager.get(here))
    assert manager.get(f"/notices/{dispute.ref}").location.endswith(here)
    for minutes, words in (("", "3h30"), ("-3", "de 0 a 1440"), ("1441", "de 0 a 1440"), ("18", "já vale")):
        data = {"minutes": minutes, "answer": "Certo.", "decision": "accept", "version": "1"}
        assert words in text(manager.post(here, data=data), 422)
    data = {"minutes": "36", "answer": "Eram dois.", "decision": "accept", "version": "1"}
    assert manager.post(here, data=data).status_code == 302
    assert manager.post(here, data=data).status_code in (409, 422)
    page = text(consultant.get(sent.location))
    assert "Eram dois." in page
    assert "+0 h 18" in page
    assert sum(entry.minutes for entry in entries()) == 276


def test_a_declined_dispute_gives_its_reason(november, sign_in):
    consultant, manager = sign_in("paulo"), sign_in("teresa")
    sent = consultant.post(f"/hours/lines/{entries()[0].source}", data={"words": "Saí mais tarde."})
    here = f"/credits/disputes/{sent.location.rsplit('/', 1)[1]}"
    assert "Escreva a resposta" in text(manager.post(here, data={"decision": "decline", "version": "1"}), 422)
    assert manager.post(here, data={"answer": "O turno ia até 12:00.", "version": "1"}).status_code == 302
    assert "O turno ia até 12:00." in text(consultant.get(sent.location))
    assert len(entries()) == 2


def test_a_line_of_somebody_else_is_not_there(november, sign_in):
    source = entries()[0].source
    assert sign_in("lia").get(f"/hours/lines/{source}").status_code == 404
    assert sign_in("paulo").get("/hours/lines/opinion:none:1").status_code == 404
    assert sign_in("paulo").get("/hours/disputes/CO-NONE").status_code == 404


def test_the_review_lists_what_looks_odd_and_closes(november, session, sign_in):
    attended("2026-11-20T08:00", "2026-11-20T12:00", how="forgotten")
    attended("2026-11-21T08:00", "2026-11-21T12:00", came="2026-11-21T06:00")
    answered(at("2026-11-22T19:00"), minutes=0)
    manager = sign_in("teresa")
    page = text(manager.get("/credits/months/2026-11"))
    assert "Saída não registrada" in page
    assert "Presença maior que o turno" in page
    assert "Parecer em menos de um minuto" in page
    assert "Fechar novembro" in page
    assert "Corrigir" in text(manager.get("/credits/months/2026-11/odd"))
    assert manager.post("/credits/months/2026-11/close").status_code == 302
    assert "mês fechado" in text(manager.get("/credits/months/2026-11"))
    assert manager.post("/credits/months/2026-11/close").status_code == 409
    assert "ainda não terminou" in text(manager.post("/credits/months/2026-12/close"), 422)
    assert "Novembro está fechado" in text(sign_in("paulo").get("/hours/2026-11"))


def test_the_review_lists_the_shifts_of_which_nobody_said_who_was_there(november, session, sign_in):
    forgot = scheduled(at("2026-11-20T08:00"), at("2026-11-20T12:00"))
    away = scheduled(at("2026-11-21T08:00"), at("2026-11-21T12:00"))
    scheduled(at("2026-12-01T08:00"), at("2026-12-01T12:00"))  # of another month
    with transaction(), clock.at(at("2026-11-18T08:00")):
        shifts.take_leave(
            user=world.person("paulo"), kind="leave", from_at=at("2026-11-21T00:00"), until_at=at("2026-11-22T00:00"),
            why="", by=world.person("paulo"),
        )  # fmt: skip
    manager = sign_in("teresa")
    page = text(manager.get("/credits/months/2026-11"))
    assert f"/shifts/{forgot}/attendance" in page
    assert away not in page
    assert "1 turno está sem registro de presença: as horas dele não ficam neste mês. Depois de fechado" in page
    every = text(manager.get("/credits/months/2026-11/unnoted"))
    assert every.count("Registrar a presença") == 1
    times = {"came": "08:00", "left": "12:00", "why": "Esqueceu de marcar.", "version": "1"}
    assert manager.post(f"/shifts/{forgot}/attendance", data=times).status_code == 302
    assert "Nenhum turno sem registro de presença" in text(manager.get("/credits/months/2026-11"))
    assert "Nenhum turno sem registro" in text(manager.get("/credits/months/2026-11/unnoted"))


def test_a_shift_of_the_last_evening_leads_to_the_statement_of_its_own_month(session, sign_in):
    """It is the next day, and here the next month, by the clock in which moments are kept."""
    scheduled(at("2026-10-31T21:30"), at("2026-10-31T23:00"))
    page = text(sign_in("teresa").get("/credits/months/2026-10"))
    assert 'href="/credits/people/PE-PAULO/2026-10"' in page
    assert "/credits/people/PE-PAULO/2026-11" not in page


def test_nobody_is_led_to_note_their_own_attendance(session, sign_in):
    own = scheduled(at("2026-11-20T08:00"), at("2026-11-20T12:00"), who="teresa")
    page = text(sign_in("teresa").get("/credits/months/2026-11"))
    assert f"/shifts/{own}/attendance" not in page
    assert "peça a outra pessoa da gerência" in page


def test_before_a_month_is_closed_it_is_said_what_cannot_be_noted_after(session, sign_in):
    old = scheduled(at("2026-08-20T08:00"), at("2026-08-20T12:00"))
    manager = sign_in("teresa")
    page = text(manager.get("/credits/months/2026-08"))
    assert "1 desses turnos foi há mais de 60 dias: registre a presença antes de fechar o mês" in page
    assert "1 foi há mais de 60 dias: depois de fechar, a presença não pode mais ser registrada." in page
    assert f"/shifts/{old}/attendance" in text(manager.get(f"/shifts/{old}"))
    assert f"/shifts/{old}/attendance" not in text(sign_in("rosangela").get(f"/shifts/{old}"))
    other = scheduled(at("2026-08-21T08:00"), at("2026-08-21T12:00"))
    assert "peça à gerência ou à administração" in text(sign_in("paulo").get(f"/hours/shifts/{other}"))
    times = {"came": "08:00", "left": "12:00", "why": "Esqueceu de marcar.", "version": "1"}
    assert manager.post(f"/shifts/{old}/attendance", data=times).status_code == 302
    assert len(entries()) == 1
    assert manager.post("/credits/months/2026-08/close").status_code == 302
    for address in ("/credits/months/2026-08", "/credits/months/2026-08/unnoted"):
        page = text(manager.get(address))
        assert f"/shifts/{other}/attendance" not in page
        assert "Foi há mais de 60 dias e o mês está fechado" in page
    assert f"/shifts/{other}/attendance" not in text(manager.get(f"/shifts/{other}"))
    assert "a presença não pode mais ser registrada" in text(sign_in("paulo").get(f"/hours/shifts/{other}"))


def test_nobody_is_sent_to_ask_another_for_what_nobody_can_note_any_more(session, sign_in):
    scheduled(at("2026-08-20T08:00"), at("2026-08-20T12:00"), who="teresa")
    manager = sign_in("teresa")
    assert manager.post("/credits/months/2026-08/close").status_code == 302
    for address in ("/credits/months/2026-08", "/credits/months/2026-08/unnoted"):
        page = text(manager.get(address))
        assert "Foi há mais de 60 dias e o mês está fechado" in page
        assert "peça a outra pessoa da gerência" not in page


def test_an_answer_to_ones_own_unit_looks_odd(session, sign_in):
    with transaction():
        world.person("paulo").unit_id = world.person("marina").unit_id
    answered(at("2026-11-22T19:00"))
    assert "Resposta à própria unidade" in text(sign_in("teresa").get("/credits/months/2026-11"))


def test_a_manager_corrects_a_line_and_reads_statements_on_the_record(november, sign_in):
    manager = sign_in("teresa")
    source = entries()[0].source
    assert "Corrigir um lançamento" in text(manager.get(f"/credits/lines/{source}"))
    assert "no máximo um dia" in text(manager.post(f"/credits/lines/{source}", data={"minutes": "-5", "why": "x"}), 422)
    assert manager.post(f"/credits/lines/{source}", data={"minutes": "0", "why": "Turno trocado."}).status_code == 302
    assert "Estorno: Turno de 17 nov." in text(manager.get("/credits/people/PE-PAULO/2026-11"))
    db.session.rollback()
    words = db.session.scalars(db.text("SELECT word FROM audit_events WHERE stream = 'reader:PE-TERESA'")).all()
    assert "credits.view" in words


def test_an_opinion_that_was_reversed_is_not_counted_in_its_month(november, sign_in):
    manager, consultant = sign_in("teresa"), sign_in("paulo")
    address = "/credits/lines/" + next(entry.source for entry in entries() if entry.kind == "opinion")
    assert "1 parecer, 0 pedidos" in text(consultant.get("/hours/2026-11"))
    manager.post(address, data={"minutes": "0", "why": "Parecer de outro caso."})
    assert "0 pareceres, 0 pedidos" in text(consultant.get("/hours/2026-11"))
    manager.post(address, data={"minutes": "12", "why": "Era deste caso."})
    assert "1 parecer, 0 pedidos" in text(consultant.get("/hours/2026-11"))


def test_an_opinion_that_is_reversed_after_its_month_stays_counted_there(november, sign_in):
    """The hours that it loses are those of the open month too."""
    manager, consultant = sign_in("teresa"), sign_in("paulo")
    assert manager.post("/credits/months/2026-11/close").status_code == 302
    address = "/credits/lines/" + next(entry.source for entry in entries() if entry.kind == "opinion")
    assert manager.post(address, data={"minutes": "0", "why": "Parecer de outro caso."}).status_code == 302
    assert "1 parecer, 0 pedidos" in text(consultant.get("/hours/2026-11"))
    assert "0 pareceres, 0 pedidos" in text(consultant.get("/hours/2026-12"))


def test_a_correction_takes_hours_and_says_what_the_line_is_worth_now(november, sign_in):
    manager = sign_in("teresa")
    url = f"/credits/lines/{entries()[0].source}"
    said = {"minutes": "3h30", "why": "Saiu antes."}
    page = text(manager.post(url, data=said, follow_redirects=True))
    assert "o lançamento agora vale 3 h 30" in page
    assert 'value="210"' in text(manager.get(url))


def test_the_next_rules_are_tried_on_last_month_and_begin_later(november, sign_in):
    manager = sign_in("teresa")
    assert "Regras nº 1" in text(manager.get("/credits/rules"))
    amounts = versions.rules_of(versions.every_version()[0]).amounts()
    given = amounts | {"opinion": "30", "begins_on": "2027-01-01", "version": "0"}
    page = text(manager.post("/credits/rules/next", data=given | {"preview": "1"}))
    assert "Efeito em novembro" in page
    assert "+0 h 12" in page
    assert len(versions.every_version()) == 1
    past = text(manager.post("/credits/rules/next", data=given | {"begins_on": "2026-12-05"}), 422)
    assert "amanhã ou depois" in past
    assert "Confira o ano" in text(manager.post("/credits/rules/next", data=given | {"begins_on": "2207-01-01"}), 422)
    assert "de 0 a 240" in text(manager.post("/credits/rules/next", data=given | {"opinion": "-1"}), 422)
    assert manager.post("/credits/rules/next", data=given).status_code == 302
    assert "Começa em 1 de jan. de 2027" in text(manager.get("/credits/rules"))


def test_points_follow_the_factor_of_the_day(november, sign_in):
    manager = sign_in("teresa")
    for day, factor, words in (
        ("2026-11-30", "0,5", "a partir do mês atual"),
        ("2026-12-01", "1001", "de 0 a 1000"),
        ("2026-12-01", "0,1234", "três casas"),
        ("2026-12-01", "x", "só o número"),
    ):
        assert words in text(manager.post("/credits/rules/factor", data={"begins_on": day, "factor": factor}), 422)
    assert manager.post("/credits/rules/factor", data={"begins_on": "2026-12-01", "factor": "0,5"}).status_code == 302
    attended("2026-12-02T08:00", "2026-12-02T12:00")
    page = text(sign_in("paulo").get("/hours/2026-12"))
    assert "<b>2,0</b>" in page  # four hours; november's had no factor


def test_an_activity_earns_who_gave_it_and_who_was_there(session, sign_in):
    manager = sign_in("teresa")
    given = {
        "kind": "teleconference", "title": "=Hanseníase", "day": "2026-11-24", "time": "14:00", "minutes": "60",
        "giver": "paulo@rede.example", "people": "marina@rede.example\nPE-BIA\nninguem@rede.example",
    }  # fmt: skip
    assert "ninguem@rede.example" in text(manager.post("/credits/activities/new", data=given), 422)
    made = manager.post("/credits/activities/new", data=given | {"people": "marina@rede.example\nPE-BIA"})
    here = made.location
    assert "Marina Alves" in text(manager.get(here))
    assert manager.post(here, data={"version": "1"}).status_code == 302
    assert manager.post(here, data={"version": "2"}).status_code in (409, 422)
    about = {"ref": here.rpartition("/")[2]}
    words = db.session.scalars(db.text("SELECT word FROM audit_events WHERE subject = :ref ORDER BY id"), about).all()
    assert words == ["credits.write_activity", "credits.activity"]
    assert [e.minutes for e in entries("paulo")] == [60]
    assert [(e.kind, e.minutes) for e in entries("marina")] == [("education", 60)]
    assert "Educação permanente" in text(sign_in("marina").get("/hours/2026-11"))
    assert "já foram lançadas" in text(manager.post(f"{here}/edit", data=given | {"people": "", "version": "2"}), 422)


@pytest.mark.parametrize("own", [{"giver": "teresa@rede.example"}, {"people": "teresa@rede.example\nPE-BIA"}])
def test_nobody_records_an_activity_that_earns_hours_for_themselves(session, sign_in, own):
    manager = sign_in("teresa")
    given = {"kind": "teleconference", "title": "Aula", "day": "2026-11-18", "time": "14:00", "minutes": "600"}
    with clock.at(NOW):
        where = manager.post("/credits/activities/new", data=given | own).location
        page = text(manager.get(where))
        assert "Ninguém lança as próprias horas: peça a outra pessoa da gerência." in page
        assert "Lançar as horas" not in page
        assert "Ninguém lança as próprias horas" in text(manager.post(where, data={"version": "1"}), 422)
    assert entries("teresa") == entries("bia") == []


def test_the_hour_of_an_activity_is_that_of_ones_own_clock_where_it_is_written_and_where_it_is_read(session, sign_in):
    """Far from the network's clock the page said 12:00 of what had just been written as of 14:00."""
    with transaction():
        world.person("teresa").unit.zone = "America/Rio_Branco"
    manager = sign_in("teresa")
    given = {"kind": "teleconference", "title": "Tosse", "day": "2026-11-24", "time": "14:00", "minutes": "60"}
    made = manager.post("/credits/activities/new", data=given | {"people": "marina@rede.example"})
    assert "14:00" in text(manager.get(made.location))
    assert 'value="14:00"' in text(manager.get(f"{made.location}/edit"))


def test_a_year_that_is_a_slip_of_the_hand_is_said(session, sign_in):
    """The last hours of the last year are in no calendar any more once they are read in Greenwich: the page broke."""
    given = {
        "kind": "teleconference",
        "title": "Tosse",
        "time": "23:00",
        "minutes": "60",
        "people": "marina@rede.example",
    }
    for day in ("9999-12-31", "31/12/0206"):
        answer = sign_in("teresa").post("/credits/activities/new", data=given | {"day": day})
        assert "Confira o ano" in text(answer, 422)


def test_a_statement_read_far_from_the_network_says_whose_clock_its_hours_are_on(november, sign_in):
    """Whoever had sat there from 6:00 to 10:00 read "8:00–12:00" of it, and disputed what was right."""
    paulo, here = sign_in("paulo"), "/hours/2026-11"
    shift = re.search(r"/hours/shifts/TU-\w+", text(paulo.get(here)))[0]
    dispute = re.search(r'href="([^"]+)">Contestar', text(paulo.get(shift)))[1]
    places = (here, shift, dispute)
    assert not any("horário de Recife" in text(paulo.get(place)) for place in places)
    with transaction():
        world.person("paulo").unit.zone = "America/Rio_Branco"
    assert all("horário de Recife" in text(paulo.get(place)) for place in places)
    sheet = PdfDocument(paulo.get(f"{here}/statement.pdf").data)
    assert "horário de Recife" in sheet[0].get_textpage().get_text_range()


def test_spreadsheets_add_up_to_the_minute_and_hold_no_formula(november, session, sign_in):
    with transaction():
        world.person("paulo").name = "=HYPERLINK(1)"
    answered(at("2026-11-19T19:00"), who="lia")
    rows = read(sign_in("paulo").get("/hours/2026-11/export.csv"))
    assert [row[1] for row in rows] == ["Minutos", "240", "18", "258"]
    rows = read(sign_in("teresa").get("/credits/export.csv?since=2026-11&until=2026-11"))
    by_name = {row[3]: row for row in rows}
    assert by_name["'=HYPERLINK(1)" if "'=HYPERLINK(1)" in by_name else "Dr. =HYPERLINK(1)"][5:9] == [
        "240",
        "18",
        "0",
        "258",
    ]
    assert by_name["Soma da unidade"][5:9] == ["240", "36", "0", "276"]
    assert rows[-1][5:9] == ["240", "36", "0", "276"]
    assert not [cell for row in rows for cell in row if cell[:1] in "=+-@" and cell]


def read(answer):
    return list(csv.reader(io.StringIO(text(answer).removeprefix("\ufeff")), delimiter=";"))


def test_a_statement_asks_as_much_for_one_line_as_for_many(application, session, sign_in):
    answered(at("2026-11-01T19:00"))
    browser = sign_in("paulo")
    browser.get("/hours/2026-11")
    with statements(application) as few:
        browser.get("/hours/2026-11")
    for day in range(2, 12):
        answered(at(f"2026-11-{day:02}T19:00"))
        attended(f"2026-11-{day:02}T08:00", f"2026-11-{day:02}T12:00")
    with statements(application) as many:
        browser.get("/hours/2026-11")
    assert len(many) == len(few)


def test_closed_months_stay_closed_for_the_list_too(november, sign_in):
    with transaction():
        closing.close(date(2026, 11, 1), by=world.person("teresa"))
    assert "Fechado" in text(sign_in("teresa").get("/credits"))


def test_each_line_leads_to_its_shift_or_case(november, sign_in):
    ref = next(entry.subject for entry in entries() if entry.kind == "shift")
    consultant = sign_in("paulo")
    assert (
        text(consultant.get("/hours/2026-11")).count(f'href="/hours/shifts/{ref}"') == 2
    )  # side by side, and the line
    page = text(consultant.get(f"/hours/shifts/{ref}"))
    assert "Turno de 17 nov., 8:00–12:00" in page
    assert "presença de 7:58 a 12:00" in page
    assert november not in page
    assert f'href="/shifts/{ref}"' in text(sign_in("teresa").get("/credits/people/PE-PAULO/2026-11"))


def test_a_shift_shows_its_work_and_the_corrections_of_both(session, sign_in):
    ref = scheduled(at("2026-11-17T08:00"), at("2026-11-17T12:00"))
    come(ref, at("2026-11-17T08:00"))
    case = answered(at("2026-11-17T09:00")).case.ref
    db.session.rollback()
    consultant = sign_in("paulo")
    assert "Nenhum lançamento deste turno" in text(consultant.get(f"/hours/shifts/{ref}"))
    leave(ref, at("2026-11-17T12:00"))
    written = entries()
    with transaction():
        for entry in written:
            correcting.correct(entry, 7, why=f"Conferido: {entry.kind}.", by=world.person("teresa"))
    page = text(consultant.get(f"/hours/shifts/{ref}"))
    for words in (f'href="/cases/{case}"', f"feito no turno {ref}", "Conferido: shift.", "Conferido: opinion."):
        assert words in page


def test_a_shift_of_somebody_else_is_not_there(november, sign_in):
    ref = entries()[0].subject
    for who in ("lia", "marina"):
        assert sign_in(who).get(f"/hours/shifts/{ref}").status_code == 404
    assert sign_in("paulo").get("/hours/shifts/TU-NONE").status_code == 404


def test_the_statement_on_paper_says_its_year_and_whether_it_can_still_change(november, sign_in):
    def said(month="2026-11"):
        paper = sign_in("paulo").get(f"/hours/{month}/statement.pdf").get_data()
        return " ".join(" ".join(page.get_textpage().get_text_range() for page in PdfDocument(paper)).split())

    assert "4 h 18 min em novembro de 2026 Emitido em 5 de dezembro de 2026, com o mês ainda aberto." in said()
    with transaction():
        closing.close(date(2026, 11, 1), by=world.person("teresa"))
    assert "com o mês fechado." in said()
    assert "Paulo Nogueira · novembro de 2026 · Teleconsult" in said()  # on each of its sheets
    assert "Nenhuma hora lançada neste mês." in said("2026-09")


def test_whom_the_rules_count_for_read_them(november, sign_in):
    assert 'href="/hours/rules"' in text(sign_in("paulo").get("/hours/2026-11"))
    for who in ("paulo", "marina"):
        page = text(sign_in(who).get("/hours/rules"))
        assert "Regras nº 1" in page
        assert "tolerância de 10 min e arredondada a cada 5 min" in page
        assert "/credits/" not in page
    assert sign_in("rosangela").get("/hours/rules").status_code == 403


def test_a_line_leads_only_to_a_case_that_its_writer_still_sees(session, sign_in):
    """Whoever asked on a case that went to a colleague, or lost the role, was led from their own hours to nothing."""
    asked = held(at("2026-11-18T19:00"))
    with clock.at(at("2026-11-18T19:00")):
        asked.do("ask", ["Foto de longe"], by="paulo")
    kept = answered(at("2026-11-19T19:00")).case.ref
    ref = asked.case.ref
    consultant = sign_in("paulo")
    page = text(consultant.get("/hours/2026-11"))
    assert f'href="/cases/{ref}"' in page
    assert f'href="/cases/{kept}"' in page
    with clock.at(at("2026-11-20T08:00")):
        asked.do("supply", {1: ("Segue.", "")}, by="marina")
        asked.do("assign", to=world.person("lia"), why="Em turno.", by="rosangela")
    source = next(entry.source for entry in entries() if entry.kind == "ask")
    for address in ("/hours/2026-11", f"/hours/lines/{source}"):
        page = text(consultant.get(address))
        assert ref in page
        assert f'href="/cases/{ref}"' not in page
        assert consultant.get(f"/cases/{ref}").status_code != 200
    assert f'href="/cases/{kept}"' in text(consultant.get("/hours/2026-11"))

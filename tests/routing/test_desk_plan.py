"""The desk with a plan: whom it proposes, why, when it is read; one press gives out what was seen; what nobody reads is said."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from teleconsult import audit, clock
from teleconsult.cases.models import Case, CaseEvent
from teleconsult.extensions import db, transaction
from teleconsult.notices.models import Notice
from teleconsult.people import actions as people
from teleconsult.people.models import User
from teleconsult.routing import modes, planning
from teleconsult.routing.plan_lines import lines_for
from teleconsult.shifts.models import Leave
from teleconsult.web.reasons import in_one_line
from tests import world
from tests.counting import reading, statements
from tests.routing.helping import FRIDAY, sent, shift

MONDAY = FRIDAY + timedelta(days=2, hours=15)  # Monday, 8:00 in Recife


@pytest.fixture
def friday(session):
    with clock.at(FRIDAY):
        yield FRIDAY


@pytest.fixture
def desk(friday, sign_in):
    browser = sign_in("rosangela")

    def read(address="/desk"):
        db.session.rollback()
        answer = browser.get(address)
        assert answer.status_code == 200
        return answer.get_data(as_text=True)

    read.browser = browser
    return read


def gives(html: str) -> list[str]:
    form = html.split('<form id="sugeridos"')[1].split("</form>", maxsplit=1)[0]
    return [part.split('"')[0] for part in form.split('name="give" value="')[1:]]


def holders(cases) -> list[str | None]:
    db.session.rollback()
    query = db.select(Case.ref, User.name).outerjoin(User, User.id == Case.holder_id)
    names = dict(db.session.execute(query).all())
    return [names[case.ref] for case in cases]


def test_a_row_says_who_reads_it_and_in_which_shift(desk):
    shift("paulo", MONDAY)
    sent()
    planning.replan()
    html = desk()
    row = html.split('class="tc-row__sug"')[1].split("</div>")[0]
    assert "Dr. Paulo Nogueira" in row
    assert "em turno seg., 8:00" in row


def test_beside_the_list_stand_the_reasons_and_the_expected_answer(desk):
    shift("paulo", MONDAY)
    sent()
    planning.replan()
    aside = desk().split("<aside")[1]
    assert "Sugestão: Dr. Paulo Nogueira" in aside
    assert "atende nesta especialidade" in aside
    assert "Resposta esperada até seg., 23 nov." in aside
    assert "nove vezes em dez, até" in aside


def test_what_speaks_against_a_suggestion_bears_no_green_check(desk, session):
    shift("paulo", MONDAY)
    case = sent()
    with transaction(case):
        case.due_at = MONDAY - timedelta(hours=3)
    planning.replan()
    reasons = desk().split("<aside")[1].split('class="tc-ticks')[1].split("</ul>")[0].split("<li")[1:]
    late = next(line for line in reasons if "Sem vaga em turno dentro do prazo" in line)
    assert "#late" in late
    assert "#done" not in late
    assert all("#done" in line for line in reasons if line is not late)
    assert "Em turno, com vaga por volta de seg., 23 nov., 8:" in reasons[0]


def test_the_rail_tells_the_shifts_in_hours(desk):
    shift("paulo", FRIDAY, hours=2.5)
    sent()
    assert "2 h 30 min hoje, nada amanhã" in desk()


def test_twenty_cases_with_one_press_and_why_each_went_where(desk, session):
    shift("paulo", MONDAY, hours=8)
    shift("lia", MONDAY, hours=8)
    cases = [sent() for _ in range(20)]
    planning.replan()
    html = desk()
    assert "Distribuir os 20 sugeridos" in html
    assert "Dr. Paulo Nogueira recebe" in html
    answer = desk.browser.post("/desk/suggested", data={"give": gives(html)}, follow_redirects=True)
    page = answer.get_data(as_text=True)
    assert "20 casos distribuídos" in page
    assert None not in holders(cases)
    assert "Distribuídos há pouco" in page
    assert page.count("atende nesta especialidade") == 20
    data = session.scalars(db.select(CaseEvent.data).where(CaseEvent.verb == "assign")).all()
    assert len(data) == 20
    assert all("atende nesta especialidade" in in_one_line(kept["reasons"]) for kept in data)
    assert list(audit.verify()) == []


def test_one_with_one_press(desk):
    shift("paulo", MONDAY)
    cases = [sent(), sent()]
    planning.replan()
    give = desk(f"/desk/preview/{cases[1].ref}").split('name="give" value="')[1].split('"')[0]
    assert give == f"{cases[1].ref}:{cases[1].version}:{world.person('paulo').ref}"
    desk.browser.post("/desk/suggested", data={"give": give})
    assert holders(cases) == [None, "Paulo Nogueira"]


def test_what_is_no_longer_proposed_is_not_done_and_said(desk):
    shift_id = shift("paulo", MONDAY)
    case = sent()
    planning.replan()
    given = gives(desk())
    shift("lia", MONDAY)
    with transaction():
        db.session.execute(db.text("UPDATE shifts SET cancelled_at = starts_at, cancelled_by_id = 1 WHERE id = :id"),
                           {"id": shift_id})  # fmt: skip
    planning.replan()
    page = desk.browser.post("/desk/suggested", data={"give": given}, follow_redirects=True).get_data(as_text=True)
    assert "a sugestão mudou e agora é Dra. Lia Cordeiro" in page
    assert holders([case]) == [None]


def test_a_case_cancelled_meanwhile_stops_none_of_the_others(desk):
    shift("paulo", MONDAY)
    cases = [sent(), sent()]
    planning.replan()
    given = gives(desk())
    with transaction(cases[0]):
        world.actions.cancel(cases[0], "O paciente foi atendido.", by=world.person("marina"))
    page = desk.browser.post("/desk/suggested", data={"give": given}, follow_redirects=True).get_data(as_text=True)
    assert "1 caso distribuído" in page
    assert f"{cases[0].ref}: o caso já tinha mudado" in page
    assert holders(cases) == [None, "Paulo Nogueira"]


@pytest.mark.parametrize("give", ["", "x", "TC-000000:1", "TC-000000:1:PE-PAULO", "TC-0:1:\x00"])
def test_odd_marks_do_nothing(desk, give):
    assert desk.browser.post("/desk/suggested", data={"give": give}).status_code == 302


@pytest.mark.parametrize("key", ["marina", "paulo", "dora", "teresa"])
def test_only_the_administrator_gives_out(friday, sign_in, key):
    browser = sign_in(key)
    assert browser.post("/desk/suggested", data={}).status_code == 403
    assert browser.get("/desk/given").status_code == 403


def test_to_somebody_else_wants_a_reason(desk):
    shift("paulo", MONDAY)
    case = sent()
    planning.replan()
    data = {"case": f"{case.ref}:{case.version}", "sure": "1", f"to-{case.ref}": world.person("lia").ref}
    answer = desk.browser.post("/desk/assign", data=data)
    assert answer.status_code == 422
    assert "Escreva o motivo: S. C. A., de 40 a 59 anos vai para outra pessoa" in answer.get_data(as_text=True)
    assert holders([case]) == [None]
    desk.browser.post("/desk/assign", data=data | {"why": "Pedido da unidade."})
    assert holders([case]) == ["Lia Cordeiro"]


def test_without_a_plan_the_page_is_shared_out_evenly(desk):
    cases = [sent() for _ in range(4)]
    html = desk()
    assert "Dr. Paulo Nogueira recebe 2. Dra. Lia Cordeiro recebe 2." in html
    desk.browser.post("/desk/suggested", data={"give": gives(html)})
    assert sorted(holders(cases)) == ["Lia Cordeiro"] * 2 + ["Paulo Nogueira"] * 2


def test_an_old_plan_says_nothing_any_more(desk, sign_in):
    shift("paulo", MONDAY)
    sent()
    planning.replan()
    with clock.at(FRIDAY + timedelta(hours=1)):
        html = sign_in("rosangela").get("/desk").get_data(as_text=True)
    assert "em turno seg." not in html
    assert "nenhum caso em aberto" in html


def test_where_consultants_choose_nobody_is_proposed(desk):
    with transaction():
        modes.set_mode("dermatologia", modes.Mode(modes.How.CLAIM, 20), version=0, by=world.person("teresa"))
    shift("paulo", MONDAY)
    sent()
    planning.replan()
    html = desk()
    assert "Os consultores escolhem" in html
    assert "sugeridos" not in html.split("<main")[1].split("tc-bulk")[1].split("</form>")[0]
    assert "por escolha dos consultores" in html.split('class="tc-rail"')[1].split("</ul>")[0]


def test_the_rail_says_what_is_due_today_and_the_shift_that_is_left(desk):
    with clock.at(FRIDAY - timedelta(hours=71)):
        sent()
    shift("paulo", FRIDAY - timedelta(hours=1), hours=2)
    shift("lia", FRIDAY + timedelta(hours=16), hours=4)
    with transaction():
        gone = FRIDAY + timedelta(hours=17)
        db.session.add(Leave(ref="LI-1", user_id=world.person("lia").id, kind="leave", from_at=gone,
                             until_at=gone + timedelta(hours=1), created_at=FRIDAY,
                             created_by_id=world.person("teresa").id))  # fmt: skip
    assert "Dermatologia: 1 vence hoje · turno: 1 h hoje, 3 h amanhã" in desk("/desk?specialty=dermatologia")
    rail = desk().split('class="tc-rail"')[1].split("</ul>")[0]
    assert "1 vence hoje" in rail
    assert "1 h hoje, 3 h amanhã" in rail


def test_a_specialty_without_shifts_says_so(desk):
    sent()
    assert "sem turno até amanhã" in desk()


@pytest.fixture
def uncovered(friday):
    """Two urgent cases that nobody on shift reads in time."""
    shift("paulo", FRIDAY + timedelta(days=5))
    cases = [sent(priority="urgent", priority_reason="Piora.") for _ in range(2)]
    with transaction():
        world.specialty().backup_id = world.person("lia").id
    planning.replan()
    return cases


def test_what_nobody_reads_in_time_is_a_plain_warning_with_what_can_be_done(uncovered, desk):
    html = desk()
    assert "Dermatologia: 2 casos não têm ninguém em turno dentro do prazo." in html
    assert "Dra. Lia Cordeiro substitui nesta especialidade." in html
    assert "(sem turno nos próximos 7 dias)" in html
    link = f"/shifts/new?specialty=dermatologia&amp;who={world.person('lia').ref}+dermatologia"
    assert link in html.replace("%20", "+")
    assert 'href="/desk?specialty=dermatologia"' in html
    assert "em turno qua., 17:00, depois do prazo" in html


def test_calling_the_stand_in_is_confirmed_with_its_reason(uncovered, desk):
    form = desk().split('action="/desk/assign"')[1].split("</form>")[0]
    fields = [
        (part.split('"')[0], part.split('value="')[1].split('"')[0]) for part in form.split('type="hidden" name="')[1:]
    ]
    data = {name: [value for key, value in fields if key == name] for name, _ in fields if name != "csrf_token"}
    page = desk.browser.post("/desk/assign", data=data).get_data(as_text=True)
    assert "Distribuir 2 casos?" in page
    assert 'value="Substituto chamado: ninguém em turno dentro do prazo."' in page
    assert holders(uncovered) == [None, None]
    desk.browser.post("/desk/assign", data=data | {"sure": "1"})
    assert holders(uncovered) == ["Lia Cordeiro"] * 2


def test_each_way_out_ends_the_warning(uncovered, desk):
    assert "Dermatologia: 2 casos não têm ninguém em turno dentro do prazo." in desk()
    case, other = uncovered
    data = {"specialty": "cardiologia", "why": "É do coração.", "version": case.version}
    desk.browser.post(f"/cases/{case.ref}/redirect", data=data)
    planning.replan()
    assert "Dermatologia: 1 caso não tem ninguém em turno dentro do prazo." in desk()
    shift("lia", FRIDAY + timedelta(hours=1))
    planning.replan()
    html = desk()
    assert "Dermatologia: " not in html
    assert lines_for([other.id])[other.id].ref == world.person("lia").ref


def test_the_calendar_warns_of_the_same(uncovered, sign_in):
    from teleconsult import events  # noqa: PLC0415 (what the calendar asks)

    browser = sign_in("rosangela")
    page = browser.get("/shifts", follow_redirects=True).get_data(as_text=True)
    assert any(path.endswith("uncovered.warning") for _, path, _ in events._registry.panels["shifts_warnings"])
    assert "2 casos à espera não têm ninguém em turno dentro do prazo: Dermatologia (2)." in page
    assert '<a href="/shifts/new?specialty=dermatologia">Abrir turno: Dermatologia</a>' in page


def test_a_network_without_a_calendar_is_not_warned(desk):
    sent()
    planning.replan()
    html = desk()
    assert "ninguém em turno" not in html
    assert "Dra. Lia Cordeiro" in html


def test_paper_says_who_and_in_which_shift(desk):
    shift("paulo", MONDAY)
    sent()
    sent("cardiologia")
    planning.replan()
    html = desk("/desk/print")
    assert "Dr. Paulo Nogueira" in html
    assert "em turno seg., 8:00" in html
    assert "a escolher" in html


def test_as_many_statements_for_one_as_for_twenty(application, desk):
    shift("paulo", MONDAY, hours=8)
    counts = []
    for wanted in (1, 19):
        for _ in range(wanted):
            sent()
        planning.replan()
        desk()
        with statements(application) as seen:
            desk()
        counts.append(len(reading(seen)))
    assert counts[0] == counts[1]


def test_all_of_it_in_english(desk):
    shift("paulo", MONDAY)
    sent()
    planning.replan()
    with transaction():
        world.person("rosangela").language = "en"
    html = desk()
    assert "on shift Mon, 8:00" in html
    assert "Assign the suggestion" in html


def test_two_administrators_press_at_once_and_each_case_is_given_once(desk, sign_in, session):
    shift("paulo", MONDAY, hours=8)
    cases = [sent() for _ in range(4)]
    planning.replan()
    given, browsers, gate = gives(desk()), [desk.browser, sign_in("rosangela")], Barrier(2)

    def press(browser):
        with clock.at(FRIDAY):
            gate.wait()
            return browser.post("/desk/suggested", data={"give": given}).status_code

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(press, browsers)) == [302, 302]
    assert holders(cases) == ["Paulo Nogueira"] * 4
    given_to = session.scalars(db.select(CaseEvent.case_id).where(CaseEvent.verb == "assign")).all()
    assert sorted(given_to) == sorted(case.id for case in cases)
    assert list(audit.verify()) == []


def gone(key: str) -> None:
    person = world.person(key)
    with transaction(person):
        people.switch_off(person, by=world.person("teresa"))


def test_a_specialty_in_which_nobody_answers_is_warned_of_without_a_calendar_too(desk):
    shift("helena", FRIDAY + timedelta(days=3), slug="cardiologia")
    sent()
    for key in ("paulo", "lia"):
        gone(key)
    planning.replan()
    html = desk()
    assert "Dermatologia: 1 caso espera, e ninguém atende nesta especialidade." in html
    assert 'href="/desk?specialty=dermatologia"' in html
    assert "/shifts/new" not in html, "there is nobody to be given a shift"
    kinds = db.select(Notice.kind).where(Notice.user_id == world.person("rosangela").id)
    assert list(db.session.scalars(kinds)).count("case.no_shift") == 1
    page = desk.browser.get("/shifts", follow_redirects=True).get_data(as_text=True)
    assert "1 caso à espera não tem ninguém em turno dentro do prazo: Dermatologia (1)." in page
    assert "Abrir turno: Dermatologia" not in page
    assert "Dar a especialidade" not in page, "that is the management's to do"


def test_the_management_is_led_from_a_specialty_in_which_nobody_answers_to_its_people(desk, sign_in):
    shift("helena", FRIDAY + timedelta(days=3), slug="cardiologia")
    sent()
    for key in ("paulo", "lia"):
        gone(key)
    planning.replan()
    browser = sign_in("teresa")
    page = browser.get("/shifts", follow_redirects=True).get_data(as_text=True)
    assert '<a href="/people?role=consultant">Dar a especialidade a alguém: Dermatologia</a>' in page
    assert "Helena" in browser.get("/people?role=consultant").get_data(as_text=True)


def test_whoever_redirects_is_told_where_nobody_answers(desk):
    case = sent()
    page = desk(f"/cases/{case.ref}/redirect")
    assert ">Neurologia</option>" in page
    gone("lia")
    assert ">Neurologia (ninguém atende agora)</option>" in desk(f"/cases/{case.ref}/redirect")

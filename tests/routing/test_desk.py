"""The triage desk: what it shows of whom, in which order, to whom, and at what cost."""

import re
from datetime import timedelta

import pytest

from teleconsult import clock
from teleconsult.audit import AuditEvent
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case
from teleconsult.extensions import db, transaction
from teleconsult.people.models import UserRole, UserSpecialty
from tests import world
from tests.counting import indexes, reading, scans, statements


def page(browser, address: str = "/desk", status: int = 200) -> str:
    answer = browser.get(address)
    assert answer.status_code == status
    return answer.get_data(as_text=True)


def body(html: str) -> str:
    return html.split("<main")[1]


@pytest.fixture
def desk(sign_in):
    """Return a reader of the desk: `desk('?show=returned')` -> what stands in its main part."""
    browser = sign_in("rosangela")
    return lambda address="": body(page(browser, f"/desk{address}"))


def sent(hours_ago: float, slug: str = "dermatologia", requester: str = "marina", **changes) -> Case:
    """Send a case some hours ago."""
    with clock.at(clock.now() - timedelta(hours=hours_ago)):
        walk = world.new_case(requester)
        walk.submit(specialty_id=world.specialty(slug).id, **changes)
    return walk.case


@pytest.mark.parametrize("key", ["marina", "paulo", "dora", "teresa"])
@pytest.mark.parametrize("path", ["/desk", "/desk/print", "/desk/preview/TC-000000"])
def test_only_the_administrator_comes_in(sign_in, key, path):
    assert sign_in(key).get(path).status_code == 403


def test_an_empty_queue_says_what_to_do(desk):
    html = desk()
    assert "Nenhum caso na fila" in html
    assert "A fila está vazia" in html


def test_the_title_says_what_waits_and_the_rail_counts_it(session, desk):
    sent(80)
    sent(1)
    sent(2, "cardiologia")
    html = desk()
    assert "3 casos na fila, 1 atrasado" in html
    rail = html.split('class="tc-rail"')[1].split("</ul>")[0]
    assert rail.count("<li>") == 3
    assert "Dermatologia" in rail
    assert rail.count("tc-count--late") == 2  # of all, and of dermatology


def order(html: str, cases: list[Case]) -> list[int]:
    return sorted(range(len(cases)), key=lambda n: html.index(f'data-ref="{cases[n].ref}"'))


def test_nearest_deadline_first_or_oldest_first(session, desk):
    old_routine = sent(30)
    new_urgent = sent(1, priority="urgent", priority_reason="Piora.")
    middle = sent(10)
    cases = [old_routine, new_urgent, middle]
    assert order(desk(), cases) == [1, 0, 2]
    assert order(desk("?sort=age"), cases) == [0, 2, 1]


def test_lateness_in_words(session, desk):
    sent(73)
    sent(70)
    html = desk()
    assert "atrasado há 1 h" in html
    assert "responder em 1 h" in html or "responder em 2 h" in html


def test_filters_stand_in_the_address_and_survive_a_reload(session, desk):
    skin, heart = sent(2), sent(1, "cardiologia", "bia", priority="high", priority_reason="Piora.")
    for address, shown in (
        ("?specialty=cardiologia", [heart]),
        ("?priority=high", [heart]),
        ("?unit=usf-vietna", [skin]),
        ("?unit=usf-vietna&specialty=cardiologia", []),
        ("?show=returned", []),
    ):
        html = desk(address)
        assert [case for case in (skin, heart) if case.ref in html] == shown, address
    html = desk("?priority=high&specialty=cardiologia")
    assert '<option value="high" selected>' in html
    assert '<input type="hidden" name="specialty" value="cardiologia">' in html
    assert 'href="/desk?priority=high"' in html  # every specialty, the priority kept


def test_a_closed_unit_can_still_be_asked_for_because_its_cases_go_on(session, desk, sign_in):
    sent(2)
    with transaction():
        world.person("marina").unit.closed_at = clock.now()
    closed = '<option value="usf-vietna" selected>USF Vietnã (fechada)</option>'
    assert closed in desk("?unit=usf-vietna")
    for who, address in (("dora", "/district?unit=usf-vietna"), ("rosangela", "/bookings?unit=usf-vietna")):
        assert closed in sign_in(who).get(address).get_data(as_text=True)
    assert desk().index("USF Vietnã (fechada)") > desk().index("USF Skylab")


@pytest.mark.parametrize("state", [s for s in State if s != State.DRAFT])
def test_each_state_has_its_list(case_in, desk, state):
    ref = case_in(state).case.ref
    assert ref in desk(f"?show={state}")
    others = [s for s in State if s not in (state, State.DRAFT)]
    assert all(ref not in desk(f"?show={other}") for other in others)


def test_nothing_of_the_patient_but_routing_data(case_in, sign_in):
    browser = sign_in("rosangela")
    for state in (s for s in State if s != State.DRAFT):
        case = case_in(state).case
        shown = page(browser, f"/desk?show={state}") + page(browser, f"/desk/preview/{case.ref}")
        for secret in ("Severina", "Conceição", "Josefa", "Manchas", "hanseníase", "Hanseníase", "8199999", "1979",
                       "Cetoconazol", "Seis manchas"):  # fmt: skip
            assert secret not in shown, (state, secret)
        assert "S. C. A., de 40 a 59 anos" in shown
        assert "Diagnóstico, Tratamento" in shown


def test_questions_of_earlier_rounds_are_not_counted(case_in, sign_in):
    walk = case_in(State.ANSWERED)
    walk.do("follow_up", "Posso repetir o tratamento?", by="marina")
    browser, ref = sign_in("rosangela"), walk.case.ref
    for address in ("/desk?show=assigned", f"/desk/preview/{ref}"):
        shown = page(browser, address)
        assert "1 pergunta" in shown, address
        assert not re.search(r"[2-9] perguntas", shown), address


def test_a_case_that_asks_nothing_new_is_not_said_to_ask_nothing(case_in, sign_in):
    """A visit was called off after the answer: its questions are answered, and it waits for its consultant again."""
    walk = case_in(State.ANSWERED)
    to = {"to": world.specialty(), "priority": "routine", "justification": "Ver.", "bring": "Exames."}
    walk.do("escalate", by="paulo", **to)
    walk.do("call_off", "Melhorou.", by="paulo")
    browser, ref = sign_in("rosangela"), walk.case.ref
    for address, words in (
        ("/desk?show=assigned", "sem pergunta nova"),
        (f"/desk/preview/{ref}", "Sem pergunta nova."),
    ):
        shown = page(browser, address)
        assert words in shown, address
        assert "0 perguntas" not in shown, address


def test_a_draft_is_never_shown(case_in, sign_in):
    ref = case_in(State.DRAFT).case.ref
    browser = sign_in("rosangela")
    assert ref not in page(browser)
    assert browser.get(f"/desk/preview/{ref}").status_code == 404


def test_the_preview_is_of_the_chosen_case_or_of_the_first(session, desk):
    first, second = sent(5), sent(1)
    aside = desk().split("<aside")[1]
    assert first.ref in aside
    aside = desk(f"?case={second.ref}").split("<aside")[1]
    assert second.ref in aside
    assert f"/cases/{second.ref}/assign" in aside
    assert "Dra. Marina Alves" in aside


def test_the_suggestion_is_who_has_least_and_says_so(case_in, desk):
    case_in(State.ASSIGNED, consultant="lia")
    case_in(State.SUBMITTED)
    html = desk()
    assert "Sugestão: Dr. Paulo Nogueira" in html
    assert "0 caso em aberto; Dra. Lia Cordeiro tem 1" in html or "0 casos em aberto; Dra. Lia Cordeiro tem 1" in html
    assert "nenhum caso em aberto" in html


def test_who_declined_is_not_suggested_and_when_nobody_is_left_all_are_named(case_in, desk):
    walk = case_in(State.ASSIGNED)
    walk.do("decline", "Estou de férias na semana que vem.", by="paulo")
    html = desk()
    assert "Sugestão: Dra. Lia Cordeiro" in html
    assert "Não recusou este caso" in html
    walk.do("assign", to=world.person("lia"), why="Em turno.", by="rosangela")
    walk.do("decline", "Não é da minha área.", by="lia")
    html = desk()
    assert "Ninguém disponível" in html
    assert "fora deste caso: Dra. Lia Cordeiro, Dr. Paulo Nogueira" in html
    assert "Estou de férias na semana que vem." in html
    assert "Não é da minha área." in html


def test_who_asked_until_the_case_was_handed_over_is_not_suggested_and_named(case_in, desk):
    with transaction():
        marina = world.person("marina")
        marina.role_rows = [UserRole("requester"), UserRole("consultant")]
        marina.specialty_rows = [UserSpecialty(world.specialty().id)]
        for name in ("lia", "paulo"):
            world.person(name).specialty_rows = []
    walk = case_in(State.SUBMITTED)
    walk.do("hand_over", to=world.person("jonas"), by="rosangela")
    html = desk()
    assert "Ninguém disponível" in html
    assert "fora deste caso: Dra. Marina" in html
    assert "Fez este pedido antes de passá-lo a um colega." in html


@pytest.mark.parametrize("address", ["?show=draft", "?show=x", "?sort=%25", "?specialty=%25", "?unit=nada", "?after=!",
                                     "?priority=emergency", "?case=%25", "?after=W10", "?before=WyJhIiwxXQ"])  # fmt: skip
def test_odd_addresses_are_answered(sign_in, address):
    assert sign_in("rosangela").get(f"/desk{address}").status_code in (200, 400)


def test_paging_is_stable_while_cases_come_in(session, sign_in):
    browser = sign_in("rosangela")
    cases = [sent(60 - n) for n in range(25)]
    first = body(page(browser))
    sent(61)  # comes in before the first page
    link = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = body(page(browser, link))
    seen = [case.ref for html in (first, second) for case in cases if f'data-ref="{case.ref}"' in html]
    assert sorted(seen) == sorted(case.ref for case in cases)
    assert 'rel="prev"' in second


# ---------------------------------------------------------------- cost


def test_one_row_and_many_cost_the_same_number_of_statements(application, session, sign_in):
    browser = sign_in("rosangela")
    sent(5)
    page(browser)
    with statements(application) as one:
        page(browser)
    for _ in range(19):
        sent(4, "cardiologia")
    with statements(application) as many:
        page(browser)
    assert len(reading(many)) == len(reading(one)) <= 15, "\n".join(text for text, _ in many)


LISTS = {
    "": "ix_cases_queue_due",
    "?sort=age": "ix_cases_queue_age",
    "?specialty=dermatologia": "ix_cases_queue",
    "?show=assigned": "ix_cases_assigned_due",
    "?show=returned": "ix_cases_state_live",
    "?show=in_person": "ix_cases_state_live",
    "?show=concluded": "ix_cases_state_closed",
    "?show=concluded&specialty=dermatologia": "ix_cases_specialty_closed",
    "?show=concluded&unit=usf-vietna": "ix_cases_unit_closed",
}


@pytest.mark.parametrize("address", [*LISTS, "?unit=usf-vietna", "?priority=high", "?show=cancelled&priority=high"])
def test_every_list_is_served_by_an_index(application, session, case_in, sign_in, address):
    case_in(State.SUBMITTED)
    browser = sign_in("rosangela")
    page(browser)
    with statements(application) as seen:
        page(browser, f"/desk{address}")
    assert not scans(seen, "cases", "case_questions", "case_seen", "declines", "notices")
    if address in LISTS:
        assert LISTS[address] in indexes(seen)


# ---------------------------------------------------------------- paper


def test_paper_has_a_sheet_for_each_specialty_and_is_recorded(session, sign_in):
    skin, heart, more = sent(3), sent(2, "cardiologia"), sent(1)
    html = page(sign_in("rosangela"), "/desk/print")
    sheets = html.split("<article")[1:]
    assert ["Cardiologia" in sheet for sheet in sheets] == [True, False]
    assert heart.ref in sheets[0]
    assert sheets[1].index(skin.ref) < sheets[1].index(more.ref)
    assert "2 pedidos à espera" in sheets[1]
    assert "Severina" not in html
    assert "Manchas" not in html
    session.rollback()
    event = session.scalars(db.select(AuditEvent).where(AuditEvent.word == "desk.print")).one()
    assert event.stream == f"reader:{world.person('rosangela').ref}"
    assert event.data == {"cases": [heart.ref, skin.ref, more.ref]}


def test_paper_keeps_the_filters(session, sign_in):
    skin, heart = sent(3), sent(2, "cardiologia")
    html = page(sign_in("rosangela"), "/desk/print?specialty=cardiologia")
    assert heart.ref in html
    assert skin.ref not in html


def test_paper_without_requests_says_so(sign_in):
    assert "Nenhum pedido à espera" in page(sign_in("rosangela"), "/desk/print")


# ---------------------------------------------------------------- the navigation


def test_the_queue_stands_in_the_navigation_with_its_count(session, sign_in):
    sent(3)
    html = page(sign_in("rosangela"), "/guide").split("<main")[0]
    assert 'href="/desk"' in html
    assert ">1</span>" in html
    assert 'href="/desk"' not in page(sign_in("marina"), "/guide").split("<main")[0]


def test_in_english(session, sign_in):
    sent(3)
    browser = sign_in("rosangela")
    browser.post("/language", data={"locale": "en"})
    assert "Dermatology" in page(browser)


def test_what_changed_is_marked_until_it_is_seen(session, sign_in):
    case = sent(1)
    assert 'class="tc-row__name tc-new"' in page(sign_in("rosangela"))
    with transaction():
        person = world.person("rosangela")
        person.previous_sign_in_at = clock.now()
    browser = sign_in("rosangela")
    with transaction():
        world.person("rosangela").previous_sign_in_at = case.changed_at + timedelta(minutes=1)
    assert 'class="tc-row__name tc-new"' not in page(browser)


@pytest.mark.parametrize("address", ["", "?show=returned", "?show=open&priority=high"])
def test_no_browser_puts_old_choices_back_into_the_filters(session, desk, address):
    sent(2)
    controls = re.findall(r'<(?:select|input)[^>]*form="filtros"[^>]*>', desk(address))
    names = {re.search(r'name="(\w+)"', control)[1] for control in controls}
    assert {"show", "priority", "unit"} <= names
    assert all('autocomplete="off"' in control for control in controls)

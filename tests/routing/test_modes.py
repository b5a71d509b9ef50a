"""How each specialty is distributed: set by the management, held to by the machine."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from teleconsult import audit, clock
from teleconsult.cases import actions
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case, CaseEvent, CaseSeen
from teleconsult.errors import Overtaken, Refused
from teleconsult.extensions import db, transaction
from teleconsult.notices.models import Notice
from teleconsult.people.actions import switch_off
from teleconsult.routing import automatic, gathering, modes, planning
from teleconsult.routing.modes import How, Mode
from teleconsult.routing.plan_lines import planned
from teleconsult.web.reasons import in_one_line
from tests import counting, world
from tests.routing.helping import FRIDAY, cancel, sent, shift

MONDAY = FRIDAY + timedelta(days=2, hours=15)


def set_mode(how: str, most_open: int = 20, slug: str = "dermatologia") -> None:
    with transaction():
        version = modes.line_of(slug).version
        modes.set_mode(slug, Mode(how, most_open), version=version, by=world.person("teresa"))


def fresh(case: Case) -> Case:
    db.session.rollback()
    db.session.refresh(case)
    return case


def events(case: Case, verb: str) -> list[CaseEvent]:
    db.session.rollback()
    query = db.select(CaseEvent).where(CaseEvent.case_id == case.id, CaseEvent.verb == verb)
    return list(db.session.scalars(query.order_by(CaseEvent.number)))


@pytest.fixture
def monday(session):
    with clock.at(MONDAY):
        yield MONDAY


# -- the page


def test_the_management_sets_a_mode_and_it_is_recorded(session, sign_in):
    browser = sign_in("teresa")
    assert "Dermatologia" in browser.get("/distribution/modes").get_data(as_text=True)
    answer = browser.post(
        "/distribution/modes/dermatologia",
        data={"how": "automatic", "most_open": "7", "version": "0"},
        follow_redirects=True,
    )
    page = answer.get_data(as_text=True)
    assert "Distribuição salva" in page
    assert "Automática" in page
    assert modes.every_mode() == {world.specialty().id: Mode("automatic", 7)}
    recorded = session.scalars(db.select(audit.AuditEvent).where(audit.AuditEvent.word == "routing.mode")).one()
    assert recorded.data == {"mode": "automatic", "most_open": 7}


@pytest.mark.parametrize(
    ("given", "field"),
    [({"how": "never", "most_open": "7"}, "how"), ({"how": "claim", "most_open": "0"}, "most_open")],
)
def test_what_makes_no_sense_is_said_and_changes_nothing(session, sign_in, given, field):
    answer = sign_in("teresa").post("/distribution/modes/dermatologia", data=given | {"version": "0"})
    assert answer.status_code == 422
    assert f'href="#{field}' in answer.get_data(as_text=True)
    assert modes.every_mode() == {}


@pytest.mark.parametrize(
    ("who", "heading", "words"),
    [
        ("dora", "Alguém foi mais rápido", "Outra pessoa mudou"),
        ("teresa", "Isto já tinha mudado", "Você salvou este registro em outra janela"),
    ],
)
def test_the_slower_of_two_sees_what_the_other_did(session, sign_in, who, heading, words):
    with transaction():
        modes.set_mode("dermatologia", Mode(How.CLAIM), version=0, by=world.person(who))
    answer = sign_in("teresa").post(
        "/distribution/modes/dermatologia", data={"how": "automatic", "most_open": "7", "version": "0"}
    )
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert heading in page
    assert words in page
    assert modes.every_mode()[world.specialty().id].how == How.CLAIM


@pytest.mark.parametrize("version", ["abc", "1.5", "9" * 5000, ""])
def test_a_version_that_no_page_carried_is_answered(session, sign_in, version):
    set_mode("suggest", 5)
    data = {"how": "automatic", "most_open": "7", "version": version}
    assert sign_in("teresa").post("/distribution/modes/dermatologia", data=data).status_code == 422
    session.rollback()
    assert modes.line_of("dermatologia").most_open == 5


def test_the_first_row_of_two_at_once_is_written_once(application, session):
    barrier = Barrier(2)

    def work(how):
        with application.app_context():
            person = world.person("teresa")
            barrier.wait(10)
            try:
                with transaction():
                    modes.set_mode("dermatologia", Mode(how), version=0, by=person)
            except Overtaken:
                return None
            return how

    with ThreadPoolExecutor(2) as pool:
        done = [f.result(30) for f in [pool.submit(work, how) for how in (How.CLAIM, How.AUTOMATIC)]]
    (won,) = [how for how in done if how]
    assert modes.every_mode()[world.specialty().id].how == won


def test_rules_hold_without_a_form(session):
    with pytest.raises(Refused), transaction():
        modes.set_mode("dermatologia", Mode("never"), version=0, by=world.person("teresa"))
    with pytest.raises(Refused), transaction():
        modes.set_mode("dermatologia", Mode(How.CLAIM, 201), version=0, by=world.person("teresa"))


@pytest.mark.parametrize("key", ["marina", "paulo", "rosangela", "dora"])
def test_others_do_not_see_it(sign_in, key):
    browser = sign_in(key)
    assert browser.get("/distribution/modes").status_code == 403
    assert browser.get("/distribution/modes/dermatologia").status_code == 403


def test_a_specialty_that_takes_no_cases_is_not_there(sign_in):
    assert sign_in("teresa").get("/distribution/modes/nada").status_code == 404


def test_the_list_costs_the_same_for_any_number(application, session, sign_in):
    browser = sign_in("teresa")
    counts = []
    for _ in range(2):
        with counting.statements(application) as seen:
            browser.get("/distribution/modes")
        counts.append(len(seen))
        for slug in ("dermatologia", "cardiologia", "neurologia"):
            set_mode(How.CLAIM, slug=slug)
            sent(slug)
    assert counts[0] == counts[1]


# -- automatic


def test_the_machine_gives_each_case_once_with_its_reasons(monday):
    set_mode(How.AUTOMATIC)
    shift("paulo", MONDAY)
    case = sent()
    planning.replan()
    assert (fresh(case).state, case.holder.name) == (State.ASSIGNED, "Paulo Nogueira")
    (event,) = events(case, "assign")
    assert event.by_id is None
    assert "Em turno" in in_one_line(event.data["reasons"])
    planning.replan()
    assert len(events(case, "assign")) == 1
    assert list(audit.verify()) == []


def test_not_before_it_can_be_read(session):
    set_mode(How.AUTOMATIC)
    with clock.at(FRIDAY):
        shift("paulo", MONDAY)
        case = sent()
        planning.replan()
        assert fresh(case).state == State.SUBMITTED
    with clock.at(MONDAY - timedelta(minutes=30)):
        planning.replan()
    assert fresh(case).state == State.ASSIGNED


def test_no_more_than_a_consultant_may_hold(monday):
    set_mode(How.AUTOMATIC, most_open=2)
    shift("paulo", MONDAY)
    cases = [sent() for _ in range(4)]
    for _ in range(3):
        planning.replan()
    states = [fresh(case).state for case in cases]
    assert states.count(State.ASSIGNED) == 2


def test_suggested_specialties_are_left_to_the_administrators(monday):
    shift("paulo", MONDAY)
    case = sent()
    planning.replan()
    assert fresh(case).state == State.SUBMITTED


def test_where_consultants_choose_nothing_is_suggested(monday):
    set_mode(How.CLAIM)
    shift("paulo", MONDAY)
    case = sent()
    planning.replan()
    assert not planned([case.id]).lines
    with transaction(case):
        actions.claim(case, by=world.person("paulo"))
    assert fresh(case).holder_id == world.person("paulo").id


def test_what_moved_meanwhile_is_not_given_out(monday):
    set_mode(How.AUTOMATIC)
    shift("paulo", MONDAY)
    case = sent()
    seen = gathering.gather(MONDAY)
    with transaction(case):
        actions.cancel(case, "Engano.", by=world.person("marina"))
    made = planning.engine.plan(seen.waiting, seen.seats, MONDAY, limits=seen.limits)
    assert made.lines
    assert automatic.give_out(made, seen) == 0
    assert fresh(case).state == State.CANCELLED


def test_two_workers_give_each_case_once(application, monday):
    set_mode(How.AUTOMATIC)
    shift("paulo", MONDAY)
    cases = [sent() for _ in range(4)]
    barrier = Barrier(2)

    def work():
        with application.app_context(), clock.at(MONDAY):
            barrier.wait(10)
            return planning.replan()

    with ThreadPoolExecutor(2) as pool:
        for future in [pool.submit(work), pool.submit(work)]:
            future.result(60)
    planning.replan()
    assert [len(events(case, "assign")) for case in cases].count(1) == len([c for c in cases if fresh(c).holder_id])
    assert max(len(events(case, "assign")) for case in cases) == 1


def test_an_administrator_and_the_machine_at_once_give_it_once(application, monday):
    set_mode(How.AUTOMATIC)
    shift("paulo", MONDAY)
    case = sent()
    ref, version, barrier = case.ref, case.version, Barrier(2)

    def machine():
        with application.app_context(), clock.at(MONDAY):
            barrier.wait(10)
            planning.replan()

    def administrator():
        with application.app_context(), clock.at(MONDAY):
            mine = db.session.scalars(db.select(Case).where(Case.ref == ref)).one()
            lia, by = world.person("lia"), world.person("rosangela")
            barrier.wait(10)
            try:
                with transaction(mine, version):
                    actions.assign(mine, to=lia, why="Conhece o caso.", by=by)
            except Overtaken:
                return

    with ThreadPoolExecutor(2) as pool:
        for future in [pool.submit(machine), pool.submit(administrator)]:
            future.result(60)
    assert len(events(case, "assign")) == 1


def test_a_lost_shift_is_given_on_and_everybody_is_told(monday):
    lost = shift("lia", MONDAY + timedelta(hours=1))
    case = sent()
    with transaction(case):
        actions.assign(case, to=world.person("lia"), why="Em turno.", by=world.person("rosangela"))
    set_mode(How.AUTOMATIC)
    shift("paulo", MONDAY + timedelta(hours=3))
    cancel(lost)
    planning.replan()
    assert fresh(case).holder.name == "Paulo Nogueira"
    assert len(events(case, "assign")) == 2
    told = set(db.session.scalars(db.select(Notice.user_id).where(Notice.subject == case.ref)))
    assert {world.person(key).id for key in ("paulo", "lia", "marina")} <= told


def test_what_was_opened_is_never_given_on(monday):
    lost = shift("lia", MONDAY + timedelta(hours=1))
    case = sent()
    with transaction(case):
        actions.assign(case, to=world.person("lia"), why="Em turno.", by=world.person("rosangela"))
    with transaction():
        db.session.add(CaseSeen(user_id=world.person("lia").id, case_id=case.id, number=case.steps))
    set_mode(How.AUTOMATIC)
    shift("paulo", MONDAY)
    cancel(lost)
    planning.replan()
    assert fresh(case).holder.name == "Lia Cordeiro"


def test_what_is_opened_while_the_machine_plans_stays(monday):
    lost = shift("lia", MONDAY + timedelta(hours=1))
    case = sent()
    with transaction(case):
        actions.assign(case, to=world.person("lia"), why="Em turno.", by=world.person("rosangela"))
    set_mode(How.AUTOMATIC)
    shift("paulo", MONDAY)
    cancel(lost)
    seen = gathering.gather(MONDAY)
    assert seen.stranded == {case.id}
    with transaction():
        db.session.add(CaseSeen(user_id=world.person("lia").id, case_id=case.id, number=case.steps))
    made = planning.engine.plan(seen.waiting, seen.seats, MONDAY, limits=seen.limits)
    assert automatic.give_out(made, seen) == 0
    assert fresh(case).holder.name == "Lia Cordeiro"


def test_a_consultant_switched_off_has_cases_back_in_the_queue_and_no_seat(monday):
    set_mode(How.AUTOMATIC)
    shift("paulo", MONDAY)
    shift("lia", MONDAY + timedelta(minutes=30))
    case = sent()
    planning.replan()
    assert fresh(case).holder.name == "Paulo Nogueira"
    person = world.person("paulo")
    with transaction(person):
        switch_off(person, by=world.person("teresa"))
    assert fresh(case).state == State.SUBMITTED
    planning.replan()
    assert fresh(case).holder.name == "Lia Cordeiro"

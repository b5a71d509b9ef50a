"""A role or a specialty is taken away: what hangs on it is said first, in numbers, and going back loses nothing."""

from datetime import timedelta

import pytest

from teleconsult.bookings.models_agenda import AgendaSession
from teleconsult.cases.lifecycle import State
from teleconsult.extensions import db, transaction
from teleconsult.notices.models import Notice
from teleconsult.people.access import Role
from teleconsult.people.models import UserRole
from tests import world
from tests.bookings.conftest import desk, today
from tests.people.filled import filled
from tests.shifts.rooms import laid, room

LIA = "/people/PE-LIA"


@pytest.fixture
def teresa(sign_in):
    return sign_in("teresa")


def without(browser, page, **changes):
    """Return the form of a person as it stands, with changes."""
    return filled(browser.get(page), id="formulario") | changes


def kept(who):
    db.session.rollback()
    user = world.person(who)
    return user.roles, sorted(user.specialty_ids), user.rqe


def other_specialty():
    return [world.specialty("neurologia").id]


def test_what_hangs_on_a_specialty_is_said_in_numbers_before_it_is_taken(desk, teresa, case_in):
    day, place = today() + timedelta(days=7), room()
    for ahead in (0, 1, 2):
        laid(place, who="lia", day=day + timedelta(days=ahead))
    laid(place, who="lia", what="neurologia", day=day, starts=13 * 60)
    case_in(State.ASSIGNED, consultant="lia")
    case_in(State.AWAITING_INFORMATION, consultant="lia")
    desk.allow()
    session = desk.publish(days=20)
    desk.book(desk.escalated())
    before = kept("lia")
    asked = teresa.post(LIA, data=without(teresa, LIA, specialties=other_specialty(), rqe="RQE 55"))
    page = asked.get_data(as_text=True)
    assert asked.status_code == 200
    assert "Salvar o que muda para Dra. Lia Cordeiro?" in page
    assert "Deixa de ter: Dermatologia." in page
    assert "1 caso que está com a pessoa volta à fila, com o relógio andando, e a unidade é avisada." in page
    assert "1 caso dela que espera a unidade ou uma consulta continua como está" in page
    assert "3 turnos marcados são cancelados, e a administração é avisada." in page
    assert "1 dia de agenda de consultas presenciais fica sem especialista" in page
    assert "1 paciente marcado nessa agenda continua marcado" in page
    assert kept("lia") == before  # nothing is done before it is said
    assert teresa.post(LIA, data=filled(asked, action=LIA)).status_code == 302
    assert kept("lia") == (before[0], other_specialty(), "RQE 55")
    assert session.ref == db.session.scalars(db.select(AgendaSession.ref)).one()


@pytest.mark.parametrize("taken", ["a specialty", "the role", "the account"])
def test_of_which_specialties_somebody_stands_in_is_said_and_who_attends_no_more_is_shown(teresa, session, taken):
    with transaction():
        for name in ("dermatologia", "neurologia"):
            world.specialty(name).backup_id = world.person("lia").id
    assert "não atende mais nesta especialidade" not in teresa.get("/specialties").get_data(as_text=True)
    change = {"a specialty": {"specialties": other_specialty()}, "the role": {"roles": ["administrator"]}}.get(taken)
    path = LIA if change else f"{LIA}/switch-off"
    asked = teresa.post(path, data=without(teresa, LIA, **change) if change else {})
    lost = ["Dermatologia"] if taken == "a specialty" else ["Dermatologia", "Neurologia"]
    told = f"Fica sem consultor substituto até a gerência escolher outro: {', '.join(lost)}."
    assert told in asked.get_data(as_text=True)
    assert teresa.post(path, data=filled(asked, action=path) if change else {"sure": "1"}).status_code == 302
    shown = teresa.get("/specialties").get_data(as_text=True)
    assert shown.count("não atende mais nesta especialidade") == len(lost)


def test_going_back_loses_nothing_of_the_form_and_saves_nothing(teresa, case_in):
    case_in(State.ASSIGNED, consultant="lia")
    before = kept("lia")
    typed = without(teresa, LIA, specialties=other_specialty(), rqe="RQE 55", name="Lia Cordeiro Braga")
    asked = teresa.post(LIA, data=typed)
    back = teresa.post(LIA, data=filled(asked, action=LIA) | {"back": "1"})
    assert back.status_code == 200
    shown = filled(back, id="formulario")
    assert {name: shown[name] for name in ("rqe", "name")} == {"rqe": ["RQE 55"], "name": ["Lia Cordeiro Braga"]}
    assert shown["specialties"] == [str(number) for number in other_specialty()]
    assert kept("lia") == before
    assert "Salvar o que muda" in teresa.post(LIA, data=shown).get_data(as_text=True)  # and it is asked again


def test_a_role_takes_all_its_specialties_and_one_of_who_asks_its_cases(teresa, case_in):
    laid(room(), who="paulo", day=today() + timedelta(days=7))
    case_in(State.ASSIGNED)
    unit = world.person("marina").unit_id
    data = without(teresa, "/people/PE-PAULO", roles=["requester"], unit=str(unit))
    page = teresa.post("/people/PE-PAULO", data=data).get_data(as_text=True)
    assert "Deixa de ter: Consultor." in page
    assert "1 caso que está com a pessoa volta à fila" in page
    assert "1 turno marcado é cancelado" in page
    data = without(teresa, "/people/PE-MARINA", roles=["administrator"])
    page = teresa.post("/people/PE-MARINA", data=data).get_data(as_text=True)
    assert "1 caso aberto da pessoa precisa passar a um colega da unidade" in page
    with transaction():
        marina = world.person("marina")
        marina.role_rows.append(UserRole(Role.ADMINISTRATOR))
    data = without(teresa, "/people/PE-MARINA", roles=["requester"])
    assert teresa.post("/people/PE-MARINA", data=data).status_code == 302  # nothing hangs on that role


def test_who_stays_support_is_told_of_their_own_cases_and_not_the_administration(teresa, case_in):
    case_in(State.ASSIGNED)
    with transaction():
        marina = world.person("marina")
        marina.role_rows.append(UserRole(Role.SUPPORT))
    asked = teresa.post("/people/PE-MARINA", data=without(teresa, "/people/PE-MARINA", roles=["support"]))
    page = asked.get_data(as_text=True)
    assert (
        "1 caso aberto da pessoa precisa passar a um colega da unidade: ela, como unidade de apoio, é avisada" in page
    )
    assert "a administração é avisada" not in page
    assert teresa.post("/people/PE-MARINA", data=filled(asked, action="/people/PE-MARINA")).status_code == 302
    told = db.session.scalars(db.select(Notice.user_id).where(Notice.kind == "case.requester_gone")).all()
    assert told == [world.person("marina").id]


def test_where_nothing_hangs_on_it_it_is_saved_at_once(teresa, case_in):
    laid(room(), who="lia", what="neurologia", day=today() + timedelta(days=7))
    case_in(State.ASSIGNED)  # somebody else's
    data = without(teresa, LIA, specialties=other_specialty())
    assert teresa.post(LIA, data=data).status_code == 302
    assert kept("lia")[1] == other_specialty()


def test_who_was_faster_is_said_before_what_hangs_on_it(teresa, case_in):
    case_in(State.ASSIGNED, consultant="lia")
    data = without(teresa, LIA, specialties=other_specialty())
    with transaction():
        world.person("lia").rqe = "RQE 99"
    assert "Este registro mudou enquanto você escrevia" in teresa.post(LIA, data=data).get_data(as_text=True)


def test_the_account_says_the_same_and_how_many_patients_are_booked(desk, teresa, case_in):
    desk.allow()
    desk.publish(days=20)
    desk.book(desk.escalated())
    page = teresa.post(f"{LIA}/switch-off").get_data(as_text=True)
    assert "Nenhum caso espera resposta da pessoa agora." in page
    assert (
        "1 paciente marcado nessa agenda continua marcado até a administração achar outra pessoa ou outro dia." in page
    )


def test_the_question_in_english(teresa, case_in):
    case_in(State.ASSIGNED, consultant="lia")
    teresa.post("/language", data={"locale": "en"})
    page = teresa.post(LIA, data=without(teresa, LIA, specialties=other_specialty())).get_data(as_text=True)
    assert "Save what changes for Dra. Lia Cordeiro?" in page
    assert "Loses: Dermatology." in page
    assert "1 case they hold goes back to the queue" in page


__all__ = ["desk"]

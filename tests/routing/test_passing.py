"""A batch that went to the wrong consultant: taken from them in one step, while they have not opened it."""

from datetime import timedelta

import pytest

from teleconsult import clock
from teleconsult.cases.models import CaseEvent
from teleconsult.extensions import db, transaction
from teleconsult.notices.models import Notice
from teleconsult.people.models import UserSpecialty
from teleconsult.routing.models import Promise
from tests import world
from tests.routing.test_assign_many import holders, marks, sure, waiting


@pytest.fixture
def given(session, waiting, sign_in):
    """Return a giver of waiting cases to one person, by the desk."""

    def give(count: int, to: str = "paulo"):
        cases = waiting(count)
        sign_in("rosangela").post("/desk/assign", data=sure(cases, [to] * count))
        return cases

    return give


def now_of(session, cases):
    """Return the cases as they are now: another request changed them."""
    session.rollback()
    for case in cases:
        session.refresh(case)
    return cases


def send(browser, data):
    answer = browser.post("/desk/pass-on", data=data, follow_redirects=True)
    return answer.status_code, answer.get_data(as_text=True)


def test_the_whole_batch_goes_on_in_one_step_and_everybody_is_told(session, given, sign_in):
    cases, browser = now_of(session, given(3)), sign_in("rosangela")
    page = browser.get("/desk/given").get_data(as_text=True)
    assert all(f'value="{mark}"' in page for mark in marks(*cases))
    assert "Passar os marcados a outra pessoa" in page
    _, asked = send(browser, {"case": marks(*cases)})
    assert "Passar 3 casos a outra pessoa?" in asked
    assert asked.count("Deixar com Dr. Paulo Nogueira") == 3
    assert holders(session, cases) == ["Paulo Nogueira"] * 3  # nothing is done before it is said
    _, done = send(browser, sure(cases, ["lia"] * 3) | {"why": "Lote trocado."})
    assert "3 casos distribuídos: Dra. Lia Cordeiro recebeu 3." in done
    assert holders(session, cases) == ["Lia Cordeiro"] * 3
    said = session.scalars(db.select(CaseEvent.said).where(CaseEvent.verb == "assign").order_by(CaseEvent.id)).all()
    assert said[-3:] == ["Lote trocado."] * 3
    told = db.select(Notice.user_id).where(Notice.subject == cases[0].ref, Notice.kind.like("%assign%"))
    ids = list(session.scalars(told))
    assert [ids.count(world.person(key).id) for key in ("lia", "paulo")] == [1, 2]
    assert f'value="{cases[0].ref}:' in done  # and back again, if that was wrong too


def promised(page: str, name: str) -> list[bool]:
    """Return of each row to a person, the last first, whether it says when an answer is expected."""
    rows = page.split('<li class="tc-row ')[1:]
    return ["resposta esperada até" in row for row in rows if f"<b>{name}</b>" in row]


def test_what_is_promised_today_stands_beside_the_last_assignment_alone(session, given, sign_in):
    (case,) = now_of(session, given(1))
    browser = sign_in("rosangela")
    with transaction():
        day = clock.now() + timedelta(days=1)
        db.session.add(Promise(case_id=case.id, round=1, made_at=clock.now(), median_at=day, ninety_at=day))
    page = browser.get("/desk/given").get_data(as_text=True)
    assert promised(page, "Dr. Paulo Nogueira") == [True]
    _, page = send(browser, sure([case], ["lia"]) | {"why": "Lote trocado."})
    assert promised(page, "Dr. Paulo Nogueira") == [False]
    assert promised(page, "Dra. Lia Cordeiro") == [True]
    now_of(session, [case])
    _, page = send(browser, sure([case], ["paulo"]) | {"why": "Era dele."})
    assert promised(page, "Dr. Paulo Nogueira") == [True, False]
    assert promised(page, "Dra. Lia Cordeiro") == [False]


def test_what_was_opened_stays_and_is_named(session, given, sign_in):
    opened, other = now_of(session, given(2))
    assert sign_in("paulo").get(f"/cases/{opened.ref}").status_code == 200
    now_of(session, [opened, other])
    browser = sign_in("rosangela")
    page = browser.get("/desk/given").get_data(as_text=True)
    assert f'value="{opened.ref}:' not in page
    assert f'value="{other.ref}:' in page
    _, done = send(browser, sure([opened, other], ["lia", "lia"]))
    assert holders(session, [opened, other]) == ["Paulo Nogueira", "Lia Cordeiro"]
    assert f"{opened.ref}: quem recebeu já abriu o caso" in done


def test_who_has_it_or_declined_it_is_no_choice_and_a_reason_is_asked_for(session, given, sign_in):
    (case,) = now_of(session, given(1))
    browser = sign_in("rosangela")
    status, page = send(browser, sure([case], ["paulo"]))
    assert (status, "Nada foi passado" in page) == (422, True)
    status, page = send(browser, sure([case], ["lia"]) | {"why": ""})
    assert (status, "Escreva o motivo" in page) == (422, True)
    assert holders(session, [case]) == ["Paulo Nogueira"]


def test_a_case_that_nobody_else_may_have_is_named(session, given, sign_in):
    (case,) = now_of(session, given(1))
    with transaction():
        world.person("lia").specialty_rows = []
    page = send(sign_in("rosangela"), {"case": marks(case)})[1]
    assert f"Ninguém mais pode receber agora: {case.ref}." in page
    assert "Nada a passar" in page


def test_what_was_confirmed_and_cannot_be_done_any_more_is_named(session, given, sign_in):
    """The page was read for a while: whoever was chosen went, or nobody else is there any more."""
    gone, goes = now_of(session, given(2))
    with transaction():
        world.person("helena").specialty_rows = [UserSpecialty(world.specialty().id)]
    data = sure([gone, goes], ["helena", "lia"])
    with transaction():
        world.person("helena").specialty_rows = []
    _, done = send(sign_in("rosangela"), data)
    assert holders(session, [gone, goes]) == ["Paulo Nogueira", "Lia Cordeiro"]
    assert f"{gone.ref}: quem foi escolhido não pode mais receber o caso." in done


def test_nothing_marked_says_so_and_only_the_desk_may(session, given, sign_in):
    (case,) = now_of(session, given(1))
    assert "Marque ao menos um caso." in send(sign_in("rosangela"), {})[1]
    assert (
        send(sign_in("rosangela"), {"case": [f"{case.ref}:{case.version + 1}"]})[1].count("o caso mudou há pouco") == 1
    )
    assert sign_in("paulo").post("/desk/pass-on", data=sure([case], ["lia"])).status_code == 403
    assert holders(session, [case]) == ["Paulo Nogueira"]


__all__ = ["waiting"]

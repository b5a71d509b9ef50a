"""Several cases given out at once: said before it is done, done case by case, and told case by case."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from teleconsult import audit
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case, CaseEvent
from teleconsult.extensions import db, transaction
from teleconsult.people.models import User, UserRole, UserSpecialty
from tests import world


def marks(*cases: Case) -> list[str]:
    return [f"{case.ref}:{case.version}" for case in cases]


def sure(cases, people) -> dict[str, object]:
    """Return what the confirmation posts: each case to a person by key, '' to leave it."""
    to = {f"to-{case.ref}": world.person(key).ref if key else "" for case, key in zip(cases, people, strict=True)}
    return {"case": marks(*cases), "sure": "1", "why": "Combinado com a equipe.", **to}


def post(browser, data):
    answer = browser.post("/desk/assign", data=data, follow_redirects=True)
    return answer, answer.get_data(as_text=True)


@pytest.fixture
def waiting(session):
    """Return a maker of waiting cases: `waiting(3)`."""

    def make(count: int, slug: str = "dermatologia") -> list[Case]:
        made = []
        for _ in range(count):
            walk = world.new_case()
            walk.submit(specialty_id=world.specialty(slug).id)
            made.append(walk.case)
        return made

    return make


def holders(session, cases) -> list[str | None]:
    session.rollback()
    query = db.select(Case.ref, User.name).outerjoin(User, User.id == Case.holder_id)
    names = dict(session.execute(query).all())
    return [names[case.ref] for case in cases]


def test_it_says_what_will_happen_before_anything_does(session, waiting, sign_in):
    skin, heart = waiting(3), waiting(1, "cardiologia")
    _, page = post(sign_in("rosangela"), {"case": marks(*skin, *heart)})
    assert "Distribuir 4 casos?" in page
    assert "Dra. Lia Cordeiro recebe 2." in page
    assert "Dr. Paulo Nogueira recebe 1." in page
    assert "Dra. Helena Duarte recebe 1." in page
    assert "Severina" not in page
    assert set(holders(session, skin + heart)) == {None}


def test_each_goes_where_it_was_confirmed_and_the_result_is_told(session, waiting, sign_in):
    cases = waiting(3)
    _, page = post(sign_in("rosangela"), sure(cases, ["paulo", "paulo", "lia"]))
    assert holders(session, cases) == ["Paulo Nogueira", "Paulo Nogueira", "Lia Cordeiro"]
    assert "3 casos distribuídos: Dr. Paulo Nogueira recebeu 2, Dra. Lia Cordeiro recebeu 1." in page
    said = session.execute(db.select(CaseEvent.said, CaseEvent.data).where(CaseEvent.verb == "assign")).all()
    assert len(said) == 3
    assert all(words or data["reasons"] for words, data in said)
    assert list(audit.verify()) == []


def test_a_reason_given_stands_on_each_timeline(session, waiting, sign_in):
    cases = waiting(2)
    post(sign_in("rosangela"), sure(cases, ["paulo", "lia"]) | {"why": "Mutirão de quinta-feira."})
    session.rollback()
    said = session.scalars(db.select(CaseEvent.said).where(CaseEvent.verb == "assign")).all()
    assert said == ["Mutirão de quinta-feira."] * 2


def test_why_it_was_suggested_is_told_to_each_reader_in_their_language(session, waiting, sign_in):
    (case,) = waiting(1)
    with transaction():
        world.person("rosangela").language = "en"
    post(sign_in("rosangela"), sure([case], ["lia"]) | {"why": ""})
    reads = {key: sign_in(key).get(f"/cases/{case.ref}").get_data(as_text=True) for key in ("rosangela", "marina")}
    given = sign_in("rosangela").get("/desk/given").get_data(as_text=True)
    in_english = "Answers in this specialty and has the fewest open cases (0)."
    assert in_english in reads["rosangela"]
    assert in_english in given
    assert "Atende nesta especialidade e é quem tem menos casos em aberto (0)." in reads["marina"]


def test_a_reason_too_long_is_said_and_nothing_is_done(session, waiting, sign_in):
    cases = waiting(1)
    answer, page = post(sign_in("rosangela"), sure(cases, ["paulo"]) | {"why": "x" * 301})
    assert answer.status_code == 422
    assert "x" * 301 in page
    assert holders(session, cases) == [None]


def test_one_that_moved_stops_none_of_the_others_and_is_named(session, waiting, sign_in):
    cases = waiting(3)
    data = sure(cases, ["paulo", "paulo", "paulo"])
    with transaction(cases[1]):
        world.actions.assign(cases[1], to=world.person("lia"), why="Em turno.", by=world.person("rosangela"))
    _, page = post(sign_in("rosangela"), data)
    assert holders(session, cases) == ["Paulo Nogueira", "Lia Cordeiro", "Paulo Nogueira"]
    assert "2 casos distribuídos" in page
    assert f"{cases[1].ref}: o caso já tinha mudado. Você distribuiu para Dra. Lia Cordeiro." in page


def test_one_left_in_the_queue_stays_there(session, waiting, sign_in):
    cases = waiting(2)
    _, page = post(sign_in("rosangela"), sure(cases, ["", "lia"]))
    assert holders(session, cases) == [None, "Lia Cordeiro"]
    assert "1 caso distribuído: Dra. Lia Cordeiro recebeu 1." in page


def test_one_whose_consultant_has_gone_is_named_and_not_left_behind_in_silence(session, waiting, sign_in):
    cases = waiting(2)
    data = sure(cases, ["paulo", "lia"])
    with transaction():
        world.person("lia").specialty_rows = []
    _, page = post(sign_in("rosangela"), data)
    assert holders(session, cases) == ["Paulo Nogueira", None]
    assert "1 caso distribuído: Dr. Paulo Nogueira recebeu 1." in page
    assert f"{cases[1].ref}: quem foi escolhido já não atende nesta especialidade." in page


def test_when_nothing_is_given_out_that_is_said(session, waiting, sign_in):
    cases = waiting(1)
    answer, page = post(sign_in("rosangela"), sure(cases, [""]))
    assert answer.status_code == 422
    assert "Nada foi distribuído" in page
    assert "Combinado com a equipe." in page
    assert holders(session, cases) == [None]


def test_a_suggestion_whose_consultant_has_gone_says_that_nobody_is_left(session, waiting, sign_in):
    case = waiting(1)[0]
    seen = f"{case.ref}:{case.version}:{world.person('paulo').ref}"
    with transaction():
        for key in ("paulo", "lia"):
            world.person(key).specialty_rows = []
    answer = sign_in("rosangela").post("/desk/suggested", data={"give": [seen]}, follow_redirects=True)
    page = answer.get_data(as_text=True)
    assert f"{case.ref}: quem estava sugerido já não pode receber o caso, e ninguém mais pode agora." in page
    assert "agora é Ninguém" not in page


def test_a_consultant_of_another_specialty_is_not_among_the_choices(session, waiting, sign_in):
    cases = waiting(1)
    post(sign_in("rosangela"), sure(cases, ["helena"]))
    assert holders(session, cases) == [None]


def test_who_declined_can_still_be_chosen_knowingly(session, case_in, sign_in):
    walk = case_in(State.ASSIGNED)
    walk.do("decline", "Não é da minha área.", by="paulo")
    _, page = post(sign_in("rosangela"), {"case": marks(walk.case)})
    assert "Dra. Lia Cordeiro recebe 1." in page
    assert "Dr. Paulo Nogueira, recusou" in page
    post(sign_in("rosangela"), sure([walk.case], ["paulo"]))
    assert holders(session, [walk.case]) == ["Paulo Nogueira"]


def test_nobody_left_is_said_and_the_case_stays(session, case_in, sign_in):
    walk = case_in(State.SUBMITTED)
    with transaction():
        for key in ("paulo", "lia"):
            world.person(key).specialty_rows = []
    _, page = post(sign_in("rosangela"), {"case": marks(walk.case)})
    assert "sem consultor na especialidade" in page
    post(sign_in("rosangela"), {"case": marks(walk.case), "sure": "1"})
    assert holders(session, [walk.case]) == [None]


def test_nothing_marked_says_so(sign_in):
    _, page = post(sign_in("rosangela"), {})
    assert "Marque ao menos um caso" in page


@pytest.mark.parametrize(
    "mark", ["x", "TC-000000:1", "TC-000000:99999999999999", "TC-0:1", "\x00", "TC-000000:1' OR 1=1"]
)
def test_odd_marks_are_left_out(sign_in, mark):
    answer, _ = post(sign_in("rosangela"), {"case": mark, "sure": "1"})
    assert answer.status_code == 200


@pytest.mark.parametrize("key", ["marina", "paulo", "dora", "teresa"])
def test_only_the_administrator_gives_out(session, waiting, sign_in, key):
    cases = waiting(1)
    assert sign_in(key).post("/desk/assign", data=sure(cases, ["paulo"])).status_code == 403
    assert holders(session, cases) == [None]


def test_without_its_token_nothing_is_done(session, waiting, sign_in):
    cases, browser = waiting(1), sign_in("rosangela")
    browser.forges = True
    browser.post("/desk/assign", data=sure(cases, ["paulo"]))
    assert holders(session, cases) == [None]


def test_of_many_that_moved_the_first_are_explained_and_the_others_named(session, waiting, sign_in):
    cases = waiting(20)
    gives = {"give": [f"{case.ref}:{case.version}:{world.person('paulo').ref}" for case in cases]}
    browser = sign_in("rosangela")
    data = sure(cases, ["paulo"] * 20)
    assert "20 casos distribuídos" in browser.post("/desk/assign", data=data, follow_redirects=True).get_data(True)
    page = browser.post("/desk/suggested", data=gives, follow_redirects=True).get_data(as_text=True)
    assert page.count("o caso já tinha mudado") == 3
    assert "Outros 17 casos também não foram distribuídos: " in page
    assert all(case.ref in page for case in cases)


def test_two_administrators_give_out_the_same_batch_at_once(session, waiting, sign_in):
    with transaction():
        second = User(
            ref="PE-SEGUNDA",
            email="segunda@rede.example",
            name="Segunda Técnica",
            created_at=world.clock.now(),
            password_hash=world.person("rosangela").password_hash,
            terms_version=world.person("rosangela").terms_version,
        )
        second.role_rows = [UserRole("administrator")]
        second.specialty_rows = list[UserSpecialty]()
        db.session.add(second)
    cases = waiting(4)
    browsers = [sign_in("rosangela"), sign_in("segunda")]
    data = [sure(cases, ["paulo"] * 4), sure(cases, ["lia"] * 4)]
    gate = Barrier(2)

    def give(number: int):
        gate.wait()
        return browsers[number].post("/desk/assign", data=data[number])

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(give, range(2)))
    # Who comes when all is given out already is told at once that nothing is left.
    assert {answer.status_code for answer in answers} in ({302}, {200, 302})
    found = holders(session, cases)
    assert None not in found
    events = session.execute(db.select(CaseEvent.case_id, CaseEvent.verb).where(CaseEvent.verb == "assign")).all()
    assert Counter(event.case_id for event in events) == Counter(case.id for case in cases)
    assert list(audit.verify()) == []
    told = [answer.get_data(as_text=True) for answer in answers]
    told += [browser.get("/desk").get_data(as_text=True) for browser in browsers]
    assert "".join(told).count("o caso já tinha mudado") == 4

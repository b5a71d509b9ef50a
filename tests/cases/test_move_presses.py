"""Moves that need only a press, and what happens when two people press at once."""

from threading import Barrier, Thread

import pytest

from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case, CaseEvent
from teleconsult.cases.models_opinion import Opinion
from teleconsult.errors import Refused
from teleconsult.extensions import db
from tests.cases.helping import now_in, send, text_of, told
from tests.world import person, specialty

OPINION = {
    "answer_1": "Sim.",
    "answer_2": "Sim.",
    "conduct": "Tratar.",
    "red_flags": "Dor.",
    "diagnoses": "Hanseníase",
}


def at_once(*posts):
    """Send the posts at the same moment, each in a thread of its own; return their status codes."""
    start, codes = Barrier(len(posts)), [0] * len(posts)

    def run(i, post):
        start.wait()
        codes[i] = post().status_code

    threads = [Thread(target=run, args=(i, post)) for i, post in enumerate(posts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return codes


def verbs_of(walk) -> list[str]:
    db.session.rollback()
    return list(
        db.session.scalars(
            db.select(CaseEvent.verb).where(CaseEvent.case_id == walk.case.id).order_by(CaseEvent.number)
        )
    )


def test_a_consultant_takes_a_case_with_one_press(case_in, sign_in):
    walk = case_in(State.SUBMITTED)
    browser = sign_in("lia")
    page = text_of(browser, walk)
    assert f'action="/cases/{walk.case.ref}/claim"' in page
    assert "O caso está com você." in told(browser, send(browser, walk, "claim"))
    assert now_in(walk) == State.ASSIGNED


def test_whoever_is_too_late_is_told_who_was_faster(case_in, sign_in):
    walk = case_in(State.SUBMITTED)
    version = walk.case.version
    walk.do("claim", by="lia")
    answer = sign_in("paulo").post(f"/cases/{walk.case.ref}/claim", data={"version": version})
    assert answer.status_code == 409
    assert "Dra. Lia Cordeiro assumiu o caso." in answer.get_data(as_text=True)
    for who, other in (("paulo", version - 1), ("paulo", ""), ("helena", version)):
        assert sign_in(who).post(f"/cases/{walk.case.ref}/claim", data={"version": other}).status_code == 404


@pytest.mark.parametrize(
    ("verb", "by", "args", "told"),
    [
        ("return_", "rosangela", [{"objective": "Faltou o teste."}], "Rosângela Lima devolveu à unidade."),
        ("redirect", "rosangela", [], "Rosângela Lima passou de Dermatologia para Neurologia."),
        ("cancel", "marina", ["Foi atendida."], "Dra. Marina Alves cancelou o pedido."),
    ],
)
def test_whoever_takes_what_waits_no_more_is_told_why(case_in, sign_in, verb, by, args, told):
    """Of these three the page said that there was no such case, to somebody who had it before their eyes."""
    walk = case_in(State.SUBMITTED)
    version = walk.case.version
    more = {"to": specialty("neurologia"), "why": "É do nervo."} if verb == "redirect" else {}
    walk.do(verb, *args, by=by, **more)
    answer = sign_in("paulo").post(f"/cases/{walk.case.ref}/claim", data={"version": version})
    assert answer.status_code == 409
    assert told in answer.get_data(as_text=True)
    for who, other in (("paulo", version - 1), ("helena", version)):
        assert sign_in(who).post(f"/cases/{walk.case.ref}/claim", data={"version": other}).status_code == 404


def test_of_what_did_not_wait_nobody_else_is_told(case_in, sign_in):
    """The version can be guessed: who never saw the case waiting learnt by it what became of a colleague's."""
    walk = case_in(State.ASSIGNED, consultant="lia")
    version = walk.case.version
    walk.do("cancel", "Foi atendida.", by="marina")
    assert sign_in("paulo").post(f"/cases/{walk.case.ref}/claim", data={"version": version}).status_code == 404


def test_who_declined_is_told_so_and_cannot_take_it(case_in, sign_in):
    walk = case_in(State.ASSIGNED)
    walk.do("decline", "Férias.", by="paulo")
    browser = sign_in("paulo")
    assert "Você recusou este caso" in text_of(browser, walk)
    answer = send(browser, walk, "claim")
    assert answer.status_code == 422
    assert "Você recusou este caso" in answer.get_data(as_text=True)
    assert f'href="/cases/{walk.case.ref}">' in answer.get_data(as_text=True)


def test_who_declined_gets_it_back_from_a_person_never_from_the_machine(case_in):
    walk, paulo = case_in(State.ASSIGNED), person("paulo")
    walk.do("decline", "Férias.", by="paulo")
    with pytest.raises(Refused, match="recusou este caso"):
        walk.do("assign", to=paulo, why="Em turno.", by=None)
    walk.do("assign", to=paulo, why="Combinado com ele.", by="rosangela")
    assert walk.case.holder_id == paulo.id


def test_the_administrator_sees_loads_and_who_declined(case_in, sign_in):
    walk = case_in(State.ASSIGNED)
    walk.do("decline", "Férias até dezembro.", by="paulo")
    page = text_of(sign_in("rosangela"), walk, "/assign")
    assert page.index("Dra. Lia Cordeiro") < page.index("Dr. Paulo Nogueira")
    assert "recusou este caso: Férias até dezembro." in page
    assert "nenhum caso em aberto" in page


def test_the_named_requester_confirms_what_support_filed(case_in, sign_in, session):
    walk = case_in(State.SUBMITTED)
    session.execute(db.update(Case).values(confirm_by_id=walk.case.requester_id))
    session.commit()
    browser = sign_in("marina")
    assert "confirmo" in text_of(browser, walk)
    assert "Confirmado." in told(browser, send(browser, walk, "confirm"))
    assert "confirmo" not in text_of(browser, walk)
    assert "Confirmado." in told(browser, send(browser, walk, "confirm", stale=True))
    assert send(sign_in("dora"), walk, "confirm").status_code == 422


def test_a_link_alone_changes_nothing(case_in, sign_in):
    walk = case_in(State.SUBMITTED)
    assert sign_in("paulo").get(f"/cases/{walk.case.ref}/claim").status_code == 405
    assert now_in(walk) == State.SUBMITTED


def test_a_case_claimed_twice_by_the_same_person_is_simply_theirs(case_in, sign_in):
    walk = case_in(State.SUBMITTED)
    browser = sign_in("paulo")
    given = {"version": walk.case.version, "seen": walk.case.steps}
    address = f"/cases/{walk.case.ref}"
    assert browser.post(f"{address}/claim", data=given).status_code == 302
    again = browser.post(f"{address}/claim", data=given)
    assert (again.status_code, again.location) == (302, address)
    assert "O caso já está com você." in browser.get(address).get_data(as_text=True)
    assert verbs_of(walk) == ["submit", "claim"]


@pytest.mark.parametrize("verb", ["claim", "confirm", "open"])
def test_a_press_without_its_token_is_refused(case_in, sign_in, verb):
    walk = case_in(State.SUBMITTED)
    browser = sign_in("paulo")
    browser.forges = True
    assert browser.post(f"/cases/{walk.case.ref}/{verb}", data={"version": walk.case.version}).status_code in (302, 400)
    assert now_in(walk) == State.SUBMITTED


@pytest.mark.parametrize("seen", ["²", "9" * 24, "9" * 5000, "-1", "x"])
def test_what_no_page_has_seen_is_an_old_page_and_never_a_fault(case_in, sign_in, seen):
    walk = case_in(State.SUBMITTED)
    answer = send(sign_in("marina"), walk, "add", message="Segue.", stale=True, seen=seen)
    assert answer.status_code == 409
    assert "Segue." in answer.get_data(as_text=True)


def test_two_consultants_press_at_once(case_in, sign_in):
    walk = case_in(State.SUBMITTED)
    browsers, path = [sign_in("paulo"), sign_in("lia")], f"/cases/{walk.case.ref}/claim"
    data = {"version": walk.case.version}
    codes = at_once(*(lambda b=b: b.post(path, data=data) for b in browsers))
    assert codes.count(302) == 1
    assert set(codes) <= {302, 404, 409}
    assert verbs_of(walk) == ["submit", "claim"]


def test_the_same_form_sent_twice_at_once(case_in, sign_in):
    walk = case_in(State.ASSIGNED)
    browser, data = sign_in("paulo"), {"version": walk.case.version, "seen": walk.case.steps, "message": "Olá."}
    twin = sign_in("paulo")
    codes = at_once(*(lambda b=b: b.post(f"/cases/{walk.case.ref}/add", data=data) for b in (browser, twin)))
    assert codes == [302, 302]
    assert verbs_of(walk).count("add") == 1


def test_the_same_form_sent_again_after_the_first_came_through(case_in, sign_in):
    walk = case_in(State.ASSIGNED)
    browser, data = sign_in("paulo"), {"version": walk.case.version, "seen": walk.case.steps, "message": "Olá."}
    codes = [browser.post(f"/cases/{walk.case.ref}/add", data=data).status_code for _ in range(2)]
    assert codes == [302, 302]
    assert verbs_of(walk).count("add") == 1
    assert browser.post(f"/cases/{walk.case.ref}/add", data=data | {"message": "E mais."}).status_code == 302


def test_answered_asked_and_escalated_at_once(case_in, sign_in):
    walk = case_in(State.ASSIGNED)
    base = {"version": walk.case.version, "seen": walk.case.steps}
    forms = {
        "conclude": OPINION | {"decision": "conclude"},
        "ask": {"items-0": "Hemograma"},
        "escalate": {"specialty": "dermatologia", "priority": "high", "justification": "Biópsia.", "bring": "RG."},
    }
    browsers = [sign_in("paulo") for _ in forms]
    codes = at_once(
        *(
            lambda b=b, verb=verb, fields=fields: b.post(f"/cases/{walk.case.ref}/{verb}", data=base | fields)
            for b, (verb, fields) in zip(browsers, forms.items(), strict=True)
        )
    )
    assert codes.count(302) == 1
    assert set(codes) <= {302, 409, 422}
    assert len(verbs_of(walk)) == 3


def test_concluded_twice_at_once(case_in, sign_in):
    walk = case_in(State.ASSIGNED)
    data = {"version": walk.case.version, "seen": walk.case.steps, **OPINION, "decision": "conclude"}
    browsers = [sign_in("paulo"), sign_in("paulo")]
    codes = at_once(*(lambda b=b: b.post(f"/cases/{walk.case.ref}/conclude", data=data) for b in browsers))
    assert codes == [302, 302]  # the second is answered as done: it is the same
    db.session.rollback()
    assert db.session.query(Opinion).count() == 1


def test_two_administrators_route_at_once(case_in, sign_in):
    walk = case_in(State.SUBMITTED)
    base = {"version": walk.case.version, "seen": walk.case.steps, "why": "Em turno."}
    browsers = [sign_in("rosangela"), sign_in("rosangela")]
    codes = at_once(
        lambda: browsers[0].post(f"/cases/{walk.case.ref}/assign", data=base | {"consultant": "PE-PAULO"}),
        lambda: browsers[1].post(f"/cases/{walk.case.ref}/return", data=base | {"missing_objective": "Falta."}),
    )
    assert codes.count(302) == 1
    assert set(codes) <= {302, 409, 422}
    assert len(verbs_of(walk)) == 2


def test_two_windows_save_a_draft_at_once(case_in, sign_in):
    walk = case_in(State.ASSIGNED)
    browsers, path = [sign_in("paulo"), sign_in("paulo")], f"/cases/{walk.case.ref}/opinion-draft"
    posts = (
        lambda b=b, n=n: b.post(path, data={"draft_version": "0", "conduct": f"texto {n}"})
        for n, b in enumerate(browsers)
    )
    assert sorted(at_once(*posts)) == [200, 409]

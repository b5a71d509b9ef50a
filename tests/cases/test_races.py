"""Two who act on one case at the same moment, whoever of them comes first: one has acted, the other is told."""

import pytest

from teleconsult.cases import actions
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case, CaseEvent
from teleconsult.extensions import db
from tests import world
from tests.racing import uncommitted

OPINION = {"answer_1": "Sim.", "answer_2": "Sim.", "conduct": "Tratar.", "red_flags": "Dor.", "diagnoses": "Hanseníase"}


def _written(case):
    return world.written(case)


ACTS = {
    "claim": ("paulo", lambda case, by: actions.claim(case, by=by), {}),
    "assign": (
        "rosangela",
        lambda case, by: actions.assign(case, to=world.person("lia"), why="Em turno.", by=by),
        {"consultant": "PE-LIA", "why": "Em turno."},
    ),
    "return": (
        "rosangela",
        lambda case, by: actions.return_(case, {"objective": "Faltou."}, by=by),
        {"missing_objective": "Faltou."},
    ),
    "redirect": (
        "rosangela",
        lambda case, by: actions.redirect(case, to=world.specialty("neurologia"), why="É neural.", by=by),
        {"specialty": "neurologia", "why": "É neural."},
    ),
    "answer": ("paulo", lambda case, by: actions.answer(case, _written(case), by=by), OPINION | {"decision": "answer"}),
    "conclude": (
        "paulo",
        lambda case, by: actions.conclude(case, _written(case), by=by),
        OPINION | {"decision": "conclude"},
    ),
    "decline": ("paulo", lambda case, by: actions.decline(case, "Viajo.", by=by), {"why": "Viajo."}),
    "supply": (
        "marina",
        lambda case, by: actions.supply(case, {1: ("Negativa.", ""), 2: ("", "Sem câmera.")}, by=by),
        {"answer_1": "Negativa.", "why_not_2": "Sem câmera."},
    ),
    "cancel": ("dora", lambda case, by: actions.cancel(case, "Foi atendida.", by=by), {"why": "Foi atendida."}),
    "follow_up": (
        "marina",
        lambda case, by: actions.follow_up(case, "E se piorar?", by=by),
        {"question": "E se piorar?", "kind": "treatment"},
    ),
    "accept": ("dora", lambda case, by: actions.accept(case, by=by), {}),
}
"""Verb → who, the action, what the form carries."""

PAIRS = (
    (State.SUBMITTED, "claim", "claim"),
    (State.SUBMITTED, "claim", "assign"),
    (State.SUBMITTED, "claim", "return"),
    (State.SUBMITTED, "claim", "redirect"),
    (State.SUBMITTED, "claim", "cancel"),
    (State.ASSIGNED, "answer", "redirect"),
    (State.ASSIGNED, "answer", "cancel"),
    (State.ASSIGNED, "conclude", "conclude"),
    (State.ASSIGNED, "decline", "assign"),
    (State.AWAITING_INFORMATION, "supply", "cancel"),
    (State.AWAITING_INFORMATION, "supply", "supply"),
    (State.ANSWERED, "follow_up", "accept"),
)
ORDERS = [
    pytest.param(state, first, second, id=f"{first}-{second}")
    for state, one, other in PAIRS
    for first, second in dict.fromkeys(((one, other), (other, one)))
]


def events_of(number):
    db.session.rollback()
    return db.session.scalars(db.select(CaseEvent.verb).filter_by(case_id=number).order_by(CaseEvent.number)).all()


@pytest.mark.parametrize(("state", "first", "second"), ORDERS)
def test_of_two_acts_at_one_moment_one_is_done(application, case_in, sign_in, state, first, second):
    case = case_in(state).case
    number, ref, base = case.id, case.ref, {"version": case.version, "seen": case.steps}
    before = events_of(number)
    who, act, _fields = ACTS[first]
    other = "lia" if first == second == "claim" else ACTS[second][0]
    browser = sign_in(other)
    db.session.remove()
    with uncommitted(application, lambda case: act(case, world.person(who)), (Case, number)):
        answer = browser.post(f"/cases/{ref}/{second}", data=base | ACTS[second][2])
    # The same words of the same person are the same form: it is answered as done.
    refused = (302,) if first == second == "supply" else (404, 409, 422)
    assert answer.status_code in refused, answer.get_data(as_text=True)[:2000]
    assert events_of(number) == [*before, first]
    # Whoever it was taken from is led home, and told who has it.
    taken = (first, second) == ("assign", "decline")
    assert browser.get(f"/cases/{ref}").status_code in ((302,) if taken else (200, 404))


@pytest.mark.parametrize(("state", "verb"), dict.fromkeys((state, verb) for state, *pair in PAIRS for verb in pair))
def test_each_of_them_alone_is_done(case_in, sign_in, state, verb):
    case, (who, _act, fields) = case_in(state).case, ACTS[verb]
    data = {"version": case.version, "seen": case.steps} | fields
    answer = sign_in(who).post(f"/cases/{case.ref}/{verb}", data=data)
    assert answer.status_code == 302, answer.get_data(as_text=True)[:3000]
    assert events_of(case.id)[-1] == verb

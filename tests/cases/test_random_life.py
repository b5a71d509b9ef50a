"""A case lives a random life: whatever people try, in whatever order, the rules and the record hold."""

from datetime import UTC, datetime, timedelta

import hypothesis.strategies as st
from hypothesis import HealthCheck, given, settings

from teleconsult import audit, clock
from teleconsult.cases import actions, clocks, lifecycle
from teleconsult.cases.lifecycle import State
from teleconsult.errors import Refused
from teleconsult.extensions import db, transaction
from teleconsult.shifts.calendar import local_day
from tests import world

BEGIN = datetime(2026, 11, 2, 11, 0, tzinfo=UTC)
EVERYBODY = (*(row[0] for row in world.PEOPLE), "marina", "paulo", "lia", "rosangela", None)
"""Those who can do most come twice, so that a life goes somewhere."""


def _supplies(case):
    asked = actions.open_request(case)
    return {item.number: ("Feito", "") for item in asked.items} if asked else {1: ("Feito", "")}


VERBS = {
    "return": lambda c, by: actions.return_(c, {"objective": "Falta o exame."}, by=by),
    "redirect": lambda c, by: actions.redirect(
        c,
        to=world.specialty("neurologia" if c.specialty.slug == "dermatologia" else "dermatologia"),
        why="Outra.",
        by=by,
    ),
    "reprioritise": lambda c, by: actions.reprioritise(c, priority="urgent", why="Piorou.", by=by),
    "assign": lambda c, by: actions.assign(c, to=world.person("lia"), why="Em turno.", by=by),
    "assign paulo": lambda c, by: actions.assign(c, to=world.person("paulo"), why="Em turno.", by=by),
    "claim": lambda c, by: actions.claim(c, by=by),
    "decline": lambda c, by: actions.decline(c, "Não é da minha área.", by=by),
    "ask": lambda c, by: actions.ask(c, ["ECG", "Creatinina"], by=by),
    "supply": lambda c, by: actions.supply(c, _supplies(c), by=by),
    "add": lambda c, by: actions.add(c, "Mais um dado.", by=by),
    "answer": lambda c, by: actions.answer(c, world.written(c), by=by),
    "follow_up": lambda c, by: actions.follow_up(c, "E se não melhorar?", by=by),
    "conclude": lambda c, by: actions.conclude(c, world.written(c), by=by),
    "escalate": lambda c, by: actions.escalate(
        c, to=world.specialty(), priority="high", justification="Biópsia.", bring="Exames.", by=by
    ),
    "call_off": lambda c, by: actions.call_off(c, "Não precisa mais.", by=by),
    "close_unseen": lambda c, by: actions.close_unseen(c, "moved", by=by),
    "counter_refer": lambda c, by: actions.counter_refer(
        c, actions.Visit(local_day(clock.now(), c.unit.zone), "Dr. X", "d", "o", "c", False), by=by, from_paper=True
    ),
    "accept": lambda c, by: actions.accept(c, by=by),
    "reopen": lambda c, by: actions.reopen(c, "Voltou a piorar.", by=by),
    "hand_over": lambda c, by: actions.hand_over(c, to=world.person("jonas"), by=by),
    "lapse": lambda c, _by: actions.lapse(c),
    "cancel": lambda c, by: actions.cancel(c, "Não precisa mais.", by=by),
}
BY_ITSELF = ("assign", "assign paulo", "accept", "lapse")
"""What the system does; the other verbs take a person, by their types."""

STEPS = st.lists(
    st.tuples(st.sampled_from(sorted(VERBS)), st.sampled_from(EVERYBODY), st.integers(0, 24 * 20)).filter(
        lambda step: step[1] is not None or step[0] in BY_ITSELF
    ),
    min_size=3,
    max_size=25,
)


def everything(case):
    """Return all that a refused action must leave as it was."""
    columns = {column.key: getattr(case, column.key) for column in case.__table__.columns}
    return columns, audit.digest(repr(sorted(audit.streams())))


def hold(case):
    """Check what is always so."""
    times = clocks.read(case.events)
    assert abs(case.service_seconds - times.service_seconds) < 0.01
    assert (case.due_at is not None) == (case.state in lifecycle.SERVICE)
    assert case.steps == len(case.events)
    assert (case.concluded_at is not None) == (case.state == State.CONCLUDED)
    if case.state in ("assigned", "awaiting_information", "answered", "in_person"):
        assert case.holder is not None
    live = list(db.session.execute(db.text("SELECT case_id FROM referrals WHERE ended_at IS NULL")))
    assert len(live) == (case.state == State.IN_PERSON)
    open_lists = list(db.session.execute(db.text("SELECT id FROM information_requests WHERE closed_at IS NULL")))
    if case.state == State.AWAITING_INFORMATION:
        assert len(open_lists) == 1


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_a_random_life(kept, steps):
    application = kept.refresh()
    with application.app_context():
        now = BEGIN
        with clock.at(now):
            walk = world.new_case()
            walk.submit()
        case = walk.case
        for verb, key, hours in steps:
            now += timedelta(hours=hours)
            with clock.at(now):
                by = world.person(key) if key else None
                before = everything(case)
                state = case.state
                try:
                    with transaction(case, case.version):
                        VERBS[verb](case, by)
                except Refused:
                    db.session.refresh(case)
                    assert everything(case) == before
                else:
                    name = verb.split()[0]
                    assert state in lifecycle.MOVES[name].sources
                    assert case.events[-1].verb in (name, "release")
                    hold(case)
        assert list(audit.verify()) == []

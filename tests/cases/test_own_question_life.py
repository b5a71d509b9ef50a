"""Three who ask and answer in one unit pass a case about at random: nobody ever gives themselves the second opinion."""

from datetime import UTC, datetime, timedelta

import hypothesis.strategies as st
from hypothesis import HealthCheck, given, settings

from teleconsult import clock
from teleconsult.cases import actions
from teleconsult.cases.lifecycle import MOVES, State
from teleconsult.errors import Refused
from teleconsult.extensions import db, transaction
from teleconsult.people.models import UserRole, UserSpecialty
from tests import world

BEGIN = datetime(2026, 11, 2, 11, 0, tzinfo=UTC)
BOTH = ("marina", "jonas", "paulo")
TO_WHOM = {
    "assign": lambda c, who: actions.assign(c, to=who, why="Em turno.", by=world.person("rosangela")),
    "assign by itself": lambda c, who: actions.assign(c, to=who, by=None, why="Em turno."),
    "claim": lambda c, who: actions.claim(c, by=who),
    "hand_over": lambda c, who: actions.hand_over(c, to=who, by=world.person("rosangela")),
}
BY_HOLDER = {
    "decline": lambda c: actions.decline(c, "Não é da minha área.", by=c.holder),
    "ask": lambda c: actions.ask(c, ["ECG"], by=c.holder),
    "answer": lambda c: actions.answer(c, world.written(c), by=c.holder),
    "conclude": lambda c: actions.conclude(c, world.written(c), by=c.holder),
}
BY_REQUESTER = {
    "supply": lambda c: actions.supply(c, {1: ("Feito", "")}, by=c.requester),
    "follow_up": lambda c: actions.follow_up(c, "E se não melhorar?", by=c.requester),
    "reopen": lambda c: actions.reopen(c, "Voltou a piorar.", by=c.requester),
}
EVERY = {**BY_HOLDER, **BY_REQUESTER}


def make_them_both() -> None:
    """Let all three ask and answer, in the unit of Marina."""
    with transaction():
        unit = world.person("marina").unit
        for key in BOTH:
            person = world.person(key)
            person.unit = unit
            person.role_rows = [UserRole("requester"), UserRole("consultant")]
            person.specialty_rows = [UserSpecialty(world.specialty().id)]


def act(case, data) -> None:
    """Do one thing that the case's state allows, with whoever is drawn where somebody is chosen."""
    fits = [name for name in (*TO_WHOM, *EVERY) if case.state in MOVES[name.split()[0]].sources]
    name = data.draw(st.sampled_from(fits), label="act")
    if name in TO_WHOM:
        TO_WHOM[name](case, world.person(data.draw(st.sampled_from(BOTH), label="who")))
    else:
        EVERY[name](case)


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), steps=st.integers(4, 16))
def test_whoever_asked_never_holds_nor_answers(kept, data, steps):
    with kept.refresh().app_context(), clock.at(BEGIN):
        make_them_both()
        walk = world.new_case()
        walk.submit()
        case, asked, now = walk.case, {world.person("marina").id}, BEGIN
        for _step in range(steps):
            now += timedelta(hours=1)
            with clock.at(now):
                try:
                    with transaction(case, case.version):
                        act(case, data)
                except Refused:
                    db.session.refresh(case)
                    continue
            asked.add(case.requester_id)
            if case.state in (State.ASSIGNED, State.AWAITING_INFORMATION, State.ANSWERED):
                assert case.holder_id not in asked
            authors = db.session.scalars(db.text("SELECT author_id FROM opinions")).all()
            assert asked.isdisjoint(authors)

"""The plan: what it is made of, that one world has one plan, and what is read of it."""

from datetime import timedelta

from teleconsult import clock
from teleconsult.cases.lifecycle import State
from teleconsult.extensions import db, transaction
from teleconsult.routing.models import Plan, PlanLine
from teleconsult.routing.plan_lines import kept_reasons, planned
from tests import world


def test_a_case_without_anybody_is_read_back_with_its_reason(session, case_in):
    case = case_in(State.SUBMITTED).case
    with transaction():
        db.session.add(Plan(id=1, made_at=clock.now(), basis="x", status="optimal", cases=1, milliseconds=1))
        db.session.flush()
        db.session.add(
            PlanLine(case_id=case.id, plan_id=1, reasons=kept_reasons([("Na fila desde %(at)s", {"at": clock.now()})]))
        )
    found = planned([case.id])
    assert not found.lines
    assert found.unplaced[case.id][0].startswith("Na fila desde ")
    assert not found.stale
    with clock.at(clock.now() + timedelta(hours=1)):
        assert planned([case.id]).stale
    assert world.person("paulo")

"""Escalated cases, an agenda and allowances, made by the real actions."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from teleconsult import clock
from teleconsult.bookings import actions, queries
from teleconsult.bookings.models import BookingRequest
from teleconsult.bookings.models_quota import Allowance
from teleconsult.cases.lifecycle import State
from teleconsult.extensions import db, transaction
from teleconsult.network.models import HealthUnit
from teleconsult.patients.models import Patient
from teleconsult.shifts.calendar import local_day
from teleconsult.web.refs import new_ref
from tests import world


def unit(slug: str = "usf-vietna") -> HealthUnit:
    return db.session.scalars(db.select(HealthUnit).where(HealthUnit.slug == slug)).one()


def today() -> date:
    return local_day(clock.now(), "America/Recife")


class Desk:
    """The waiting list and the agenda as the tests use them; every step in its own transaction."""

    def escalated(self, requester: str = "marina", priority: str = "routine", specialty: str = "dermatologia") -> Any:
        """Escalate a new case and return its booking request."""
        walk = world.new_case(requester)
        with transaction():
            patient = Patient(ref=new_ref("PA"), name=world.SECRET_NAME, created_at=clock.now())
            db.session.add(patient)
        with transaction(walk.case, walk.case.version):
            from teleconsult.cases import actions as cases  # noqa: PLC0415 (the name `actions` is that of bookings here)

            cases.submit(walk.case, world.request(), patient=patient, by=world.person(requester))
        walk.assign()
        walk.do(
            "escalate",
            to=world.specialty(specialty),
            priority=priority,
            justification="Precisa de biópsia.",
            bring="Documento e exames.",
            by=walk.consultant,
        )
        return queries.requests_of(walk.case.id)[0]

    def to_return(self, when: str = "7 dias") -> BookingRequest:
        """Let a patient be seen and asked back; return the request of the return."""
        from teleconsult.cases import actions as cases  # noqa: PLC0415 (the name `actions` is that of bookings here)

        case = self.escalated().case
        with transaction(case):
            visit = cases.Visit(today(), "Dra. Lia", "Psoríase", "Sim.", "Tratar.", True, when)
            cases.counter_refer(case, visit, by=world.person("rosangela"), from_paper=True)
        return queries.requests_of(case.id)[1]

    def publish(self, days: int = 7, first: int = 4, returns: int = 1, by: str = "rosangela", **changes: Any) -> Any:
        """Publish one session some days ahead, 8:00, half an hour a slot."""
        given = {
            "unit": unit("policlinica-lessa-de-andrade"),
            "specialty": world.specialty(),
            "specialist_name": "Dra. Lia Cordeiro",
            "specialist": world.person("lia"),
            "first_day": today() + timedelta(days=days),
            "starts": 8 * 60,
            "slot_minutes": 30,
            "first": first,
            "returns": returns,
        }
        with transaction():
            made = actions.publish(actions.Plan(**(given | changes)), by=world.person(by))
        return made[0] if len(made) == 1 else made

    def allow(self, slug: str = "usf-vietna", **given: Any) -> Allowance:
        """State what a unit has; the journeys of one site may each state it."""
        with transaction():
            of_unit = db.select(Allowance).where(Allowance.unit_id == unit(slug).id)
            row = db.session.scalars(of_unit).one_or_none() or Allowance(unit_id=unit(slug).id)
            for name, value in ({"forms": 5, "sheets": 2, "weekday": None} | given).items():
                setattr(row, name, value)
            db.session.add(row)
        return row

    def do(self, verb: str, request: BookingRequest, *args: Any, by: str | None, **kwargs: Any) -> Any:
        with transaction(request):
            return getattr(actions, verb)(request, *args, by=world.person(by) if by else None, **kwargs)

    def slot(self, request: BookingRequest, number: int = 0) -> int:
        """Return one of the next free slots of a request."""
        return int(queries.free_slots(request.specialty_id, request.kind)[number].id)

    def book(self, request: BookingRequest, number: int = 0, by: str = "marina", **terms: Any) -> Any:
        return self.do("book", request, self.slot(request, number), actions.Terms(**terms), by=by)


def fresh() -> None:
    """Read everything anew: what a request has committed is no part of what this session has read."""
    db.session.rollback()
    db.session.expire_all()


def text(answer: Any, status: int = 200) -> str:
    """Return the page of an answer that has the status it is to have."""
    page: str = answer.get_data(as_text=True)
    assert answer.status_code == status, page[:3000]
    return page


@pytest.fixture
def desk(session: Any) -> Desk:
    return Desk()


@pytest.fixture
def at() -> Callable[..., Any]:
    """Return `clock.at`: inside it, it is another time."""
    return clock.at


__all__ = ["State"]

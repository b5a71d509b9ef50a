"""The patient took the consent back after a visit was asked for: it can be booked, and nobody new reads the case."""

from teleconsult.cases import actions as cases
from teleconsult.extensions import transaction
from tests import world
from tests.bookings.conftest import fresh, text

SAID = "quem o atender não verá o caso"


def take_back(request):
    with transaction(request.case):
        cases.revoke_consent(request.case, why="Mudou de ideia.", by=world.person("marina"))


def day(session):
    return f"/bookings/agenda?day={session.day}"


def test_who_is_booked_afterwards_sees_the_patient_and_not_the_case(desk, sign_in):
    desk.allow()
    session, request = desk.publish(), desk.escalated()
    take_back(request)
    ref, unit = request.case.ref, sign_in("marina")
    assert SAID in text(unit.get(f"/bookings/{request.ref}/book"))
    desk.book(request)
    fresh()
    lia = sign_in("lia")
    page = text(lia.get(day(session)))
    assert "S. C. A." in page
    assert ref not in page
    assert lia.get(f"/cases/{ref}").status_code == 404
    assert lia.get(f"/cases/{ref}/counter_refer").status_code == 404
    assert sign_in("rosangela").get(f"/cases/{ref}/counter_refer").status_code == 200


def test_who_was_booked_before_goes_on_also_when_the_visit_is_moved(desk, sign_in):
    desk.allow()
    session, request = desk.publish(), desk.escalated()
    assert SAID not in text(sign_in("marina").get(f"/bookings/{request.ref}/book"))
    desk.book(request)
    take_back(request)
    lia, ref = sign_in("lia"), request.case.ref
    assert ref in text(lia.get(day(session)))
    assert lia.get(f"/cases/{ref}").status_code == 200
    desk.do("move", request, desk.slot(request), "Troca.", by="marina")
    fresh()
    assert lia.get(f"/cases/{ref}").status_code == 200


def test_a_visit_that_is_moved_to_somebody_else_shows_them_no_case(desk, sign_in):
    desk.allow()
    desk.publish(days=7, specialist=None, specialist_name="Dr. Fora da Rede")
    request = desk.escalated()
    desk.book(request)
    take_back(request)
    session = desk.publish(days=8)
    desk.do("move", request, session.slots[0].id, "Troca.", by="marina")
    fresh()
    lia, ref = sign_in("lia"), request.case.ref
    page = text(lia.get(day(session)))
    assert "S. C. A." in page
    assert ref not in page
    assert lia.get(f"/cases/{ref}").status_code == 404

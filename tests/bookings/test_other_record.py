"""A case that goes to the record of another patient takes its visit along, and nobody is booked twice in an hour for it."""

import pytest

from teleconsult.bookings.models import Booking
from teleconsult.cases.repointing import repoint
from teleconsult.errors import Refused
from teleconsult.extensions import db, transaction
from tests import world


def move(case, patient):
    with transaction(case):
        repoint(case, patient, why="Era o outro gêmeo.", by=world.person("rosangela"))


def test_the_visit_goes_along(desk):
    desk.allow()
    desk.publish()
    one, two = desk.escalated(), desk.escalated()
    desk.book(one)
    move(one.case, two.case.patient)
    assert db.session.scalars(db.select(Booking.patient_id)).all() == [two.case.patient_id]


def test_who_is_booked_in_that_hour_already_keeps_the_record_free_of_a_second_visit(desk):
    desk.allow()
    desk.publish()
    desk.publish(specialist=None)
    one, two = desk.escalated(), desk.escalated()
    had = one.case.patient_id
    desk.book(one)
    desk.book(two)
    with pytest.raises(Refused, match="mesma hora"):
        move(one.case, two.case.patient)
    assert one.case.patient_id == had

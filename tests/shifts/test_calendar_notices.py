"""Where notices of the calendar lead, and what is said before a consultant is switched off."""

from datetime import timedelta

import pytest

from teleconsult import clock
from teleconsult.extensions import db, transaction
from teleconsult.people.actions import lost_by
from teleconsult.people.models import UserRole
from teleconsult.shifts.panels import place_of, shifts_left_to_others
from tests.shifts.rooms import MONDAY, do, laid, local, room
from tests.world import person


def test_a_notice_of_a_shift_leads_to_it(session, sign_in):
    shift = laid(room())
    do("take_leave", user=person("paulo"), kind="leave", from_at=local(MONDAY, 0), until_at=local(MONDAY, 9), why="")
    ref = shift.ref
    db.session.remove()
    browser = sign_in("paulo")
    assert ref in browser.get("/notices").get_data(as_text=True)
    assert browser.get(f"/notices/{ref}").location == "/shifts/mine"
    assert ref not in browser.get("/notices?new=1").get_data(as_text=True)


@pytest.mark.parametrize(
    ("who", "ref", "place"),
    [
        ("rosangela", "TU-7K3Q9A", "/shifts/TU-7K3Q9A"),
        ("rosangela", "AF-7K3Q9A", "/leaves"),
        ("teresa", "SE-7K3Q9A", "/shifts"),
        ("paulo", "TR-7K3Q9A", "/shifts/mine"),
        ("marina", "TU-7K3Q9A", None),
        ("paulo", "TC-7K3Q9A", None),
    ],
)
def test_each_leads_where_its_reader_may_go(application, who, ref, place):
    with application.test_request_context("/"):
        assert place_of(ref, person(who)) == place


def test_what_switching_off_does_to_shifts_is_said_before(application, session):
    place, now = room(), clock.now()
    day = (now + timedelta(days=8 - now.weekday())).date()
    laid(place, day=day, at=now)
    laid(place, day=day, at=now, starts=13 * 60)
    with application.test_request_context("/"):
        lia, paulo = person("lia"), person("paulo")
        assert shifts_left_to_others(lia, lost_by(lia, None)) == []
        assert shifts_left_to_others(paulo, lost_by(paulo, None)) == [
            "2 turnos marcados são cancelados, e a administração é avisada."
        ]


def test_somebody_with_two_roles_is_led_as_who_keeps_the_calendar(application, session):
    with transaction():
        paulo = person("paulo")
        paulo.role_rows.append(UserRole("manager"))
    with application.test_request_context("/"):
        assert place_of("AF-7K3Q9A", person("paulo")) == "/leaves"

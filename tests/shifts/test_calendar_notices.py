"""Where notices of the calendar lead, and what is said before a consultant is switched off."""

import re
from datetime import timedelta

import pytest

from teleconsult import clock
from teleconsult.extensions import db, transaction
from teleconsult.people import actions as people
from teleconsult.people.actions import lost_by
from teleconsult.people.models import UserRole
from teleconsult.shifts import actions, telling
from teleconsult.shifts.actions.changing import take_off
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
    assert browser.get(f"/notices/{ref}").location == f"/shifts/mine#{ref}"
    assert ref not in browser.get("/notices?new=1").get_data(as_text=True)


def test_a_notice_of_several_shifts_leads_to_where_all_of_them_are_named(session, sign_in):
    """It led to the first of them, and of the others nothing was seen: what is cancelled is on no calendar."""
    place, now = room(), clock.now()
    monday = (now + timedelta(days=8 - now.weekday())).date()
    shifts = [laid(place, day=monday + timedelta(days=days), at=now) for days in (0, 7, 42)]
    laid(place, who="lia", day=monday, at=now)
    earlier = laid(place, day=monday + timedelta(days=2), at=now)
    with transaction(earlier):
        actions.cancel_shift(earlier, why="Congresso.", by=person("teresa"))
    with transaction():
        people.switch_off(person("paulo"), by=person("teresa"))
    first, *others = [shift.ref for shift in shifts]
    desk = sign_in("rosangela")
    where = desk.get(f"/notices/{first}").location
    page = desk.get(where).get_data(as_text=True)
    named = re.findall(r'href="/shifts/(TU-\w+)"', page)
    assert named == others
    assert "Cancelados com este" in page
    assert "Motivo: A pessoa deixou de atender" in page
    with transaction():
        person("rosangela").language = "en"
    page = desk.get(where).get_data(as_text=True)
    assert "Reason: The person no longer answers in this specialty." in page
    with transaction():
        person("rosangela").language = "pt_BR"
    alone = desk.get(f"/shifts/{earlier.ref}").get_data(as_text=True)
    assert "Cancelados com este" not in alone


def test_the_first_of_several_put_back_on_still_leads_to_those_that_are_cancelled(session, sign_in):
    """It led to a shift that stands, and of the others, which the notice is of, there was nothing."""
    place, now = room(), clock.now()
    monday = (now + timedelta(days=8 - now.weekday())).date()
    shifts = [laid(place, day=monday + timedelta(days=days), at=now) for days in (0, 1, 7)]
    series = [shift.ref for shift in shifts]
    alone = laid(place, day=monday + timedelta(days=2), at=now)
    with transaction():
        actions.cancel_shift(alone, why="Congresso.", by=person("teresa"))
    with transaction():
        take_off(shifts, why="Reforma.", by=person("teresa"))
        telling.tell_of_uncovered(shifts, series[0], person("teresa"))
    desk = sign_in("rosangela")
    where = desk.get(f"/notices/{series[0]}").location

    def others():
        db.session.rollback()
        return re.findall(r'href="/shifts/(TU-\w+)"', desk.get(where).get_data(as_text=True))

    assert others() == series[1:]
    with transaction():
        actions.restore_shift(shifts[0], by=person("teresa"))
    assert others() == series[1:]
    assert "e ainda cancelados" in desk.get(where).get_data(as_text=True)
    db.session.rollback()
    with transaction():
        actions.restore_shift(shifts[1], by=person("teresa"))
    assert others() == series[2:]
    with clock.at(now + timedelta(days=30)):  # what would be over by now is nobody's to put back
        assert others() == []
    db.session.rollback()
    with transaction():
        actions.restore_shift(shifts[2], by=person("teresa"))
    assert others() == []


def test_a_consultant_is_led_to_the_first_shift_that_is_still_cancelled(session, sign_in):
    """The notice of several led to the line of the first, which stood among the shifts to come again."""
    place, now = room(), clock.now()
    monday = (now + timedelta(days=8 - now.weekday())).date()
    shifts = [laid(place, day=monday + timedelta(days=days), at=now) for days in (0, 1)]
    first, second = (shift.ref for shift in shifts)
    with transaction():
        take_off(shifts, why="Reforma.", by=person("teresa"))
        telling.tell_of_cancelled(shifts, person("paulo"), person("teresa"))
    paulo = sign_in("paulo")

    def leads():
        page = paulo.get("/notices").get_data(as_text=True)
        ways = dict.fromkeys(re.findall(rf'href="(/notices/{first}[^"]*)"', page))
        return {way.partition("=")[2]: paulo.get(way).location.partition("#")[2] for way in ways}

    assert leads() == {"": first, "shift.cancel_many": first}
    with transaction():
        actions.restore_shift(shifts[0], by=person("teresa"))
    assert leads() == {"": first, "shift.cancel_many": second}  # that the first was put back on leads to the first
    with transaction():
        actions.restore_shift(shifts[1], by=person("teresa"))
    assert leads() == {"": first, "shift.cancel_many": first}


def test_of_more_shifts_than_one_page_names_it_says_that_there_are_others(session, sign_in, monkeypatch):
    """It stopped at two hundred and counted two hundred, as if there were no more."""
    place, now = room(), clock.now()
    monday = (now + timedelta(days=8 - now.weekday())).date()
    shifts = [laid(place, day=monday + timedelta(days=7 * week), at=now) for week in range(4)]
    with transaction():
        people.switch_off(person("paulo"), by=person("teresa"))
    desk, where = sign_in("rosangela"), f"/shifts/{shifts[0].ref}"
    assert "há outros" not in desk.get(where).get_data(as_text=True)
    for module in ("queries", "shift_page"):
        monkeypatch.setattr(f"teleconsult.shifts.{module}.MOST_TOGETHER", 2)
    page = desk.get(where).get_data(as_text=True)
    assert "Só os 2 primeiros; há outros." in page
    assert re.findall(r'href="/shifts/(TU-\w+)"', page) == [shift.ref for shift in shifts[1:3]]


@pytest.mark.parametrize(
    ("who", "ref", "place"),
    [
        ("rosangela", "TU-7K3Q9A", "/shifts/TU-7K3Q9A"),
        ("rosangela", "AF-7K3Q9A", "/leaves#AF-7K3Q9A"),
        ("paulo", "AF-7K3Q9A", "/shifts/mine#AF-7K3Q9A"),
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
        assert place_of("AF-7K3Q9A", person("paulo")) == "/leaves#AF-7K3Q9A"


def test_a_notice_of_a_leave_leads_to_it_and_not_to_all_of_them(session, sign_in):
    place, now = room(), clock.now()
    monday = (now + timedelta(days=8 - now.weekday())).date()
    laid(place, day=monday, at=now), laid(place, day=monday + timedelta(days=1), at=now)
    ends = local(monday + timedelta(days=2), 0)
    leave = do(
        "take_leave", user=person("paulo"), kind="leave", from_at=local(monday, 0), until_at=ends, why="", at=now
    ).ref
    db.session.remove()
    for key, path in (("rosangela", "/leaves"), ("paulo", "/shifts/mine")):
        browser = sign_in(key)
        assert browser.get(f"/notices/{leave}").location == f"{path}#{leave}"
        assert f'id="{leave}"' in browser.get(path).get_data(as_text=True)

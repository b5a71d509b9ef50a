"""The page of missed visits counts what was marked, and further places are added by a person within the cap."""

from datetime import timedelta

import pytest

from teleconsult import clock
from teleconsult.bookings import queries_absence
from teleconsult.bookings.absence import Rate
from teleconsult.extensions import db
from tests import world
from tests.bookings.conftest import today


@pytest.fixture
def marked(desk):
    """Six visits of the past month: four came, two did not; two were booked a month ahead, the others a week."""
    desk.allow(forms=20)
    for days, count in ((40, 2), (7, 4)):
        with clock.at(clock.now() - timedelta(days=days + 2)):
            desk.publish(days=days, first=count, specialist=None, specialist_name=f"Dra. {days}")
            requests = [desk.escalated() for _ in range(count)]
            for request in requests:
                desk.book(request)
        with clock.at(clock.now() - timedelta(days=1)):
            for number, request in enumerate(requests):
                if number == 0:
                    desk.do("miss", request, "forgot", by="rosangela")
                else:
                    desk.do("attend", request, by="rosangela")


def test_marked_visits_are_counted_by_lead_time_specialty_and_unit(marked, session):
    since = clock.now() - timedelta(days=366)
    by_lead = [group.rate for group in queries_absence.by_lead_time(since)]
    assert by_lead == [Rate(1, 4), Rate(0, 0), Rate(0, 0), Rate(1, 2), Rate(0, 0), Rate(0, 0)]
    assert [group.rate for group in queries_absence.by_specialty(since)] == [Rate(2, 6)]
    assert [group.rate for group in queries_absence.by_unit(since)] == [Rate(2, 6)]
    assert sum(group.rate.visits for group in queries_absence.by_neighbourhood(since)) == 6


def test_the_page_shows_shares_with_how_sure_they_are(marked, sign_in):
    said = sign_in("rosangela").get("/bookings/absence").get_data(as_text=True)
    assert "2 de 6 consultas: 33% faltaram" in said
    assert "10% a 70%" in said
    assert "poucas" in said


@pytest.mark.parametrize("asked", ["3", "6", "12", "1000", "<script>", ""])
def test_any_period_asked_for_is_a_page(sign_in, asked):
    answer = sign_in("rosangela").get("/bookings/absence", query_string={"months": asked})
    assert answer.status_code == 200
    assert "Nenhuma presença marcada" in answer.get_data(as_text=True)


def test_who_has_nothing_to_do_with_the_agenda_does_not_see_it(sign_in):
    assert sign_in("marina").get("/bookings/absence").status_code == 403


def test_further_places_are_shown_with_their_risk_and_added_by_a_person(desk, sign_in):
    made = desk.publish(first=8, returns=0)
    browser, address = sign_in("rosangela"), f"/bookings/agenda/sessions/{made.ref}/overbooking"
    page = browser.get(address).get_data(as_text=True)
    # Nothing known: 25 % are taken to stay away. Of 9 booked for 8, all come with the chance 0.75**9 = 7.5 %.
    assert "Sugestão: 1 vaga a mais" in page
    assert "8%" in page
    answer = browser.post(address, data={"version": made.version, "extra": "1"})
    assert answer.status_code == 302
    db.session.rollback()
    db.session.expire_all()
    assert [slot.extra for slot in sorted(made.slots, key=lambda slot: slot.number)] == [False] * 8 + [True]


@pytest.mark.parametrize("extra", ["3", "21", "0", "-1", "x", ""])
def test_over_the_cap_nothing_is_added(desk, sign_in, extra):
    made = desk.publish(first=8, returns=0)
    browser, address = sign_in("rosangela"), f"/bookings/agenda/sessions/{made.ref}/overbooking"
    assert browser.post(address, data={"version": made.version, "extra": extra}).status_code == 422
    db.session.rollback()
    db.session.expire_all()
    assert not any(slot.extra for slot in made.slots)


@pytest.mark.parametrize(("first", "returns"), [(1, 1), (0, 2)])
def test_more_places_than_there_are_first_visits_are_refused_and_not_said_to_be_added(desk, sign_in, first, returns):
    """Of two asked for one was added, or none, and the page said two."""
    made = desk.publish(first=first, returns=returns)
    browser, address = sign_in("rosangela"), f"/bookings/agenda/sessions/{made.ref}/overbooking"
    answer = browser.post(address, data={"version": made.version, "extra": "2"})
    assert answer.status_code == 422
    assert f"Primeiras consultas abertas nesta agenda: {first}." in answer.get_data(as_text=True)
    db.session.rollback()
    db.session.expire_all()
    assert not any(slot.extra for slot in made.slots)


def test_no_place_is_added_at_an_hour_that_is_blocked(desk, sign_in):
    made, browser = desk.publish(first=2, returns=0), sign_in("rosangela")
    address = f"/bookings/agenda/sessions/{made.ref}/2"
    browser.post(f"{address}/block", data={"why": "Reunião."})
    browser.post(f"{address}/add")
    db.session.rollback()
    db.session.expire_all()
    assert [slot.extra for slot in made.slots] == [False, False]


def test_only_who_runs_the_agenda_adds_places(desk, sign_in):
    made = desk.publish()
    address = f"/bookings/agenda/sessions/{made.ref}/overbooking"
    assert [sign_in(key).post(address, data={"extra": "1"}).status_code for key in ("marina", "paulo", "teresa")] == [
        403
    ] * 3
    assert made.day > today()
    assert world.person("rosangela")

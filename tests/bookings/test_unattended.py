"""An agenda on a holiday, or of somebody who is away or has left: the desk is told, and the session says it."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from teleconsult.bookings import actions
from teleconsult.bookings.world import open_offer
from teleconsult.errors import Refused
from teleconsult.extensions import db, transaction
from teleconsult.notices.actions import FLOOD
from teleconsult.notices.models import Notice
from teleconsult.outbox import OutboxMessage
from teleconsult.people import actions as people
from teleconsult.people.access import Role
from teleconsult.people.facts import PersonFacts
from teleconsult.shifts import actions as calendar
from tests import world
from tests.bookings.conftest import today
from tests.bookings.test_pages import text

RECIFE = ZoneInfo("America/Recife")


def told(who, subject):
    query = db.select(Notice.kind).where(Notice.user_id == world.person(who).id, Notice.subject == subject)
    return list(db.session.scalars(query))


def leave(day, first=0, last=24, who="lia"):
    begin = datetime(day.year, day.month, day.day, tzinfo=RECIFE)
    with transaction():
        return calendar.take_leave(
            user=world.person(who),
            kind="leave",
            from_at=begin + timedelta(hours=first),
            until_at=begin + timedelta(hours=last),
            why="",
            by=world.person(who),
        )


def test_a_leave_of_the_specialist_is_told_to_the_desk_and_said_on_the_session(desk, sign_in):
    desk.allow()
    session, other = desk.publish(), desk.publish(days=8)
    desk.book(desk.escalated())
    taken = leave(session.day)
    assert told("rosangela", session.ref) == ["agenda.unattended"]
    assert told("rosangela", other.ref) == []
    browser = sign_in("rosangela")
    for address in (f"/bookings/agenda?day={session.day}", f"/bookings/agenda/sessions/{session.ref}"):
        assert "tem um afastamento neste horário" in text(browser.get(address))
    assert "tem um afastamento" not in text(browser.get(f"/bookings/agenda?day={other.day}"))
    assert "tem um afastamento neste horário" in text(sign_in("lia").get(f"/bookings/agenda?day={session.day}"))
    assert browser.get(f"/notices/{session.ref}").location.endswith(f"/bookings/agenda/sessions/{session.ref}")
    with transaction():
        calendar.cancel_leave(taken, by=world.person("lia"))
    assert "tem um afastamento" not in text(browser.get(f"/bookings/agenda?day={session.day}"))


def test_a_long_leave_is_not_a_mail_for_each_day_of_the_agenda(desk):
    days = desk.publish(rule="FREQ=DAILY", until=today() + timedelta(days=46))
    leave(days[0].day, last=24 * 60)
    assert all(told("rosangela", day.ref) == ["agenda.unattended"] for day in days)
    query = db.select(OutboxMessage).where(OutboxMessage.address == "rosangela@rede.example")
    mails = [row.payload["template"] for row in db.session.scalars(query)]
    assert len(days) > FLOOD
    assert mails.count("agenda_unattended") == FLOOD


def test_a_leave_at_other_hours_of_the_day_is_none_of_the_agenda(desk, sign_in):
    session = desk.publish()
    leave(session.day, 13, 18)
    assert told("rosangela", session.ref) == []
    assert "afastamento" not in text(sign_in("rosangela").get(f"/bookings/agenda?day={session.day}"))


def test_a_day_with_an_agenda_that_becomes_a_holiday(desk, sign_in):
    session = desk.publish(days=40)
    day = session.day
    with transaction():
        holiday = calendar.add_holiday(day=day, name="Dia do Bairro", by=world.person("teresa"))
    assert told("rosangela", session.ref) == ["agenda.unattended"]
    page = text(sign_in("rosangela").get(f"/bookings/agenda/sessions/{session.ref}"))
    assert "Este dia é feriado: Dia do Bairro." in page
    with transaction():
        calendar.remove_holiday(holiday, by=world.person("teresa"))
    assert told("rosangela", session.ref) == ["agenda.unattended"]
    assert "é feriado" not in text(sign_in("rosangela").get(f"/bookings/agenda/sessions/{session.ref}"))


def test_a_cancelled_session_is_nobodys_care(desk):
    session = desk.publish()
    with transaction(session):
        actions.cancel_session(session, "Congresso.", by=world.person("rosangela"))
    leave(session.day)
    assert told("rosangela", session.ref) == []


def test_the_agenda_of_who_leaves_for_good(desk, sign_in):
    session = desk.publish()
    assert "1 dia de agenda" in text(sign_in("teresa").post(f"/people/{world.person('lia').ref}/switch-off"))
    with transaction():
        people.switch_off(world.person("lia"), by=world.person("teresa"))
    assert told("rosangela", session.ref) == ["agenda.unattended"]
    assert "não tem mais conta ativa" in text(sign_in("rosangela").get(f"/bookings/agenda?day={session.day}"))


def becomes(who, **changes):
    """Give a person other roles or specialties."""
    with transaction():
        user = world.person(who)
        known = {name: getattr(user, name) for name in people.PLAIN}
        now = {"roles": user.roles, "specialty_ids": frozenset(user.specialty_ids), "unit_id": user.unit_id}
        people.change(user, PersonFacts(**(known | now | changes)), by=world.person("teresa"))


@pytest.mark.parametrize(
    "changes", [{"roles": frozenset({Role.REQUESTER}), "specialty_ids": frozenset()}, {"specialty_ids": frozenset()}]
)
def test_the_agenda_of_who_attends_no_more_in_its_specialty(desk, sign_in, changes):
    """They could not open the case any more, and the patients booked with them would come to nobody."""
    session = desk.publish()
    becomes("lia", **changes)
    assert told("rosangela", session.ref) == ["agenda.unattended"]
    browser = sign_in("rosangela")
    assert "não atende mais nesta especialidade" in text(browser.get(f"/bookings/agenda?day={session.day}"))
    browser.post("/language", data={"locale": "en"})
    assert "no longer attends in this specialty" in text(browser.get(f"/bookings/agenda?day={session.day}"))


def test_the_agenda_of_another_specialty_stays_with_who_lost_one(desk, sign_in):
    session = desk.publish()
    becomes("lia", specialty_ids=frozenset({world.specialty("dermatologia").id}))
    assert told("rosangela", session.ref) == []
    assert "não atende" not in text(sign_in("rosangela").get(f"/bookings/agenda?day={session.day}"))


@pytest.mark.parametrize("gone", ["account", "role", "specialty"])
def test_no_agenda_is_laid_for_who_attends_no_more_since_the_page_was_opened(desk, sign_in, gone):
    """It would be told to nobody: who tells of it looks at the days that are there when they go."""
    person = world.person("lia")
    if gone == "account":
        with transaction():
            people.switch_off(person, by=world.person("teresa"))
    elif gone == "role":
        becomes("lia", roles=frozenset({Role.REQUESTER}))
    else:
        becomes("lia", specialty_ids=frozenset({world.specialty("neurologia").id}))
    with pytest.raises(Refused) as refused:
        desk.publish()
    assert refused.value.field == "specialist"
    assert ("conta ativa" in str(refused.value)) == (gone == "account")


def test_no_agenda_is_laid_into_a_leave(desk):
    session = desk.publish()
    day = session.day + timedelta(days=1)
    leave(day)
    said = f"{day:%d/%m/%Y}"
    with pytest.raises(Refused) as refused:
        desk.publish(days=8)
    assert (refused.value.field, refused.value.params["day"]) == ("first_day", said)
    with pytest.raises(Refused) as refused, transaction(session):
        actions.move_session(session, day, 8 * 60, "Reforma.", by=world.person("rosangela"))
    assert refused.value.field == "day"
    with pytest.raises(Refused) as refused:
        desk.publish(days=7, starts=15 * 60, rule="FREQ=DAILY", until=day)
    assert refused.value.field == "without"
    assert desk.publish(days=8, specialist=world.person("paulo"), specialist_name="Dr. Paulo").day == day


def test_a_free_hour_that_nobody_would_hold_says_so_and_is_offered_to_nobody(desk, sign_in):
    desk.allow()
    session = desk.publish(first=2)
    booked, waiting = desk.escalated(), desk.escalated()
    desk.book(booked)
    leave(session.day)
    page = text(sign_in("marina").get(f"/bookings/{waiting.ref}/book"))
    assert page.count("tem um afastamento neste horário") == 1
    db.session.rollback()
    desk.do("cancel", booked, "Viajou.", by="marina")
    assert open_offer(waiting) is None

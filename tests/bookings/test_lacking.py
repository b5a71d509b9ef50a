"""Patients wait and nothing of their specialty is published ahead: the desk is told, once a week for each specialty."""

from datetime import timedelta

import pytest

from teleconsult import clock, jobs
from teleconsult.bookings import lacking
from teleconsult.extensions import db, transaction
from teleconsult.network.models import Specialty
from teleconsult.notices.models import MailChoice, Notice
from teleconsult.outbox import OutboxMessage
from teleconsult.shifts import actions as calendar
from tests import counting, world
from tests.bookings.conftest import today
from tests.bookings.test_races import race

JOB = next(job for job in jobs.JOBS if job.name == "bookings.lacking")


def told_after(days):
    """Let the clock look so many days from now; return how many specialties the desk was told of."""
    with clock.at(clock.now() + timedelta(days=days)):
        return jobs.run(JOB)


def told(kind="agenda.lacking"):
    rows = db.session.execute(db.select(Notice.user_id, Notice.subject).where(Notice.kind == kind))
    return [tuple(row) for row in rows]


def test_the_desk_is_told_once_a_week_while_somebody_waits_and_nothing_lies_ahead(desk):
    assert told_after(0) == 0
    desk.escalated()
    desk.escalated()
    assert [told_after(days) for days in (0, 0.1, 6.9, 7.1, 8, 14.2)] == [1, 0, 0, 1, 0, 1]
    ref = lacking.ref_of(world.specialty())
    assert told() == [(world.person("rosangela").id, ref)] * 3
    mail = db.session.scalars(db.select(OutboxMessage).order_by(OutboxMessage.id.desc()).limit(1)).one()
    assert (mail.payload["template"], mail.payload["params"]) == ("agenda_lacking", {"ref": ref})


def test_a_slot_ahead_is_enough_booked_or_not_but_not_one_for_returns_or_of_another_specialty(desk):
    desk.allow()
    request = desk.escalated()
    desk.publish(days=40, first=0, returns=2)
    desk.publish(days=40, specialty=world.specialty("cardiologia"), specialist=None)
    assert told_after(0) == 1
    desk.publish(days=20, first=1)
    desk.escalated()
    assert told_after(8) == 0
    desk.book(request)
    assert told_after(9) == 0
    assert told_after(21) == 1  # what was published is past


def test_a_day_that_became_a_holiday_does_not_lie_ahead(desk):
    """Nobody can be booked on it, and the units are not pressed for it: the desk alone can go on."""
    session = desk.publish(days=20)
    desk.escalated()
    assert told_after(0) == 0
    with transaction():
        calendar.add_holiday(day=session.day, name="Dia do Bairro", by=world.person("teresa"))
    assert told_after(0) == 1


def test_an_agenda_that_was_cancelled_does_not_lie_ahead(desk):
    from teleconsult.bookings import actions  # noqa: PLC0415 (beside its only use)

    session = desk.publish(days=20)
    desk.escalated()
    assert told_after(0) == 0
    with transaction(session):
        actions.cancel_session(session, "Reforma.", by=world.person("rosangela"))
    assert told_after(0) == 1


def test_of_returns_the_desk_is_told_in_the_same_way_and_by_themselves(desk):
    desk.to_return()
    desk.publish(days=10, first=2, returns=0)
    assert [told_after(days) for days in (0, 0.1, 6.9, 7.1)] == [1, 0, 0, 1]
    ref = lacking.ref_of(world.specialty())
    assert told("agenda.lacking_return") == [(world.person("rosangela").id, ref)] * 2
    assert told() == []
    mail = db.session.scalars(db.select(OutboxMessage).order_by(OutboxMessage.id.desc()).limit(1)).one()
    assert (mail.payload["template"], mail.payload["params"]) == ("agenda_lacking_return", {"ref": ref})
    desk.escalated()
    assert told_after(11) == 1  # the first visits alone: of the returns it was said this week
    assert told() == [(world.person("rosangela").id, ref)]
    desk.publish(days=40, first=0, returns=1)
    assert told_after(15) == 0


def test_an_agenda_that_ends_before_the_day_of_a_return_does_not_lie_ahead_of_it(desk):
    request = desk.to_return("40 dias")
    desk.publish(days=10, first=0, returns=2)
    assert told_after(0) == 1
    desk.publish(days=(request.wanted_from - today()).days, first=0, returns=1)
    assert told_after(8) == 0


def test_who_wants_no_mail_of_the_one_gets_none_of_the_other(desk):
    desk.to_return()
    with transaction():
        db.session.add(MailChoice(user_id=world.person("rosangela").id, kind="agenda.lacking"))
    assert told_after(0) == 1
    assert len(told("agenda.lacking_return")) == 1
    sent = db.session.scalars(db.select(OutboxMessage)).all()
    assert [one for one in sent if "lacking" in one.payload["template"]] == []


def test_a_visit_that_ended_tells_nobody(desk):
    walk = world.Walk(desk.escalated().case)
    walk.do("call_off", "Melhorou.", by="rosangela")
    assert told_after(0) == 0


def test_each_specialty_by_itself_and_again_when_it_comes_to_be_so(desk):
    desk.escalated()
    desk.escalated(specialty="neurologia")
    assert told_after(0) == 2
    desk.escalated(specialty="cardiologia")
    assert told_after(3) == 1
    assert len({subject for _user, subject in told()}) == 3


def test_nobody_is_noted_as_told_while_there_is_nobody_to_tell(desk):
    desk.escalated()
    rosangela = world.person("rosangela")
    with transaction():
        rosangela.switched_off_at, rosangela.switched_off_by_id = clock.now(), world.person("teresa").id
    assert told_after(0) == 0
    with transaction():
        rosangela.switched_off_at, rosangela.switched_off_by_id = None, None
    assert told_after(0) == 1


def test_a_clock_that_was_ahead_silences_nothing(desk):
    desk.escalated()
    assert [told_after(days) for days in (300, 0, 0.5)] == [1, 1, 0]


def test_of_two_workers_at_once_one_tells(application, desk):
    desk.escalated()
    number = world.specialty().id
    db.session.remove()

    def job():
        with transaction():
            lacking.tell_of((number, "first"))

    race(application, [job, job, job])
    assert len(told()) == 1


def test_the_notice_leads_to_the_waiting_list_of_the_specialty(desk, sign_in):
    desk.escalated()
    told_after(0)
    ref = lacking.ref_of(world.specialty())
    browser = sign_in("rosangela")
    page = browser.get("/notices").get_data(as_text=True)
    assert f'href="/notices/{ref}"' in page
    assert "nenhum horário dela está publicado" in page
    assert browser.get(f"/notices/{ref}").location == "/bookings?specialty=dermatologia"
    assert browser.get("/bookings?specialty=dermatologia").status_code == 200
    assert browser.get("/notices/ES-NADA99999").location == "/cases/ES-NADA99999"
    assert sign_in("marina").get(f"/notices/{ref}").location == f"/cases/{ref}"


@pytest.mark.parametrize(
    ("slug", "number", "ref"),
    [
        ("dermatologia", 4, "ES-DERMATOLOGI4"),
        ("ginecologia-obstetricia", 112, "ES-GINECOLOG112"),
        ("ala-2", 7, "ES-ALA7"),
    ],
)
def test_the_reference_says_which_specialty_and_fits(slug, number, ref):
    assert lacking.ref_of(Specialty(id=number, slug=slug)) == ref
    assert lacking.REF.fullmatch(ref)[1] == str(number)
    assert len(ref) <= Notice.subject.type.length


def test_the_look_reads_no_visits_of_years(application, desk):
    desk.publish()
    desk.escalated()
    with counting.statements(application) as seen:
        lacking.without_agenda()
    assert counting.scans(seen, "bookings", "booking_requests", "agenda_slots", "agenda_sessions") == []

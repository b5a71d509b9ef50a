"""A referral's visit from the waiting list to its end: listed, offered, booked, moved, attended, given back."""

from datetime import timedelta

import pytest

from teleconsult import clock
from teleconsult.bookings import actions, clockwork, queries, steps
from teleconsult.bookings.models import Booking, BookingEvent, BookingOffer, BookingRequest
from teleconsult.bookings.models_agenda import AgendaSlot
from teleconsult.bookings.models_quota import Allowance, AllowanceMonth
from teleconsult.bookings.steps import State
from teleconsult.bookings.world import facts_for, last_booking, live_booking, open_offer
from teleconsult.cases import actions as cases
from teleconsult.errors import Refused
from teleconsult.extensions import db, transaction
from teleconsult.notices.models import Notice
from teleconsult.shifts import actions as calendar
from tests import world
from tests.bookings.conftest import today, unit
from tests.counting import indexes, plans, statements


def verbs(request):
    return db.session.scalars(
        db.select(BookingEvent.verb).where(BookingEvent.request_id == request.id).order_by(BookingEvent.number)
    ).all()


def told(kind, key):
    return db.session.scalar(
        db.select(db.func.count()).select_from(Notice).where(
            Notice.kind == kind, Notice.user_id == world.person(key).id
        )
    )  # fmt: skip


def test_an_escalation_lists_the_visit_with_all_that_the_referral_says(desk):
    request = desk.escalated(priority="high")
    assert (request.state, request.kind, request.priority, request.rank) == ("waiting", "first", "high", 1)
    assert request.specialty.slug == "dermatologia"
    assert request.unit.slug == "usf-vietna"
    assert request.referral.ended_at is None
    assert verbs(request) == ["make"]


def test_the_list_is_by_priority_then_by_age(desk):
    old, young, urgent = desk.escalated(), desk.escalated(), desk.escalated(priority="urgent")
    assert [queries.ahead_of(r).listed for r in (urgent, old, young)] == [0, 1, 2]


def test_booked_moved_and_attended(desk):
    desk.allow()
    desk.publish()
    request = desk.escalated()
    booking = desk.book(request)
    assert request.state == State.BOOKED
    assert booking.slot.request_id == request.id
    desk.do("move", request, desk.slot(request, 1), "Pediu outro dia.", by="marina")
    assert live_booking(request).at > booking.at
    assert (booking.ended_how, booking.slot.request_id) == ("moved", None)
    with clock.at(live_booking(request).at + timedelta(minutes=20)):
        desk.do("attend", request, by="rosangela")
        with pytest.raises(Refused, match="já foi anotada"):
            desk.do("attend", request, by="rosangela")
        with pytest.raises(Refused, match="já foi anotada"):
            desk.do("miss", request, "", by="rosangela")
    assert verbs(request) == ["make", "book", "move", "attend"]


def test_the_referral_form_is_spent_once_and_comes_back_when_no_visit_came(desk):
    allowance = desk.allow(forms=1)
    desk.publish()
    request, other = desk.escalated(), desk.escalated()
    desk.book(request)
    desk.do("cancel", request, "O paciente viajou.", by="marina")
    desk.do("requeue", request, by="marina")
    desk.book(request)
    row = db.session.scalars(db.select(AllowanceMonth)).one()
    assert (row.allowance_id, row.forms, row.forms_spent) == (allowance.id, 1, 1)
    with pytest.raises(Refused, match=r"deste mês \(1\) já foi usada"):
        desk.book(other)
    with transaction(request.case):
        cases.call_off(request.case, "Não precisa mais.", by=world.person("paulo"))
    db.session.refresh(row)
    assert row.forms_spent == 0
    desk.book(other)


def test_an_override_needs_a_reason_and_the_permission(desk):
    desk.allow(forms=0)
    desk.publish()
    request = desk.escalated()
    with pytest.raises(Refused) as refusal:
        desk.book(request, by="rosangela")
    assert refusal.value.field == "over_why"
    desk.book(request, by="rosangela", channel="phone", over_why="Autorizado pelo distrito.")
    row = db.session.scalars(db.select(AllowanceMonth)).one()
    assert (row.forms_spent, row.forms_over) == (1, 1)


def test_a_unit_books_on_its_own_day_and_high_priority_passes_with_a_reason(desk):
    desk.allow(weekday=(clock.now().weekday() + 3) % 7)
    desk.publish()
    routine, high = desk.escalated(), desk.escalated(priority="high")
    with pytest.raises(Refused, match="dia de marcação"):
        desk.book(routine)
    with pytest.raises(Refused) as refusal:
        desk.book(high)
    assert refusal.value.field == "day_why"
    desk.book(high, day_why="Suspeita de câncer.")
    assert live_booking(high).day_why == "Suspeita de câncer."


def test_the_next_slots_are_left_to_those_of_a_higher_priority(desk):
    desk.allow()
    desk.publish()
    routine = desk.escalated()
    desk.escalated(priority="urgent")
    assert queries.kept_for_others(routine) == 1
    with pytest.raises(Refused, match="prioridade maior"):
        desk.book(routine)
    desk.book(routine, number=1)


def test_a_released_slot_goes_to_the_next_who_has_time_to_accept(desk):
    desk.allow()
    desk.publish(first=1)
    first, second, third = desk.escalated(), desk.escalated(), desk.escalated()
    slot = desk.slot(first)
    desk.book(first)
    desk.do("cancel", first, "Não pode vir.", by="marina")
    assert second.state == State.OFFERED
    assert told("booking.offer", "marina") == 1
    assert open_offer(second).slot_id == slot
    with clock.at(clock.now() + timedelta(hours=25)):
        assert clockwork.offers_over() == [open_offer(second).id]
        with transaction():
            clockwork.expire_offer(clockwork.offers_over()[0])
        assert (second.state, third.state) == (State.WAITING, State.OFFERED)
        assert clockwork.offers_over() == []
        desk.do("book", third, slot, actions.Terms(), by="marina")
    assert third.state == State.BOOKED
    hows = db.session.scalars(db.select(BookingOffer.closed_how).order_by(BookingOffer.id)).all()
    assert hows == ["expired", "taken"]


def test_a_refused_offer_goes_on_and_does_not_come_back(desk):
    desk.allow()
    desk.publish(first=1)
    first, second = desk.escalated(), desk.escalated()
    desk.book(first)
    desk.do("cancel", first, "Não pode vir.", by="marina")
    desk.do("refuse", second, by="marina")
    assert second.state == State.WAITING
    assert open_offer(second) is None
    assert len(queries.free_slots(second.specialty_id, "first")) == 1


def test_an_accepted_offer_passes_the_weekday(desk):
    allowance = desk.allow()
    desk.publish(first=1)
    first, second = desk.escalated(), desk.escalated()
    desk.book(first)
    with transaction():
        allowance.weekday = (clock.now().weekday() + 3) % 7
    desk.do("cancel", first, "Não pode vir.", by="marina")
    desk.do("book", second, open_offer(second).slot_id, actions.Terms(), by="marina")
    assert second.state == State.BOOKED


@pytest.mark.parametrize("how", ["call_off", "close_unseen", "counter_refer"])
def test_the_end_of_the_referral_frees_the_slot(desk, how):
    desk.allow()
    desk.publish(first=1)
    request, other = desk.escalated(), desk.escalated()
    desk.book(request)
    with transaction(request.case):
        if how == "call_off":
            cases.call_off(request.case, "Não precisa.", by=world.person("paulo"))
        elif how == "close_unseen":
            cases.close_unseen(request.case, "solved", by=world.person("marina"))
        else:
            visit = cases.Visit(today(), "Dra. Lia", "Psoríase", "Sim.", "Tratar.", returns=False)
            cases.counter_refer(request.case, visit, by=world.person("rosangela"), from_paper=True)
    assert (request.state, other.state) == (State.ENDED, State.OFFERED)
    with pytest.raises(Refused):
        desk.do("requeue", request, by="marina")


def test_a_counter_referral_from_the_day_of_the_visit_on_says_that_the_patient_came(desk):
    desk.allow()
    session = desk.publish(first=1)
    request, other = desk.escalated(), desk.escalated()
    desk.book(request)
    with clock.at(session.starts_at), transaction(request.case):
        visit = cases.Visit(session.day, "Dra. Lia", "Psoríase", "Sim.", "Tratar.", returns=False)
        cases.counter_refer(request.case, visit, by=world.person("rosangela"), from_paper=True)
    assert (request.state, other.state) == (State.ATTENDED, State.WAITING)


def test_a_return_is_a_request_of_its_own_on_the_same_referral(desk):
    desk.allow(forms=0)
    desk.publish()
    request = desk.escalated()
    with transaction(request.case):
        visit = cases.Visit(today(), "Dra. Lia", "Psoríase", "Sim.", "Tratar.", True, "60 dias")
        cases.counter_refer(request.case, visit, by=world.person("rosangela"), from_paper=True)
    first, second = queries.requests_of(request.case_id)
    assert (first.state, second.state, second.kind, second.return_when) == ("ended", "waiting", "return", "60 dias")
    desk.book(second)
    assert second.state == State.BOOKED
    assert second.case.state == "concluded"
    assert db.session.scalars(db.select(AllowanceMonth)).all() == []


@pytest.mark.parametrize("how", ["cancel", "lapse"])
def test_a_return_stands_whatever_becomes_of_the_reopened_case(desk, sign_in, how):
    desk.publish(first=1, returns=1)
    booked, waiting = desk.to_return(), desk.to_return()
    desk.book(booked)
    walk = world.Walk(waiting.case)
    walk.do("reopen", "Piorou.", by="marina")
    if how == "cancel":
        walk.do("cancel", "Já não é preciso.", by="marina")
    else:
        walk.do("ask", ["Hemograma"], by="paulo")
        with clock.at(clock.now() + timedelta(days=31)), transaction(walk.case):
            cases.lapse(walk.case)
    assert walk.case.state == "cancelled"
    desk.do("cancel", booked, "Pediu outro dia.", by="marina")
    assert (booked.state, waiting.state) == (State.CANCELLED, State.OFFERED)
    desk.do("book", waiting, open_offer(waiting).slot_id, actions.Terms(), by="marina")
    assert waiting.state == State.BOOKED
    page = sign_in("lia").get(f"/cases/{walk.case.ref}").get_data(as_text=True)
    assert world.SECRET_NAME in page, "whom the patient comes back to"
    assert sign_in("helena").get(f"/cases/{walk.case.ref}").status_code == 404


def test_missed_with_its_cause_and_back_on_the_list(desk):
    desk.allow()
    desk.publish()
    request = desk.escalated()
    booking = desk.book(request)
    with pytest.raises(Refused, match="ainda não aconteceu"):
        desk.do("miss", request, "transport", by="rosangela")
    with clock.at(booking.at - timedelta(minutes=1)), pytest.raises(Refused, match="hora da consulta ainda não chegou"):
        desk.do("miss", request, "transport", by="rosangela")
    assert (request.state, booking.slot.request_id) == (State.BOOKED, request.id)
    with clock.at(booking.at + timedelta(hours=1)):
        desk.do("miss", request, "transport", by="rosangela")
        assert (last_booking(request).cause, last_booking(request).ended_how) == ("transport", "missed")
        assert told("booking.miss", "marina") == 1
        desk.do("correct", request, "Chegou atrasado.", by="rosangela")
        assert request.state == State.BOOKED
        desk.do("attend", request, by="rosangela")
    assert verbs(request)[-3:] == ["miss", "correct", "attend"]


def test_the_unit_is_reminded_three_days_and_one_day_before_once_each(desk):
    desk.allow()
    desk.publish(days=10)
    booking = desk.book(desk.escalated())
    found = []
    for hours in (240, 71, 70, 23, 22, -1):
        with clock.at(booking.at - timedelta(hours=hours)):
            for due in clockwork.reminders():
                with transaction():
                    found.append((hours, due[1], clockwork.remind(due)))
    assert found == [(71, 3, 1), (23, 1, 1)]


def test_overdue_counter_referrals_are_asked_for_once_a_week(desk):
    desk.allow()
    desk.publish()
    request = desk.escalated()
    booking = desk.book(request)
    with clock.at(booking.at + timedelta(minutes=30)):
        desk.do("attend", request, by="rosangela")
        assert clockwork.owing() == []
    for days, due in ((8, 1), (9, 0), (15.5, 1)):
        with clock.at(booking.at + timedelta(days=days)):
            found = clockwork.owing()
            assert len(found) == due, days
            for request_id in found:
                with transaction():
                    assert clockwork.urge(request_id) == 1
    assert told("booking.counter_due", "lia") == 2


def asked_to_book(days):
    """Let the clock ask so many days from now; return how many requests were asked about."""
    with clock.at(clock.now() + timedelta(days=days)):
        count = 0
        for due in clockwork.idle():
            with transaction():
                count += clockwork.ask_to_book(due)
    return count


def test_a_visit_that_nobody_books_is_asked_about_once_a_week_while_a_slot_is_free(desk):
    desk.allow()
    request = desk.escalated()
    assert asked_to_book(8) == 0  # there is nothing to book
    desk.publish(days=40, first=1)
    assert [asked_to_book(days) for days in (6.9, 7.1, 8, 14.2)] == [0, 1, 0, 1]
    assert told("booking.book_due", "marina") == 2
    with clock.at(clock.now() + timedelta(days=15)):
        desk.book(request)
    assert [asked_to_book(days) for days in (23, 39)] == [0, 0]


def test_a_released_slot_goes_to_the_next_whose_unit_has_a_form_left(desk):
    """Offered to who could only be refused it, it was kept from everybody for a day."""
    desk.allow(forms=1)
    desk.allow("usf-skylab", forms=2)
    desk.publish(first=2)
    held, without, of_another = desk.escalated(), desk.escalated(), desk.escalated(requester="bia")
    slot = desk.slot(held)
    desk.book(held)
    desk.do("cancel", held, "Não pode vir.", by="marina")
    assert (without.state, of_another.state) == (State.WAITING, State.OFFERED)
    assert open_offer(of_another).slot_id == slot
    desk.do("requeue", held, by="marina")  # its unit's form is spent on it already
    desk.do("refuse", of_another, by="dora")
    assert (without.state, held.state) == (State.WAITING, State.OFFERED)


def test_no_slot_is_kept_for_who_can_be_booked_in_none_this_month(desk):
    """It was kept from everybody until the month ended, and nobody could take it."""
    desk.allow(forms=0)
    desk.allow("usf-skylab", forms=5)
    desk.publish(days=40, first=1)
    desk.escalated(priority="high")
    other = desk.escalated(requester="bia")
    assert queries.kept_for_others(other) == 0
    assert asked_to_book(7.1) == 1
    assert verbs(other)[-1] == "book_due"
    desk.book(other, by="dora")


def test_no_mail_presses_for_slots_that_are_kept_for_a_higher_priority(desk):
    desk.allow()
    desk.escalated()
    urgent = desk.escalated(priority="urgent")
    desk.publish(days=40, first=1)
    assert asked_to_book(7.1) == 1
    assert verbs(urgent)[-1] == "book_due"
    desk.publish(days=41, first=1)
    assert asked_to_book(7.2) == 1


def test_no_mail_presses_a_unit_whose_month_is_used_up_until_the_next_begins(desk):
    """Who opened it read that the allowance of the month was used, and could only put the page away."""
    with clock.at(clock.now() + timedelta(days=33 - today().day)):  # early in a month, whenever the test is run
        desk.allow(forms=1)
        desk.publish(days=40, first=4)
        held, waits = desk.escalated(), desk.escalated()
        desk.book(held)
        assert asked_to_book(7.1) == 0
        desk.do("cancel", held, "Chuva.", by="marina")
        desk.do("requeue", held, by="marina")
        assert asked_to_book(7.2) == 1  # it has spent its form, and spends no other
        assert verbs(held)[-1] == "book_due"
        assert "book_due" not in verbs(waits)
        assert asked_to_book(31) == 2
        assert verbs(waits)[-1] == "book_due"


def test_a_unit_is_pressed_on_the_day_on_which_it_books(desk):
    desk.publish(days=40, first=4)
    request, urgent = desk.escalated(), desk.escalated(priority="urgent")
    tenth = today() + timedelta(days=10)
    desk.allow(weekday=tenth.weekday())
    assert asked_to_book(8) == 1
    assert verbs(urgent)[-1] == "book_due"  # passes on any day
    assert asked_to_book(9) == 0
    assert asked_to_book(10) == 1
    assert verbs(request)[-1] == "book_due"
    assert [asked_to_book(days) for days in (16, 17)] == [1, 1]  # the urgent one, and on its day the other


def test_a_unit_of_another_district_is_pressed_while_what_was_agreed_lasts(desk):
    with transaction():
        row = Allowance(district=unit().district, specialty_id=world.specialty().id, forms=0)
        db.session.add(row)
    desk.publish(days=40, first=4)
    desk.escalated()
    assert asked_to_book(7.1) == 0
    with transaction():
        row.forms = 1
    assert asked_to_book(7.2) == 1


def test_a_unit_for_which_nothing_was_stated_is_pressed_to_ask_for_it(desk):
    desk.publish(days=40, first=4)
    desk.escalated()
    assert asked_to_book(7.1) == 1


def test_no_mail_presses_for_slots_on_a_day_that_became_a_holiday(desk):
    desk.allow()
    request = desk.escalated()
    session = desk.publish(days=40, first=1)
    with transaction():
        holiday = calendar.add_holiday(day=session.day, name="Dia do Bairro", by=world.person("teresa"))
    with pytest.raises(Refused, match="feriado"):
        desk.do("book", request, session.slots[0].id, actions.Terms(), by="marina")
    assert asked_to_book(8) == 0
    with transaction():
        calendar.remove_holiday(holiday, by=world.person("teresa"))
    assert asked_to_book(8) == 1


def test_a_slot_on_a_day_that_became_a_holiday_keeps_nothing_for_a_higher_priority(desk, sign_in):
    """Nobody is booked in it: the one that was left went to a routine request, and the urgent one had none."""
    desk.allow()
    day = desk.publish(days=40, first=2).day
    desk.publish(days=41, first=2)
    routine, urgent = desk.escalated(), desk.escalated(priority="urgent")
    with transaction():
        calendar.add_holiday(day=day, name="Dia do Bairro", by=world.person("teresa"))
    kept, left = queries.free_slots(routine.specialty_id, "first")
    assert queries.expected_for(urgent, 1).day == day + timedelta(days=1)
    with pytest.raises(Refused, match="prioridade maior"):
        desk.do("book", routine, kept.id, actions.Terms(), by="marina")
    page = sign_in("marina").get(f"/bookings/{routine.ref}/book").get_data(as_text=True)
    assert f'value="{kept.id}"' not in page
    assert f'value="{left.id}"' in page
    desk.do("book", routine, left.id, actions.Terms(), by="marina")
    desk.do("book", urgent, kept.id, actions.Terms(), by="marina")


def test_what_is_free_is_read_from_today_on_and_not_from_all_that_ever_stayed_empty(desk, application):
    desk.allow()
    desk.publish()
    request = desk.escalated()
    with statements(application) as seen:
        clockwork.idle()
        rows = queries.free_slots(request.specialty_id, request.kind)
        queries.free_before(db.session.get_one(AgendaSlot, rows[1].id))
    used = indexes([one for one in seen if "agenda_slots" in one[0]])
    assert "ix_agenda_slots_at" in used
    assert not used & {"sqlite_autoindex_agenda_slots_1", "uq_agenda_slots_request_id"}


def test_who_waits_with_a_higher_priority_is_counted_once_and_not_for_everybody_behind(desk, application):
    """Two thousand on one list took seconds an hour, and twice as many four times as long."""
    desk.allow()
    desk.publish()
    request = desk.escalated()
    with statements(application) as seen:
        clockwork.idle()
        clockwork.idle(BookingRequest.id == request.id)
    found = [lines for statement, lines in plans(seen).items() if "counted" in statement]
    assert len(found) == 2
    assert all(any("MATERIALIZE counted" in line or "CTE counted" in line for line in lines) for lines in found)


def test_a_visit_that_was_cancelled_and_never_decided_on_is_asked_about(desk):
    desk.allow()
    desk.publish(days=9, first=1)
    request = desk.escalated()
    desk.book(request)
    desk.do("cancel", request, "Chuva.", by="marina")
    assert [asked_to_book(days) for days in (6.9, 7.1, 20)] == [0, 1, 1]
    assert told("booking.book_due", "marina") == 2


def test_a_visit_of_which_nobody_said_who_came_is_asked_for_once_a_week(desk):
    desk.allow()
    desk.publish()
    request = desk.escalated()
    booking = desk.book(request)
    found = []
    for days in (0.5, 1.1, 2, 8.5):
        with clock.at(booking.at + timedelta(days=days)):
            for due in clockwork.unmarked():
                with transaction():
                    found.append((days, clockwork.ask_for_mark(due)))
    assert found == [(1.1, 1), (8.5, 1)]
    assert told("booking.mark_due", "rosangela") == 2
    with clock.at(booking.at + timedelta(days=30)):
        desk.do("attend", request, by="rosangela")
        assert clockwork.unmarked() == []


def test_a_visit_can_be_put_off_until_its_day_is_over(desk):
    """Afterwards it was put off or called off in one press, and the absence told nowhere."""
    desk.allow()
    desk.publish()
    request = desk.escalated()
    booking = desk.book(request)
    put_off = {"move", "cancel"}
    for days, whose, doors in ((0.1, "marina", put_off), (1, "marina", set()), (1, "rosangela", {"attend", "miss"})):
        with clock.at(booking.at + timedelta(days=days)):
            who = world.person(whose)
            offered = steps.open_verbs(request, who, facts_for(request, who)) & (put_off | {"attend", "miss"})
            assert offered == doors, (days, whose)


def test_a_cancelled_session_loses_nobody(desk):
    desk.allow()
    session = desk.publish()
    request = desk.escalated()
    since = request.since
    desk.book(request)
    with transaction(session):
        assert actions.cancel_session(session, "Especialista doente.", by=world.person("rosangela")) == 1
    assert (request.state, request.since) == (State.WAITING, since)
    assert last_booking(request).ended_how == "released"
    assert told("booking.release", "marina") == 1
    assert queries.free_slots(request.specialty_id, "first") == []


def test_a_blocked_slot_loses_nobody(desk):
    desk.allow()
    desk.publish()
    request = desk.escalated()
    booking = desk.book(request)
    with transaction():
        actions.block(booking.slot, "Reunião.", by=world.person("rosangela"))
    assert request.state == State.WAITING
    with pytest.raises(Refused, match="bloqueado"):
        desk.do("book", request, booking.slot_id, actions.Terms(), by="marina")
    with transaction():
        actions.unblock(db.session.get_one(AgendaSlot, booking.slot_id), by=world.person("rosangela"))
    assert request.state == State.OFFERED


def test_who_may_not(desk):
    desk.publish()
    desk.allow()
    request = desk.escalated()
    for key in ("bia", "paulo", "teresa"):
        with pytest.raises(Refused, match="outra pessoa"):
            desk.book(request, by=key)
    assert db.session.scalars(db.select(Booking)).all() == []


def test_support_books_for_the_unit(desk):
    desk.publish()
    desk.allow()
    request = desk.escalated()
    desk.book(request, by="dora")
    assert told("booking.book", "marina") == 1

"""A promise: told at the sending, told anew when it changes by much, scored by what happened."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleconsult import clock
from teleconsult.cases import actions
from teleconsult.cases.lifecycle import State
from teleconsult.extensions import db, transaction
from teleconsult.notices.models import Notice
from teleconsult.outbox import OutboxMessage
from teleconsult.people.models import UserSpecialty
from teleconsult.routing import planning
from teleconsult.routing import promises as rules
from teleconsult.routing.plan_lines import lines_for
from teleconsult.routing.promising import Expected, Row, has_moved, is_told, share_of, told, waits
from teleconsult.shifts import actions as shifts
from teleconsult.shifts.models import Shift
from tests import world
from tests.cases import filing
from tests.routing.helping import FRIDAY, cancel, promises, sent, shift
from tests.shifts import pages_world as rooms

MONDAY = FRIDAY + timedelta(days=2, hours=15)
"""Eight in the morning in Recife."""

RECIFE = ZoneInfo("America/Recife")
moments = st.integers(0, 365 * 86400).map(lambda seconds: FRIDAY + timedelta(seconds=seconds))


@pytest.fixture
def friday(session):
    with clock.at(FRIDAY):
        yield FRIDAY


def later(session, case) -> int:
    session.rollback()
    query = db.select(db.func.count()).where(Notice.kind == "promise.later", Notice.subject == case.ref)
    return session.scalar(query.select_from(Notice))


# -- the rules


@given(moments, moments)
def test_a_time_is_told_in_quarters_and_never_too_early(first, second):
    made = told(first, second)
    assert made.median_at >= first
    assert made.ninety_at >= max(first, second)
    assert made.ninety_at >= made.median_at
    assert made.ninety_at - max(first, second) < timedelta(minutes=15)
    assert made.ninety_at.minute % 15 == made.ninety_at.second == made.ninety_at.microsecond == 0


@given(moments, moments)
def test_only_what_comes_later_is_told_and_little_is_nothing(before, after):
    if is_told(before, after, RECIFE):
        assert after > before
        assert has_moved(before, after, RECIFE)
    assert has_moved(before, after, RECIFE) == has_moved(after, before, RECIFE)
    if abs(after - before) < timedelta(hours=1):
        assert not has_moved(before, after, RECIFE)


def test_an_hour_counts_when_it_is_another_day():
    evening = datetime(2026, 11, 20, 2, 30, tzinfo=UTC)  # half past eleven at night in Recife
    assert has_moved(evening, evening + timedelta(hours=1), RECIFE)
    assert not has_moved(evening + timedelta(hours=2), evening + timedelta(hours=4), RECIFE)
    assert has_moved(evening + timedelta(hours=2), evening + timedelta(hours=5), RECIFE)


def row(**given_) -> Row:
    at = FRIDAY
    usual = {
        "case_id": 1, "round": 1, "specialty_id": 1, "made_at": at, "median_at": at + timedelta(hours=1),
        "ninety_at": at + timedelta(hours=2), "replaced_at": None, "answered_at": None, "awaited": True,
    }  # fmt: skip
    return Row(**(usual | given_))


def test_a_promise_told_anew_belongs_to_the_same_wait():
    hour = timedelta(hours=1)
    first = row(replaced_at=FRIDAY + hour)
    second = row(made_at=FRIDAY + hour, ninety_at=FRIDAY + 6 * hour, answered_at=FRIDAY + 5 * hour)
    (wait,) = waits([first, second])
    assert wait.kept(wait.first.ninety_at, FRIDAY + 9 * hour) is False
    assert wait.kept(wait.last.ninety_at, FRIDAY + 9 * hour) is True


def test_a_case_that_was_returned_begins_a_new_wait():
    hour = timedelta(hours=1)
    first = row(replaced_at=FRIDAY + hour)
    second = row(made_at=FRIDAY + 30 * hour, ninety_at=FRIDAY + 40 * hour)
    found = waits([first, second])
    assert len(found) == 2
    assert found[0].kept(first.ninety_at, FRIDAY + 31 * hour) is None


def test_what_is_open_past_its_time_was_not_kept():
    (wait,) = waits([row()])
    assert wait.kept(wait.first.ninety_at, FRIDAY + timedelta(hours=1)) is None
    assert wait.kept(wait.first.ninety_at, FRIDAY + timedelta(hours=3)) is False


@given(st.integers(0, 500), st.integers(0, 500))
def test_the_interval_of_a_share_holds_it(kept, missed):
    found = share_of(kept, kept + missed)
    assert 0 <= found.low <= found.share <= found.high <= 1 or found.of == 0


# -- told at the sending


def test_a_case_sent_on_friday_evening_is_promised_for_monday(session, friday, sign_in):
    shift("paulo", MONDAY)
    case = sent()
    (one,) = promises(case)
    assert MONDAY < one.median_at <= one.ninety_at <= MONDAY + timedelta(hours=4)
    ref = case.ref
    with clock.at(FRIDAY):
        page = sign_in("marina").get(f"/cases/{ref}").get_data(as_text=True)
    assert "Uma resposta é esperada até" in page
    assert "seg., 23 nov." in page
    assert "nove vezes em dez" in page


def test_a_holiday_after_the_weekend_is_left_out_too(session, sign_in):
    friday = datetime(2026, 10, 9, 20, 40, tzinfo=UTC)  # Monday the 12th is a national holiday
    with clock.at(friday):
        room = rooms.open_room()
        with transaction():
            shifts.load_holidays(2026, by=world.person("teresa"))
        with transaction():
            shifts.publish_series(
                room=rooms.room(room), user=world.person("paulo"), specialty=world.specialty(),
                first_day=date(2026, 10, 12), starts=rooms.EIGHT, minutes=240, rule="FREQ=WEEKLY;BYDAY=MO,WE",
                until=date(2026, 10, 30), by=world.person("teresa"),
            )  # fmt: skip
        case = sent()
        (one,) = promises(case)
        opens = rooms.at(date(2026, 10, 14), rooms.EIGHT)
        assert opens < one.median_at <= one.ninety_at <= opens + timedelta(hours=4)
        page = sign_in("marina").get(f"/cases/{case.ref}").get_data(as_text=True)
    assert "qua., 14 out." in page


def heard(key):
    """Return the kinds of the notices of one person."""
    return list(db.session.scalars(db.select(Notice.kind).where(Notice.user_id == world.person(key).id)))


def test_nobody_with_a_shift_is_said_and_no_time_is_made_up(session, friday, sign_in):
    shift("paulo", FRIDAY - timedelta(days=1))
    case = sent()
    assert promises(case) == []
    planning.replan()
    assert promises(case) == []
    page = sign_in("marina").get(f"/cases/{case.ref}").get_data(as_text=True)
    assert "Ninguém desta especialidade tem turno marcado." in page
    assert "não há hora prevista" in page
    assert heard("rosangela").count("case.no_shift") == 1


def test_where_no_calendar_is_kept_nobody_is_said_to_have_been_told(session, friday, sign_in):
    """Every consultant may claim it, and the administration hears of each request alike: it was “avisada” of nothing."""
    case = sent()
    planning.replan()
    for person in ("marina", "paulo"):
        page = sign_in(person).get(f"/cases/{case.ref}").get_data(as_text=True)
        assert "A administração foi avisada" not in page
        assert "tem turno marcado" not in page
    assert "case.no_shift" not in heard("rosangela")


def test_a_specialty_without_a_calendar_in_which_nobody_answers_is_said_too(session, friday, sign_in):
    case = sent()
    with transaction():
        db.session.execute(db.delete(UserSpecialty).where(UserSpecialty.specialty_id == case.specialty_id))
    planning.replan()
    assert "A administração foi avisada" in sign_in("marina").get(f"/cases/{case.ref}").get_data(as_text=True)
    assert heard("rosangela").count("case.no_shift") == 1


def declined_by(*keys):
    """Send a case, and let these people decline it one after the other."""
    walk = world.walk_to(State.SUBMITTED)
    for key in keys:
        walk.do("assign", to=world.person(key), why="Em turno.", by="rosangela")
        walk.do("decline", "Agenda cheia.", by=key)
    return walk.case


def test_of_a_case_that_all_have_declined_is_said_that_the_administration_was_told(session, friday, sign_in):
    """No calendar is kept in its specialty, and they were told all the same, when the last one declined."""
    shift("lia", MONDAY, slug="neurologia")
    case = declined_by("paulo", "lia")
    planning.replan()
    assert "case.nobody_left" in heard("rosangela")
    assert "A administração foi avisada" in sign_in("marina").get(f"/cases/{case.ref}").get_data(as_text=True)
    assert "case.no_shift" not in heard("rosangela")


def test_who_distributes_is_told_when_only_who_has_no_shift_did_not_decline(session, friday, sign_in):
    """“A administração foi avisada”, the page said, and nobody had told it."""
    shift("paulo", MONDAY)
    case = declined_by("paulo")
    planning.replan()
    assert "A administração foi avisada" in sign_in("marina").get(f"/cases/{case.ref}").get_data(as_text=True)
    assert "case.nobody_left" not in heard("rosangela")
    assert heard("rosangela").count("case.no_shift") == 1


def test_the_plan_confirms_what_was_told_at_once(session, friday):
    shift("paulo", MONDAY)
    cases = [sent() for _ in range(4)]
    planning.replan()
    assert [len(promises(case)) for case in cases] == [1, 1, 1, 1]
    ends = [promises(case)[0].median_at for case in cases]
    assert ends == sorted(ends)


def test_before_sending_it_says_when_the_answer_would_come(session, friday, sign_in):
    browser = sign_in("marina")
    ref = filing.begin(browser)
    filing.fill_all(browser, ref)
    assert "nove vezes em dez" not in filing.review_of(browser, ref)
    assert "não há hora prevista" not in filing.review_of(browser, ref)  # no calendar is kept
    gone = shift("paulo", MONDAY)
    page = filing.review_of(browser, ref)
    assert "Enviado agora, a resposta é esperada até seg., 23 nov." in page
    cancel(gone)
    shift("lia", FRIDAY - timedelta(days=2))
    assert "não há hora prevista" in filing.review_of(browser, ref)


# -- told anew


def test_a_shift_that_goes_moves_the_promise_and_tells(session, friday):
    shift_id = shift("paulo", MONDAY)
    shift("paulo", MONDAY + timedelta(days=2))
    case = sent()
    planning.replan()
    cancel(shift_id)
    planning.replan()
    first, second = promises(case)
    assert first.replaced_at == second.made_at
    assert second.ninety_at > MONDAY + timedelta(days=2)
    assert second.replaced_at is None
    assert later(session, case) == 1
    mail = session.scalars(db.select(OutboxMessage.payload).order_by(OutboxMessage.id.desc()).limit(1)).one()
    assert mail["params"] == {"ref": case.ref}


def test_a_promise_that_swings_between_two_days_is_told_once(session, friday):
    near, far = (Expected(FRIDAY + timedelta(days=d, hours=-2), FRIDAY + timedelta(days=d)) for d in (3, 4))
    case = sent()
    for minutes, new in enumerate((near, far, near, far, near, far)):
        with clock.at(FRIDAY + timedelta(minutes=9 * minutes)):
            assert rules.renew({case.id: case.version}, {case.id: new}, clock.now()) == 1
    assert len(promises(case)) == 6
    assert later(session, case) == 1
    farther = Expected(far.median_at + timedelta(hours=5), far.ninety_at + timedelta(hours=5))
    with clock.at(FRIDAY + timedelta(hours=2)):
        rules.renew({case.id: case.version}, {case.id: farther}, clock.now())
    assert later(session, case) == 2


def test_a_wait_that_begins_anew_forgets_what_was_told_before(session, friday):
    def tell(hours, days):
        at = FRIDAY + timedelta(days=days)
        with clock.at(FRIDAY + timedelta(hours=hours)):
            rules.renew({case.id: case.version}, {case.id: Expected(at, at)}, clock.now())

    case = sent()
    tell(0, days=3)
    tell(1, days=6)
    assert later(session, case) == 1
    with clock.at(FRIDAY + timedelta(hours=2)):
        with transaction(case):
            actions.return_(case, {"objective": "Falta o peso."}, by=world.person("rosangela"))
        with transaction(case):
            actions.submit(case, world.request(), patient=case.patient, by=world.person("marina"))
    tell(3, days=3)
    tell(4, days=5)
    assert later(session, case) == 2


def test_a_leave_and_a_swap_move_the_promise(session, friday):
    shift_id = shift("paulo", MONDAY)
    shift("paulo", MONDAY + timedelta(days=2))
    case = sent()
    planning.replan()
    paulo = world.person("paulo")
    with transaction():
        leave = shifts.take_leave(
            user=paulo, kind="leave", from_at=MONDAY - timedelta(hours=2), until_at=MONDAY + timedelta(hours=6),
            why="Consulta.", by=paulo,
        )  # fmt: skip
    planning.replan()
    assert promises(case)[-1].median_at > MONDAY + timedelta(days=2)
    assert later(session, case) == 1
    with transaction(leave):
        shifts.cancel_leave(leave, by=paulo)
    planning.replan()
    assert promises(case)[-1].median_at < MONDAY + timedelta(hours=4)
    with transaction(case):
        actions.assign(case, to=paulo, why="Em turno.", by=world.person("rosangela"))
    with transaction():
        swap = shifts.offer_swap(db.session.get(Shift, shift_id), to=None, why="Banca.", by=paulo)
    with transaction(swap):
        shifts.accept_swap(swap, by=world.person("lia"))
    planning.replan()
    # Not opened, and its consultant has no shift left before it is due: who took the shift is proposed.
    assert lines_for([case.id])[case.id].ref == world.person("lia").ref
    assert promises(case)[-1].median_at < MONDAY + timedelta(hours=4)


def test_an_earlier_answer_is_shown_and_nobody_is_disturbed(session, friday):
    shift("paulo", MONDAY + timedelta(days=2))
    case = sent()
    shift("lia", MONDAY)
    planning.replan()
    _, second = promises(case)
    assert second.ninety_at <= MONDAY + timedelta(hours=4)
    assert later(session, case) == 0


def test_what_is_in_hand_is_promised_from_the_shifts_of_who_holds_it(session, friday):
    shift("paulo", MONDAY)
    shift_id = shift("lia", MONDAY + timedelta(days=1))
    case = sent()
    with transaction(case):
        actions.assign(case, to=world.person("lia"), why="Conhece o caso.", by=world.person("rosangela"))
    planning.replan()
    assert promises(case)[-1].ninety_at > MONDAY + timedelta(days=1)
    cancel(shift_id)
    planning.replan()
    assert promises(case)[-1].ninety_at <= MONDAY + timedelta(hours=4)  # planned anew: it was not opened


def test_a_time_that_passed_is_told_anew(session, friday):
    shift("paulo", MONDAY)
    case = sent()
    planning.replan()
    shift("paulo", MONDAY + timedelta(hours=4, minutes=30), hours=2)
    with clock.at(MONDAY + timedelta(hours=4, minutes=10)):
        planning.replan()
    assert len(promises(case)) == 2


# -- scored


def test_an_answer_scores_the_promise_in_force(session, friday):
    shift("paulo", MONDAY)
    case = sent()
    walk = world.Walk(case)
    with clock.at(MONDAY + timedelta(minutes=10)):
        walk.assign()
        walk.answer()
    (one,) = promises(case)
    assert one.answered_at == MONDAY + timedelta(minutes=10)
    with clock.at(MONDAY + timedelta(hours=1)):
        walk.do("follow_up", "E se não melhorar?", by="marina")
    assert [p.round for p in promises(case)] == [1, 2]


def test_asking_for_exams_is_an_answer_and_what_is_supplied_begins_a_new_wait(session, friday):
    shift("paulo", MONDAY)
    shift("paulo", MONDAY + timedelta(days=7))
    walk = world.Walk(sent())
    walk.assign()
    with clock.at(MONDAY):
        walk.do("ask", ["Hemograma"], by="paulo")
    (one,) = promises(walk.case)
    assert one.answered_at == one.replaced_at == MONDAY
    with clock.at(MONDAY + timedelta(days=1)):
        walk.do("supply", {1: ("Normal.", "")}, by="marina")
    _, second = promises(walk.case)
    assert second.answered_at is None
    assert second.ninety_at > MONDAY + timedelta(days=7)


def test_a_returned_case_is_no_longer_promised(session, friday):
    shift("paulo", MONDAY)
    walk = world.Walk(sent())
    walk.do("return_", {"subjective": "Desde quando?"}, by="rosangela")
    (one,) = promises(walk.case)
    assert one.replaced_at is not None
    assert one.answered_at is None
    assert walk.case.state == State.RETURNED
    planning.replan()
    assert len(promises(walk.case)) == 1

"""Two people at once: one place is given once, one offer is taken once, one attendance ends once."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from teleconsult import clock
from teleconsult.cases import actions as cases
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case
from teleconsult.errors import Overtaken, Refused
from teleconsult.extensions import db, transaction
from teleconsult.people import actions as people
from teleconsult.shifts import actions, queries
from teleconsult.shifts.models import Leave, Shift, ShiftSlot
from tests.shifts.rooms import EIGHT, MONDAY, NOW, WEEK, do, held, laid, local, room, whole
from tests.world import person, specialty

QUARTER = timedelta(minutes=15)
HELD = (db.func.count(), db.func.count(db.distinct(ShiftSlot.shift_id)))


def at_once(application, *acts, at=NOW):
    """Run each act in a thread, a context and a transaction of its own; return 'done' or the kind of refusal."""
    gate, said = Barrier(len(acts)), [""] * len(acts)

    def run(number, act):
        with application.app_context(), clock.at(at):
            try:
                gate.wait()
                with transaction():
                    act()
                said[number] = "done"
            except (Refused, Overtaken) as error:
                said[number] = type(error).__name__

    threads = [Thread(target=run, args=(number, act)) for number, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    db.session.expire_all()
    return said


def publish(slug, who, what="dermatologia", **more):
    given_ = {"day": MONDAY, "starts": EIGHT, "minutes": 240} | more
    return lambda: actions.publish(
        room=queries.room_by_slug(slug), user=person(who), specialty=specialty(what), by=person("teresa"), **given_
    )


def test_the_last_workstation_is_given_once(application, session):
    slug = room(workstations=1).slug
    said = at_once(application, publish(slug, "paulo"), publish(slug, "lia"))
    assert said.count("done") == 1
    assert session.execute(db.select(*HELD)).one() == (16, 1)


def test_nobody_is_laid_into_two_rooms_at_once(application, session):
    one, two = room().slug, room(name="Sala dois").slug
    said = at_once(application, publish(one, "paulo"), publish(two, "paulo", starts=10 * 60))
    assert said.count("done") == 1
    assert session.execute(db.select(*HELD)).one() == (16, 1)


def test_an_offer_is_accepted_once(application, session):
    with transaction():
        person("helena").specialty_ids.append(specialty().id)
    shift = laid(room())
    ref = do("offer_swap", shift, to=None, why="", by="paulo").ref

    def accept(who):
        def act():
            swap = queries.swap_by_ref(ref)
            db.session.refresh(swap)
            actions.accept_swap(swap, by=person(who))

        return act

    said = at_once(application, accept("lia"), accept("helena"))
    assert sorted(said) == ["Overtaken", "done"]
    winner = ("lia", "helena")[said.index("done")]
    assert shift.user_id == person(winner).id
    assert held(shift) == whole(shift)
    assert session.scalars(db.select(ShiftSlot.user_id).distinct()).all() == [shift.user_id]


def test_one_check_out_counts(application, session):
    shift = laid(room())
    do("check_in", shift, at=local(MONDAY, 8), by="paulo")
    ref, number = shift.ref, shift.id

    def check_out():
        actions.check_out(queries.shift_by_ref(ref), by=person("paulo"))

    said = at_once(application, check_out, check_out, lambda: actions.close_forgotten(number), at=local(MONDAY, 12, 40))
    events = db.session.scalar(db.text("SELECT count(*) FROM audit_events WHERE word = 'shift.check_out'"))
    assert events == 1
    assert shift.checked_out_at is not None
    assert "done" in said


def test_a_leave_and_a_shift_inside_it_see_each_other(application, session):
    slug = room().slug

    def leave():
        actions.take_leave(
            user=person("paulo"), kind="leave", from_at=local(MONDAY, 8), until_at=local(MONDAY, 10), why="",
            by=person("teresa"),
        )  # fmt: skip

    said = at_once(application, publish(slug, "paulo"), leave)
    assert said[1] == "done"
    for shift in session.scalars(db.select(Shift)):
        assert whole(shift) - held(shift) == {local(MONDAY, 8) + QUARTER * n for n in range(8)}


def test_who_is_switched_off_keeps_no_shift_that_is_laid_at_that_moment(application, session):
    slug = room().slug
    said = at_once(application, publish(slug, "paulo"), lambda: people.switch_off(person("paulo"), by=person("teresa")))
    assert said[1] == "done"
    assert not session.scalars(db.select(ShiftSlot.at)).all()
    assert all(shift.cancelled_at for shift in session.scalars(db.select(Shift)))


def test_a_case_is_claimed_while_the_shift_is_taken_away(application, session, case_in):
    shift, case = laid(room()), case_in(State.SUBMITTED).case
    ref, number = shift.ref, case.id

    def claim():
        cases.claim(db.session.get_one(Case, number), by=person("paulo"))

    def cancel():
        actions.cancel_shift(queries.shift_by_ref(ref), why="Obras.", by=person("teresa"))

    said = at_once(application, claim, cancel, at=local(MONDAY, 9))
    assert said[1] == "done"
    assert said[0] in ("done", "Refused", "Overtaken")
    assert (case.holder_id is not None) == (said[0] == "done")


def test_a_shift_is_cancelled_or_checked_in_to_but_not_both(application, session):
    shift = laid(room())
    ref = shift.ref
    said = at_once(
        application,
        lambda: actions.check_in(queries.shift_by_ref(ref), by=person("paulo")),
        lambda: actions.cancel_shift(queries.shift_by_ref(ref), why="Obras.", by=person("teresa")),
        at=local(MONDAY, 8),
    )
    assert said.count("done") == 1
    assert (shift.checked_in_at is None) != (shift.cancelled_at is None)


WISHES = st.lists(
    st.tuples(
        st.sampled_from(["publish", "publish", "publish", "move", "cancel", "restore", "leave", "back", "swap"]),
        st.sampled_from([("paulo", "dermatologia"), ("lia", "dermatologia"), ("lia", "neurologia"), ("helena", "cardiologia")]),
        st.integers(32, 60),
        st.integers(1, 24),
        st.integers(0, 5),
    ),
    min_size=3,
    max_size=14,
)  # fmt: skip


@pytest.mark.parametrize("workstations", [1, 2])
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(wishes=WISHES)
def test_whatever_is_done_slots_tell_the_truth(kept, workstations, wishes):
    """Never two in one place, never one in two places; a live shift holds its time but for a leave, others nothing."""
    application = kept.refresh()
    with application.app_context():
        place = room(workstations=workstations)
        for wish in wishes:
            try:
                _try(place, *wish)
            except (Refused, Overtaken):
                db.session.rollback()
        _hold_to_truth(place)


def _try(place, act, who, start, length, pick):
    shifts = db.session.scalars(db.select(Shift).order_by(Shift.id)).all()
    leaves = db.session.scalars(db.select(Leave).order_by(Leave.id)).all()
    name, what = who
    when = {"day": MONDAY, "starts": start * 15, "minutes": length * 15}
    if act == "publish":
        laid(place, who=name, what=what, **when)
    elif act == "leave":
        begin = local(MONDAY, 8) + timedelta(hours=pick)
        end = begin + timedelta(minutes=10 * length)
        do("take_leave", user=person(name), kind="leave", from_at=begin, until_at=end, why="")
    elif act == "back" and leaves:
        do("cancel_leave", leaves[pick % len(leaves)])
    elif shifts and act != "back":
        shift = shifts[pick % len(shifts)]
        if act == "move":
            do("move_shift", shift, room=place, **when)
        elif act == "cancel":
            do("cancel_shift", shift, why="Obras.")
        elif act == "restore":
            do("restore_shift", shift)
        else:
            owner = db.session.get(type(shift.user), shift.user_id).email.partition("@")[0]
            do("accept_swap", do("offer_swap", shift, to=None, why="", by=owner), by=name)


def _hold_to_truth(place):
    db.session.expire_all()
    rows = db.session.execute(
        db.select(ShiftSlot.shift_id, ShiftSlot.at, ShiftSlot.user_id, ShiftSlot.workstation)
    ).all()
    assert len({(row.at, row.workstation) for row in rows}) == len({(row.at, row.user_id) for row in rows}) == len(rows)
    assert all(1 <= row.workstation <= place.workstations for row in rows)
    for shift in db.session.scalars(db.select(Shift)):
        gaps = queries.away_between([shift.user_id], shift.starts_at, shift.ends_at).get(shift.user_id, [])
        free = {at for at in whole(shift) for begin, end in gaps if begin < at + QUARTER and at < end}
        assert held(shift) == (set() if shift.cancelled_at else whole(shift) - free)
    assert [(h.weekday, h.opens, h.closes) for h in place.hours] == WEEK

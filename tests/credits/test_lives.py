"""Random months: whatever is lived, in whatever order, the sums agree, no source earns twice, and closed is closed."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import hypothesis.strategies as st
from hypothesis import HealthCheck, given, settings
from sqlalchemy import func, select

from teleconsult import clock, events
from teleconsult.cases.models import CaseEvent
from teleconsult.credits import closing, correcting, statement, versions
from teleconsult.credits import rules as r
from teleconsult.credits.models import CreditEntry, CreditMonth
from teleconsult.errors import Overtaken, Refused
from teleconsult.extensions import db, transaction
from teleconsult.shifts.models import Shift
from tests import world
from tests.credits.acts import answered, at, come, differences, leave, scheduled

BEGIN = at("2026-01-29T06:00")
"""Three days before a month's end; a life takes some weeks."""

STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "shift",
                "night",
                "answer",
                "answer",
                "come",
                "come",
                "leave",
                "leave",
                "close",
                "correct",
                "rules",
                "again",
            ]
        ),
        st.integers(0, 9),
        st.integers(10, 900),
        st.sampled_from(["paulo", "lia"]),
    ),
    min_size=6,
    max_size=22,
)


MOVES = st.sampled_from(["shift", "night", "answer", "answer", "come", "leave", "close", "correct", "again"])


class Life:
    """Two consultants and a manager, at moments that only go forward."""

    def __init__(self):
        self.now, self.shifts, self.shut = BEGIN, {"paulo": [], "lia": []}, {}

    def live(self, verb, number, minutes, who):
        self.now += timedelta(minutes=minutes)
        with clock.at(self.now):
            try:
                getattr(self, verb)(number, who)
            except (Refused, Overtaken):
                db.session.rollback()

    def shift(self, number, who, hours=4):
        starts = self.now + timedelta(minutes=7 * number)
        self.shifts[who].append([scheduled(starts, starts + timedelta(hours=hours), who), starts, "new"])

    def night(self, number, who):
        self.shift(number, who, hours=13)

    def answer(self, number, who):
        answered(self.now, who, minutes=number)

    def come(self, _number, who):
        for one in self.shifts[who]:
            if one[2] == "new" and not any(other[2] == "in" for other in self.shifts[who]):
                come(one[0], max(self.now, one[1] - timedelta(minutes=20)))
                self.now, one[2] = max(self.now, one[1] - timedelta(minutes=20)), "in"
                return

    def leave(self, number, who):
        for one in self.shifts[who]:
            if one[2] == "in":
                leave(one[0], self.now, "forgotten" if number == 0 else "person")
                one[2] = "out"
                return

    def close(self, _number, _who):
        month = r.previous_month(r.month_of(versions.today()))
        with transaction():
            closing.close(month, by=world.person("teresa"))
        self.shut[month] = rows_of(month)

    def correct(self, number, who):
        with transaction():
            mine = select(CreditEntry).where(CreditEntry.person_id == world.person(who).id).order_by(CreditEntry.id)
            found = db.session.scalars(mine.offset(number).limit(1)).first()
            if found is not None:
                correcting.correct(found, 5 * number, why="Conferido.", by=world.person("teresa"))

    def rules(self, number, _who):
        amounts = versions.rules_of(versions.every_version()[-1]).amounts()
        changed = {"opinion": 10 + number, "inside": ("shift", "work")[number % 2], "cap_day": (0, 200)[number % 2]}
        with transaction():
            versions.save_next(
                versions.today() + timedelta(days=1 + number), amounts | changed, by=world.person("teresa")
            )

    def again(self, _number, _who):
        """Everything that ever happened is told a second time."""
        with transaction():
            for event in db.session.scalars(select(CaseEvent).where(CaseEvent.verb.in_(r.VERBS))):
                events.emit(f"case.{event.verb}", case=event.case, event=event, by=event.by)
            for shift in db.session.scalars(select(Shift).where(Shift.checked_out_at.is_not(None))):
                events.emit("shift.check_out", shift=shift, by=shift.user)


def rows_of(month):
    """Return everything in a month, as it is written."""
    db.session.rollback()
    columns = CreditEntry.__table__.c
    return db.session.execute(select(*columns).where(columns.month == month).order_by(columns.id)).all()


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_a_ledger_lives_a_random_life(kept, steps):
    with kept.refresh().app_context():
        life = Life()
        for step in steps:
            life.live(*step)
        with clock.at(life.now):
            hold_together(life)


def hold_together(life):
    db.session.rollback()
    assert differences() == []
    sources = Counter(db.session.scalars(select(CreditEntry.source)))
    assert set(sources.values()) <= {1}
    for month, rows in life.shut.items():
        assert rows_of(month) == rows
        assert db.session.get(CreditMonth, month).closed_at is not None
    for who in ("paulo", "lia"):
        person = world.person(who)
        balance = 0
        for month in (date(2026, number, 1) for number in range(1, 13)):
            shown = statement.statement_of(person, month)
            lines = statement.every_line(person.id, month)
            assert shown.this.total == sum(line.minutes for line in lines)
            balance += shown.this.total
        whole = select(func.coalesce(func.sum(CreditEntry.minutes), 0)).where(CreditEntry.person_id == person.id)
        assert balance == db.session.scalar(whole)
    for entry in db.session.scalars(select(CreditEntry).where(CreditEntry.kind == "shift")):
        assert 0 <= entry.minutes <= 13 * 60


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    one=st.lists(st.tuples(MOVES, st.integers(0, 9), st.integers(10, 900)), min_size=4, max_size=10),
    other=st.lists(st.tuples(MOVES, st.integers(0, 9), st.integers(10, 900)), min_size=4, max_size=10),
)
def test_two_lives_at_once(kept, one, other):
    """Two workers: each lives a consultant's months while the other does; both close months, and tell everything again."""
    application = kept.refresh()
    lives = {"paulo": (Life(), one), "lia": (Life(), other)}

    def run(who):
        with application.app_context():
            life, steps = lives[who]
            for verb, number, minutes in steps:
                life.live(verb, number, minutes, who)

    with ThreadPoolExecutor(len(lives)) as workers:
        list(workers.map(run, lives))  # what went wrong in one is raised here
    with application.app_context():
        for life, _steps in lives.values():
            with clock.at(life.now):
                hold_together(life)

"""A replay over the record and over a simulation: the command, what it keeps, and what the management sees."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from teleconsult import clock
from teleconsult.errors import Refused
from teleconsult.extensions import db, transaction
from teleconsult.routing import queries_replay
from teleconsult.routing.models_replay import Replay
from teleconsult.routing.replay import recorded, simulated, world_of
from teleconsult.routing.replay_chart import WIDTH, bars, height
from teleconsult.routing.replay_record import Record, Row, Sat, Sent
from teleconsult.routing.simulation import Network
from tests import world
from tests.routing.helping import sent, shift

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)


def hours(number):
    return MONDAY + timedelta(hours=number)


def a_record(**changes):
    case = Sent(1, "routine", hours(9), hours(81), hours(12))
    facts = {
        "since": hours(5), "until": hours(24 * 7), "zone": UTC,
        "sent": [case, case._replace(sent_at=hours(9.3), answered_at=None), case._replace(specialty_id=2)],
        "sat": [Sat(7, 1, hours(10), hours(14)), Sat(8, 1, hours(30), hours(34))],
    }  # fmt: skip
    return Record(**(facts | changes))


def test_the_record_becomes_a_world_of_quarters_of_an_hour():
    made, cases = world_of(a_record())
    assert [case.arrives for case in made.cases] == [36, 38]
    assert len(cases) == 2, "a specialty without a shift is left out"
    assert made.shifts[:2] == ((0, 40, 56), (1, 120, 136))
    assert made.shifts[2] == (0, 40 + 672, 56 + 672), "the same roster comes again"
    assert made.duty[40] == (0,)
    assert made.duty[56] == ()


def test_what_happened_stands_beside_what_would_have():
    rows, left_out = recorded(a_record(), "ours")
    by = {row.policy: row for row in rows}
    assert list(by) == ["recorded", "ours", "edf", "fcfs", "least-wait", "fewest-late"]
    assert left_out == 1
    assert by["recorded"].late == 1, "what is still open after its target is late"
    assert by["ours"].mean == by["least-wait"].mean == 1.12
    assert by["ours"].late == 0
    assert by["recorded"].idle_minutes is None


def test_a_roster_that_can_never_read_everything_has_no_optimum():
    many = [Sent(1, "routine", hours(9), hours(81), None)] * 200
    rows, _ = recorded(a_record(sent=many), "round-robin")
    assert [row.policy for row in rows] == ["recorded", "round-robin", "edf", "fcfs"]


@pytest.mark.parametrize("changes", [{"sent": []}, {"sat": []}])
def test_a_record_of_nothing_is_refused_with_a_sentence(changes):
    with pytest.raises(Refused):
        recorded(a_record(**changes), "ours")


def test_the_bars_are_in_proportion():
    row = Row("ours", 9, 0, 1, 0, 2.0, 5.0, 10.0, 60, 0.1)
    drawn = bars([row, row._replace(p50=0.0, p90=5.0)])
    assert (drawn[0].half, drawn[0].most) == (WIDTH / 2, WIDTH)
    assert (drawn[1].half, drawn[1].most) == (1.0, WIDTH / 2)
    assert height([row, row]) > drawn[1].most_y + 12
    assert bars([]) == []


def run(application, *words):
    return application.test_cli_runner().invoke(args=["replay", *words])


def test_the_command_compares_over_the_log_and_keeps_it(application, session):
    day = clock.now().replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=3)
    shift("paulo", day)
    with clock.at(day - timedelta(hours=5)):
        sent()
    done = run(application, "--log", "--weeks", "1", "--policy", "edf")
    assert done.exit_code == 0, done.output
    assert done.output.split()[:2] == ["policy", "cases"]
    assert [line.split()[0] for line in done.output.splitlines()[1:]] == [
        "recorded", "edf", "fcfs", "least-wait", "fewest-late",
    ]  # fmt: skip
    db.session.rollback()
    kept = queries_replay.last()
    assert (kept.over, kept.detail) == ("log", "1")
    assert world.SECRET_NAME not in str(kept.rows)


def test_the_command_says_when_the_log_is_empty(application, session):
    done = run(application, "--log", "--weeks", "1")
    assert done.exit_code == 1
    assert "No cases were sent for specialties with shifts" in done.output


def test_only_the_last_replays_are_remembered(session):
    for number in range(23):
        with transaction():
            queries_replay.keep("simulation", f"{number} 0.85 50", [], 0, clock.now())
    assert db.session.scalar(db.select(db.func.count()).select_from(Replay)) == queries_replay.KEPT
    assert queries_replay.last().detail == "22 0.85 50"


def test_the_management_sees_the_chart_with_its_table(sign_in, session):
    with transaction():
        rows = [
            Row("ours", 100, 2, 10, 1, 4.0, 2.5, 30.3, 1234, 0.123),
            Row("least-wait", 100, 2, 10, 1, 3.0, 2.0, 29.0, None, None),
        ]
        queries_replay.keep("simulation", "7 0.95 50", rows, 0, clock.now())
    answer = sign_in("teresa").get("/distribution")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    for words in (
        "Esta distribuição",
        "2,5 h",
        "30,3 h",
        "1.234",
        "0,12",
        "50 consultores",
        "semente 7, carga 0,95",
        "Ideal: menor espera",
    ):
        assert words in page
    assert page.count('<rect class="a"') >= 2


def test_without_a_replay_it_says_how_to_make_one(sign_in):
    assert "flask replay" in sign_in("teresa").get("/distribution").get_data(as_text=True)
    assert sign_in("rosangela").get("/distribution").status_code == 403


@pytest.mark.parametrize("policy", ["ours", "round-robin"])
def test_a_simulation_compares_the_same(policy, monkeypatch):
    monkeypatch.setattr("teleconsult.routing.replay.Network", partial(Network, weeks=1))
    rows = simulated(policy, 3, 0.8, 10)
    assert [row.policy for row in rows] == [policy, "edf", "fcfs", "least-wait", "fewest-late"]
    assert len({row.cases for row in rows}) == 1

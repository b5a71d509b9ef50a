"""What a deadline is called, at every distance and in every state."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from teleconsult.cases.deadline import due_words
from teleconsult.cases.lifecycle import State

NOW = datetime(2026, 11, 19, 10, 45, tzinfo=ZoneInfo("America/Recife"))


def told(left: timedelta, **how) -> tuple[str, str]:
    kind, message, params = due_words(NOW + left, NOW, State.SUBMITTED, **how)
    return kind, message % params


@pytest.mark.parametrize(
    ("left", "kind", "words"),
    [
        (timedelta(hours=80), "clock", "responder em 3 dias"),
        (timedelta(hours=72), "clock", "responder em 72 h"),
        (timedelta(hours=27, minutes=59), "clock", "responder em 27 h"),
        (timedelta(hours=13, minutes=30), "clock", "responder em 13 h"),
        (timedelta(hours=8, minutes=25), "soon", "vence hoje, 19:10"),
        (timedelta(hours=8), "soon", "vence hoje, 18:45"),
        (timedelta(hours=6), "soon", "responder em 6 h"),
        (timedelta(hours=1), "soon", "responder em 1 h"),
        (timedelta(minutes=59, seconds=59), "soon", "responder em 59 min"),
        (timedelta(minutes=2), "soon", "responder em 2 min"),
        (timedelta(0), "soon", "responder em 1 min"),
        (-timedelta(seconds=1), "late", "atrasado há 1 min"),
        (-timedelta(minutes=59), "late", "atrasado há 59 min"),
        (-timedelta(hours=1), "late", "atrasado há 1 h"),
        (-timedelta(hours=3, minutes=59), "late", "atrasado há 3 h"),
        (-timedelta(hours=24), "late", "atrasado há 1 dia"),
        (-timedelta(hours=47, minutes=59), "late", "atrasado há 1 dia"),
        (-timedelta(hours=48), "late", "atrasado há 2 dias"),
        (-timedelta(days=400), "late", "atrasado há 400 dias"),
    ],
)
def test_distance_in_words(left, kind, words):
    assert told(left) == (kind, words)


def test_whoever_waits_reads_it_the_other_way_round():
    assert told(timedelta(hours=9), asker=True) == ("soon", "resposta em até 9 h")
    assert told(timedelta(days=5), asker=True) == ("clock", "resposta em até 5 dias")
    assert told(-timedelta(days=1), asker=True) == ("late", "atrasado há 1 dia")


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(hours=71, minutes=59, seconds=58), "resposta em até 72 h"),
        (timedelta(hours=70, minutes=1), "resposta em até 71 h"),
        (timedelta(minutes=20, seconds=1), "resposta em até 21 min"),
        (timedelta(days=3, seconds=1), "resposta em até 4 dias"),
    ],
)
def test_at_most_is_never_less_than_it_can_be(left, words):
    """It stood beside "Usadas 0 de 72 h"."""
    assert told(left, asker=True)[1] == words


def test_today_is_the_readers_today():
    due = datetime(2026, 11, 20, 1, 30, tzinfo=ZoneInfo("UTC"))  # 22:30 of the 19th in Recife
    assert due_words(due, NOW, State.ASSIGNED).message == "vence hoje, %(time)s"
    assert due_words(due, NOW.astimezone(ZoneInfo("UTC")), State.ASSIGNED).message == "responder em %(n)d h"


def test_what_is_soon_depends_on_the_target():
    assert told(timedelta(hours=15), soon_seconds=18 * 3600) == ("soon", "responder em 15 h")
    assert told(timedelta(hours=18), soon_seconds=18 * 3600) == ("soon", "responder em 18 h")
    assert told(timedelta(hours=18), soon_seconds=18 * 3600 - 1) == ("clock", "responder em 18 h")


def test_where_some_hours_do_not_count_the_time_of_day_is_said_however_near():
    assert told(timedelta(hours=3), counted=2 * 3600) == ("soon", "vence hoje, 13:45")
    assert told(timedelta(hours=3), counted=3 * 3600) == ("soon", "responder em 3 h")
    calm = due_words(NOW + timedelta(days=2), NOW, State.SUBMITTED, soon_seconds=3600, counted=3601)
    assert calm == ("clock", "responder até %(when)s", {"when": ""})
    assert due_words(NOW + timedelta(days=2), NOW, State.SUBMITTED, soon_seconds=3600, counted=3600).kind == "soon"


@pytest.mark.parametrize("state", [State.RETURNED, State.AWAITING_INFORMATION])
def test_a_stopped_clock_says_so(state):
    assert due_words(None, NOW, state)[:2] == ("paused", "relógio parado")


@pytest.mark.parametrize("state", [State.DRAFT, State.ANSWERED, State.IN_PERSON, State.CONCLUDED, State.CANCELLED])
def test_no_clock_no_words(state):
    for due in (None, NOW):
        assert due_words(due, NOW, state) == ("none", "", {})


def test_without_a_target_no_words():
    assert due_words(None, NOW, State.SUBMITTED) == ("none", "", {})

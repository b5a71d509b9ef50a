"""Shares and lengths of time in a few signs: what is rounded still says what is so."""

from fractions import Fraction

import pytest
from flask_babel import force_locale
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from teleconsult.bookings.absence import Rate
from teleconsult.bookings.absence_look import bars
from teleconsult.bookings.queries_absence import Group
from teleconsult.web.words import percent, short_span

MINUTE, HOUR, DAY = 60, 3600, 86400


@pytest.mark.parametrize(
    ("some", "of", "told", "in_english"),
    [
        (0, 200, "0%", "0%"),
        (1, 200, "menos de 1%", "less than 1%"),
        (2, 200, "1%", "1%"),
        (25, 200, "12%", "12%"),
        (198, 200, "99%", "99%"),
        (199, 200, "mais de 99%", "more than 99%"),
        (200, 200, "100%", "100%"),
    ],
)
def test_all_is_said_of_all_alone_and_none_of_none(application, some, of, told, in_english):
    with application.test_request_context():
        assert percent(some / of) == told
        with force_locale("en"):
            assert percent(some / of) == in_english


def test_in_a_picture_a_sign_stands_for_the_words(application):
    """The words left the picture on both sides, over the figure of the next bar."""
    with application.test_request_context():
        assert [percent(some / 200, short=True) for some in (0, 1, 199, 200)] == ["0%", "<1%", ">99%", "100%"]


def test_the_bars_of_missed_visits_have_figures_that_fit(application):
    with application.test_request_context():
        assert [bar.value for bar in bars([Group("", "", Rate(1, 200)), Group("", "", Rate(0, 0))])] == ["<1%", "–"]


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(of=st.integers(1, 3000), data=st.data())
def test_no_share_is_rounded_to_all_or_to_nothing(application, of, data):
    kept = data.draw(st.integers(0, of))
    with application.test_request_context():
        told = percent(kept / of)
    assert (told == "100%", told == "0%") == (kept == of, kept == 0)
    assert abs(Fraction(kept, of) * 100 - int(told.split()[-1].rstrip("%"))) < 1


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "1 min"),
        (59 * MINUTE + 29, "59 min"),
        (59 * MINUTE + 31, "1 h"),
        (HOUR, "1 h"),
        (47 * HOUR + 29 * MINUTE, "47 h"),
        (47 * HOUR + 31 * MINUTE, "2 dias"),
        (2 * DAY, "2 dias"),
        (-59 * MINUTE - 31, "1 h"),
    ],
)
def test_what_makes_one_of_the_next_unit_is_said_in_it(application, seconds, told):
    """Half a minute before the hour was “60 min”, and half an hour before the second day “48 h”."""
    with application.test_request_context():
        assert short_span(seconds) == told

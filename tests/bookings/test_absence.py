"""Shares of missed visits and how sure they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleconsult.bookings.absence import PRIOR_RATE, Rate, pooled, wilson

counts = st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def test_the_interval_is_the_one_of_the_textbook():
    # Newcombe 1998, Statistics in Medicine 17:857, table I, method 3 (Wilson without correction).
    for hits, of, low, high in (
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ):
        assert wilson(hits, of) == pytest.approx((low, high), abs=5e-5)


@given(counts)
def test_the_interval_holds_the_share_and_stays_a_share(seen):
    rate = Rate(*seen)
    low, high = rate.interval
    assert 0 <= low <= rate.share + 1e-12
    assert rate.share - 1e-12 <= high <= 1


@given(counts, st.integers(2, 9))
def test_more_visits_of_the_same_share_make_it_surer(seen, times):
    missed, visits = seen
    low, high = wilson(missed, visits)
    nearer, farther = wilson(missed * times, visits * times)
    assert farther - nearer < high - low


@given(counts)
def test_what_is_planned_with_lies_between_what_was_assumed_and_what_was_seen(seen):
    rate = Rate(*seen)
    assert min(PRIOR_RATE, rate.share) - 1e-12 <= rate.expected <= max(PRIOR_RATE, rate.share) + 1e-12


def test_nothing_seen_says_nothing():
    assert Rate(0, 0).share is None
    assert Rate(0, 0).interval == (0, 1)
    assert Rate(0, 0).expected == PRIOR_RATE


def test_impossible_counts_are_refused():
    for missed, visits in ((3, 2), (-1, 2)):
        with pytest.raises(ValueError, match="of"):
            wilson(missed, visits)


def test_groups_are_put_together():
    assert pooled([Rate(1, 4), Rate(2, 6)]) == Rate(3, 10)

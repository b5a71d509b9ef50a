"""Fields that the calendar's forms share."""

from typing import Any

from teleconsult.shifts.asked import FIRST_YEAR, LAST_YEAR
from teleconsult.web.dates import DayField
from teleconsult.web.messages import gettext as _


class CalendarDay(DayField):
    """A day that the calendar can be turned to."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, near=True, **kwargs)

    def process_formdata(self, valuelist: Any) -> None:
        """Read what was typed; a day of a year out of reach is a slip of the hand."""
        super().process_formdata(valuelist)
        if self.data is not None and not FIRST_YEAR <= self.data.year <= LAST_YEAR:
            self.data = None
            raise ValueError(_("Confira o ano: use um de %(first)d a %(last)d.", first=FIRST_YEAR, last=LAST_YEAR))

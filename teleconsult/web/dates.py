"""Dates and times of day as people type them, in forms.

A browser that draws a calendar or a clock sends what it chose; an older one, and a reader of the screen's own field, send
what was typed.
"""

from typing import Any

from wtforms import DateField, TimeField

from teleconsult import clock
from teleconsult.errors import Refused
from teleconsult.typed import read_clock, read_day, read_day_near
from teleconsult.web.words import local, say


class DayField(DateField):
    """A date; what was typed stays in the field when it is none.

    Where `near`, the year may be left out: it is a day of about now, not of somebody's life.
    """

    def __init__(self, *args: Any, near: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.near = near

    def process_formdata(self, valuelist: Any) -> None:
        """Read what was typed, in the Brazilian or the ISO order."""
        text = " ".join(valuelist or ()).strip()
        self.raw_data = [text]
        self.data = None
        try:
            self.data = self._read(text) if text else None
        except Refused as refusal:
            raise ValueError(say(refusal)) from refusal

    def _read(self, text: str) -> Any:
        if not self.near:
            return read_day(text, self.name)
        return read_day_near(text, local(clock.now()).date(), self.name)


class HourField(TimeField):
    """A time of day; what was typed stays in the field when it is none."""

    def process_formdata(self, valuelist: Any) -> None:
        """Read what was typed: '8:00', '8h30', '0830'."""
        text = " ".join(valuelist or ()).strip()
        self.raw_data = [text]
        self.data = None
        try:
            self.data = read_clock(text, self.name) if text else None
        except Refused as refusal:
            raise ValueError(say(refusal)) from refusal

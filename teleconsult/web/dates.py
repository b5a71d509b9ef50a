"""Dates as people type them, in forms."""

from typing import Any

from wtforms import DateField

from teleconsult.errors import Refused
from teleconsult.typed import read_day
from teleconsult.web.words import say


class DayField(DateField):
    """A date; what was typed stays in the field when it is none."""

    def process_formdata(self, valuelist: Any) -> None:
        """Read what was typed, in the Brazilian or the ISO order."""
        text = " ".join(valuelist or ()).strip()
        self.raw_data = [text]
        self.data = None
        try:
            self.data = read_day(text, self.name) if text else None
        except Refused as refusal:
            raise ValueError(say(refusal)) from refusal

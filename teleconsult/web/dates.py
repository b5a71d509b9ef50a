"""Dates as people type them."""

import re
from datetime import date
from typing import Any

from flask_babel import gettext
from wtforms import DateField

_BRAZIL = re.compile(r"(\d{1,2})[/.\-\s](\d{1,2})[/.\-\s](\d{4})")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")


def parse_day(text: str) -> date | None:
    """Return the date of '14/03/1979', '14.3.1979', '14031979' or '1979-03-14'; None when it is no date."""
    text = text.strip()
    if re.fullmatch(r"\d{8}", text):
        text = f"{text[:2]}/{text[2:4]}/{text[4:]}"
    found = _BRAZIL.fullmatch(text)
    parts = found.groups()[::-1] if found else (m.groups() if (m := _ISO.fullmatch(text)) else None)
    try:
        return date(*(int(part) for part in parts)) if parts else None
    except ValueError:
        return None


class DayField(DateField):
    """A date; what was typed stays in the field when it is none."""

    def process_formdata(self, valuelist: Any) -> None:
        """Read what was typed, in the Brazilian or the ISO order."""
        text = " ".join(valuelist or ()).strip()
        self.raw_data = [text]
        self.data = parse_day(text) if text else None
        if text and self.data is None:
            raise ValueError(gettext("Escreva a data assim: 14/03/1979."))

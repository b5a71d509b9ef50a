"""The words on the screen, in the language of whoever reads them."""

import re
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

import config

PORTUGUESE, ENGLISH = "pt_BR", "en"


@cache
def _catalogue(language: str) -> Catalog:
    place = Path(config.ROOT, "teleconsult", "translations", language, "LC_MESSAGES", "messages.po")
    with place.open("rb") as source:
        return read_po(source, locale=language)


class Say:
    """Turns the product's message ids, which are Portuguese, into what a reader of `language` sees."""

    def __init__(self, language: str = PORTUGUESE) -> None:
        self.language = language

    def __call__(self, message: str, **params: object) -> str:
        text = message if self.language == PORTUGUESE else self._translated(message)
        return text % params if params else text

    def _translated(self, message: str) -> str:
        found = _catalogue(self.language).get(message)
        assert found is not None, f"not in the catalogue: {message}"
        assert isinstance(found.string, str)
        return found.string

    def like(self, message: str) -> re.Pattern[str]:
        """Return a pattern of the message with anything in its places: "Salvo às %(time)s" fits "Salvo às 14:02"."""
        parts = re.split(r"%\(\w+\)[sd]", self(message))
        return re.compile(".+".join(map(re.escape, parts)))

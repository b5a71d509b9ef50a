"""What a search for a problem or a diagnosis offers where no script shows it as one types."""

from collections.abc import Collection

from teleconsult.coding.search import find_near
from teleconsult.web.messages import gettext as _


def offers(query: str, lang: str) -> list[dict[str, str]] | None:
    """Return what was found, as macros/combo.html shows it; the words themselves are the last choice, None without any."""
    words = query.strip()
    if not words:
        return None
    near = _("parecido com o que você escreveu")
    found = [
        {"value": hit.value, "label": hit.label, "hint": near if hit.near else ""}
        for hit in find_near(words, lang=lang)
    ]
    return [*found, {"value": words, "label": _("Usar “%(text)s” como está", text=words)}]


def left_in(query: str, chosen: Collection[str], lang: str) -> str:
    """Return the words of a search of which nothing was chosen, '' if there are none: going on, they would be lost."""
    words = query.strip()
    return words if {one["value"] for one in offers(words, lang) or ()}.isdisjoint(chosen) else ""


def not_in(words: str) -> str:
    """Say why one does not go on."""
    return _("“%(text)s” ainda não foi incluído: escolha na lista, use como está, ou apague.", text=words)

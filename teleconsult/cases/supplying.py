"""Two windows on one list of what was asked: what is saved in one is not written over with what the other still shows.

To keep an answer changes neither the case nor its version, so each item carries a mark of what its page showed of it.
"""

from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from teleconsult.cases.models_opinion import InformationItem
from teleconsult.web.messages import gettext as _


def mark_of(answer: str, why_not: str) -> str:
    """Return a short mark of an item's answer; however its lines ended."""
    return sha256("\0".join(" ".join(text.split()) for text in (answer, why_not)).encode()).hexdigest()[:16]


def reconcile(form: Any, items: Iterable[InformationItem], *, whole: bool) -> bool:
    """Hold a posted form against what is kept now; tell whether it can go on as it was posted.

    What was saved elsewhere and not touched here is taken. Where both windows wrote, both texts are shown and the next
    press decides. Nothing is sent to the consultant (`whole`) that its sender has not seen.
    """
    good = True
    for item in items:
        answer, why_not, shown = (form[f"{part}_{item.number}"] for part in ("answer", "why_not", "shown"))
        kept, typed = mark_of(item.answer, item.why_not), mark_of(answer.data or "", why_not.data or "")
        before, shown.data = shown.data or kept, kept
        if kept in (before, typed):
            continue
        if typed == before:
            answer.data, why_not.data = item.answer, item.why_not
            if not whole:
                continue
            answer.errors = [_("Este item foi salvo em outra janela depois que esta página abriu: confira e envie.")]
        else:
            there = item.answer or item.why_not or _("nada")
            answer.errors = [
                _("Este item foi salvo em outra janela enquanto você escrevia. Lá está: “%(text)s”.", text=there)
            ]
        good = False
    return good

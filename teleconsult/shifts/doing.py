"""How the calendar's forms act: a refusal, or that somebody was faster, is said on the form, and nothing typed is lost."""

from collections.abc import Callable
from typing import Any

from flask import flash, render_template

from teleconsult.errors import Overtaken, Refused
from teleconsult.extensions import transaction
from teleconsult.web import BaseForm, say, show_overtaken, show_refusal, twice
from teleconsult.web.messages import gettext as _

Answer = str | tuple[str, int]

ALIASES = {
    "user": ("who", "person"),
    "specialty": ("who",),
    "rule": ("every",),
    "minutes": ("ends",),
    "from": ("first",),
    "until": ("last",),
    "day": ("first",),
}
"""Fields of the actions → the fields of forms that hold them."""


def done(form: BaseForm, act: Callable[[], object], subject: Any = None) -> bool:
    """Act inside a transaction and tell whether it worked; the form says why not. With a subject, hold to its version.

    It may be acted twice (see `twice`): the last is the one that counts.
    """
    version = form["version"] if subject is not None else None
    try:
        twice(act, subject, version.data if version is not None else None)
    except Refused as refusal:
        refuse(form, refusal)
    except Overtaken:
        if version is not None:
            version.data = str(subject.version)
        show_overtaken(form, faster())
    else:
        return True
    return False


def refuse(form: BaseForm, refusal: Refused) -> None:
    """Say a refusal on the form, at the field that holds what it is about."""
    if refusal.field and refusal.field not in form:
        refusal.field = next((name for name in ALIASES.get(refusal.field, ()) if name in form), None)
    show_refusal(form, refusal)


def pressed(act: Callable[[], object], subject: Any = None, version: str | None = None) -> bool:
    """Act on a press that has no form to come back to; a refusal is said as a warning on the page that follows."""
    try:
        with transaction(subject, version):
            act()
    except Refused as refusal:
        flash(say(refusal), "warning")
    except Overtaken:
        flash(faster(), "warning")
    else:
        return True
    return False


def faster() -> str:
    """Return what is said when somebody else changed the same thing in the meantime."""
    return _("Outra pessoa mudou a escala enquanto você decidia. Confira como está agora e tente de novo.")


def shown(template: str, form: Any, **more: Any) -> Answer:
    """Show a form again with what was typed; 422 when something is to be put right."""
    page = render_template(template, form=form, **more)
    return (page, 422) if form.errors else page


def told(text: str, label: str = "", url: str = "") -> None:
    """Say what was done, with the way back if there is one."""
    message: Any = {"text": text, "action": {"label": label, "url": url, "post": True}} if url else text
    flash(message)

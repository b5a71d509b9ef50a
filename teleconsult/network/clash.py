"""Somebody was faster at a unit, a specialty or the targets: who it was, and at each field what is saved now."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from wtforms import BooleanField, SelectField

from teleconsult import audit
from teleconsult.audit import AuditEvent
from teleconsult.extensions import db
from teleconsult.network import settings, source_words
from teleconsult.network.forms import OWN, TargetsForm, spans_of, written_week
from teleconsult.network.models import HealthUnit, Specialty
from teleconsult.people.faster import own_window
from teleconsult.people.models import User
from teleconsult.web import VersionedForm, show_overtaken
from teleconsult.web.messages import gettext as _
from teleconsult.web.words import localtime

WORDS = {
    HealthUnit: ("unit.create", "unit.change", "unit.close", "unit.reopen"),
    Specialty: ("specialty.create", "specialty.change"),
}


def show_clash(form: VersionedForm, subject: HealthUnit | Specialty) -> None:
    """Say on a form who was faster and, at each field that differs, what is saved; what was typed stays in the field.

    The form takes the version that is shown with it: who saves again has seen what is replaced.
    """
    form.version.data = str(subject.version)
    _say(form, last_change(WORDS[type(subject)], subject.slug))
    _mark(form, {field.name: getattr(subject, field.name, field.object_data) for field in form})


def show_times_clash(form: TargetsForm) -> None:
    """Say the same on the form of the targets, which is based on all that is set there at once."""
    counting = settings.counting()
    form.version.data, form.sure.data = settings.stamp(), ""  # what it does to the open cases is said anew
    _say(form, last_change(("targets.change",)))
    saved: dict[str, Any] = {**settings.target_hours(), **settings.every_window(), **written_week(counting)}
    same = {f"day_{day}" for day in range(7) if form.spans_of(day) == spans_of(counting, day)}
    _mark(form, {name: value for name, value in saved.items() if name not in same})


def _mark(form: VersionedForm, saved: Mapping[str, Any]) -> None:
    for field in form:
        if field.name in saved and field.name not in OWN and _plain(field.data) != _plain(saved[field.name]):
            now = _("Está salvo agora: “%(text)s”", text=_shown(field, saved[field.name]))
            field.errors = [*field.errors, now]


def last_change(words: Sequence[str], slug: str = "") -> tuple[User, datetime] | None:
    """Return who made the last of these changes and when, as the record of the system has it; not every change is in it."""
    query = (
        select(User, AuditEvent.at)
        .join(User, User.id == AuditEvent.user_id)
        .where(AuditEvent.subject == audit.fitting(slug), AuditEvent.word.in_(words))
        .order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
        .limit(1)
    )
    last = db.session.execute(query).one_or_none()
    return (last[0], last[1]) if last is not None else None


def _say(form: VersionedForm, last: tuple[User, datetime] | None) -> None:
    own = own_window(last)
    show_overtaken(form, own or _faster(last), own=bool(own))


def _faster(last: tuple[User, datetime] | None) -> str:
    if last is None:
        return _("Outra pessoa mudou este registro enquanto você escrevia. Confira e salve de novo para valer o seu.")
    return _(
        "Este registro mudou enquanto você escrevia: a última mudança é de %(name)s, %(when)s. Confira os campos "
        "marcados e salve de novo para valer o seu.",
        name=last[0].full_name,
        when=localtime(last[1]),
    )


def _plain(value: Any) -> Any:
    """Return a value as values are compared: nothing is an empty text, and a line ends in one way."""
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else "" if value is None else value


def _shown(field: Any, saved: Any) -> str:
    if isinstance(field, BooleanField):
        return _("Sim") if saved else _("Não")
    if isinstance(field, SelectField):
        choices: Any = field.iter_choices()  # its stubs are of an older release
        saved = next((choice.label for choice in choices if choice.value == (saved or "")), saved)
    return source_words.shown(str(saved or _("(vazio)")))

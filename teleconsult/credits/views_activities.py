"""Teleconferences and education of requesters, kept by the managers with their attendance lists."""

from datetime import date, datetime, time
from typing import Any

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as Answer
from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its stubs are of an older release
from wtforms.validators import DataRequired, InputRequired, Length

from teleconsult.credits import activities, words
from teleconsult.credits.activities import KIND_WORDS, Written
from teleconsult.credits.forms import LengthField
from teleconsult.credits.late import too_late
from teleconsult.credits.models_activities import CreditActivity
from teleconsult.credits.views_desk import bp
from teleconsult.errors import Overtaken, Refused
from teleconsult.extensions import transaction
from teleconsult.people.access import Permission
from teleconsult.people.gate import current_user, requires
from teleconsult.shifts.fields import CalendarDay
from teleconsult.web import VersionedForm, _l, page_by_key, say, show_refusal
from teleconsult.web.dates import HourField
from teleconsult.web.messages import gettext as _
from teleconsult.web.words import local, zone

BY_TIME = ((CreditActivity.starts_at, True), (CreditActivity.id, True))


class ActivityForm(VersionedForm):
    """An activity and who was there."""

    kind = SelectField(_l("Tipo"))
    title = StringField(_l("Tema"), [DataRequired(_l("Escreva o tema.")), Length(max=120)])
    day = CalendarDay(_l("Dia"), [InputRequired(_l("Escreva o dia."))])
    time = HourField(_l("Começo"), [InputRequired(_l("Escreva a hora do começo."))])
    minutes = LengthField(_l("Duração em minutos"), [InputRequired(_l("Escreva a duração em minutos."))])
    giver = StringField(_l("Quem ministrou: e-mail ou código"), [Length(max=254)])
    people = TextAreaField(_l("Quem esteve presente: um e-mail ou código por linha"), [Length(max=20000)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [SelectChoice(value, _(word)) for value, word in KIND_WORDS.items()]

    def written(self) -> Written:
        """Return what was typed.

        Raises:
            Refused: a line names nobody.
        """
        givers = activities.people_called(self.giver.data or "", "giver")
        starts = datetime.combine(self.day.data or date.min, self.time.data or time.min, zone())
        return Written(
            self.kind.data, self.title.data or "", starts, self.minutes.data or 0, givers[0] if givers else None,
            activities.people_called(self.people.data or "", "people"),
        )  # fmt: skip


@bp.get("/activities")
@requires(Permission.MANAGE_CREDITS)
def all_activities() -> str:
    """List activities, newest first."""
    page = page_by_key(activities.listed(), BY_TIME)
    return render_template("credits/activities.html", page=page, kinds=KIND_WORDS, words=words)


@bp.route("/activities/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_CREDITS)
def new_activity() -> str | Answer | tuple[str, int]:
    """Write an activity down."""
    return _edit(None, ActivityForm())


@bp.route("/activities/<ref>/edit", methods=["GET", "POST"])
@requires(Permission.MANAGE_CREDITS)
def edit_activity(ref: str) -> str | Answer | tuple[str, int]:
    """Change an activity whose hours are not recorded yet."""
    found = activities.activity_called(ref)
    here = local(found.starts_at)
    people = activities.people_of(found)
    form = ActivityForm(
        version=found.version, kind=found.kind, title=found.title, day=here.date(), time=here.time(),
        minutes=found.minutes, giver=found.giver.email if found.giver else "",
        people="\n".join(person.email for person in people),
    )  # fmt: skip
    return _edit(found, form)


def _edit(found: CreditActivity | None, form: ActivityForm) -> str | Answer | tuple[str, int]:
    if form.validate_on_submit():
        try:
            with transaction(found, form.version.data if found else None):
                ref = activities.save(found, form.written(), by=current_user).ref
        except Refused as refusal:
            show_refusal(form, refusal)
        except Overtaken:
            if found is None:
                raise
            return too_late(form, url_for("credits_desk.activity", ref=found.ref), found.recorded_by_id)
        else:
            return redirect(url_for("credits_desk.activity", ref=ref))
    page = render_template("credits/activity_form.html", form=form, found=found)
    return (page, 422) if form.errors else page


@bp.route("/activities/<ref>", methods=["GET", "POST"])
@requires(Permission.MANAGE_CREDITS)
def activity(ref: str) -> str | Answer | tuple[str, int]:
    """Show an activity with its attendance list; posting records its hours."""
    found = activities.activity_called(ref)
    form = VersionedForm(version=found.version)
    sentence = ""
    if form.validate_on_submit():
        try:
            with transaction(found, form.version.data):
                activities.record(found, by=current_user)
        except Refused as refusal:
            sentence = say(refusal)
        else:
            flash(_("As horas foram lançadas."))
            return redirect(url_for("credits_desk.activity", ref=ref))
    page = render_template(
        "credits/activity.html", found=found, people=activities.people_of(found), kinds=KIND_WORDS, form=form, sentence=sentence,
        words=words, own=activities.OWN if activities.is_own(found, current_user) else "",
    )  # fmt: skip
    return (page, 422) if sentence else page

"""The reference guide, for everybody; units, specialties, targets and windows, for the management."""

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from teleconsult import clock, events
from teleconsult.errors import Overtaken, Refused
from teleconsult.extensions import transaction
from teleconsult.network import actions, alternatives, directory, settings, source_words
from teleconsult.network.clash import show_clash, show_times_clash
from teleconsult.network.directory import GuideFilter
from teleconsult.network.forms import SpecialtyForm, TargetsForm, UnitForm, written_week
from teleconsult.network.models import HealthUnit, Specialty
from teleconsult.people import queries as people
from teleconsult.people.access import Permission, Role
from teleconsult.people.confirm import ask
from teleconsult.people.gate import acting_role, current_user, requires
from teleconsult.people.models import User
from teleconsult.web import VersionedForm, show_overtaken, show_refusal, twice
from teleconsult.web.messages import gettext as _
from teleconsult.web.words import in_language

bp = Blueprint("network", __name__)
bp.add_app_template_filter(alternatives.shown, "alternative")
bp.add_app_template_filter(source_words.shown, "of_the_source")

ALL = 500
"""Units on a printed guide."""


@events.panel("nav", order=60)
def _guide_item(user: User) -> dict[str, Any] | None:
    if Permission.READ_GUIDE not in user.permissions or acting_role() == Role.MANAGER:
        return None  # the management comes to it from the network's own screens: five items are enough
    current = (request.endpoint or "").startswith("network.guide")
    return _item(_("Guia"), "book", url_for("network.guide"), current)


@events.panel("nav", order=40)
def _network_item(user: User) -> dict[str, Any] | None:
    if Permission.MANAGE_NETWORK not in user.permissions or acting_role() != Role.MANAGER:
        return None
    endpoint = request.endpoint or ""
    current = endpoint.startswith("network.") and not endpoint.startswith("network.guide")
    return _item(_("Rede"), "building", url_for("network.units"), current)


def _item(label: str, icon: str, url: str, current: bool) -> dict[str, Any]:
    return {"label": label, "icon": icon, "url": url, "count": 0, "count_new": False, "current": current}


def _words(name: str = "q") -> str:
    return request.args.get(name, "")[:100].strip()


def _asked() -> GuideFilter:
    return GuideFilter(_words(), _words("neighbourhood"), _words("specialty"))


@bp.get("/guide")
@requires(Permission.READ_GUIDE)
def guide() -> str:
    """Show where each thing is done: units by name, and specialties with where to turn."""
    return render_template("network/guide.html", **_guide(directory.GUIDE_SIZE))


@bp.get("/guide/print")
@requires(Permission.READ_GUIDE)
def guide_print() -> str:
    """Show the same on paper, all of it."""
    return render_template("network/guide_print.html", now=clock.now(), **_guide(ALL))


def _guide(size: int) -> dict[str, Any]:
    asked = _asked()
    return {
        "asked": asked,
        "filters": {"q": asked.words, "neighbourhood": asked.neighbourhood, "specialty": asked.specialty},
        "page": directory.guide_units(asked, size),
        "specialties": directory.guide_specialties(asked),
        "neighbourhoods": directory.neighbourhoods(),
        "choices": directory.specialty_choices(),
        "kinds": directory.UNIT_KINDS,
        "reference_words": directory.REFERENCE_WORDS,
    }


@bp.get("/units")
@requires(Permission.MANAGE_NETWORK)
def units() -> str:
    """List the units, closed ones too."""
    page = directory.units_page(_words())
    return render_template("network/units.html", page=page, words=_words(), kinds=directory.UNIT_KINDS)


@bp.route("/units/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_NETWORK)
def new_unit() -> str | Response | tuple[str, int]:
    """Add a unit."""
    form = UnitForm()
    if form.validate_on_submit() and _done(form, lambda: actions.create_unit(form.values(), by=current_user)):
        flash(_("Unidade criada."))
        return redirect(url_for("network.units"))
    return _form("network/unit_form.html", form, unit=None)


@bp.route("/units/<slug>/edit", methods=["GET", "POST"])
@requires(Permission.MANAGE_NETWORK)
def edit_unit(slug: str) -> str | Response | tuple[str, int]:
    """Change a unit."""
    unit = directory.unit_by(slug)
    form = UnitForm(obj=unit)
    change = partial(actions.edit_unit, unit, by=current_user)
    if form.validate_on_submit() and _done(form, lambda: change(form.values()), unit):
        flash(_("Unidade salva."))
        return redirect(url_for("network.units"))
    return _form("network/unit_form.html", form, unit=unit, holds=events.panels("unit.holds", unit=unit))


@bp.post("/units/<slug>/close", endpoint="close_unit", defaults={"verb": "close_unit"})
@bp.post("/units/<slug>/reopen", endpoint="reopen_unit", defaults={"verb": "reopen_unit"})
@requires(Permission.MANAGE_NETWORK)
def close_or_reopen_unit(slug: str, verb: str) -> Response:
    """Close a unit, or open it again."""
    unit = directory.unit_by(slug)
    with transaction(unit, request.form.get("version")):
        getattr(actions, verb)(unit, by=current_user)
    flash(_("Unidade fechada.") if verb == "close_unit" else _("Unidade aberta de novo."))
    return redirect(url_for("network.edit_unit", slug=slug))


@bp.get("/specialties")
@requires(Permission.MANAGE_NETWORK)
def specialties() -> str:
    """List specialties, programmes and services."""
    return render_template(
        "network/specialties.html",
        page=directory.specialties_page(_words()),
        words=_words(),
        categories=directory.SPECIALTY_CATEGORIES,
        reference_words=directory.REFERENCE_WORDS,
    )


@bp.route("/specialties/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_NETWORK)
def new_specialty() -> str | Response | tuple[str, int]:
    """Add a specialty."""
    form = SpecialtyForm(consultants=[], teleconsult=True)
    if form.validate_on_submit() and _done(form, lambda: actions.create_specialty(form.values(), by=current_user)):
        flash(_("Especialidade criada."))
        return redirect(url_for("network.specialties"))
    return _form("network/specialty_form.html", form, specialty=None)


@bp.route("/specialties/<slug>/edit", methods=["GET", "POST"])
@requires(Permission.MANAGE_NETWORK)
def edit_specialty(slug: str) -> str | Response | tuple[str, int]:
    """Change a specialty."""
    specialty = directory.specialty_by(slug)
    backup = directory.backup_of(specialty)
    form = SpecialtyForm(obj=specialty, consultants=people.consultants_of(specialty.id), present=backup)
    change = partial(actions.edit_specialty, specialty, by=current_user)
    if "back" not in request.form and form.validate_on_submit():
        if backup is not None and form.clears_backup_of(specialty) and "sure" not in request.form:
            return _ask_to_clear(specialty, backup)
        if _done(form, lambda: change(form.values()), specialty):
            flash(_("Especialidade salva."))
            return redirect(url_for("network.specialties"))
    return _form("network/specialty_form.html", form, specialty=specialty)


def _ask_to_clear(specialty: Specialty, backup: User) -> str:
    """Say what it does to have no backup consultant any more; both ways on carry the whole form."""
    typed = [(name, value) for name, value in request.form.items(multi=True) if name not in ("csrf_token", "back")]
    names = {"name": backup.full_name, "specialty": in_language(specialty.name_pt, specialty.name_en)}
    told = [_("Quando um caso ficar parado, ninguém será proposto até a gerência escolher outra pessoa.")]
    question = _("Tirar %(name)s e deixar %(specialty)s sem consultor substituto?", **names)
    return ask(question, told, yes=_("Salvar"), back={"name": "back", "label": _("Voltar ao formulário")}, fields=typed)


@bp.route("/targets", methods=["GET", "POST"])
@requires(Permission.MANAGE_TARGETS)
def targets() -> str | Response | tuple[str, int]:
    """Set the hours to the first opinion, how they count, and the windows in days; what it changes is said before."""
    present = settings.counting()
    kept = {**settings.target_hours(), **settings.every_window(), **written_week(present)}
    form = TargetsForm(data={**kept, "version": settings.stamp()})
    if not form.validate_on_submit():
        return _form("network/targets.html", form, effect=_effect(present, present, settings.target_hours()))
    if form.version.data != settings.stamp():  # before what is no longer so is said of the open cases
        show_times_clash(form)
        return _form("network/targets.html", form, effect=_effect(present, present, settings.target_hours()))
    wanted, effect = form.counting(), _effect(present, form.counting(), form.hours())
    if effect.cases and form.sure.data != repr(wanted):
        form.sure.data = repr(wanted)
        return _form("network/targets.html", form, effect=effect)
    change = partial(actions.set_times, based_on=form.version.data or "", by=current_user)
    if _done(form, lambda: change(form.hours(), form.days(), wanted)):
        flash(_("Prazos salvos. Valem para os relógios que começam a partir de agora."))
        return redirect(url_for("network.targets"))
    present = settings.counting()
    return _form("network/targets.html", form, effect=_effect(present, present, settings.target_hours()))


def _effect(before: settings.Counting, after: settings.Counting, hours: dict[str, int]) -> Any:
    """Return what another way of counting will do to the open cases, as the floor of the cases says it."""
    return events.panels("network.counting", before=before, after=after, hours=hours)[0]


def _done(form: VersionedForm, change: Callable[[], object], subject: HealthUnit | Specialty | None = None) -> bool:
    """Make the change; a refusal, or that somebody was faster, is said on the form, and nothing typed is lost."""
    try:
        twice(change, subject, form.version.data if subject is not None else None)
    except Refused as refusal:
        show_refusal(form, refusal)
    except Overtaken:
        if subject is not None:
            show_clash(form, subject)
        elif isinstance(form, TargetsForm):
            show_times_clash(form)
        else:
            show_overtaken(
                form,
                _("Outra pessoa mudou este registro enquanto você escrevia. Confira e salve de novo para valer o seu."),
            )
    else:
        return True
    return False


def _form(template: str, form: Any, **more: Any) -> str | tuple[str, int]:
    """Show a form again with what was typed; 422 when something is to be put right."""
    page = render_template(template, form=form, **more)
    return (page, 422) if form.errors else page

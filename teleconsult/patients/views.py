"""Patients for those who look after the records: searching, one record with its cases, joining two and parting them.

What is searched for is posted: no name and no number stands in an address.
"""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from wtforms import HiddenField, SearchField, SelectMultipleField, TextAreaField
from wtforms.validators import DataRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from teleconsult import audit, events
from teleconsult.errors import NotFound, Overtaken, Refused
from teleconsult.extensions import transaction
from teleconsult.patients import merging, queries
from teleconsult.patients.correcting import correct
from teleconsult.patients.forms import RecordForm
from teleconsult.patients.matching import compare
from teleconsult.patients.models import Patient
from teleconsult.patients.words import pairs_of, sentences_of
from teleconsult.people.access import Permission, Role
from teleconsult.people.gate import acting_role, current_user, requires
from teleconsult.people.models import User
from teleconsult.web import BaseForm, Page, VersionedForm, _l, page_by_key, show_refusal
from teleconsult.web.messages import gettext as _

bp = Blueprint("patients", __name__, url_prefix="/patients")
LONGEST_QUERY = 120


class SearchForm(BaseForm):
    """A name, a CNS, a CPF or a reference."""

    q = SearchField(_l("Nome, CNS ou CPF"), [Length(max=LONGEST_QUERY)])


class MergeForm(VersionedForm):
    """Two records seen side by side, the versions that were seen, and why they are one person."""

    other_version = HiddenField()
    reason = TextAreaField(_l("Por que são a mesma pessoa"), [DataRequired(_l("Escreva o motivo.")), Length(max=1000)])


class UnmergeForm(VersionedForm):
    """Why two people were taken for one, and which of the later cases belong to the other."""

    reason = TextAreaField(
        _l("Por que são pessoas diferentes"), [DataRequired(_l("Escreva o motivo.")), Length(max=1000)]
    )
    later = SelectMultipleField(_l("Casos do outro cadastro"), widget=ListWidget(), option_widget=CheckboxInput())


@events.panel("nav", order=70)
def nav(user: User) -> dict[str, Any] | None:
    """Return the way to the patients, for those who look after the records."""
    if Permission.MANAGE_PATIENTS not in user.permissions or acting_role() == Role.MANAGER:
        return None  # the management comes to it from its first page: five items are enough
    current = request.blueprint == "patients"
    url = url_for("patients.index")
    return {"label": _("Pacientes"), "icon": "user", "url": url, "count": 0, "count_new": False, "current": current}


@bp.route("", methods=["GET", "POST"])
@requires(Permission.MANAGE_PATIENTS)
def index() -> Any:
    """Search the records; what was found is recorded with who searched."""
    form = SearchForm()
    page = Page([], None, None)
    if form.validate_on_submit() and form.q.data:
        page = page_by_key(queries.search(form.q.data), [(Patient.id, True)])
    body = render_template("patients/index.html", form=form, page=page, searched=bool(form.q.data))
    if form.q.data:
        _record("patient.search", "", patients=[row.ref for row in page.rows])
    return body if not form.errors else (body, 422)


@bp.get("/<ref>")
@requires(Permission.MANAGE_PATIENTS)
def show(ref: str) -> Any:
    """Show a record, its cases as far as they may be seen, who else it may be, and what was joined to it."""
    patient = queries.patient_for(ref)
    found = queries.Found() if patient.merged_into_id else queries.look_up(patient, but=patient.id)
    page = render_template(
        "patients/show.html",
        patient=patient,
        standing=queries.standing(patient),
        near=found.suggestions,
        pairs=pairs_of(patient),
        merges=queries.merges_of(patient),
        parts=events.panels("patient", patient=patient, user=current_user),
    )
    _record("patient.view", patient.ref)
    return page


@bp.route("/<ref>/edit", methods=["GET", "POST"])
@requires(Permission.MANAGE_PATIENTS)
def edit(ref: str) -> Any:
    """Put a record right; what was changed is recorded by the names of the fields."""
    patient = queries.patient_for(ref)
    form = RecordForm(patient)
    if form.validate_on_submit():
        try:
            with transaction(patient, form.version.data):
                changed = correct(patient, form.values(), by=current_user)
            flash(_("Cadastro corrigido.") if changed else _("Nada mudou no cadastro."))
            return redirect(url_for("patients.show", ref=patient.ref))
        except Refused as refusal:
            show_refusal(form, refusal)
        except Overtaken:
            form.version.data = str(patient.version)
            form.form_errors.append(
                _(
                    "Outra pessoa alterou este registro enquanto você escrevia. Confira e salve de novo para valer o seu."
                )
            )
    page = render_template("patients/edit.html", patient=patient, form=form)
    _record("patient.view", patient.ref)
    return page if not form.errors else (page, 422)


@bp.route("/<ref>/merge", methods=["GET", "POST"])
@requires(Permission.MANAGE_PATIENTS)
def merge(ref: str) -> Any:
    """Show two records side by side, and join them: this one stays, the other goes into it."""
    kept, other = queries.patient_for(ref), _other(ref)
    form = MergeForm(version=kept.version, other_version=other.version)
    if form.validate_on_submit():
        try:
            with transaction(kept, form.version.data):
                if str(other.version) != str(form.other_version.data):
                    raise Overtaken
                merging.merge(kept, other, reason=form.reason.data or "", by=current_user)
            flash(_("Cadastros juntados. Pode desfazer na página do paciente."), "success")
            return redirect(url_for("patients.show", ref=kept.ref))
        except Refused as refusal:
            show_refusal(form, refusal)
    page = render_template(
        "patients/merge.html",
        kept=kept,
        other=other,
        form=form,
        likeness=compare(kept, other),
        rows=zip(pairs_of(kept, empty=True), pairs_of(other, empty=True), strict=True),
    )
    _record("patient.view", kept.ref, other=other.ref)
    return page if not form.errors else (page, 422)


def _other(ref: str) -> Patient:
    """Return the second record of a comparison (`?with=`)."""
    other = request.args.get("with", "")
    if other.upper() == ref.upper():
        raise NotFound
    return queries.patient_for(other)


@bp.route("/<ref>/unmerge", methods=["GET", "POST"])
@requires(Permission.MANAGE_PATIENTS)
def unmerge(ref: str) -> Any:
    """Part a record from the one it was joined to; what came since goes where a person says."""
    merged = queries.patient_for(ref)
    row = queries.live_merge(merged)
    form = UnmergeForm(version=merged.version)
    later = [case for cases in events.panels("patient_later", merge=row) for case in cases]
    form.later.choices = [(case.ref, case.ref) for case in later]
    if form.validate_on_submit():
        try:
            with transaction(merged, form.version.data):
                lost = merging.unmerge(row, reason=form.reason.data or "", by=current_user, later=form.later.data or [])
            flash(_("Cadastros separados de novo."), "success")
            for words in sentences_of(lost, done=True):
                flash(words, "warning")
            return redirect(url_for("patients.show", ref=merged.ref))
        except Refused as refusal:
            show_refusal(form, refusal)
    page = render_template(
        "patients/unmerge.html",
        merge=row,
        merged=merged,
        kept=row.kept,
        form=form,
        later=later,
        lost=sentences_of(merging.taken_since(row)),
    )
    _record("patient.view", merged.ref, other=row.kept.ref)
    return page if not form.errors else (page, 422)


def _record(word: str, subject: str, **data: Any) -> None:
    """Record what was read, in the reader's stream; opens its own transaction."""
    stream, user_id = f"reader:{current_user.ref}", current_user.id
    with transaction():
        audit.record(stream, word, by_id=user_id, subject=subject, **data)

"""Patients for those who look after the records: searching, one record with its cases, joining two and parting them.

What is searched for is posted: no name and no number stands in an address.
"""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from wtforms import HiddenField, SearchField, SelectMultipleField, TextAreaField
from wtforms.validators import DataRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from teleconsult import audit, events
from teleconsult.errors import Overtaken, Refused
from teleconsult.extensions import transaction
from teleconsult.patients import merging, queries
from teleconsult.patients.correcting import correct
from teleconsult.patients.forms import RecordForm
from teleconsult.patients.matching import compare
from teleconsult.patients.models import Patient, PatientMerge
from teleconsult.patients.words import pairs_of, sentences_of
from teleconsult.people.access import Permission, Role
from teleconsult.people.faster import own_window
from teleconsult.people.gate import acting_role, current_user, requires
from teleconsult.people.models import User
from teleconsult.web import BaseForm, Page, VersionedForm, _l, page_by_key, show_overtaken, show_refusal
from teleconsult.web.messages import gettext as _

bp = Blueprint("patients", __name__, url_prefix="/patients")
LONGEST_QUERY = 120
DONE = 302


class SearchForm(BaseForm):
    """A name, a CNS, a CPF or a reference."""

    q = SearchField(_l("Nome, CNS ou CPF"), [Length(max=LONGEST_QUERY)])


class MergeForm(VersionedForm):
    """Two records seen side by side, the versions that were seen, and why they are one person."""

    other_version = HiddenField()
    reason = TextAreaField(_l("Por que são a mesma pessoa"), [DataRequired(_l("Escreva o motivo.")), Length(max=1000)])


class UnmergeForm(VersionedForm):
    """Why two people were taken for one, and which of the later cases belong to the other.

    `shown` names all of them that stood on the page: of one that came since nobody has said whose it is.
    """

    shown = HiddenField()

    reason = TextAreaField(
        _l("Por que são pessoas diferentes"), [DataRequired(_l("Escreva o motivo.")), Length(max=1000)]
    )
    later = SelectMultipleField(_l("Casos do outro cadastro"), widget=ListWidget(), option_widget=CheckboxInput())


@events.panel("nav", order=70)
def nav(user: User) -> dict[str, Any] | None:
    """Return the way to the patients, for those who look after the records."""
    if Permission.MANAGE_PATIENTS not in user.permissions or acting_role() != Role.ADMINISTRATOR:
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
        typed=_other(),
        wrong=_why_not(patient),
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
            own = own_window(queries.last_change_of(patient))
            other = _(
                "Outra pessoa mudou este registro enquanto você escrevia. Confira e salve de novo para valer o seu."
            )
            show_overtaken(form, own or other, own=bool(own))
    page = render_template("patients/edit.html", patient=patient, form=form)
    _record("patient.view", patient.ref)
    return page if not form.errors else (page, 422)


@bp.route("/<ref>/merge", methods=["GET", "POST"])
@requires(Permission.MANAGE_PATIENTS)
def merge(ref: str) -> Any:
    """Show two records side by side, and join them: this one stays, the other goes into it."""
    kept = queries.patient_for(ref)
    if _why_not(kept):
        typed: dict[str, Any] = {"with": _other(), "_anchor": "outro"}
        return redirect(url_for("patients.show", ref=kept.ref, **typed))
    other = queries.patient_for(_other())
    form, status = MergeForm(version=kept.version, other_version=other.version), 200
    if request.method == "POST":
        status = _join(kept, other, form) if form.validate() else 422
        if status == DONE:
            flash(_("Cadastros juntados. Pode desfazer na página do paciente."), "success")
            return redirect(url_for("patients.show", ref=kept.ref))
    page = render_template(
        "patients/merge.html",
        kept=kept,
        other=other,
        form=form,
        likeness=compare(kept, other),
        rows=zip(pairs_of(kept, empty=True), pairs_of(other, empty=True), strict=True),
    )
    _record("patient.view", kept.ref, other=other.ref)
    return page, status


def _join(kept: Patient, other: Patient, form: MergeForm) -> int:
    """Join two records; return how it went, in the words of HTTP. What stands against it is said on the form."""
    reason = form.reason.data or ""
    try:
        with transaction(kept, form.version.data):
            if str(other.version) != str(form.other_version.data):
                raise Overtaken
            merging.merge(kept, other, reason=reason, by=current_user)
    except Refused as refusal:
        show_refusal(form, refusal)
        return 422
    except Overtaken:
        if _joined_before(kept, other, reason):
            return DONE
        seen = ((kept, form.version), (other, form.other_version))
        mine = [own_window(queries.last_change_of(one)) for one, version in seen if str(one.version) != version.data]
        form.version.data, form.other_version.data = str(kept.version), str(other.version)
        said = (
            _("Um dos cadastros já foi juntado a outro. Abra o que ficou e compare de novo.")
            if kept.merged_into_id or other.merged_into_id
            else _(
                "Um dos cadastros mudou enquanto você escrevia. O que você escreveu está aqui: "
                "confira os dois e, se ainda fizer sentido, junte de novo."
            )
        )
        show_overtaken(form, said, own=bool(mine) and all(mine))
        return 409
    return DONE


def _joined_before(kept: Patient, other: Patient, reason: str) -> bool:
    """Tell whether the same person joined the same two with the same words: a press that was sent twice."""
    row = queries.last_merge(other)
    if row is None or row.undone_at is not None or row.kept_id != kept.id:
        return False
    return row.merged_by_id == current_user.id and row.reason == reason


def _other() -> str:
    """Return the reference of the second record of a comparison (`?with=`)."""
    return request.args.get("with", "").strip()


def _why_not(patient: Patient) -> str:
    """Say why a record cannot be compared with the one whose reference was typed; nothing when it can, or none was."""
    if "with" not in request.args:
        return ""
    if _other().upper() == patient.ref:
        return _("Este código é deste cadastro. Escreva o código do outro.")
    return "" if queries.is_there(_other()) else _("Não há cadastro com este código. Confira, como em PA-7K3Q9A.")


@bp.route("/<ref>/unmerge", methods=["GET", "POST"])
@requires(Permission.MANAGE_PATIENTS)
def unmerge(ref: str) -> Any:
    """Part a record from the one it was joined to; what came since goes where a person says."""
    merged = queries.patient_for(ref)
    if request.method == "POST" and _parted_before(merged):
        return redirect(url_for("patients.show", ref=merged.ref))
    row = queries.live_merge(merged)
    form, status = UnmergeForm(version=merged.version), 200
    later = [case for cases in events.panels("patient_later", merge=row) for case in cases]
    form.later.choices = [(case.ref, case.ref) for case in later]
    if request.method == "POST":
        status = _part(row, form) if form.validate() else 422
        if status == DONE:
            return redirect(url_for("patients.show", ref=merged.ref))
    form.shown.data = " ".join(case.ref for case in later)
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
    return page, status


def _part(row: PatientMerge, form: UnmergeForm) -> int:
    """Part two records; return how it went, in the words of HTTP. What stands against it is said on the form."""
    reason, later, asked = form.reason.data or "", form.later.data or [], (form.shown.data or "").split()
    try:
        with transaction(row.merged, form.version.data):
            lost = merging.unmerge(row, reason=reason, by=current_user, later=later, asked=asked)
    except Refused as refusal:
        show_refusal(form, refusal)
        return 422
    except Overtaken:
        if _parted_before(row.merged):
            return DONE
        form.version.data = str(row.merged.version)
        said = _(
            "O cadastro mudou enquanto você escrevia. O que você escreveu está aqui: "
            "confira e, se ainda fizer sentido, separe de novo."
        )
        show_overtaken(form, said, own=bool(own_window(queries.last_change_of(row.merged))))
        return 409
    flash(_("Cadastros separados de novo."), "success")
    for words in sentences_of(lost, done=True):
        flash(words, "warning")
    return DONE


def _parted_before(merged: Patient) -> bool:
    """Tell whether a record stands by itself again already, and say so: a press that was sent twice, or another person."""
    row = queries.last_merge(merged)
    if row is None or row.undone_at is None:
        return False
    if row.undone_by_id == current_user.id:
        flash(_("Cadastros separados de novo."), "success")
    else:
        flash(_("Outra pessoa já separou estes cadastros. O motivo dela está em Junções."), "warning")
    return True


def _record(word: str, subject: str, **data: Any) -> None:
    """Record what was read, in the reader's stream; opens its own transaction."""
    stream, user_id = f"reader:{current_user.ref}", current_user.id
    with transaction():
        audit.record(stream, word, by_id=user_id, subject=subject, **data)

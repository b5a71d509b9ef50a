"""The page on which a case leaves the record of a person whom it is not about; for those who look after the records."""

from typing import Any, cast

from flask import flash, redirect, render_template, request, url_for
from wtforms import RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from teleconsult import audit
from teleconsult.cases.blueprint import bp
from teleconsult.cases.models import Case, PatientSnapshot
from teleconsult.cases.queries_moves import last_event
from teleconsult.cases.repointing import case_in_a_record, repoint
from teleconsult.errors import N_, NotFound, Overtaken, Refused
from teleconsult.extensions import transaction
from teleconsult.patients.actions import NEW
from teleconsult.patients.models import Patient
from teleconsult.patients.queries import Found, beside, look_up, patient_for
from teleconsult.patients.words import pairs_of
from teleconsult.people.access import Permission
from teleconsult.people.gate import current_user, requires
from teleconsult.web import VersionedForm, _l, show_overtaken, show_refusal
from teleconsult.web.messages import gettext as _

BY_CODE = "code"
DONE = 302


class RepointForm(VersionedForm):
    """Whose the case is, and why."""

    choice = RadioField(_l("De quem é este caso"), [DataRequired(_l("Escolha uma das opções."))])
    code = StringField(_l("Código do cadastro"), [Length(max=20)])
    why = TextAreaField(_l("Por que é de outra pessoa"), [DataRequired(_l("Escreva o motivo.")), Length(max=1000)])

    def __init__(self, case: Case, found: Found) -> None:
        super().__init__(version=case.version)
        like = [(one.ref, _("Cadastro %(ref)s", ref=one.ref) + f": {one.initials}") for one in found.suggestions]
        other = [(BY_CODE, _("De outro cadastro, pelo código")), (NEW, _("De um paciente sem cadastro: abrir um novo"))]
        self.choice.choices = like + other

    def record(self) -> Patient | None:
        """Return the record that was chosen; None: a new one.

        Raises:
            Refused: there is none of this code.
        """
        if self.choice.data == NEW:
            return None
        try:
            return patient_for((self.code.data or "").strip() if self.choice.data == BY_CODE else self.choice.data)
        except NotFound:
            raise Refused(N_("Não há cadastro com este código. Confira, como em PA-7K3Q9A."), "code") from None


@bp.route("/<ref>/repoint", methods=["GET", "POST"])
@requires(Permission.MANAGE_PATIENTS)
def repoint_case(ref: str) -> Any:
    """Show what the case was sent with beside the record in which it is, and move it to another."""
    case = case_in_a_record(ref)
    had, sent = cast(Patient, case.patient), cast(PatientSnapshot, case.snapshot)
    form, status = RepointForm(case, _others(sent, had)), 200
    if request.method == "POST":
        status = _move(case, form)
        if status == DONE:
            return redirect(url_for("patients.show", ref=cast(Patient, case.patient).ref))
    page = render_template("cases/repoint.html", case=case, patient=had, form=form, rows=_beside(sent, had))
    with transaction():
        audit.record(f"reader:{current_user.ref}", "patient.view", by_id=current_user.id, subject=had.ref, case=ref)
    return page, status


def _others(sent: PatientSnapshot, had: Patient) -> Found:
    """Return the records it may be instead: that of its CNS or CPF before all, which needs no asking when a case is sent."""
    found = look_up(sent, but=had.id)
    return beside(found, found.match, sent) if found.match is not None else found


def _beside(sent: PatientSnapshot, had: Patient) -> list[tuple[str, str, str]]:
    """Return what either side knows: the term, in the case, in the record."""
    known = dict(pairs_of(had))
    told = [(term, value, known.get(term, "")) for term, value in pairs_of(sent, empty=True)]
    return [line for line in told if line[1] or line[2]]


def _move(case: Case, form: RepointForm) -> int:
    """Move the case; return how it went, in the words of HTTP. What stands against it is said on the form."""
    if not _moved_before(case, form):
        if not form.validate():
            return 422
        try:
            with transaction(case, form.version.data):
                repoint(case, form.record(), why=form.why.data or "", by=current_user)
        except Refused as refusal:
            show_refusal(form, refusal)
            return 422
        except Overtaken:
            if not _moved_before(case, form):
                form.version.data = str(case.version)
                said = _("O caso mudou enquanto você escrevia. Confira e, se ainda fizer sentido, envie de novo.")
                last = last_event(case.id)
                show_overtaken(form, said, own=last is not None and last.by_id == current_user.id)
                return 409
    flash(_("O caso está agora neste cadastro."), "success")
    return DONE


def _moved_before(case: Case, form: RepointForm) -> bool:
    """Tell whether the same person moved it since with the same words: a press that was sent twice."""
    event = last_event(case.id, "repoint")
    if event is None or str(case.version) == form.version.data:
        return False
    return event.by_id == current_user.id and event.said == form.why.data

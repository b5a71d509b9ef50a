"""A request that was not sent yet, in the words in which it will be read."""

from dataclasses import dataclass, field
from typing import Any

from teleconsult.cases import drafts
from teleconsult.cases.actions import live_consent
from teleconsult.cases.clocks import PRIORITY_WORDS, Priority
from teleconsult.cases.draft_text import Reading
from teleconsult.cases.models import Case
from teleconsult.cases.request import (
    CONSENT_GIVERS,
    CONSENT_WAYS,
    KIND_WORDS,
    WOULD_REFER,
    Request,
)
from teleconsult.cases.vitals import VITALS, show_vital
from teleconsult.patients.words import Pairs, pairs_of
from teleconsult.web.messages import gettext as _
from teleconsult.web.words import decimal_mark


@dataclass
class Shown:
    """The parts of the page, in its order; what was left empty is not among them."""

    patient: Pairs
    complaint: str
    soap: list[tuple[str, str, str, str]]
    vitals: Pairs
    problems: list[str]
    questions: list[dict[str, Any]]
    decisions: Pairs = field(default_factory=list)
    consent: Pairs = field(default_factory=list)


def shown(case: Case, reading: Reading) -> Shown:
    """Return the request as the specialist will see it."""
    request = reading.request
    return Shown(
        patient=pairs_of(request.patient),
        complaint=request.complaint,
        soap=_soap(request),
        vitals=_vitals(request),
        problems=[f"{problem.code} {problem.title}".strip() for problem in request.problems],
        questions=[
            {"text": text, "kind": _(KIND_WORDS.get(kind, "")) if kind else "", "done": False}
            for kind, text in request.questions
        ],
        decisions=_decisions(request),
        consent=_consent(case, request),
    )


def _filled(*pairs: tuple[str, str | None]) -> Pairs:
    return [(term, value) for term, value in pairs if value]


def _soap(request: Request) -> list[tuple[str, str, str, str]]:
    blocks = (
        ("S", _("Subjetivo"), _("O que o paciente conta"), request.subjective),
        ("O", _("Objetivo"), _("O que foi encontrado"), request.objective),
        ("A", _("Avaliação"), _("O que a unidade pensa"), request.assessment),
        ("P", _("Plano"), _("O que já foi feito"), request.plan),
        ("", "", _("O que há na unidade"), request.available),
    )
    return [block for block in blocks if block[3]]


def _vitals(request: Request) -> Pairs:
    return [
        (_(VITALS[name].label), f"{show_vital(value, decimal_mark())} {_(VITALS[name].unit)}")
        for name, value in request.vitals.items()
    ]


def _decisions(request: Request) -> Pairs:
    known = request.priority in PRIORITY_WORDS
    return _filled(
        (_("Prioridade"), _(PRIORITY_WORDS[Priority(request.priority)]) if known else _("Risco de vida agora")),
        (_("Motivo da prioridade"), request.priority_reason),
        (_("Encaminharia hoje"), _(WOULD_REFER[request.would_refer])),
        (_("Para"), drafts.specialty_name(request.would_refer_specialty_id)),
    )


def _consent(case: Case, request: Request) -> Pairs:
    given = request.consent or live_consent(case)
    if given is None:
        return []
    return _filled(
        (_("Quem consentiu"), _(CONSENT_GIVERS[given.given_by])),
        (_("Nome"), given.given_by_name),
        (_("Como"), _(CONSENT_WAYS[given.how])),
        (_("Quem recebeu"), case.requester.full_name),
    )

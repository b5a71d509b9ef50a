"""What becomes of a step that is sent when its request is no longer its writer's: sent by somebody else, ended, or handed over.

Nothing of it is taken, and nothing is lost: the page that says so shows what was typed, to be copied, and where the
case still takes messages it stands in one, ready to be sent.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import redirect, url_for

from teleconsult.cases import drafts
from teleconsult.cases.draft_fields import FIELDS, blank, differing
from teleconsult.cases.draft_merge import merged
from teleconsult.cases.draft_problems import codes_in
from teleconsult.cases.draft_write import write
from teleconsult.cases.forms_request import FORMS, words_of_value
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case
from teleconsult.cases.moving import faster, still_open
from teleconsult.cases.queries_moves import taken_from
from teleconsult.cases.sent import texts_of
from teleconsult.coding.search import titles_of
from teleconsult.extensions import transaction
from teleconsult.people import kept
from teleconsult.people.gate import current_user
from teleconsult.web.language import spoken
from teleconsult.web.messages import gettext as _
from teleconsult.web.setup import error_page

Typed = list[tuple[str, str]]
_NOT_KEPT_AS_TEXT = frozenset({"consent_given_by", "consent_name", "consent_how"})
"""What is not read back from a case that was sent: the consent stays with it."""


def after_sending(case: Case, step: str, texts: Mapping[str, Any], marks: str) -> Any:
    """Answer a step of a case that was sent: with what of it is not in the case, or by leading there when all is."""
    typed = _typed(step, texts, _not_in(case, step, texts, marks))
    if not typed:
        return redirect(url_for("cases.show", ref=case.ref))
    sentence, way = faster(case.id, *_by(case)), None
    if still_open("add", case.ref):
        address = url_for("cases.add", ref=case.ref)
        _put_aside(address, typed)
        way = (address, _("Acrescentar ao caso como mensagem"))
    return error_page(409, sentence, typed, way=way)


def not_there(ref: str, step: str, texts: Mapping[str, Any]) -> Any:
    """Answer a step of a request that is not this person's to write, or no longer: what was typed stays to be copied."""
    case_id = taken_from(current_user, ref)
    typed = _typed(step, texts, FIELDS[step])
    return error_page(404, typed=typed) if case_id is None else error_page(409, faster(case_id, "hand_over"), typed)


def why_not_saved(ref: str, case: Case | None) -> str | None:
    """Return in a sentence why a step saves itself no more, or None when this person never wrote it."""
    case_id = case.id if case else taken_from(current_user, ref)
    if case_id is None:
        return None
    happened = faster(case_id, *(_by(case) if case else ("hand_over",)))
    return str(
        _("%(happened)s Ao sair desta etapa por um dos botões, você vê o que escreveu, para copiar.", happened=happened)
    )


def _by(case: Case) -> tuple[str, ...]:
    """Return the moves by which a request is written on no more: it was sent, or it ended."""
    return ("lapse", "cancel") if case.state == State.CANCELLED else ("submit",)


def _not_in(case: Case, step: str, texts: Mapping[str, Any], marks: str) -> list[str]:
    """Return the fields of a step in which something was typed that the case does not say, however it was written."""
    sent = texts_of(case)
    joined, _clash = merged(texts, sent, step, marks)
    reading = drafts.reading_of(case, sent | joined)
    read = write(reading.request, drafts.book_of(case, joined, drafts.specialties()))
    other = {name: texts[name] if name in reading.wrong else read[name] for name in FIELDS[step]}
    return [name for name in differing(other, sent, step) if name not in _NOT_KEPT_AS_TEXT]


def _typed(step: str, texts: Mapping[str, Any], names: Sequence[str]) -> Typed:
    form = FORMS[step].of(texts, step)
    form.offer(drafts.specialties())
    titles = titles_of(codes_in(texts), spoken().code)
    values = blank(texts, step)
    return [
        (str(form[name].label.text), words_of_value(form[name], values[name], titles)) for name in names if values[name]
    ]


def _put_aside(path: str, typed: Typed) -> None:
    """Begin the message of a case with what was typed, after what its writer may have begun already."""
    row = kept.find_path(path, current_user.id)
    begun = next((value for name, value in row.content if name == "message"), "") if row else ""
    parts = [f"{label}: {words}" for label, words in typed]
    message = "\n\n".join([*([begun] if begun else []), *(part for part in parts if part not in begun)])
    with transaction():
        kept.discard_path(path, current_user.id)
        kept.keep(current_user.id, path, [("message", message)])

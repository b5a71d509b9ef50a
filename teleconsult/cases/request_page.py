"""What the pages of the request form show: the step that is written on, and around it where one stands."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from secrets import token_urlsafe
from typing import Any

from flask import current_app, render_template, url_for

from teleconsult import events
from teleconsult.cases import counting, drafts, whose_reason
from teleconsult.cases.actions import live_consent
from teleconsult.cases.ages import age_words
from teleconsult.cases.consent import TEXTS
from teleconsult.cases.draft_fields import RETURNABLE, REVIEW, STEP_WORDS, STEPS, anchor_of, blank, is_empty, step_of
from teleconsult.cases.draft_merge import marks_of
from teleconsult.cases.draft_problems import Codes, codes_in, label_of
from teleconsult.cases.draft_text import Reading
from teleconsult.cases.forms_request import FORMS, StepForm, words_of_value
from teleconsult.cases.lifecycle import State
from teleconsult.cases.looking_up import offers
from teleconsult.cases.models import Case
from teleconsult.cases.request import EMERGENCY
from teleconsult.coding.search import titles_of
from teleconsult.errors import Refused
from teleconsult.network import settings
from teleconsult.patients.places import municipalities
from teleconsult.people.gate import current_user
from teleconsult.web import say
from teleconsult.web.controls import kept
from teleconsult.web.language import spoken
from teleconsult.web.messages import gettext as _
from teleconsult.web.messages import ngettext
from teleconsult.web.words import saved_words


def frame(case: Case, step: str, reading: Reading, rows: Sequence[Any] = ()) -> dict[str, Any]:
    """Return what every page of the request shows around its own part; `rows` are the `drafts.specialties()`, if they are known."""
    again = case.state == State.RETURNED
    word = _(STEP_WORDS[step]).lower()
    return {
        "case": case,
        "step": step,
        "back": _back(case),
        "again": again,
        "heading": _("Completar o caso: %(step)s", step=word) if again else _("Novo caso: %(step)s", step=word),
        "lead": lead_of(case, reading, rows),
        "steps": steps_of(case, step, reading),
        "saved": saved_words(case.draft.saved_at) if case.draft else "",
        "named": "" if case.requester_id == current_user.id else case.requester.full_name,
        "parts": events.panels("draft_files", case=case, user=current_user),
        "emergency_chosen": reading.request.priority == EMERGENCY,
        "message": drafts.message_of(case),
        "taken": drafts.taken_of(case),
    }


def lead_of(case: Case, reading: Reading, rows: Sequence[Any] = ()) -> str:
    """Return the line under the title: the patient as far as known, and the specialty."""
    patient = reading.request.patient
    age = age_words(drafts.today_at(case), patient.birth_date, patient.age_years)
    who = ", ".join(part for part in (patient.social_name or patient.name, age) if part)
    return " · ".join(part for part in (who, drafts.specialty_name(reading.request.specialty_id, rows)) if part)


def steps_of(case: Case, current: str, reading: Reading) -> list[dict[str, Any]]:
    """Return the steps as macros/case.html shows them; one is done when nothing in it stands in the way."""
    fields = case.draft.fields if case.draft else {}
    return [
        {
            "name": step,
            "label": _(STEP_WORDS[step]),
            "url": address(case, step),
            "done": step != REVIEW and not is_empty(fields, step) and not reading.problems_of(step),
            "current": step == current,
        }
        for step in (*STEPS, REVIEW)
    ]


def address(case: Case, step: str, field: str = "", *, check: bool = False) -> str:
    """Return where a step is, at one of its fields; `check` shows there what it lacks."""
    if step == REVIEW:
        return url_for("cases.review", ref=case.ref)
    anchor = "arq" if field == "files" else anchor_of(field) or None
    return url_for("cases.edit_step", ref=case.ref, step=step, check=1 if check else None, _anchor=anchor)


def step_page(
    case: Case,
    step: str,
    *,
    check: bool = False,
    texts: Mapping[str, Any] | None = None,
    clash: Sequence[str] = (),
    editor: str = "",
    query: str | None = None,
    going: bool = False,
) -> str:
    """Return the page of a step.

    Args:
        case: a draft or a returned case.
        step: one of `draft_fields.STEPS`.
        check: show what the step lacks too, not only what was typed wrong.
        texts: what was posted and could not be saved.
        clash: the fields in which another window saved other words.
        editor: the name of the page when it is shown again.
        query: what was searched in the tables of codes, without scripts.
        going: nobody asked for the search: words were left in it on the way on.
    """
    saved: dict[str, Any] = case.draft.fields if case.draft else {}
    fields = saved | dict(texts or {})
    rows = drafts.specialties(to_choose=step == "patient")
    reading = drafts.reading_of(case, fields, rows)
    more = _more(case, step, fields, drafts.prompts_of(reading.request.specialty_id, rows), query)
    missing = {name: note for name, note in drafts.missing_of(case).items() if step_of(name) == step}
    told = check or clash or missing or query or any(step_of(name) == step for name in reading.wrong | reading.remarks)
    ready_key = None if told else _ready_key(case, fields, step, rows, more)
    ready = kept(ready_key)
    # The form is three quarters of a step's time, and of one that stands ready only what it hides is shown.
    form = (StepForm if ready else FORMS[step]).of(
        fields,
        step,
        draft_version=case.draft.version if case.draft else 0,
        draft_editor=editor or token_urlsafe(8),
        draft_marks=marks_of(saved, step),
    )
    form.offer(rows)
    if case.requester_id != current_user.id:
        form.speak_of_the_requester()
    form.ask(missing)
    wanted = {name: _("A administração pede: %(note)s", note=note) for name, note in missing.items()}
    if clash:
        form.tell(_theirs(case, form, step, clash))
    elif check:
        form.show(reading.problems_of(step))
    else:
        form.show({name: why for name, why in reading.wrong.items() if step_of(name) == step})
        form.tell(wanted)
        if query and going:
            form.tell({"problems": _("Escolha um resultado da busca, ou continue: fica como você escreveu.")})
    return render_template(
        f"cases/request/{step}.html",
        form=form,
        notes=whose_reason.note_of(case, step, fields) | _notes(reading.remarks, wanted if check or clash else {}),
        wanted={} if check or clash else _links(missing),
        clash=clash,
        lacking=len(reading.problems_of(step)) if check else 0,
        autosave=_autosave(case, step, form),
        ready=ready,
        ready_key=ready_key,
        **frame(case, step, reading, rows),
        **more,
    )


def _ready_key(case: Case, fields: Mapping[str, Any], step: str, rows: Sequence[Any], more: Mapping[str, Any]) -> Any:
    """Return what the fields of a step are kept by in which nobody has typed, or None: all that they look like by.

    Of what a person gave it may hold the specialty, which is one of those that are offered.
    """
    chosen = fields.get("specialty", "")
    if any(blank({**fields, "specialty": ""}, step).values()) or (chosen and chosen not in [row.slug for row in rows]):
        return None
    if step == "patient" and (more["standing"] or case.linked_case_id):
        return None
    own = {"patient": (chosen, more.get("version")), "questions": tuple(more.get("within", {}).items())}
    named = case.requester_id != current_user.id  # it speaks of the requester then
    offered = tuple([(row.slug, row.name_pt, row.name_en, row.teleconsult, row.served) for row in rows])
    return "step", step, spoken().code, offered, own.get(step), named


def _theirs(case: Case, form: StepForm, step: str, clash: Sequence[str]) -> dict[str, str]:
    """Return what stands saved in the fields that two windows changed, as the form shows it, and who saved it."""
    saved: dict[str, Any] = case.draft.fields if case.draft else {}
    titles = titles_for(case, saved)
    shown = {name: words_of_value(form[name], saved.get(name, ""), titles) or _("(vazio)") for name in clash}
    who = drafts.saver_of(case, step)
    if who is None:
        return {name: _("Outra janela salvou: “%(text)s”", text=text) for name, text in shown.items()}
    if who.id == current_user.id:
        return {name: _("Você salvou em outra janela: “%(text)s”", text=text) for name, text in shown.items()}
    return {name: _("%(name)s salvou: “%(text)s”", name=who.full_name, text=text) for name, text in shown.items()}


def two_texts(case: Case, step: str) -> dict[str, Any]:
    """Return what autosave.js needs to join a step with what was saved meanwhile, or to ask: the words, whose, and as what."""
    draft = case.draft
    fields = blank(draft.fields if draft else {}, step)
    titles, who = titles_for(case, fields), drafts.saver_of(case, step)
    if who is None:
        saved = _("Outra janela ou pessoa salvou esta etapa antes.")
    elif who.id == current_user.id:
        saved = _("Você salvou esta etapa em outra janela.")
    else:
        saved = _("%(name)s salvou esta etapa.", name=who.full_name)
    return {
        "version": draft.version if draft else 0,
        "marks": marks_of(fields, step),
        "fields": fields,
        "labels": {value: label_of(value, titles) for value in fields.get("problems", [])},
        "who": saved,
    }


def titles_for(case: Case, fields: Mapping[str, Any]) -> Codes:
    """Return the titles of the codes that a draft names, in the reader's language where the case did not keep its own."""
    return {(p.system, p.code): p.title for p in case.problems} | titles_of(codes_in(fields), spoken().code)


def _links(missing: Mapping[str, str]) -> dict[str, str]:
    """Return where each field stands on its page, and what is asked of it."""
    return {
        f"#{'arq' if name == 'files' else anchor_of(name)}": f"{_(RETURNABLE.get(name, name))}: {note}"
        for name, note in missing.items()
    }


def _notes(remarks: Mapping[str, Refused], wanted: Mapping[str, str]) -> dict[str, str]:
    """Return a line for under each field's label: what is worth a second look, and what was asked for."""
    found = defaultdict(str, {name: say(remark) for name, remark in remarks.items()})
    found.update({anchor_of(name): text for name, text in wanted.items()})
    return found


def _autosave(case: Case, step: str, form: StepForm) -> dict[str, Any]:
    return {
        "url": url_for("cases.save", ref=case.ref, step=step),
        "draft": f"{case.ref}/{step}",
        "version": form.draft_version.data,
    }


def _back(case: Case) -> dict[str, str]:
    if case.state == State.RETURNED:
        return {"url": url_for("cases.show", ref=case.ref), "label": _("Caso %(ref)s", ref=case.ref)}
    return {"url": "/", "label": _("Meus casos") if case.requester_id == current_user.id else _("Casos do distrito")}


def _more(case: Case, step: str, fields: Mapping[str, Any], prompts: list[str], query: str | None) -> dict[str, Any]:
    """Return what only one of the steps shows."""
    if step == "patient":
        version = current_app.config["CONSENT_VERSION"]
        standing = live_consent(case)
        return {"consent": TEXTS[version], "version": version, "standing": standing, "places": municipalities()}
    if step == "questions":
        return {"prompts": prompts, "within": answer_within()}
    titles = titles_for(case, fields)
    chosen = [{"value": value, "label": label_of(value, titles)} for value in fields.get("problems", [])]
    return {"prompts": prompts, "chosen": chosen, "query": query or "", "results": offers(query or "", spoken().code)}


def answer_within() -> dict[str, str]:
    """Return for each priority within how many hours it is answered, round the clock or of work."""
    clocks, words = counting.load(), {}
    for priority, target in settings.target_hours().items():
        if clocks.of(priority) is None:
            told = ngettext("resposta em até %(num)d hora", "resposta em até %(num)d horas", target)
        else:
            told = ngettext(
                "resposta em até %(num)d hora de atendimento", "resposta em até %(num)d horas de atendimento", target
            )
        words[priority] = told
    return words


def lacks_of(case: Case, reading: Reading) -> list[dict[str, str]]:
    """Return what stands in the way of sending, each with where it is put right, in the order of the form."""
    found = reading.lacking | reading.wrong
    order = [name for step in STEPS for name in found if step_of(name) == step]
    return [{"text": say(found[name]), "url": address(case, step_of(name) or "", name, check=True)} for name in order]


def wishes_of(case: Case) -> list[dict[str, str]]:
    """Return what the administration sent the case back for, each with its field and where it is."""
    return [
        {
            "field": _(RETURNABLE.get(name, name)),
            "text": note,
            "url": address(case, step_of(name) or REVIEW, name),
        }
        for name, note in drafts.missing_of(case).items()
    ]

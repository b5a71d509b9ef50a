"""A request while it is written: begun once, kept as it is typed, thrown away."""

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import Table, bindparam, delete, update
from sqlalchemy.orm.attributes import set_committed_value

from teleconsult import audit, clock, events
from teleconsult.cases.draft_fields import SAVED, differing
from teleconsult.cases.draft_merge import merged
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case, CaseDraft, CaseEvent, CaseSeen
from teleconsult.cases.models_opinion import Decline
from teleconsult.cases.world import own_district
from teleconsult.errors import N_, Overtaken, Refused
from teleconsult.extensions import changed, db, write
from teleconsult.loading import add_row
from teleconsult.people.access import Role
from teleconsult.people.models import User
from teleconsult.statements import set_columns
from teleconsult.typed import carried
from teleconsult.web.refs import new_ref

events.declare("case.draft", "case.discard")


def draft(
    *,
    by: User,
    requester: User | None = None,
    linked: Case | None = None,
    token: str | None = None,
    fields: Mapping[str, Any] | None = None,
) -> Case:
    """Begin a case for oneself, or as support for a named requester of the own district.

    Args:
        by: who writes.
        requester: for whom, when not for oneself.
        linked: an earlier case that this one continues.
        token: of the form that begins it; unique, so that the form sent twice makes one case.
        fields: what is known already, as texts of the form.

    Raises:
        Refused: the requester is not one, has no unit, or is not of the district.
    """
    requester = requester or by
    if not requester.has(Role.REQUESTER) or not requester.is_active or requester.unit is None:
        raise Refused(N_("O caso precisa de um solicitante ativo, com unidade de saúde."), field="requester")
    now = clock.now()
    case = add_row(
        Case,
        ref=new_ref("TC"),
        token=token,
        state=State.DRAFT,
        unit_id=requester.unit_id,
        requester_id=requester.id,
        filed_by_id=by.id,
        linked_case_id=linked.id if linked else None,
        created_at=now,
        changed_at=now,
    )
    set_committed_value(case, "unit", requester.unit)
    if requester.id != by.id and not own_district(case, by):
        raise Refused(N_("Só a unidade de apoio do distrito registra casos por outra pessoa."), field="requester")
    add_row(CaseDraft, case_id=case.id, fields=dict(fields or {}), saved_at=now, saved_by_id=by.id)
    audit.record(
        f"case:{case.ref}",
        "case.draft",
        by_id=by.id,
        for_id=None if requester.id == by.id else requester.id,
        subject=case.ref,
    )
    return case


def save_draft(case: Case, fields: Mapping[str, Any], *, version: int | str, by: User) -> int:
    """Keep everything that was typed, raw; return the new version of the draft.

    Raises:
        Overtaken: somebody saved this draft since `version`.
        Refused: the case was sent meanwhile.
    """
    open_draft = _open(case)
    if str(open_draft.version) != str(version):
        raise Overtaken
    return _keep(open_draft, fields, by)


def save_step(
    case: Case,
    step: str,
    texts: Mapping[str, Any],
    *,
    version: int | str,
    editor: str,
    by: User,
    marks: str = "",
) -> int:
    """Keep what was typed in one step, raw; return the new version of the draft.

    Two windows on two steps do not meet, nor do two on other fields of one, and one window may save while it saves:
    only what somebody else's window changed since `version` and this one too, to other words, is a conflict.

    Args:
        case: a draft or a returned case.
        step: one of `draft_fields.STEPS`.
        texts: its fields, as `draft_fields.pick` gives them.
        version: the version of the draft on which the texts are based.
        editor: the name of the open page, drawn anew whenever the page is opened.
        by: who types.
        marks: of the values that the page was shown with (`draft_merge.marks_of`), when what others changed may be
            joined with the texts; without them each field that differs is taken for one that was typed in.

    Raises:
        Overtaken: another window saved other words in this step since `version`.
        Refused: the case was sent meanwhile.
    """
    open_draft = _open(case)
    changed_at, changed_in, *more = open_draft.fields.get(SAVED, {}).get(step, (0, "", 0))
    began_on = more[0] if more else 0
    based_on = carried(version)
    own = editor == changed_in and based_on is not None and based_on >= began_on
    if not own and (based_on is None or based_on < changed_at):
        texts, clash = merged(texts, open_draft.fields, step, marks)
        if clash:
            raise Overtaken
    if not differing(texts, open_draft.fields, step):
        return open_draft.version
    # What this window bases on versions before another's is no longer its own alone, though its name comes back.
    last = [open_draft.version + 1, editor, began_on if own else changed_at, by.id]
    saved = open_draft.fields.get(SAVED, {}) | {step: last}
    return _keep(open_draft, {**open_draft.fields, **texts, SAVED: saved}, by)


def note(case: Case, name: str, value: Any, *, by: User) -> int:
    """Keep something beside the fields (`draft_fields.MATCH`); return the new version of the draft."""
    open_draft = _open(case)
    return _keep(open_draft, {**open_draft.fields, name: value}, by)


def _open(case: Case) -> CaseDraft:
    if case.draft is None or case.state not in (State.DRAFT, State.RETURNED):
        raise Refused(N_("Este caso já foi enviado: o que está escrito aqui não entra mais no pedido."))
    return case.draft


def _keep(open_draft: CaseDraft, fields: Mapping[str, Any], by: User) -> int:
    kept = dict(fields)
    if open_draft.fields != kept:
        version, new = open_draft.version, {"fields": kept, "saved_at": clock.now(), "saved_by_id": by.id}
        given = {f"new_{name}": value for name, value in new.items()}
        if not write(_KEEP, {"of": open_draft.case_id, "was": version, "becomes": version + 1, **given}):
            raise Overtaken
        set_columns(open_draft, {**new, "version": version + 1})
    return open_draft.version


_DRAFTS = cast(Table, CaseDraft.__table__)
_KEEP = (
    update(_DRAFTS)
    .where(_DRAFTS.c.case_id == bindparam("of"), _DRAFTS.c.version == bindparam("was"))
    .values(
        version=bindparam("becomes"),
        **{
            name: bindparam(f"new_{name}", type_=_DRAFTS.c[name].type) for name in ("fields", "saved_at", "saved_by_id")
        },
    )
    .execution_options(preserve_rowcount=True)
)


def discard(case: Case, *, by: User) -> None:
    """Throw a draft away; nothing of it stays but that it was there.

    Raises:
        Refused: it is not a draft of this person.
    """
    if case.state != State.DRAFT or by.id not in (case.requester_id, case.filed_by_id):
        raise Refused(N_("Só um rascunho seu pode ser descartado."))
    audit.record(f"case:{case.ref}", "case.discard", by_id=by.id, subject=case.ref)
    events.emit("case.discard", case=case, by=by)
    # A hand-over is an event of the draft, who asked before is kept by it, and whoever then came to its page has seen that.
    for rows in (CaseEvent, CaseSeen, Decline):
        changed(delete(rows).where(rows.case_id == case.id))
    db.session.expire(case, ["events"])
    db.session.delete(case)
    db.session.flush()

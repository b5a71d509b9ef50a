"""Making a move from a page: in one transaction, with what to do when a rule or somebody else stands in the way."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response
from wtforms import FieldList, HiddenField, StringField

from teleconsult.cases import lifecycle, queries_moves
from teleconsult.cases import timeline as told
from teleconsult.cases.access import case_for, sight_of
from teleconsult.cases.draft_fields import RETURNABLE
from teleconsult.cases.forms_moves import MoveForm
from teleconsult.cases.models import Case
from teleconsult.cases.queries_case import people_named, specialties_named
from teleconsult.cases.world import facts_for
from teleconsult.errors import NotFound, Overtaken, Refused
from teleconsult.extensions import transaction
from teleconsult.people.gate import current_user
from teleconsult.typed import carried
from teleconsult.web import show_refusal
from teleconsult.web.messages import gettext as _
from teleconsult.web.setup import error_page
from teleconsult.web.words import in_language

DONE, GONE = 303, 410


def check_open(verb: str, case: Case) -> None:
    """Hold a page to the rules before it is shown.

    Raises:
        Refused: the move is not this person's to make now.
    """
    lifecycle.check(verb, case, current_user, facts_for(case, current_user))


def still_open(verb: str, ref: str) -> bool:
    """Tell whether a move is this person's to make, as the case stands now."""
    try:
        check_open(verb, case_for(current_user, ref)[0])
    except (NotFound, Refused):
        return False
    return True


def is_behind(case: Case, form: MoveForm) -> bool:
    """Tell whether somebody changed the case since the form was shown; then its choices are of another moment."""
    return str(_version(case, form)) != str(case.version)


def overtaken(case: Case, form: MoveForm) -> int:
    """Return how a form that is behind went, as `attempt` does; no complaint about its fields stays."""
    for field in form:
        field.errors = []
    return _look_again(case.ref, form)


def attempt(case: Case, form: MoveForm, act: Callable[[], Any]) -> int:
    """Do `act` in a transaction on the case; return how it went, in the words of HTTP.

    DONE: it is done. 422: a rule said no, in the form's errors. 409: somebody was faster; nothing was
    done, what was typed is in the form, which carries the new version, to be sent again knowingly.
    GONE: somebody was faster, and what they did took the case out of this person's sight.
    """
    ref = case.ref
    try:
        with transaction(case, _version(case, form)):
            act()
    except Refused as refusal:
        show_refusal(form, refusal)
        return 422
    except Overtaken:
        return _look_again(ref, form)
    return DONE


def _look_again(ref: str, form: MoveForm) -> int:
    try:
        case, _sight = case_for(current_user, ref)
    except NotFound:
        return GONE
    form.version.data, form.seen.data = str(case.version), str(case.steps)
    return 409


def _version(case: Case, form: MoveForm) -> Any:
    """Return the version that the form must be on: the present one when only one's own additions came since.

    The same words again are the same form sent twice (a bad line, a double press): they stay on their old version.
    """
    posted = form.version.data
    seen = carried(form.seen.data)
    if str(case.version) == str(posted) or seen is None:
        return posted
    since = queries_moves.events_since(case.id, seen)
    again = form.data.get("message") or None
    own = bool(since) and all(
        event.verb in ("add", "withdraw_file") and event.by_id == current_user.id and event.said != again
        for event in since
    )
    return case.version if own else posted


def faster(case_id: int, verb: str = "") -> str:
    """Return, in a sentence, what happened to a case last, or a move last: 'Dra. Lia Cordeiro assumiu o caso.'."""
    event = queries_moves.last_event(case_id, verb)
    if event is None:
        return str(_("Alguém mudou o caso."))
    people = {who.id: who for who in people_named([event.by_id, event.for_id], told.refs_in([event]))}
    names = told.Names(
        user=current_user,
        people=people,
        by_ref={person.ref: person for person in people.values()},
        specialties=specialties_named(told.slugs_in([event])),
        fields=RETURNABLE,
    )
    return str(_("%(person)s %(did)s.", person=names.actor(event.by_id, event.for_id), did=told.said(event, names)))


def away(ref: str, form: Callable[[], Any]) -> tuple[str, int]:
    """Tell who held a case and sends a form about it that somebody took it meanwhile; what was typed stays to be copied.

    Raises:
        NotFound: nothing was sent, or this person never held it: it looks like a case that is not there.
    """
    case_id = queries_moves.taken_from(current_user, ref) if request.method == "POST" else None
    if case_id is None:
        raise NotFound
    return error_page(409, faster(case_id), typed=words_in(form()))


def words_in(form: Any) -> list[tuple[str, str]]:
    """Return what a person wrote into a form, each text with the label of its field."""
    fields = [one for field in form for one in (field.entries if isinstance(field, FieldList) else [field])]
    written = [field for field in fields if isinstance(field, StringField) and not isinstance(field, HiddenField)]
    return [(field.label.text, field.data) for field in written if field.data and field.data.strip()]


def names_of(case: Case) -> dict[str, str]:
    """Return what the sentences of a move may name."""
    specialty = case.specialty
    return {
        "asker": case.requester.full_name,
        "holder": case.holder.full_name if case.holder else "",
        "specialty": in_language(specialty.name_pt, specialty.name_en) if specialty else "",
    }


def gone_on(case: Case, words: str, *, leaves: bool = False) -> Response:
    """Say what happened, and lead to where the work goes on: home, or the case while it can still be seen."""
    flash(_(words, **names_of(case)))
    if sight_of(case, current_user) is None:
        # Perhaps by what it does not know: an opinion written, a case opened on purpose.
        try:
            case_for(current_user, case.ref)
        except NotFound:
            leaves = True
    return redirect("/" if leaves else url_for("cases.show", ref=case.ref))

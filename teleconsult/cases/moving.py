"""Making a move from a page: in one transaction, with what to do when a rule or somebody else stands in the way."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response
from wtforms import Field, FieldList, HiddenField, StringField

from teleconsult.cases import lifecycle, queries_moves, unsent
from teleconsult.cases import timeline as told
from teleconsult.cases.access import Sight, case_for, sight_of
from teleconsult.cases.draft_fields import RETURNABLE
from teleconsult.cases.forms_moves import MoveForm
from teleconsult.cases.models import Case, CaseEvent
from teleconsult.cases.opinion_form import ANSWER, CONCLUDE, ChosenField, chosen
from teleconsult.cases.queries_case import people_named, specialties_named
from teleconsult.cases.repeats import recorded
from teleconsult.cases.world import facts_for
from teleconsult.errors import NotFound, Overtaken, Refused
from teleconsult.extensions import db, transaction
from teleconsult.people.gate import current_user, signed_in
from teleconsult.typed import carried
from teleconsult.web import say, show_refusal
from teleconsult.web.messages import gettext as _
from teleconsult.web.setup import error_page
from teleconsult.web.words import in_language

DONE, GONE = 303, 410


def shut(verb: str, case: Case, sight: Sight) -> Response | None:
    """Lead from the page of a move that is not this person's to make now to the case, and say why; None: it is open.

    Whoever comes back to it after the move, or is too late, is told what happened since.
    """
    try:
        lifecycle.check(verb, case, current_user, facts_for(case, current_user, verb))
    except Refused as refusal:
        elsewhere = has_moved_on(verb, case) and sight is not Sight.CLOSED
        event = queries_moves.last_event(case.id) if elsewhere else None
        flash(f"{sentence_of(event)} {say(refusal)}" if event else say(refusal), "warning")
        return redirect(url_for("cases.show", ref=case.ref))
    return None


def why_not(verb: str, case: Case, refusal: Refused) -> str:
    """Return a refusal of a move with what took the move away from this person since they began it, if anything did."""
    event = None
    if has_moved_on(verb, case):
        event = queries_moves.last_event(case.id)
    elif signed_in().id not in (case.requester_id, case.holder_id):  # it may have gone and come back long ago
        event = queries_moves.parting(signed_in(), case.ref)
    return f"{sentence_of(event)} {say(refusal)}" if event else say(refusal)


def has_moved_on(verb: str, case: Case) -> bool:
    """Tell whether a case stands where a move is nobody's to make: then it is not asked for what its form lacks."""
    return case.state not in lifecycle.MOVES[verb].sources


def still_open(verb: str, ref: str) -> bool:
    """Tell whether a move is this person's to make, as the case stands now."""
    try:
        case, _sight = case_for(current_user, ref)
        lifecycle.check(verb, case, current_user, facts_for(case, current_user, verb))
    except (NotFound, Refused):
        return False
    return True


def plays_a_part(verb: str, case: Case) -> bool:
    """Tell whether a move is one of those that this person's parts on a case make, whenever it can be made."""
    parts = lifecycle.parts(case, current_user, facts_for(case, current_user, verb))
    return bool(lifecycle.MOVES[verb].who & parts)


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


def faster(case_id: int, *verbs: str) -> str:
    """Return, in a sentence, what happened to a case last, or of these moves last: 'Dra. Lia Cordeiro assumiu o caso.'."""
    event = queries_moves.last_event(case_id, *verbs)
    return str(_("Alguém mudou o caso.")) if event is None else sentence_of(event)


def sentence_of(event: CaseEvent) -> str:
    """Return an event in a sentence, as this person reads it."""
    people = {who.id: who for who in people_named([event.by_id, event.for_id], told.refs_in([event]))}
    names = told.Names(
        user=current_user,
        people=people,
        by_ref={person.ref: person for person in people.values()},
        specialties=specialties_named(told.slugs_in([event])),
        fields=RETURNABLE,
    )
    return str(_("%(person)s %(did)s.", person=names.actor(event.by_id, event.for_id), did=told.said(event, names)))


def again(
    verb: str,
    case_id: int,
    form: Any,
    words: str,
    *,
    leaves: bool = False,
    about: Mapping[str, Any] | None = None,
    part: str = "",
) -> Response | None:
    """Answer a form that this person sent before, and that was recorded, as it was answered then; None: it never was.

    Whoever's line dropped before the answer came would be told otherwise that somebody was faster, and write it anew.

    Args:
        verb: of the move.
        case_id: of the case.
        form: the form as it was posted.
        words: what is said when the move is done.
        leaves: the page leads home afterwards.
        about: what the event tells beside what the form says (`repeats.recorded`).
        part: tells apart two pages of one verb, for the copy that the browser kept.
    """
    event = recorded(verb, case_id, form, signed_in(), about)
    if event is None:
        return None
    last = queries_moves.last_event(case_id)
    if last is not None and last.number != event.number:
        flash(_("O que você enviou já estava gravado. Depois disso: %(what)s", what=sentence_of(last)))
        words = ""
    case = db.session.get_one(Case, case_id)
    unsent.forget(case, "opinion" if verb in (ANSWER, CONCLUDE) else verb, part)
    return gone_on(case, words, leaves=leaves)


def away(ref: str, form: Callable[[], Any], verb: str = "", words: str = "") -> Any:
    """Answer a form about a case that its sender does not see any more.

    Who sends again what was recorded is told that it is done; who held the case is told who took it, and finds what was
    typed, to be copied.

    Raises:
        NotFound: nothing was sent, or this person never held it: it looks like a case that is not there.
    """
    if request.method != "POST":
        raise NotFound
    moved = queries_moves.moved_by(current_user, ref, verb)
    done = again(verb, moved, form(), words) if moved is not None else None
    if done is not None:
        return done
    case_id = queries_moves.taken_from(current_user, ref)
    if case_id is None:
        raise NotFound
    return too_late(case_id, ref, words_in(form()))


def no_longer(ref: str) -> Response:
    """Lead home whoever comes from a notice or a mail to a case that was theirs, and say who has taken it from them.

    Raises:
        NotFound: nobody took it from them: it looks like a case that is not there.
    """
    flash(taken_by(ref), "warning")
    return redirect("/")


def taken_by(ref: str) -> str:
    """Return, in a sentence, who has taken a case from this person.

    Raises:
        NotFound: nobody took it from them: it looks like a case that is not there.
    """
    event = queries_moves.parting(signed_in(), ref)
    if event is None:
        raise NotFound
    return _("%(what)s O caso %(ref)s não está mais com você.", what=sentence_of(event), ref=ref.upper())


def too_late(case_id: int, ref: str, typed: Sequence[tuple[str, str]] = (), why: str = "") -> tuple[str, int]:
    """Say who was faster, with what was typed, to be copied, and the way to the case where it can still be seen.

    `why` says it, where what happened last does not.
    """
    event = queries_moves.last_event(case_id)
    try:
        case_for(current_user, ref)
        address = url_for("cases.show", ref=ref)
    except NotFound:
        address = ""
    own = event is not None and event.by_id == current_user.id
    return error_page(409, why or faster(case_id), typed, address=address, own=own)


def words_in(form: Any) -> list[tuple[str, str]]:
    """Return what a person wrote into a form, each text with the label of its field; of a list, one line a choice."""
    fields = [one for field in form for one in (field.entries if isinstance(field, FieldList) else [field])]
    written = [(field.label.text, _words(field)) for field in fields]
    return [(label, words) for label, words in written if words.strip()]


def _words(field: Field) -> str:
    if isinstance(field, ChosenField):
        return "\n".join(one["label"] for one in chosen(field.data or ()))
    return field.data or "" if isinstance(field, StringField) and not isinstance(field, HiddenField) else ""


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
    if words:
        flash(_(words, **names_of(case)))
    if sight_of(case, current_user) is None:
        # Perhaps by what it does not know: an opinion written, a case opened on purpose.
        try:
            case_for(current_user, case.ref)
        except NotFound:
            leaves = True
    return redirect("/" if leaves else url_for("cases.show", ref=case.ref))

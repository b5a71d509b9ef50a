"""First screens and lists: the requester's cases, the district's, the consultant's."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from teleconsult import clock, events
from teleconsult.cases import drafts, lists, queries_lists, queries_mine
from teleconsult.cases.lifecycle import State
from teleconsult.cases.queries_lists import FIRST, District
from teleconsult.cases.rows import Moment
from teleconsult.cases.visible import shared_unit_of
from teleconsult.cases.words import STATE_WORDS
from teleconsult.network.directory import unit_filter
from teleconsult.people.access import Permission, Role
from teleconsult.people.gate import acting_role, requires, signed_in
from teleconsult.people.models import User
from teleconsult.shifts import roster
from teleconsult.shifts.mine import awaited
from teleconsult.typed import fold
from teleconsult.web import Page
from teleconsult.web.messages import gettext as _
from teleconsult.web.paging import PAGE_SIZE
from teleconsult.web.words import local

bp = Blueprint("lists", __name__)

MINE = ("waiting", "going", "concluded", "cancelled", "unit", "unit_concluded")
HELD = {
    "mine": State.ASSIGNED,
    "awaiting": State.AWAITING_INFORMATION,
    "answered": State.ANSWERED,
    "in_person": State.IN_PERSON,
}
DISTRICT = (
    State.AWAITING_INFORMATION,
    State.RETURNED,
    State.ANSWERED,
    State.SUBMITTED,
    State.ASSIGNED,
    State.IN_PERSON,
    State.CONCLUDED,
    State.CANCELLED,
)
WAIT_FOR_UNIT = (State.AWAITING_INFORMATION, State.RETURNED, State.ANSWERED)


def greeting() -> str:
    """Return the greeting of the reader's hour."""
    hour = local(clock.now()).hour
    if 5 <= hour < 12:
        return str(_("Bom dia"))
    return str(_("Boa tarde")) if 12 <= hour < 18 else str(_("Boa noite"))


# ---------------------------------------------------------------- navigation


@events.panel("nav", order=10)
def _mine_item(user: User) -> dict[str, Any] | None:  # noqa: ARG001 (what panels are given)
    role = acting_role()
    if role == Role.REQUESTER:
        return _item(_("Meus casos"), "cases", "lists.mine", lambda user: _counts(user)["waiting"])
    if role == Role.SUPPORT:
        return _item(_("Casos do distrito"), "cases", "lists.district", 0)
    if role == Role.CONSULTANT:
        return _item(_("Para responder"), "inbox", "lists.waiting", lambda user: _held(user).get(State.ASSIGNED, 0))
    return None


def _item(label: str, icon: str, endpoint: str, count: Callable[[User], int] | int) -> dict[str, Any]:
    current = request.endpoint == endpoint
    return {
        "label": label, "icon": icon, "url": url_for(endpoint), "count": count, "count_new": True, "current": current,
    }  # fmt: skip


def _counts(user: User) -> Mapping[str, int]:
    if "mine_counts" not in g:
        g.mine_counts = queries_mine.mine_counts(user)
    found: Mapping[str, int] = g.mine_counts
    return found


def _held(user: User) -> Mapping[str, int]:
    if "held_counts" not in g:
        g.held_counts = queries_lists.held_counts(user)
    found: Mapping[str, int] = g.held_counts
    return found


# ---------------------------------------------------------------- the requester


@bp.get("/mine")
@requires(Permission.FILE_CASES)
def mine() -> str | Response:
    """Show a requester what waits for them and what goes on; `?show=` one whole list."""
    user = signed_in()
    if not user.has(Role.REQUESTER):
        return redirect(url_for("lists.district"))
    show = request.args.get("show", "")
    if show:
        return _mine_list(user, show)
    page, on = queries_mine.mine_waiting(user, FIRST), queries_mine.mine_going(user, FIRST)
    waits, confirms = lists.waiting(page.rows), lists.to_confirm(user)
    offers, surveys = lists.offers(user), lists.surveys(user, waits)
    return render_template(
        "cases/lists/mine.html",
        greeting=greeting(),
        waiting=[*offers, *confirms, *waits, *surveys[:FIRST]],
        beside=lists.beside(len(offers), len(confirms), len(surveys)),
        more_waiting=page.older is not None,
        drafts=lists.unsent(user),
        going=lists.going(on.rows, user),
        more_going=on.older is not None,
        counts=_counts(user),
        shares=shared_unit_of(user) is not None,
    )


def _mine_list(user: User, show: str) -> str:
    shares = shared_unit_of(user) is not None
    if show not in MINE or (show.startswith("unit") and not shares):
        abort(404)
    if show == "waiting":
        page = queries_mine.mine_waiting(user, PAGE_SIZE)
        rows = lists.waiting(page.rows)
    else:
        page, whose = _going_page(user, show)
        rows = lists.going(page.rows, user, whose=whose)
    return render_template(
        "cases/lists/mine_list.html", show=show, rows=rows, page=page, counts=_counts(user), shares=shares
    )


def _going_page(user: User, show: str) -> tuple[Page, bool]:
    if show == "going":
        return queries_mine.mine_going(user, PAGE_SIZE), False
    if show == "unit":
        return queries_mine.unit_open(user), True
    if show == "unit_concluded":
        return queries_mine.unit_closed(user), True
    return queries_mine.mine_closed(user, State(show)), False


# ---------------------------------------------------------------- the district


@bp.get("/district")
@requires(Permission.WATCH_DISTRICT)
def district() -> str:
    """Show support the district's cases that wait for the units; `?show=` all of one state, in the same filters."""
    user, show = signed_in(), request.args.get("show", "")
    text = {name: request.args.get(name, "")[:80] for name in ("unit", "requester")}
    filed = request.args.get("filed") == "1"
    states = [State(show)] if show in DISTRICT else list(WAIT_FOR_UNIT)
    size = PAGE_SIZE if show in DISTRICT else FIRST
    wanted = [District(state, text["unit"], text["requester"], filed) for state in states]
    counts = queries_lists.district_counts(user)
    narrowed = queries_lists.district_counts(user, wanted[0]) if any(text.values()) or filed else counts
    surveys = [] if show else lists.surveys(user)
    return render_template(
        "cases/lists/district.html",
        show=show if show in DISTRICT else "",
        parts=[_district_part(user, asked, size) | {"count": narrowed.get(asked.show)} for asked in wanted],
        counts=counts,
        offers=[] if show else lists.offers(user),
        drafts=[] if show else lists.unsent(user),
        surveys=surveys[:FIRST],
        asked_of_ended=len(surveys),
        asked={**text, "filed": "1" if filed else ""},
        district=user.supported_district,
        show_choices=[("", _("Esperam pela unidade")), *((s, _(STATE_WORDS[s])) for s in DISTRICT)],
        unit_choices=unit_filter(user.supported_district),
        requester_choices=_requester_choices(user),
    )


def _district_part(user: User, asked: District, size: int) -> dict[str, Any]:
    page = queries_lists.district_page(user, asked, size)
    waits = asked.show in WAIT_FOR_UNIT
    rows = lists.waiting(page.rows, whose=True) if waits else lists.going(page.rows, user, whose=True)
    return {"state": asked.show, "word": _(STATE_WORDS[asked.show]), "waits": waits, "rows": rows, "page": page}


def _requester_choices(user: User) -> list[tuple[str, str]]:
    people: Sequence[Any] = sorted(drafts.named_requesters(user), key=lambda row: fold(row.name))
    return [("", _("Todo solicitante")), *((row.ref, f"{row.title} {row.name}".strip()) for row in people)]


# ---------------------------------------------------------------- the consultant


@bp.get("/waiting")
@requires(Permission.TAKE_CASES)
def waiting() -> str:
    """Show a consultant what they hold and what waits in their specialties; `?show=` one whole list."""
    user, show = signed_in(), request.args.get("show", "")
    duties, specialties = roster.duties_of(user.id, clock.now()), roster.held_by(user.id)
    if show:
        return _consultant_list(user, show, duties, specialties)
    moment, held = Moment(), queries_lists.held_by(user, State.ASSIGNED, FIRST)
    open_ = queries_lists.waiting_for(user, specialties, FIRST)
    return render_template(
        "cases/lists/waiting.html",
        greeting=greeting(),
        held=lists.to_answer(held.rows, moment),
        more_held=held.older is not None,
        open=lists.to_claim(open_.rows, duties, moment),
        more_open=open_.older is not None,
        open_count=queries_lists.waiting_count(user, specialties),
        off_duty=bool(specialties) and not duties,
        awaited=awaited(user.id, moment.now) if duties else None,
        counts=_held(user),
    )


def _consultant_list(user: User, show: str, duties: frozenset[int], specialties: frozenset[int]) -> str:
    if show == "open":
        page = queries_lists.waiting_for(user, specialties, PAGE_SIZE)
        rows = lists.to_claim(page.rows, duties, Moment())
    elif show == "done":
        page = queries_lists.done_by(user)
        rows = lists.going(page.rows, user, whose=True, asker=False)
    elif show in HELD:
        page = queries_lists.held_by(user, HELD[show], PAGE_SIZE)
        mine = show == "mine"
        rows = lists.to_answer(page.rows, Moment()) if mine else lists.going(page.rows, user, whose=True, asker=False)
    else:
        abort(404)
    return render_template(
        "cases/lists/waiting_list.html",
        show=show,
        rows=rows,
        page=page,
        counts=_held(user),
        open_count=queries_lists.waiting_count(user, specialties),
    )

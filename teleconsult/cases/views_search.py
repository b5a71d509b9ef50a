"""Searching the cases one may see. What is typed is posted and kept for a day: no name stands in an address."""

from collections.abc import Sequence
from typing import Any, cast

from flask import redirect, render_template, request, url_for
from sqlalchemy import Row
from werkzeug.wrappers import Response
from wtforms import SearchField
from wtforms.validators import Length

from teleconsult import audit
from teleconsult.cases import lists
from teleconsult.cases.access import Sight, attends
from teleconsult.cases.blueprint import bp
from teleconsult.cases.kept_words import keep, kept
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case
from teleconsult.cases.queries_search import LONGEST_QUERY, Scope, code_in, find, row_of_code, rows_of, scope_of
from teleconsult.cases.rows import Moment, called, due_words_of, sight_of_row, specialty_words, state_words
from teleconsult.cases.search import CLINICAL
from teleconsult.cases.snippets import snippet
from teleconsult.cases.words import STATE_WORDS
from teleconsult.coding.words import beginnings_of
from teleconsult.extensions import transaction, transaction_apart
from teleconsult.people.access import Permission
from teleconsult.people.gate import requires, signed_in
from teleconsult.people.models import User
from teleconsult.web import BaseForm, Page
from teleconsult.web.messages import gettext as _


class SearchForm(BaseForm):
    """One field; its limit is said, nothing is cut."""

    q = SearchField(validators=[Length(max=LONGEST_QUERY)])


@bp.route("/search", methods=["GET", "POST"])
@requires(Permission.READ_CASES)
def search() -> str | Response | tuple[str, int]:
    """Show what the words find, newest first; a POST keeps the words and leads to the address of its results."""
    user, form = signed_in(), SearchForm(request.form if request.method == "POST" else request.args)
    if request.method == "POST" and form.validate_on_submit():
        with transaction():
            key = keep(form.q.data or "", by=user)
        return redirect(url_for("cases.search", s=key))
    words = kept(request.args["s"], user) if "s" in request.args else form.q.data or ""
    if form.errors or len(words) > LONGEST_QUERY:
        limit = _("Use no máximo %(limit)s caracteres.", limit=LONGEST_QUERY)
        return _page(words, scope_of(user), [], Page([], None, None), limit), 422
    return _results(words, user)


def _results(words: str, user: User) -> str:
    scope, moment = scope_of(user), Moment()
    rows, page = _seek(scope, words, user)
    wanted = beginnings_of(words)
    first = scope.drafts and not {"before", "after"} & set(request.args)
    unsent = [_unsent(row) for row in lists.unsent(user, words)] if first else []
    shown = unsent + [_shown(row, sight, wanted, user, moment) for row, sight in rows]
    body = _page(words, scope, shown, page)
    if words:
        refs = [*(row["ref"] for row in unsent), *(row.ref for row, _sight in rows)]
        with transaction_apart():
            audit.record(f"reader:{user.ref}", "case.search", by_id=user.id, cases=refs)
    return body


def _unsent(row: lists.Row) -> lists.Row:
    return row | {"about": row["topic"], "word": _(STATE_WORDS[State.DRAFT]), "snippet": None, "complaint": row["text"]}


def _page(words: str, scope: Scope, shown: Sequence[Any], page: Page, limit: str = "") -> str:
    return render_template(
        "cases/lists/search.html",
        words=words,
        by_words=scope.by_words,
        only_names=scope.every_name and not scope.open,
        found=shown,
        page=page,
        limit=limit,
        where={name: request.args[name] for name in ("s", "q") if name in request.args},
    )


def _seek(scope: Scope, words: str, user: User) -> tuple[list[tuple[Row[Any], Sight]], Page]:
    """Return the rows that this person may see with how much of each, and the page they are of."""
    code = code_in(words)
    one = row_of_code(code, user) if code else None
    sight = _sight(one, user) if one is not None else None
    if one is not None and sight is not None:
        return [(one, sight)], Page([], None, None)
    page = find(scope, words)
    seen = ((row, _sight(row, user)) for row in rows_of([row[0] for row in page.rows], user))
    return [(row, sight) for row, sight in seen if sight is not None], page


def _sight(row: Row[Any], user: User) -> Sight | None:
    sight = sight_of_row(row, user)
    return Sight.FULL if sight is not Sight.FULL and attends(cast(Case, row), user) else sight


def _shown(row: Row[Any], sight: Sight, wanted: Sequence[str], user: User, moment: Moment) -> dict[str, Any]:
    # What is bold in the case is plain here: a line of a list shows no signs.
    texts = [getattr(row, name).replace("**", "") for name in CLINICAL] if sight is Sight.FULL else []
    about = [words for words in (specialty_words(row), row.unit_name, row.ref) if words]
    return {
        "url": moment.address_of(row.ref),
        "name": called(row, sight, moment),
        "about": " · ".join(about[1:] if sight is not Sight.CLOSED else about[:1]),
        "topic": about[0] if sight is not Sight.CLOSED else "",
        "unseen": False,
        "state": row.state,
        "word": state_words(row, user),
        "due": due_words_of(row, moment, asker=row.requester_id == user.id),
        "snippet": snippet(texts, wanted),
        "complaint": row.complaint if sight.clinical else "",
    }

"""The record on the screen, on paper and as a spreadsheet; each look at it is recorded too."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, abort, render_template, request, url_for

from teleconsult import audit, clock
from teleconsult.events import panel
from teleconsult.extensions import transaction_apart
from teleconsult.people.access import Permission, Role
from teleconsult.people.gate import acting_role, current_user, requires
from teleconsult.people.models import User
from teleconsult.record import queries
from teleconsult.record.forms import record_form
from teleconsult.record.queries import Filters
from teleconsult.record.trails import trails_of
from teleconsult.record.words import ALL_READS, WORDS
from teleconsult.web import page_by_key
from teleconsult.web.csv_out import csv_response
from teleconsult.web.messages import gettext as _
from teleconsult.web.words import local

bp = Blueprint("record", __name__, url_prefix="/record")

ON_PAPER = 500
"""More is a book; the spreadsheet has everything."""


@bp.get("")
@requires(Permission.READ_RECORD)
def index() -> str | tuple[str, int]:
    """Show what the filters ask for, newest first."""
    form = record_form()
    if not form.validate():
        return render_template("record/index.html", form=form, page=None, filters=Filters(), words=WORDS), 422
    filters = form.filters()
    page = page_by_key(queries.events(filters), queries.BY_TIME)
    more = {"trails": trails_of(page.rows), "reasons": queries.reasons_of(page.rows)}
    more["further"] = queries.further(filters.about) if filters.about else []
    shown = render_template("record/index.html", form=form, page=page, filters=filters, words=WORDS, **more)
    _record("record.view", filters, found=bool(page.rows))
    return shown


@bp.get("/print")
@requires(Permission.READ_RECORD)
def print_events() -> str:
    """Show the newest of what the filters ask for as sheets."""
    filters = _filters()
    rows = queries.newest(filters, ON_PAPER + 1)
    shown = render_template(
        "record/print.html",
        rows=rows[:ON_PAPER],
        more=len(rows) > ON_PAPER,
        filters=filters,
        words=WORDS,
        reads=ALL_READS,
        reasons=queries.reasons_of(rows),
        by=current_user.full_name,
        at=clock.now(),
    )
    _record("record.print", filters, found=bool(rows))
    return shown


@bp.get("/export.csv")
@requires(Permission.READ_RECORD)
def export() -> Response:
    """Give everything that the filters ask for, as a spreadsheet."""
    filters = _filters()
    _record("record.export", filters, found=bool(queries.newest(filters, 1)))
    heads = [
        _("Momento"), _("Evento"), _("Código"), _("Pessoa"), _("Código da pessoa"), _("Em nome de"), _("Sobre"),
        _("Endereço"), _("Trilha"), _("Número"), _("Motivo"),
    ]  # fmt: skip
    return csv_response(f"registro-{local(clock.now()):%Y%m%d-%H%M}.csv", heads, _lines(queries.every(filters)))


def _lines(pieces: Iterable[Sequence[Any]]) -> Iterable[list[object]]:
    for rows in pieces:
        reasons = queries.reasons_of(rows)
        for row in rows:
            said = _(WORDS[row.word]) if row.word in WORDS else row.word
            by = f"{row.by_title} {row.by_name}".strip() if row.by_name else ""
            on_behalf = f"{row.for_title} {row.for_name}".strip() if row.for_name else ""
            yield [
                row.at, said, row.word, by, row.by_ref, on_behalf, row.subject, row.address, row.stream, row.number,
                reasons.get(row.id, ""),
            ]  # fmt: skip


def _filters() -> Filters:
    form = record_form()
    if not form.validate():
        abort(400)
    return form.filters()


def _record(word: str, filters: Filters, *, found: bool) -> None:
    """Record that the record was read, and what was asked of it.

    What was typed as a reference is kept only if something has it: it may be a name.
    """
    asked = filters if found else replace(filters, about="")
    with transaction_apart():
        audit.record(f"reader:{current_user.ref}", word, by_id=current_user.id, asked=asked.args())


@panel("nav", order=90)
def record_in_nav(user: User) -> dict[str, Any] | None:
    """Lead managers to the record, while they act as such."""
    if Permission.READ_RECORD not in user.permissions or acting_role() != Role.MANAGER:
        return None
    here = request.blueprint == "record"
    return {"label": _("Registro"), "icon": "log", "url": url_for("record.index"), "count": 0, "count_new": False,
            "current": here}  # fmt: skip

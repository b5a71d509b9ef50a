"""One booking request as a row of a list, in words, from columns alone."""

from collections.abc import Iterable
from typing import Any

from flask import url_for

from teleconsult.bookings.steps import KIND_WORDS, LISTED, MOVES, Kind, State
from teleconsult.bookings.words import mark_of, visit_time
from teleconsult.cases.access import Sight
from teleconsult.cases.rows import Moment, called, specialty_words
from teleconsult.routing.desk import flag_of
from teleconsult.web.messages import gettext as _
from teleconsult.web.words import DAY, local, localday, localtime, short_span


class AsCase:
    """The columns under the names by which `called` asks for them."""

    def __init__(self, row: Any) -> None:
        self._row = row
        self.ref = row.case_ref

    def __getattr__(self, name: str) -> Any:
        return getattr(self._row, name)


def rows_of(rows: Iterable[Any], moment: Moment, *, owing_days: int = 0) -> list[dict[str, Any]]:
    """Return the rows of a list as its template shows them; `owing_days` after a visit its counter-referral is overdue."""
    return [_row(row, moment) | _owing(row, moment, owing_days) for row in rows]


def _owing(row: Any, moment: Moment, days: int) -> dict[str, Any]:
    """Return where the counter-referral of a visit is written, and since when it is overdue."""
    if not days:
        return {"counter_url": "", "late": ""}
    over = (moment.now - row.at).total_seconds() - days * DAY
    return {
        "counter_url": url_for("cases.counter_refer", ref=row.case_ref),
        "late": _("atrasada há %(span)s", span=short_span(over)) if over > 0 else "",
    }


def _is_past(row: Any, moment: Moment) -> bool:
    """Tell whether the hour of a visit has come and nobody has said whether the patient did."""
    return bool(row.state == State.BOOKED and row.at <= moment.now)


def _text(row: Any, moment: Moment) -> str:
    """Return when the visit is, how long ago it was asked for, from which day a return is wanted, or how long it has waited."""
    at = getattr(row, "at", None)
    if at:
        return _("%(when)s, com %(who)s", when=visit_time(at, row.zone), who=row.specialist_name)
    if row.state not in LISTED:  # off the list until somebody says what comes next; its age goes on
        return _("pedida há %(age)s", age=short_span((moment.now - row.since).total_seconds()))
    until = getattr(row, "expires_at", None)
    if until:
        return _("aceite até %(when)s", when=localtime(until))
    if row.wanted_from and row.wanted_from > local(moment.now).date():
        return _("retorno a partir de %(day)s", day=localday(row.wanted_from))
    return _("na lista há %(age)s", age=short_span((moment.now - row.since).total_seconds()))


def _row(row: Any, moment: Moment) -> dict[str, Any]:
    return {
        "url": url_for("bookings.show", ref=row.ref),
        "ref": row.ref,
        "case_ref": row.case_ref,
        "name": called(AsCase(row), Sight.ROUTING, moment),  # type: ignore[arg-type]  # columns under other names
        "topic": specialty_words(row),
        "kind": _(KIND_WORDS[Kind(row.kind)]) if row.kind == Kind.RETURN else "",
        "flag": flag_of(row.priority),
        "mark": mark_of(row.state),
        "place": row.unit_name,
        "text": _text(row, moment),
        "bookable": row.state in LISTED,
        # Of what is booked the day of the agenda asks: once it is past, it is marked and not ended.
        "to_end": row.kind == Kind.RETURN and row.state in MOVES["close_unseen"].sources - {State.BOOKED},
        "mark_url": url_for("agenda.day", day=row.day.isoformat()) if _is_past(row, moment) else "",
    }

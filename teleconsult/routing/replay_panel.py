"""The last replay on the management's page of the distribution: a chart with its table."""

from typing import Any

from babel.numbers import format_decimal
from flask_babel import get_locale

from teleconsult import events
from teleconsult.errors import N_
from teleconsult.routing import queries_replay
from teleconsult.routing.replay_chart import bars, height
from teleconsult.routing.replay_record import Row
from teleconsult.web.messages import gettext as _

POLICY_WORDS = {
    "recorded": N_("Como aconteceu"),
    "ours": N_("Esta distribuição"),
    "edf": N_("Prazo mais próximo primeiro"),
    "fcfs": N_("Ordem de chegada"),
    "round-robin": N_("Rodízio em caixas pessoais"),
    "least-wait": N_("Ideal: menor espera"),
    "fewest-late": N_("Ideal: menos atrasos"),
}
UNKNOWN = "–"


@events.panel("distribution", order=40)
def replay_panel(**_facts: Any) -> dict[str, Any]:
    """Return the last comparison of ways of distributing."""
    kept = queries_replay.last()
    rows = [Row(*row) for row in kept.rows] if kept else []
    return {
        "template": "routing/replay.html",
        "replay": kept,
        "simulated": _simulated(kept.detail) if kept and kept.over == "simulation" else "",
        "bars": bars(rows),
        "height": height(rows),
        "names": [_(POLICY_WORDS[row.policy]) for row in rows],
        "values": [(hours(row.p50), hours(row.p90)) for row in rows],
        "lines": [_line(row) for row in rows],
    }


def _simulated(detail: str) -> str:
    seed, load, people = detail.split()
    return _(
        "Duas semanas simuladas com %(people)s consultores, iguais para cada forma (semente %(seed)s, carga %(load)s).",
        people=people,
        seed=seed,
        load=number(float(load), 2),
    )


def _line(row: Row) -> tuple[str, ...]:
    return (
        _(POLICY_WORDS[row.policy]),
        number(row.late, 0),
        hours(row.mean),
        hours(row.p50),
        hours(row.p90),
        UNKNOWN if row.idle_minutes is None else number(row.idle_minutes, 0),
        UNKNOWN if row.evenness is None else number(row.evenness, 2),
    )


def number(value: float, decimals: int) -> str:
    """Show a number as the reader's language writes it."""
    return format_decimal(value, "#,##0" + ("." + "0" * decimals if decimals else ""), locale=get_locale())


def hours(value: float) -> str:
    """Show hours: '2,5 h'."""
    return _("%(hours)s h", hours=number(value, 1))

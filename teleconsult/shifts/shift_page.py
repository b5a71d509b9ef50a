"""What the page of one shift tells, and what can be done with it next."""

from typing import Any

from flask import url_for

from teleconsult import clock, events
from teleconsult.people.models import User
from teleconsult.shifts import words
from teleconsult.shifts.actions.attendance import too_late
from teleconsult.shifts.attendance import EARLY
from teleconsult.shifts.calendar import local_day, local_minute, wall_minutes, without
from teleconsult.shifts.laying import rule_words, series_of
from teleconsult.shifts.models import Shift
from teleconsult.shifts.queries import MOST_TOGETHER, away_between, cancelled_with, open_swap_of
from teleconsult.web.messages import gettext as _
from teleconsult.web.words import in_language, localtime


def place_of(shift: Shift) -> dict[str, Any]:
    """Return where a shift stands, as an address carries it back there."""
    zone = shift.room.zone
    return {
        "room": shift.room.slug,
        "day": local_day(shift.starts_at, zone).isoformat(),
        "starts": local_minute(shift.starts_at, zone),
        "minutes": wall_minutes((shift.starts_at, shift.ends_at), zone),
        "workstation": shift.workstation,
    }


def day_of_shift(shift: Shift, *, first: bool = False) -> str:
    """Return its day in words; `first` where a line begins with it."""
    day = local_day(shift.starts_at, shift.room.zone)
    return words.day_words(day) if first else words.day_inside(day)


def span_of_shift(shift: Shift) -> str:
    """Return from when to when it is, by the clock on the wall of its room."""
    place = place_of(shift)
    return words.on_clock(words.span_words(place["starts"], place["starts"] + place["minutes"]), shift.room.zone)


def told_of(shift: Shift, user: User) -> dict[str, Any]:
    """Return what the page shows beside the form: facts, and the other steps."""
    series, together = series_of(shift), cancelled_with(shift)
    return {
        "day": day_of_shift(shift),
        "on_day": local_day(shift.starts_at, shift.room.zone),
        "span": span_of_shift(shift),
        "why": words.why_cancelled(shift.cancelled_why),
        "others": [_other(one) for one in together[:MOST_TOGETHER]],
        "more": len(together) > MOST_TOGETHER,
        "about": _facts(shift, rule_words(series.rule) if series and series.rule else ""),
        "moves": _moves(shift, user, bool(series)),
        "stays": _("Este turno já começou, e fica onde está.") if shift.starts_at <= clock.now() else "",
    }


def _other(shift: Shift) -> dict[str, str]:
    """Return a line of the shifts that were cancelled with this one: who is told of several is led to the first of them."""
    specialty = in_language(shift.specialty.name_pt, shift.specialty.name_en)
    return {
        "url": url_for("shifts.show", ref=shift.ref),
        "when": f"{day_of_shift(shift, first=True)}, {span_of_shift(shift)}",
        "where": f"{specialty} · {shift.room.name}",
    }


def _facts(shift: Shift, repeats: str) -> list[tuple[str, str]]:
    facts = [(_("Sala"), shift.room.name), (_("Estação"), str(shift.workstation))]
    facts += [(_("Repete"), repeats)] if repeats else []
    facts += [(_("Chegou"), localtime(shift.checked_in_at))] if shift.checked_in_at else []
    if shift.checked_out_at:
        forgotten = _("não marcou; encerrado no fim do turno")
        facts.append((_("Saiu"), forgotten if shift.closed_how == "forgotten" else localtime(shift.checked_out_at)))
    gaps = away_between([shift.user_id], shift.starts_at, shift.ends_at).get(shift.user_id, [])
    if gaps:
        left = without((shift.starts_at, shift.ends_at), gaps)
        said = _("a pessoa está afastada em parte deste horário") if left else _("a pessoa está afastada neste horário")
        facts.append((_("Afastamento"), said))
    facts += [fact for part in events.panels("shift.facts", shift=shift) for fact in part]
    if shift.cancelled_at is None and open_swap_of(shift):
        facts.append((_("Troca"), _("a pessoa oferece este turno a colegas")))
    return facts


def _moves(shift: Shift, user: User, in_series: bool) -> list[dict[str, Any]]:
    """Return the steps that make sense now; each asks again what it needs to."""
    moves = []
    if shift.cancelled_at is not None:
        if shift.ends_at > clock.now():
            moves.append(
                _move(_("Devolver à escala"), _("a pessoa é avisada"), "shifts.restore", shift, "undo", post=True)
            )
        return moves
    moves += _attendance(shift, user)
    if shift.ends_at > clock.now() and shift.checked_in_at is None:
        what = _("sai da escala, e a pessoa é avisada")
        moves.append(_move(_("Cancelar este turno"), what, "shifts.cancel", shift, "cancelled"))
    if in_series:
        what = _("saem da escala este turno e os seguintes")
        moves.append(_move(_("Encerrar a série a partir daqui"), what, "shifts.end_series", shift, "stop"))
    return moves


def _attendance(shift: Shift, user: User) -> list[dict[str, Any]]:
    """Return the step that notes for the person that they have come, or gone."""
    if shift.checked_in_at is not None:
        left = _("quando a pessoa saiu sem marcar")
        going = _move(_("Registrar a saída"), left, "shifts.note_check_out", shift, "exit", post=True)
        return [] if shift.checked_out_at is not None else [going]
    if shift.ends_at <= clock.now():
        there = _("quando a pessoa atendeu e ninguém marcou")
        noting = _move(_("Registrar a presença"), there, "shifts.attendance", shift, "check")
        return (
            [] if shift.user_id == user.id or too_late(shift, user) else [noting]
        )  # nobody notes their own afterwards
    if not shift.starts_at - EARLY <= clock.now() < shift.ends_at:
        return []
    come = _("quando a pessoa está na sala e não marcou")
    return [_move(_("Registrar a entrada"), come, "shifts.note_check_in", shift, "check", post=True)]


def _move(label: str, does: str, endpoint: str, shift: Shift, icon: str, *, post: bool = False) -> dict[str, Any]:
    return {
        "verb": endpoint, "label": label, "does": does, "url": url_for(endpoint, ref=shift.ref), "icon": icon,
        "enabled": True, "why_not": "", "main": False, "post": post,
    }  # fmt: skip

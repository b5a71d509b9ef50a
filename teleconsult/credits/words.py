"""How hours, months and the reason of an entry are said, on screens, in spreadsheets and on paper."""

import re
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import get_month_names
from babel.numbers import format_decimal
from flask_babel import get_locale

from teleconsult.credits import versions
from teleconsult.credits.rules import KIND_WORDS, Kind
from teleconsult.errors import N_, NotFound
from teleconsult.shifts.words import other_clock
from teleconsult.typed import show_clock
from teleconsult.web.messages import gettext as _
from teleconsult.web.messages import ngettext

CUTS = {
    "shift": N_("até o limite do turno"),
    "day": N_("até o limite do dia"),
    "month": N_("até o limite do mês"),
}


def hours(minutes: int, signed: bool = False) -> str:
    """Say minutes as hours: '14 h 18'; signed: '+0 h 18', '−0 h 30'."""
    sign = "−" if minutes < 0 else "+" if signed else ""
    return f"{sign}{abs(minutes) // 60} h {abs(minutes) % 60:02}"


def points_said(thousandths: int) -> str:
    """Say points with one to three places: '84,0'."""
    return format_decimal(thousandths / 1000, format="#,##0.0##", locale=get_locale())


def points_plain(thousandths: int) -> str:
    """Return points as a spreadsheet of the reader's language takes them: '2,000' would be two thousand as '2.000'."""
    return format_decimal(thousandths / 1000, format="0.000", locale=get_locale())


def month_name(month: date, dated: bool = False) -> str:
    """Say a month: 'novembro', and with its year when it is another one, or when what says it is `dated`."""
    name = str(get_month_names("wide", locale=get_locale())[month.month])
    if month.year == versions.today().year and not dated:
        return name
    return _("%(month)s de %(year)d", month=name, year=month.year)


def month_short(month: date) -> str:
    """Say a month under a bar: 'nov.'."""
    return str(get_month_names("abbreviated", locale=get_locale())[month.month])


def month_path(month: date) -> str:
    """Return a month as an address carries it: '2026-11'."""
    return f"{month:%Y-%m}"


def month_of(moment: datetime) -> str:
    """Return the local month of a moment as an address carries it."""
    return month_path(moment.astimezone(versions.zone()).date())


def read_month(text: str) -> date:
    """Return the month of an address.

    Raises:
        NotFound: there is no such month.
    """
    if not re.fullmatch(r"(19|20|21)\d\d-(0[1-9]|1[0-2])", text):
        raise NotFound
    return date(int(text[:4]), int(text[5:]), 1)


def clock_of(moment: datetime, zone: ZoneInfo | None = None) -> str:
    """Say a time of day where the network is: '7:58'."""
    here = moment.astimezone(zone or versions.zone())
    return show_clock(here.hour, here.minute)


def whose_clock() -> str:
    """Return whose clock these days and hours are on, where the reader's shows another hour: 'horário de Recife'; else ''."""
    return other_clock(versions.zone().key)


def title_of(row: Any, specialty: str = "") -> str:
    """Say what an entry is of: 'Parecer, caso TC-7K3Q9A'."""
    kind = Kind(row.kind)
    if kind == Kind.CORRECTION:
        what = _(KIND_WORDS[Kind(row.origin)])
        if row.reason == "reversal":
            return _("Estorno: %(what)s de %(day)s", what=what, day=day_short(row.origin_day))
        return _("Correção: %(what)s de %(day)s", what=what, day=day_short(row.origin_day))
    if kind == Kind.SHIFT:
        span = f"{clock_of(row.from_at)}–{clock_of(row.until_at)}"
        return (
            _("Turno %(span)s, %(specialty)s", span=span, specialty=specialty)
            if specialty
            else _("Turno %(span)s", span=span)
        )
    if kind in (Kind.GIVEN, Kind.EDUCATION):
        return _("%(what)s, %(ref)s", what=_(KIND_WORDS[kind]), ref=row.subject)
    return _("%(what)s, caso %(ref)s", what=_(KIND_WORDS[kind]), ref=row.subject)


def day_short(day: date) -> str:
    """Say a day of a statement: '18 nov.'."""
    return f"{day.day} {month_short(day)}"


def day_of(moment: datetime) -> str:
    """Say the local day of a moment: '18 nov.'."""
    return day_short(moment.astimezone(versions.zone()).date())


def reason_of(row: Any) -> str:
    """Say why an entry is worth what it is, and by which rules."""
    said = str(row.why) if row.reason in ("correction", "reversal") else _earned(row, row.data or {})
    if row.month > row.day.replace(day=1):
        said = _("%(said)s; o mês de origem já estava fechado", said=said)
    return said


def _earned(row: Any, data: dict[str, Any]) -> str:
    said = _SAID[row.reason](row, data)
    if row.rules:
        said = _("Regras nº %(number)d: %(said)s", number=row.rules, said=said)
    cap = CUTS.get(data.get("cut", ""))
    return _and(said, _(cap)) if cap else said


def _and(said: str, more: str) -> str:
    return _("%(said)s; %(cut)s", said=said, cut=more)


def _attended(_row: Any, data: dict[str, Any]) -> str:
    came, left = (clock_of(datetime.fromisoformat(data[name])) for name in ("came", "left"))
    said = _("presença de %(came)s a %(left)s", came=came, left=left)
    covers = len(data.get("covers", ()))
    if data.get("outside"):
        said = _and(said, _("fora do horário do turno"))
    if covers:
        said = _and(
            said, ngettext("inclui %(num)d trabalho feito nele", "inclui %(num)d trabalhos feitos nele", covers)
        )
    if data.get("paid_work"):
        said = _and(said, _("menos %(minutes)d min pagos pelo trabalho", minutes=data["paid_work"]))
    return _less(said, data)


def _less(said: str, data: dict[str, Any]) -> str:
    if not data.get("paid_already"):
        return said
    return _and(said, _("menos %(minutes)d min já pagos", minutes=data["paid_already"]))


def _each(row: Any, data: dict[str, Any]) -> str:
    return _("%(minutes)d min por %(what)s", minutes=data["each"], what=_(KIND_WORDS[Kind(row.kind)]).lower())


def _covered(row: Any, _data: dict[str, Any]) -> str:
    return _("feito no turno %(ref)s, que já paga este tempo", ref=row.within or "")


def _activity(_row: Any, data: dict[str, Any]) -> str:
    return _less(_("%(percent)d%% de %(minutes)d min", percent=data["percent"], minutes=data["whole"]), data)


_SAID = {"attended": _attended, "each": _each, "covered": _covered, "activity": _activity}

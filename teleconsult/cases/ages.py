"""A patient's age in words: exact for whoever sees the patient, a band for whoever only sends the case on."""

from datetime import date

from teleconsult.cases.request import age_on
from teleconsult.web.messages import gettext as _
from teleconsult.web.messages import ngettext

BANDS = (1, 10, 20, 40, 60)
"""Where the bands of age begin, after the first."""


def age_words(today: date, birth_date: date | None, age_years: int | None) -> str:
    """Return an age in words, '' when nothing is known.

    From a date of birth it is told in days for the first month, and in months until the second birthday.
    """
    years = age_on(today, birth_date, age_years)
    if years is None:
        return ""
    if birth_date is not None and years < 2:
        months = (today.year - birth_date.year) * 12 + today.month - birth_date.month - (today.day < birth_date.day)
        if months < 1:
            return str(ngettext("%(num)d dia", "%(num)d dias", max(0, (today - birth_date).days)))
        return str(ngettext("%(num)d mês", "%(num)d meses", months))
    return str(ngettext("%(num)d ano", "%(num)d anos", years))


def band_words(today: date, birth_date: date | None, age_years: int | None) -> str:
    """Return the band in which an age lies: 'de 40 a 59 anos'; '' when nothing is known."""
    years = age_on(today, birth_date, age_years)
    if years is None:
        return ""
    if years < BANDS[0]:
        return str(_("menos de 1 ano"))
    if years >= BANDS[-1]:
        return str(_("%(years)d anos ou mais", years=BANDS[-1]))
    low = max(start for start in BANDS if start <= years)
    high = min(start for start in BANDS if start > years) - 1
    return str(_("de %(low)d a %(high)d anos", low=low, high=high))

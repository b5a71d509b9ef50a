"""The case and its referral sheet on paper: pages for the browser's own printing, each recorded as printed."""

from typing import Any

from flask import render_template

from teleconsult import clock, events
from teleconsult.cases.access import Sight, look_at, record_reading
from teleconsult.cases.blueprint import bp
from teleconsult.cases.page import Page, build
from teleconsult.cases.words import UNSEEN_WORDS
from teleconsult.errors import NotFound
from teleconsult.people.access import Permission
from teleconsult.people.gate import current_user, requires, signed_in
from teleconsult.web.messages import gettext as _


@bp.get("/<ref>/print")
@requires(Permission.READ_CASES)
def print_case(ref: str) -> str:
    """Print the whole case."""
    return _printed(_whole(ref), "cases/print_case.html")


@bp.get("/<ref>/referral")
@requires(Permission.READ_CASES)
def print_referral(ref: str) -> str:
    """Print the referral sheet: referral above, counter-referral below (forms.md, 1 and 2)."""
    page = _whole(ref)
    if not page.referrals:
        raise NotFound
    referral, sheet = page.referrals[-1]
    booked: dict[str, str] = dict.fromkeys(("day", "doctor", "hour"), "")
    for known in events.panels("booked", referral=referral):
        booked |= known
    ended = UNSEEN_WORDS.get(referral.ended_how)
    more = {"referral": referral, "sheet": sheet, "booked": booked, "ended": _(ended) if ended else ""}
    return _printed(page, "cases/print_referral.html", **more)


def _whole(ref: str) -> Page:
    """Return the page of a case that the reader sees whole.

    Raises:
        NotFound: there is none, or not for this person, or nothing was sent yet.
    """
    look = look_at(current_user, ref)
    if look.sight is not Sight.FULL or not look.sent:
        raise NotFound
    return build(look, signed_in(), on_paper=True)


def _printed(page: Page, template: str, **more: Any) -> str:
    answer = render_template(template, page=page, case=page.case, at=clock.now(), **more)
    record_reading(page.case, current_user, "case.print")
    return answer

"""Files on pages that other floors own: the case, and the request while it is written."""

from typing import Any

from teleconsult.attachments import queries
from teleconsult.attachments.kinds import KINDS, asked_for
from teleconsult.attachments.receive import limit_of
from teleconsult.cases import lifecycle, world
from teleconsult.cases.access import Sight
from teleconsult.cases.models import Case
from teleconsult.cases.needs import Facts
from teleconsult.events import panel
from teleconsult.people.models import User
from teleconsult.web.messages import gettext as _

ACCEPT = asked_for(KINDS)


def may_add(case: Case, user: User, facts: Facts | None = None) -> bool:
    """Tell whether this person may put a file on this case now: its writer, or whoever may `add`.

    `facts` are what the rules must know, when the caller has read them already.
    """
    if lifecycle.being_written(case):
        return world.asks(case, user)
    return lifecycle.is_open("add", case, user, facts or world.facts_for(case, user))


def limits_words() -> str:
    """Return the limits in a sentence, for beside the control."""
    photo, document, other = (limit_of(family) // (1024 * 1024) for family in ("image", "document", "video"))
    return _(
        "Fotos (JPEG, PNG, WebP, HEIC) até %(photo)d MB, PDF até %(document)d MB, DICOM e vídeos curtos (MP4, WebM)"
        " até %(other)d MB cada um.",
        photo=photo,
        document=document,
        other=other,
    )


@panel("draft_files")
def draft_files(case: Case, user: User, facts: Facts | None = None) -> dict[str, Any]:
    """Return the files part of the request form."""
    return {
        "template": "attachments/panel.html",
        "files": queries.files_of(case, user),
        "may_add": may_add(case, user, facts),
        "says": limits_words(),
        "accept": ACCEPT,
        "hidden": 0,
    }


@panel("case", order=20)
def case_files(case: Case, user: User, sight: Sight, facts: Facts) -> dict[str, Any] | None:
    """Return the files part of the case page; who does not see the patient sees only how many there are.

    `scans` are the sheets of its counter-referrals, by referral: they are shown beside what was typed.
    """
    if sight is Sight.CLOSED:
        return None
    if sight is not Sight.FULL:
        count = queries.count_of(case)
        return {"template": "attachments/panel.html", "files": [], "may_add": False, "hidden": count} if count else None
    made = draft_files(case, user, facts)
    scans = [file for file in made["files"] if file.sheet_of]
    made["files"] = [file for file in made["files"] if not file.sheet_of]
    made["scans"] = {
        number: [file for file in scans if file.sheet_of == number] for number in {f.sheet_of for f in scans}
    }
    if not made["files"] and not made["may_add"]:
        made.pop("template")
    return made if "template" in made or scans else None

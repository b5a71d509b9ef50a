"""Hours, so that their pages have something on them: entries, an oddity, disputes, an activity, declarations."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from teleconsult import clock
from teleconsult.credits.models_activities import CreditDeclaration
from teleconsult.extensions import db
from tests import world
from tests.browser.site import Site
from tests.credits.acts import attended, entries

ZONE = ZoneInfo("America/Recife")


def furnish(site: Site) -> dict[str, tuple[str, ...]]:
    """Live some hours and return the pages that no link leads to."""
    day = (clock.now().astimezone(ZONE) - timedelta(days=35)).date()
    with site.application.app_context():
        for number, how in enumerate(("person", "forgotten")):
            there = day + timedelta(days=number)
            attended(f"{there}T08:00", f"{there}T12:00", how=how)
        sources = [entry.source for entry in entries()]
        shift = next(entry.subject for entry in entries() if entry.kind == "shift")
        user_id = world.person("paulo").id
    consultant, manager = site.signed_in("paulo"), site.signed_in("teresa")
    dispute = consultant.post(f"/hours/lines/{sources[0]}", data={"words": "Saí mais tarde."}).location
    asked = {
        "audience": "consultant",
        "from_on": str(day),
        "until_on": str(day + timedelta(days=5)),
        "language": "pt_BR",
    }
    issued = consultant.post("/hours/declarations", data=asked).location
    given = {
        "kind": "education", "title": "Manchas na pele", "day": str(day), "time": "15:00", "minutes": "60",
        "giver": "", "people": "marina@rede.example",
    }  # fmt: skip
    activity = manager.post("/credits/activities/new", data=given).location
    with site.application.app_context():
        found = db.session.scalars(db.select(CreditDeclaration).where(CreditDeclaration.person_id == user_id)).one()
        code, ref = found.code, found.ref
    month = f"{day:%Y-%m}"
    return {
        "": ("/d", f"/d/{code}"),
        "marina": ("/hours",),
        "paulo": (
            f"/hours/{month}", f"/hours/shifts/{shift}", f"/hours/lines/{sources[1]}", dispute, issued,
            "/hours/declarations",
        ),
        "teresa": (
            "/credits", f"/credits/months/{month}", f"/credits/months/{month}/odd",
            f"/credits/months/{month}/unnoted", f"/credits/people/PE-PAULO/{month}",
            f"/credits/lines/{sources[1]}", f"/credits/disputes/{dispute.rsplit('/', 1)[1]}", activity,
            f"{activity}/edit", f"/credits/declarations/{ref}", "/credits/rules/next", "/credits/rules/factor",
        ),
    }  # fmt: skip

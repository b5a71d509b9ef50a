"""How the management has the service run: its working hours, though every clock runs day and night, and the stand-ins."""

from collections.abc import Mapping

from sqlalchemy import select

from teleconsult.extensions import db
from teleconsult.network import actions, settings
from teleconsult.network.models import Specialty
from teleconsult.network.settings import Counting
from teleconsult.people.models import User

WEEK = tuple((day, opens * 60, closes * 60) for day in range(5) for opens, closes in ((8, 12), (13, 17)))
STAND_INS = {"dermatologia": "lia-cordeiro", "cardiologia": "hugo-lacerda", "psiquiatria": "enio-vasconcelos"}
MANAGER = "carmem-rocha"


def arrange(people: Mapping[str, User]) -> None:
    """Write the working hours and name the stand-ins."""
    manager, runs = people[MANAGER], settings.counting().runs
    actions.set_times(
        settings.target_hours(), settings.every_window(), Counting(runs, WEEK), based_on=settings.stamp(), by=manager
    )
    for slug, key in STAND_INS.items():
        specialty = db.session.scalars(select(Specialty).where(Specialty.slug == slug)).one()
        values = {name: getattr(specialty, name) for name in actions.SPECIALTY_FIELDS}
        actions.edit_specialty(specialty, values | {"backup_id": people[key].id}, by=manager)

"""Who is told on the unit's side of a booking request: who asks, and who of district support has booked for the unit."""

from sqlalchemy import BindParameter, and_, bindparam, select

from teleconsult.bookings.models import BookingEvent, BookingRequest
from teleconsult.cases import sides
from teleconsult.cases.models import Case
from teleconsult.network.models import HealthUnit
from teleconsult.people import queries as people
from teleconsult.people.access import Role
from teleconsult.people.models import User, UserRole

_OF: BindParameter[int] = bindparam("request_id")
_DISTRICT = (
    select(HealthUnit.district)
    .join(Case, Case.unit_id == HealthUnit.id)
    .join(BookingRequest, BookingRequest.case_id == Case.id)
    .where(BookingRequest.id == _OF)
    .scalar_subquery()
)
_BOOKED = people.to_tell(
    and_(
        User.id.in_(select(BookingEvent.by_id).where(BookingEvent.request_id == _OF)),
        User.id.in_(select(UserRole.user_id).where(UserRole.role == Role.SUPPORT)),
        # Who supports another district now sees neither the request nor its case.
        User.unit_id.in_(select(HealthUnit.id).where(HealthUnit.district == _DISTRICT)),
    )
)


def asking(request: BookingRequest) -> list[User]:
    """Return who asks, and who of district support has booked, moved or cancelled this visit for the unit.

    A unit without a line reads its notices late: where the district booked by its sheet, only the district can let the
    patient know in time that the visit was called off.
    """
    return [*sides.asking(request.case), *people.told_by(_BOOKED, {"request_id": request.id})]

"""What the ledger hears of the floors below: work on cases, and the check-out of a shift."""

from teleconsult.cases.models import Case, CaseEvent
from teleconsult.credits import closing, ledger, sources, versions
from teleconsult.credits import rules as r
from teleconsult.events import on, panel
from teleconsult.people.access import Role
from teleconsult.people.models import User
from teleconsult.shifts.models import Shift


@on("case.answer", "case.conclude", "case.ask", "case.counter_refer", order=60)
def earn_by_work(*, case: Case, event: CaseEvent, by: User | None) -> None:
    """Write what a consultant's work earns; what is copied from paper earns nothing, also for who answers cases too."""
    if by is not None and by.has(Role.CONSULTANT) and not sources.is_copied(event.data):
        ledger.earn_work(by, sources.work_of(case, event, by))


@panel("shift.month_is_open")
def month_is_open(shift: Shift) -> bool:
    """Tell whether what a shift earns would still land in its own month."""
    return not closing.is_closed(r.month_of(r.local_day(shift.starts_at, versions.zone())))


@on("shift.check_out", order=60)
def earn_by_shift(*, shift: Shift, by: User | None = None) -> None:  # noqa: ARG001 (the event's facts)
    """Write what a shift earns when its attendance ends, by its consultant or by the clock."""
    ledger.earn_shift(shift)

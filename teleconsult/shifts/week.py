"""A week of a room as its screen shows it: days, each with a morning, an afternoon and an evening."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from teleconsult import clock
from teleconsult.errors import N_
from teleconsult.shifts.calendar import DAY, SLOT_MINUTES
from teleconsult.shifts.models import Room
from teleconsult.shifts.queries import holidays_between
from teleconsult.shifts.showing import Shown, days, in_room, minutes_of, today_in

PARTS = (("morning", N_("Manhã"), 0, 720), ("afternoon", N_("Tarde"), 720, 1080), ("evening", N_("Noite"), 1080, DAY))
"""Parts of a day: key, word, from and to which minute; the last one goes on past midnight."""

WORKING_DAYS, WHOLE = 5, 7
USUAL = 240
"""Minutes that a free workstation is offered for at first."""


@dataclass
class Cell:
    """One part of one day; `free_from` and `free_to` are where its free workstations are offered."""

    key: str
    word: str
    starts: int
    open: bool
    taken: int = 0
    free: int = 0
    free_from: int = 0
    free_to: int = 0
    shifts: list[Shown] = field(default_factory=list)


@dataclass(frozen=True)
class Day:
    """One day of a room."""

    day: date
    holiday: str
    is_today: bool
    is_past: bool
    cells: Sequence[Cell]

    @property
    def is_closed(self) -> bool:
        """Tell whether there is nothing to show but that the room is closed."""
        return not any(cell.shifts or cell.open for cell in self.cells)


@dataclass(frozen=True)
class Week:
    """Some days of a room, side by side."""

    days: Sequence[Day]
    has_today: bool

    @property
    def first(self) -> date:
        """Return its first day."""
        return self.days[0].day

    @property
    def last(self) -> date:
        """Return its last day that is shown."""
        return self.days[-1].day


def monday_of(day: date) -> date:
    """Return the first day of the week that a day belongs to."""
    return day - timedelta(days=day.weekday())


def week_of(room: Room, day: date, specialty: str = "") -> Week:
    """Return the week of a day; with a specialty only its shifts, while the figures count them all."""
    monday, today = monday_of(day), today_in(room)
    sunday = monday + timedelta(days=WHOLE - 1)
    shifts, holidays = in_room(room, monday, sunday), holidays_between(monday, sunday)
    zone = ZoneInfo(room.zone)
    made = [
        Day(
            day=each,
            holiday=holidays.get(each, ""),
            is_today=each == today,
            is_past=each < today,
            cells=_cells(room, each, shifts, specialty, minutes_of(clock.now(), each, zone), each in holidays),
        )
        for each in days(monday, WHOLE)
    ]
    return Week(_without_rest(made, room), monday <= today <= sunday)


def _without_rest(made: list[Day], room: Room) -> list[Day]:
    """Leave the end of the week out when the room is never open then and nobody is there; today always stays."""
    weekdays = {row.weekday for row in room.hours}
    while len(made) > WORKING_DAYS and made[-1].day.weekday() not in weekdays and made[-1].is_closed:
        if made[-1].is_today:
            break
        made.pop()
    return made


def part_of(shift: Shown) -> str:
    """Return in which part of its day a shift stands: where most of it lies, the earlier of two alike."""

    def inside(part: tuple[str, str, int, int]) -> int:
        _key, _word, starts, ends = part
        return min(shift.ends, ends if ends < DAY else 2 * DAY) - max(shift.starts, starts)

    return max(PARTS, key=inside)[0]


def _cells(room: Room, day: date, shifts: list[Shown], specialty: str, now: int, closed: bool) -> list[Cell]:
    hours = [] if closed else [(row.opens, row.closes) for row in room.hours if row.weekday == day.weekday()]
    here = [(shift, (shift.day - day).days * DAY) for shift in shifts]
    return [_cell(part, room.workstations, hours, here, specialty, now) for part in PARTS]


def _cell(
    part: tuple[str, str, int, int],
    workstations: int,
    hours: list[tuple[int, int]],
    here: list[tuple[Shown, int]],
    specialty: str,
    now: int,
) -> Cell:
    key, word, starts, ends = part
    last = 2 * DAY if ends == DAY else ends
    spans = [(max(opens, starts), min(closes, last)) for opens, closes in hours if opens < ends and closes > starts]
    cell = Cell(key, word, spans[0][0] if spans else starts, bool(spans))
    own = [shift for shift, offset in here if offset == 0 and part_of(shift) == key]
    cell.shifts = [shift for shift in own if specialty in ("", shift.slug)]
    # What goes on from the part before holds its workstation too; after midnight the next day's morning counts it.
    # Who is away leaves it free.
    there = [s for s, offset in here if s.starts + offset < ends and s.ends + offset > starts and s.tone != "off"]
    cell.taken = len({shift.workstation for shift in there})
    coming = [(max(opens, _next_slot(now)), closes) for opens, closes in spans if closes > _next_slot(now)]
    if coming:
        cell.free = max(0, workstations - cell.taken)
        cell.free_from, cell.free_to = coming[0][0], min(coming[0][1], coming[0][0] + USUAL)
    return cell


def _next_slot(minute: int) -> int:
    return -(-minute // SLOT_MINUTES) * SLOT_MINUTES

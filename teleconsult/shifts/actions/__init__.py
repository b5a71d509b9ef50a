"""What is done to rooms, holidays, shifts, leaves and swaps. Inside the caller's transaction; who asks is `by`.

Whoever calls has asked for the permission (`MANAGE_SHIFTS`, `OWN_SHIFTS`); whose shift, leave or swap it is, is asked
here. What is announced, and with which facts:

- `shift.publish`, `shift.change`, `shift.cancel`: `shifts` (a list), `by`;
- `shift.check_in`, `shift.check_out`: `shift`, `by` (None: the clock closed a forgotten one);
- `leave.take`, `leave.cancel`: `leave`, `by`;
- `swap.accept`: `swap`, `shift` (its new consultant's already), `by`;
- `holiday.change`: `days` (became holidays, or working days again), `by`.

What is asked of the floors above, by `@panel`: `shift.month_is_open(shift)`, whether what it earns still lands in its own month.
"""

from teleconsult import events
from teleconsult.shifts.actions.attendance import check_in, check_out, close_forgotten, forgotten, note_attendance
from teleconsult.shifts.actions.changing import cancel_shift, end_series, move_shift, restore_shift
from teleconsult.shifts.actions.copying import Copied, copy_shifts, preview_copy
from teleconsult.shifts.actions.days import (
    add_holiday,
    load_holidays,
    remove_holiday,
    restore_holiday,
    years_to_load,
)
from teleconsult.shifts.actions.leaves import cancel_leave, take_leave
from teleconsult.shifts.actions.publishing import publish
from teleconsult.shifts.actions.rooms import change_room, close_room, open_room
from teleconsult.shifts.actions.series import Laid, LeftOut, preview_series, publish_series
from teleconsult.shifts.actions.swaps import accept_swap, offer_swap, withdraw_swap

events.declare(
    "shift.publish",
    "shift.change",
    "shift.cancel",
    "shift.check_in",
    "shift.check_out",
    "leave.take",
    "leave.cancel",
    "swap.accept",
    "holiday.change",
)

__all__ = [
    "Copied",
    "Laid",
    "LeftOut",
    "accept_swap",
    "add_holiday",
    "cancel_leave",
    "cancel_shift",
    "change_room",
    "check_in",
    "check_out",
    "close_forgotten",
    "close_room",
    "copy_shifts",
    "end_series",
    "forgotten",
    "load_holidays",
    "move_shift",
    "note_attendance",
    "offer_swap",
    "open_room",
    "preview_copy",
    "preview_series",
    "publish",
    "publish_series",
    "remove_holiday",
    "restore_holiday",
    "restore_shift",
    "take_leave",
    "withdraw_swap",
    "years_to_load",
]

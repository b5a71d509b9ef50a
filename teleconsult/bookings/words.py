"""The marks of a booking request: the tone, icon and word of each state."""

from teleconsult.bookings.steps import STATE_WORDS, State

TONES = {
    State.WAITING: ("is-submitted", "clock"),
    State.OFFERED: ("is-awaiting", "soon"),
    State.BOOKED: ("is-inperson", "calendar"),
    State.ATTENDED: ("is-concluded", "done"),
    State.MISSED: ("is-red", "warn"),
    State.CANCELLED: ("is-cancelled", "cancelled"),
    State.ENDED: ("is-cancelled", "stop"),
}


def mark_of(state: str) -> dict[str, str]:
    """Return how a state looks: word (a message id), tone and icon."""
    tone, icon = TONES[State(state)]
    return {"word": STATE_WORDS[State(state)], "tone": tone, "icon": icon}

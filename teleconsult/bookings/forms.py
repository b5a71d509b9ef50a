"""Forms of the bookings of one request."""

from typing import Any

from wtforms import RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its stubs are of an older release
from wtforms.validators import DataRequired, InputRequired, Length

from teleconsult.bookings.steps import Channel
from teleconsult.cases.actions import UNSEEN_CAUSES
from teleconsult.web import VersionedForm, _l

REASON = 300
NOTE = 1_000


def _number(value: Any) -> int:
    text = str(value or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


class SlotForm(VersionedForm):
    """A free slot. What is chosen is held to the agenda by the action: one that was taken a moment ago is said there."""

    slot = RadioField(_l("Horário"), [InputRequired(_l("Escolha um horário."))], coerce=_number, validate_choice=False)

    def offer(self, choices: list[tuple[int, str]]) -> None:
        """Put the free slots before the reader; one that is gone is no longer chosen."""
        self.slot.choices = [SelectChoice(value, label) for value, label in choices]
        if self.slot.data not in {value for value, _label in choices}:
            self.slot.data = None


class BookForm(SlotForm):
    """A booking: the slot, how it came in, and the reasons that let it pass a rule."""

    channel = RadioField(_l("Como a marcação chegou"), default=Channel.SCREEN, validate_choice=True)
    day_why = StringField(_l("Por que marcar fora do dia da unidade"), [Length(max=REASON)])
    over_why = StringField(_l("Por que passar da cota ou da ordem"), [Length(max=REASON)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.channel.choices = [
            SelectChoice(Channel.SCREEN, _l("Na tela")),
            SelectChoice(Channel.PHONE, _l("Por telefone")),
        ]


class MoveBookingForm(SlotForm):
    """Another slot, and why."""

    why = TextAreaField(_l("Motivo da mudança"), [DataRequired(_l("Escreva o motivo.")), Length(max=REASON)])


class CancelBookingForm(VersionedForm):
    """Why a booking is cancelled."""

    why = TextAreaField(_l("Motivo"), [DataRequired(_l("Escreva o motivo.")), Length(max=REASON)])


class CloseUnseenForm(VersionedForm):
    """Why no visit comes of a return: the reasons of a case that ends without one."""

    cause = RadioField(_l("Por que a consulta não aconteceu"), [InputRequired(_l("Escolha um dos motivos da lista."))])
    note = TextAreaField(_l("Observação"), [Length(max=NOTE)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cause.choices = [SelectChoice(cause, _l(words)) for cause, words in UNSEEN_CAUSES.items()]


class ReopenForm(VersionedForm):
    """Why a return that was ended goes on."""

    why = TextAreaField(_l("Motivo"), [DataRequired(_l("Escreva o motivo.")), Length(max=REASON)])

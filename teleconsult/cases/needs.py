"""What some moves of a case need, beyond its state and who asks. Pure: standard library only.

What is so in the world is handed in as `Facts`; each need refuses with a sentence that a clinician can read.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from teleconsult.errors import N_, Refused


class Person(Protocol):
    """What the rules must know of a person."""

    id: int

    @property
    def roles(self) -> frozenset[str]: ...


class CaseLike(Protocol):
    """What the rules must know of a case."""

    state: str
    requester_id: int
    holder_id: int | None
    specialty_id: int | None


@dataclass(frozen=True)
class Facts:
    """What is so in the world at the moment of asking.

    `specialties` are those the person answers in; `own_district` says that a support person may act
    for this case's requester; `declined` are the consultants who declined it, `asked_once` that the person was its
    requester until it was handed over; `opined` says that there is an opinion;
    `consented` is read for whoever sends for the patient, to whom alone it matters, and `shareable`, the same, for
    whoever would let somebody else read the case.
    """

    specialties: frozenset[int] = frozenset()
    on_duty: bool = False
    own_district: bool = False
    escalated: bool = False
    attending: bool = False
    declined: frozenset[int] = frozenset()
    asked_once: bool = False
    opined: bool = True
    follow_up_open: bool = False
    reopen_open: bool = False
    lapse_due: bool = False
    holder_able: bool = True
    consented: bool = True
    shareable: bool = True


Need = Callable[[CaseLike, Person | None, Facts], None]


def follow_up_open(_case: CaseLike, _user: Person | None, facts: Facts) -> None:
    """Refuse when the window to ask again is over, or never began: a case can end without an opinion."""
    if not facts.opined:
        raise Refused(N_("O caso ficou sem parecer. Para perguntar, reabra o caso ou abra um novo, ligado a este."))
    if not facts.follow_up_open:
        raise Refused(N_("O prazo para perguntar de novo terminou. Reabra o caso ou abra um novo, ligado a este."))


def reopen_open(_case: CaseLike, _user: Person | None, facts: Facts) -> None:
    """Refuse when the window to reopen is over."""
    if not facts.reopen_open:
        raise Refused(N_("Passou o prazo para reabrir. Abra um novo caso ligado a este."))


def window_over(_case: CaseLike, user: Person | None, facts: Facts) -> None:
    """Refuse the clock while somebody can ask again."""
    if user is None and facts.follow_up_open:
        raise Refused(N_("O prazo para perguntar de novo ainda está aberto."))


def lapse_due(_case: CaseLike, _user: Person | None, facts: Facts) -> None:
    """Refuse while the unit still has time to answer."""
    if not facts.lapse_due:
        raise Refused(N_("O prazo da unidade para responder ainda não terminou."))


def holder_gone(_case: CaseLike, _user: Person | None, facts: Facts) -> None:
    """Refuse while the holder can answer in the specialty."""
    if facts.holder_able:
        raise Refused(N_("O consultor do caso continua ativo nesta especialidade."))


WITHDRAWN = N_("O paciente retirou o consentimento: nada novo é enviado. Se consentir, comece outro caso.")
"""Why nothing is sent any more for a patient who has taken the consent back."""


def consented(_case: CaseLike, _user: Person | None, facts: Facts) -> None:
    """Refuse when the patient has taken the consent back."""
    if not facts.consented:
        raise Refused(WITHDRAWN)


WITHHELD = N_("O paciente retirou o consentimento: o caso não vai a mais ninguém.")
"""Why nobody else is given a case whose patient has taken the consent back."""


def shareable(_case: CaseLike, _user: Person | None, facts: Facts) -> None:
    """Refuse to let one more person read of a patient who has taken the consent back."""
    if not facts.shareable:
        raise Refused(WITHHELD)


DECLINED = N_("Você recusou este caso; peça à administração se quiser assumi-lo.")
"""Why a case is not taken by who gave it back."""


def not_declined(_case: CaseLike, user: Person | None, facts: Facts) -> None:
    """Refuse who has declined this case."""
    if user is not None and user.id in facts.declined:
        raise Refused(DECLINED)


OWN_ANSWER = N_("Você respondeu a este caso: quem o reabre é a unidade, ou outra pessoa da administração.")
"""Why nobody asks themselves once more: each answer to a reopening earns hours."""


def not_own_answer(case: CaseLike, user: Person | None, _facts: Facts) -> None:
    """Refuse who answered the case, also when they administrate."""
    if user is not None and case.holder_id == user.id:
        raise Refused(OWN_ANSWER)


OWN_VISIT = N_(
    "Você fez este pedido e é quem atende a consulta: a contrarreferência cabe à administração, que a registra da folha."
)
"""Why nobody reports back to themselves; the patient has a way on, because the administration may."""


def not_own_visit(case: CaseLike, user: Person | None, facts: Facts) -> None:
    """Refuse who asks on the case and sees the patient too, also when they administrate: it would be their own second opinion."""
    if user is not None and facts.attending and case.requester_id == user.id:
        raise Refused(OWN_VISIT)

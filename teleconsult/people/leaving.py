"""What hangs on what a person is about to lose, in sentences: said before it is done. Floors above add theirs."""

from teleconsult import events
from teleconsult.people import choices
from teleconsult.people.access import ROLE_WORDS, Role
from teleconsult.people.actions import lost_by
from teleconsult.people.facts import Lost, PersonFacts
from teleconsult.people.models import User
from teleconsult.web.messages import gettext as _


def what_happens(user: User) -> list[str]:
    """Return what switching a person off does."""
    return [
        _("A pessoa sai na hora de todos os aparelhos e não entra mais."),
        *_told(user, lost_by(user, None)),
        _("O que ela escreveu continua com o nome dela. A conta pode ser ligada de novo."),
    ]


def what_hangs(user: User, facts: PersonFacts) -> list[str]:
    """Return what saving these facts takes away and what it touches; nothing where nothing hangs on it."""
    lost = lost_by(user, facts)
    told = _told(user, lost) if lost != Lost() and user.is_active else []
    return [_("Deixa de ter: %(what)s.", what=", ".join(_named(lost))), *told] if told else []


def _told(user: User, lost: Lost) -> list[str]:
    return [sentence for told in events.panels("person.leaving", person=user, lost=lost) for sentence in told]


def _named(lost: Lost) -> list[str]:
    names = [one.name for one in choices.specialties() if one.id in lost.specialty_ids]
    return [*(_(ROLE_WORDS[role]) for role in Role if role in lost.roles), *names]

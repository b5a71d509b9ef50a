"""What a kind of notice is made of."""

from dataclasses import dataclass

from teleconsult.people.access import Role

R, C, A, M = Role.REQUESTER, Role.CONSULTANT, Role.ADMINISTRATOR, Role.MANAGER


@dataclass(frozen=True)
class Kind:
    """One kind of notice.

    `by` says it with the name of who did it, `alone` when nobody did; a kind that only people cause has no
    `alone`, one that only time causes has no `by`. `choice` is its line among the preferences.
    """

    word: str
    by: str
    alone: str
    choice: str
    icon: str
    roles: frozenset[Role]

    @property
    def template(self) -> str:
        """Return the name of its mail."""
        return self.word.replace(".", "_")


def kind(word: str, icon: str, roles: set[Role], *, by: str = "", alone: str = "", choice: str) -> Kind:
    """Return a kind, as the tables of words write it."""
    return Kind(word, by, alone, choice, icon, frozenset(roles))

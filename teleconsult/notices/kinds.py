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
    one: str = ""
    """The kind that says the same of one thing: a person chooses of both at once, by the line of that one."""

    @property
    def chosen_as(self) -> str:
        """Return the word under which a person chooses whether to be mailed of it."""
        return self.one or self.word

    @property
    def template(self) -> str:
        """Return the name of its mail."""
        return self.word.replace(".", "_")


def kind(word: str, icon: str, roles: set[Role], *, by: str = "", alone: str = "", choice: str) -> Kind:
    """Return a kind, as the tables of words write it."""
    return Kind(word, by, alone, choice, icon, frozenset(roles))


def several(one: Kind, *, by: str, alone: str = "") -> Kind:
    """Return the kind that says of several things at once what another says of one."""
    return Kind(f"{one.word}_many", by, alone, one.choice, one.icon, one.roles, one.word)

"""Who may do what, as a table. Pure: no database, no request.

The default is no: a permission that no role of a person carries is refused. What a person may do to
one thing (a case, a file) is asked at the thing itself; this table is only the second of three rings.
"""

from collections.abc import Iterable
from enum import StrEnum
from functools import cache

from teleconsult.errors import N_


class Role(StrEnum):
    """The roles of the network; one person can hold several."""

    REQUESTER = "requester"
    CONSULTANT = "consultant"
    ADMINISTRATOR = "administrator"
    SUPPORT = "support"
    MANAGER = "manager"


ROLE_WORDS = {
    Role.REQUESTER: N_("Solicitante"),
    Role.CONSULTANT: N_("Consultor"),
    Role.ADMINISTRATOR: N_("Administração técnica"),
    Role.SUPPORT: N_("Unidade de apoio"),
    Role.MANAGER: N_("Gerência"),
}


class Permission(StrEnum):
    """What a screen asks for. One name per screen family, never a role."""

    OWN_ACCOUNT = "own_account"
    READ_GUIDE = "read_guide"
    USE_CODES = "use_codes"
    READ_NOTICES = "read_notices"
    READ_CASES = "read_cases"
    FILE_CASES = "file_cases"
    TAKE_CASES = "take_cases"
    TRIAGE = "triage"
    WATCH_DISTRICT = "watch_district"
    MANAGE_PEOPLE = "manage_people"
    MANAGE_NETWORK = "manage_network"
    MANAGE_PATIENTS = "manage_patients"
    MANAGE_TARGETS = "manage_targets"
    READ_RECORD = "read_record"
    WATCH_OUTBOX = "watch_outbox"
    BOOK_VISITS = "book_visits"
    READ_AGENDA = "read_agenda"
    RUN_AGENDA = "run_agenda"
    OVERRIDE_BOOKINGS = "override_bookings"
    IMPORT_SHEETS = "import_sheets"
    MANAGE_QUOTAS = "manage_quotas"
    READ_ROSTER = "read_roster"
    OWN_SHIFTS = "own_shifts"
    MANAGE_SHIFTS = "manage_shifts"
    OWN_HOURS = "own_hours"
    MANAGE_CREDITS = "manage_credits"


_EVERYONE = frozenset(
    {
        Permission.OWN_ACCOUNT,
        Permission.READ_GUIDE,
        Permission.READ_NOTICES,
        Permission.READ_ROSTER,
    }
)
_CLINICAL = frozenset({Permission.READ_CASES, Permission.USE_CODES})

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.REQUESTER: _EVERYONE | _CLINICAL | {Permission.FILE_CASES, Permission.BOOK_VISITS, Permission.OWN_HOURS},
    Role.CONSULTANT: _EVERYONE
    | _CLINICAL
    | {Permission.TAKE_CASES, Permission.OWN_SHIFTS, Permission.READ_AGENDA, Permission.OWN_HOURS},
    Role.ADMINISTRATOR: _EVERYONE
    | _CLINICAL
    | {
        Permission.TRIAGE,
        Permission.MANAGE_PATIENTS,
        Permission.MANAGE_SHIFTS,
        Permission.BOOK_VISITS,
        Permission.READ_AGENDA,
        Permission.RUN_AGENDA,
        Permission.OVERRIDE_BOOKINGS,
    },
    Role.SUPPORT: _EVERYONE
    | _CLINICAL
    | {
        Permission.FILE_CASES,
        Permission.WATCH_DISTRICT,
        Permission.BOOK_VISITS,
        Permission.OVERRIDE_BOOKINGS,
        Permission.IMPORT_SHEETS,
    },
    Role.MANAGER: _EVERYONE
    | {
        Permission.READ_CASES,
        Permission.MANAGE_PEOPLE,
        Permission.MANAGE_NETWORK,
        Permission.MANAGE_PATIENTS,
        Permission.MANAGE_TARGETS,
        Permission.MANAGE_CREDITS,
        Permission.READ_AGENDA,
        Permission.MANAGE_QUOTAS,
        Permission.READ_RECORD,
        Permission.WATCH_OUTBOX,
        Permission.MANAGE_SHIFTS,
    },
}


def permissions_of(roles: Iterable[str]) -> frozenset[Permission]:
    """Return everything that the given roles together may do."""
    return _permissions_of(frozenset(roles))


@cache
def _permissions_of(roles: frozenset[str]) -> frozenset[Permission]:
    return frozenset().union(*(GRANTS[Role(role)] for role in roles))

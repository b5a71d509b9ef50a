"""The kinds of notices about shifts, leaves and swaps."""

from teleconsult.errors import N_
from teleconsult.notices.kinds import A, C, Kind, M, kind, several

_CANCEL = kind(
    "shift.cancel",
    "cancelled",
    {C},
    by=N_("%(name)s cancelou um turno seu"),
    choice=N_("Um turno meu é cancelado"),
)
_UNCOVERED = kind(
    "shift.uncovered",
    "warn",
    {A},
    by=N_("Um turno ficou sem consultor: %(name)s registrou a mudança"),
    alone=N_("Um turno ficou sem consultor"),
    choice=N_("Um turno fica sem consultor"),
)

KINDS: tuple[Kind, ...] = (
    kind(
        "shift.publish",
        "calendar",
        {C},
        by=N_("%(name)s marcou um turno para você"),
        choice=N_("Um turno é marcado para mim"),
    ),
    kind(
        "shift.publish_series",
        "calendar",
        {C},
        by=N_("%(name)s marcou turnos que se repetem para você"),
        choice=N_("Turnos que se repetem são marcados para mim"),
    ),
    kind(
        "shift.change",
        "calendar",
        {C},
        by=N_("%(name)s mudou um turno seu"),
        choice=N_("Um turno meu muda de hora ou de lugar"),
    ),
    _CANCEL,
    several(_CANCEL, by=N_("%(name)s cancelou turnos seus")),
    kind(
        "shift.restore",
        "calendar",
        {C},
        by=N_("%(name)s marcou de novo um turno seu que estava cancelado"),
        choice=N_("Um turno meu cancelado volta"),
    ),
    kind(
        "shift.end_series",
        "cancelled",
        {C},
        by=N_("%(name)s encerrou turnos seus que se repetiam"),
        choice=N_("Turnos meus que se repetem são encerrados"),
    ),
    kind(
        "shift.check_in",
        "clock",
        {C},
        by=N_("%(name)s registrou a sua entrada num turno"),
        choice=N_("Outra pessoa registra a minha entrada"),
    ),
    kind(
        "shift.check_out",
        "clock",
        {C},
        by=N_("%(name)s registrou a sua saída de um turno"),
        choice=N_("Outra pessoa registra a minha saída"),
    ),
    kind(
        "shift.note",
        "clock",
        {C},
        by=N_("%(name)s registrou a sua presença num turno que já terminou"),
        choice=N_("Outra pessoa registra a minha presença depois do turno"),
    ),
    kind(
        "shift.forgotten",
        "warn",
        {C},
        alone=N_("A saída de um turno não foi registrada e ficou na hora do fim"),
        choice=N_("Esqueço de registrar a saída de um turno"),
    ),
    _UNCOVERED,
    several(
        _UNCOVERED,
        by=N_("Turnos ficaram sem consultor: %(name)s registrou a mudança"),
        alone=N_("Turnos ficaram sem consultor"),
    ),
    kind(
        "leave.take",
        "calendar",
        {C, M},
        by=N_("%(name)s registrou um afastamento"),
        choice=N_("Um afastamento é registrado"),
    ),
    kind(
        "leave.cancel",
        "calendar",
        {C, M},
        by=N_("%(name)s cancelou um afastamento"),
        choice=N_("Um afastamento é cancelado"),
    ),
    kind(
        "swap.offer",
        "swap",
        {C},
        by=N_("%(name)s oferece um turno da sua especialidade"),
        choice=N_("Um colega oferece um turno"),
    ),
    kind(
        "swap.accept",
        "swap",
        {C, A},
        by=N_("%(name)s ficou com um turno que foi oferecido"),
        choice=N_("Um turno oferecido passa a outro consultor"),
    ),
)

"""The kinds of notices about credit hours."""

from teleconsult.errors import N_
from teleconsult.notices.kinds import C, Kind, M, R, kind

KINDS: tuple[Kind, ...] = (
    kind(
        "credits.dispute",
        "hours",
        {M},
        by=N_("%(name)s contestou um lançamento de horas"),
        choice=N_("Um lançamento de horas é contestado"),
    ),
    kind(
        "credits.accepted",
        "hours",
        {C, R},
        by=N_("%(name)s aceitou sua contestação e corrigiu o lançamento"),
        choice=N_("Minha contestação de horas é aceita"),
    ),
    kind(
        "credits.declined",
        "hours",
        {C, R},
        by=N_("%(name)s respondeu sua contestação: o lançamento fica como está"),
        choice=N_("Minha contestação de horas não é aceita"),
    ),
    kind(
        "credits.revoke",
        "hours",
        {C, R},
        by=N_("%(name)s revogou uma declaração de horas sua: quem conferir o código fica sabendo"),
        choice=N_("Minha declaração de horas é revogada"),
    ),
)

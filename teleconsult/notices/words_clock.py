"""The kinds of notices about cases that time brings, or a plan made by the clock."""

from teleconsult.errors import N_
from teleconsult.notices.kinds import A, Kind, M, R, kind

KINDS: tuple[Kind, ...] = (
    kind(
        "case.lapse_soon",
        "soon",
        {R},
        alone=N_("O caso espera a sua unidade; sem resposta, será encerrado"),
        choice=N_("Lembrete de um caso que espera a minha unidade"),
    ),
    kind(
        "case.survey",
        "survey",
        {R},
        alone=N_("O caso terminou: conte se a resposta ajudou"),
        choice=N_("Lembrete de avaliar um caso concluído"),
    ),
    kind(
        "case.outcome_30",
        "survey",
        {R},
        alone=N_("Um mês depois: a orientação foi seguida?"),
        choice=N_("Pergunta de um mês depois"),
    ),
    kind(
        "case.outcome_90",
        "survey",
        {R},
        alone=N_("Três meses depois: a orientação foi seguida?"),
        choice=N_("Pergunta de três meses depois"),
    ),
    kind(
        "case.unassigned",
        "soon",
        {A},
        alone=N_("Mais da metade do prazo já passou, e o caso está sem consultor"),
        choice=N_("Metade do prazo de um caso passa sem consultor"),
    ),
    kind(
        "case.no_shift",
        "warn",
        {A},
        alone=N_("Ninguém tem turno para o caso: chame o substituto, abra um turno ou redirecione"),
        choice=N_("Ninguém tem turno para um caso"),
    ),
    kind(
        "case.stranded",
        "warn",
        {A},
        alone=N_("O consultor do caso não tem mais turno para ele: veja a nova sugestão"),
        choice=N_("O consultor de um caso perde o turno"),
    ),
    kind(
        "promise.later",
        "clock",
        {R},
        alone=N_("A resposta deve chegar mais tarde do que o previsto"),
        choice=N_("A previsão da resposta muda para mais tarde"),
    ),
    kind(
        "case.holder_idle",
        "soon",
        {A},
        alone=N_("Três quartos do prazo já passaram, e o caso está parado: veja o substituto da especialidade"),
        choice=N_("Um caso fica parado com o consultor"),
    ),
    kind(
        "case.late",
        "late",
        {M},
        alone=N_("O prazo do caso passou sem resposta"),
        choice=N_("O prazo de um caso passa"),
    ),
)

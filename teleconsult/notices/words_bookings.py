"""The kinds of notices about in-person booking."""

from dataclasses import replace

from teleconsult.errors import N_
from teleconsult.notices.kinds import A, C, Kind, R, kind

_LACKING = kind(
    "agenda.lacking",
    "warn",
    {A},
    alone=N_("Pacientes esperam a primeira consulta desta especialidade, e nenhum horário dela está publicado"),
    choice=N_("Pacientes esperam uma especialidade sem agenda publicada"),
)

KINDS: tuple[Kind, ...] = (
    kind(
        "booking.offer",
        "inperson",
        {R},
        alone=N_("Uma vaga foi oferecida: aceite no prazo, ou ela passa ao próximo da lista"),
        by=N_("%(name)s ofereceu uma vaga: aceite no prazo, ou ela passa ao próximo da lista"),
        choice=N_("Uma vaga de consulta presencial é oferecida"),
    ),
    kind(
        "booking.expire",
        "late",
        {R},
        alone=N_("A vaga oferecida não foi aceita no prazo; o pedido continua na lista"),
        choice=N_("Termina o prazo de uma vaga oferecida"),
    ),
    kind(
        "booking.book",
        "calendar",
        {R},
        by=N_("%(name)s marcou a consulta presencial"),
        choice=N_("Uma consulta presencial é marcada"),
    ),
    kind(
        "booking.move",
        "swap",
        {R},
        by=N_("%(name)s mudou o horário da consulta presencial"),
        choice=N_("O horário de uma consulta presencial muda"),
    ),
    kind(
        "booking.cancel",
        "cancelled",
        {R},
        by=N_("%(name)s desmarcou a consulta presencial"),
        choice=N_("Uma consulta presencial é desmarcada"),
    ),
    kind(
        "booking.release",
        "undo",
        {R},
        by=N_("%(name)s mudou a agenda: o pedido voltou à lista de espera"),
        alone=N_("A agenda mudou: o pedido voltou à lista de espera"),
        choice=N_("A agenda muda e um pedido volta à lista de espera"),
    ),
    kind(
        "booking.close_unseen",
        "stop",
        {R, C, A},
        by=N_("%(name)s encerrou o retorno sem consulta"),
        choice=N_("Um retorno ao especialista é encerrado sem consulta"),
    ),
    kind(
        "booking.reopen",
        "reopen",
        {R, C, A},
        by=N_("%(name)s desfez o encerramento do retorno, que voltou à lista de espera"),
        choice=N_("O encerramento de um retorno ao especialista é desfeito"),
    ),
    kind(
        "booking.miss",
        "warn",
        {R},
        by=N_("%(name)s anotou que o paciente faltou à consulta presencial"),
        choice=N_("O paciente falta à consulta presencial"),
    ),
    kind(
        "booking.remind",
        "soon",
        {R},
        alone=N_("A consulta presencial está perto: lembre o paciente do que levar"),
        choice=N_("Lembrete três dias e um dia antes da consulta presencial"),
    ),
    kind(
        "booking.book_due",
        "inperson",
        {R},
        alone=N_("A consulta presencial espera há uma semana que a unidade marque ou decida"),
        choice=N_("Uma consulta presencial espera há uma semana que a unidade marque"),
    ),
    kind(
        "agenda.unattended",
        "warn",
        {A},
        by=N_(
            "%(name)s registrou um feriado, um afastamento ou um desligamento num dia com agenda: mude o dia ou cancele"
        ),
        alone=N_("Um dia com agenda caiu num feriado: mude o dia ou cancele"),
        choice=N_("Um dia de agenda fica sem especialista, ou vira feriado"),
    ),
    _LACKING,
    replace(
        _LACKING,
        word="agenda.lacking_return",
        alone=N_(
            "Pacientes esperam o retorno nesta especialidade, e nenhum horário está publicado para quando ele é pedido"
        ),
        one=_LACKING.word,
    ),
    kind(
        "booking.mark_due",
        "late",
        {A},
        alone=N_("O dia da consulta presencial passou, e ninguém anotou se o paciente compareceu"),
        choice=N_("Uma consulta presencial passou sem presença anotada"),
    ),
    kind(
        "booking.counter_due",
        "late",
        {A, C},
        alone=N_("O paciente foi atendido, e falta a contrarreferência"),
        choice=N_("Uma contrarreferência está atrasada"),
    ),
)

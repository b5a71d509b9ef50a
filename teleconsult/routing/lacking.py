"""What a network lacks before a case can be asked and answered in it: the first hour of a new one, and a gap later."""

from collections.abc import Collection
from typing import NamedTuple

from flask import url_for
from sqlalchemy import select

from teleconsult.extensions import db
from teleconsult.people.access import Role
from teleconsult.people.models import User, UserRole
from teleconsult.routing.overview import Overview
from teleconsult.shifts.models import Room
from teleconsult.web.messages import gettext as _


class Step(NamedTuple):
    """One thing to do: its address, icon and name, and why it is needed."""

    url: str
    icon: str
    label: str
    why: str


def lacking(look: Overview) -> list[Step]:
    """Return what is still to do, in the order in which it can be done."""
    found = [*_network(look), *_people(_roles_held())]
    if db.session.scalar(select(Room.id).where(Room.closed_at.is_(None)).limit(1)) is None:
        # Until a specialty has a calendar, all its consultants are on duty at all times: shifts/roster.py.
        why = _("sem turno marcado, todo consultor pode assumir, e nenhuma resposta tem hora prevista")
        found.append(Step(url_for("shifts.new_room"), "clock", _("Abrir a sala de telessaúde e marcar turnos"), why))
    return found


def _network(look: Overview) -> list[Step]:
    found = []
    if not look.units:
        why = _("quem solicita ou apoia é sempre de uma unidade")
        found.append(Step(url_for("network.new_unit"), "building", _("Cadastrar as unidades"), why))
    if not look.specialties:
        why = _("ao menos uma que receba casos por teleconsultoria")
        found.append(Step(url_for("network.new_specialty"), "star", _("Cadastrar as especialidades"), why))
    return found


def _people(held: Collection[str]) -> list[Step]:
    needed = {
        Role.ADMINISTRATOR: (
            _("Convidar a administração técnica"),
            _("é ela que recebe os avisos da fila e a distribui"),
        ),
        Role.CONSULTANT: (_("Convidar consultores"), _("sem eles ninguém responde")),
        Role.REQUESTER: (_("Convidar solicitantes"), _("um a um, ou todos por uma planilha em Pessoas")),
    }
    return [Step(url_for("people.create"), "people", *said) for role, said in needed.items() if role not in held]


def _roles_held() -> set[str]:
    """Return the roles that somebody active has."""
    active = User.switched_off_at.is_(None)
    query = select(UserRole.role).join(User, User.id == UserRole.user_id).where(active)
    return set(db.session.scalars(query.distinct()))

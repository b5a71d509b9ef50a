"""Where each person begins: the desk of the role in which they look at the product; and the management's own."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from teleconsult import clock, events
from teleconsult.attachments.queries import size_words
from teleconsult.cases.words import STATE_WORDS
from teleconsult.people.access import Permission, Role
from teleconsult.people.gate import acting_role, requires
from teleconsult.people.models import User
from teleconsult.routing import upkeep as machinery
from teleconsult.routing.lacking import lacking
from teleconsult.routing.overview import look
from teleconsult.web.messages import gettext as _

bp = Blueprint("home", __name__)

DESKS = {
    Role.REQUESTER: "lists.mine",
    Role.CONSULTANT: "lists.waiting",
    Role.ADMINISTRATOR: "routing.desk",
    Role.SUPPORT: "lists.district",
    Role.MANAGER: "home.overview",
}


@bp.get("/")
@requires(Permission.OWN_ACCOUNT)
def home() -> Response:
    """Lead to the work that waits, by the role of this session."""
    return redirect(url_for(DESKS[acting_role()]))


@events.panel("nav", order=10)
def _overview_item(user: User) -> dict[str, Any] | None:
    if acting_role() != Role.MANAGER or Permission.MANAGE_TARGETS not in user.permissions:
        return None
    current = request.endpoint == "home.overview"
    return {
        "label": _("Início"), "icon": "home", "url": url_for("home.overview"), "count": 0, "count_new": False,
        "current": current,
    }  # fmt: skip


@bp.get("/overview")
@requires(Permission.MANAGE_TARGETS)
def overview() -> str:
    """Show the management what is open and late, and whether people, network and mail are in order."""
    now = clock.now()
    seen = look(now)
    return render_template(
        "routing/overview.html",
        look=seen,
        lacking=lacking(seen),
        troubles=machinery.troubles(machinery.upkeep(now)),
        state_words=STATE_WORDS,
        ways=[*_ways(), *events.panels("ways")],
        more=events.panels("overview"),
    )


@bp.get("/overview/upkeep")
@requires(Permission.MANAGE_TARGETS)
def upkeep() -> str:
    """Show how disk, worker and files stand, and what whoever keeps the server does when something is wrong."""
    seen = machinery.upkeep(clock.now())
    return render_template("routing/upkeep.html", seen=seen, lost=machinery.lost_files(seen), size=size_words)


def _ways() -> list[tuple[str, str, str, str]]:
    """Return where each thing is taken care of: address, icon, label, what one does there."""
    return [
        (url_for("people.index"), "people", _("Pessoas"), _("contas, papéis, convites e desligamentos")),
        (url_for("network.units"), "building", _("Unidades"), _("o que aparece no guia, e quem compartilha casos")),
        (url_for("network.specialties"), "star", _("Especialidades"), _("quem recebe casos, e o consultor substituto")),
        (url_for("network.targets"), "clock", _("Prazos"), _("horas até a resposta e dias de cada janela")),
        (url_for("distribution.index"), "swap", _("Distribuição"), _("como é feita, e se as previsões se cumprem")),
        (url_for("patients.index"), "user", _("Pacientes"), _("juntar dois cadastros da mesma pessoa")),
        (url_for("outbox.index"), "mail", _("Envios"), _("o que espera para sair, e o que parou")),
        (url_for("home.upkeep"), "settings", _("O servidor"), _("o disco, o serviço de fundo e os arquivos guardados")),
        (url_for("network.guide"), "book", _("Guia de referência"), _("como todos o leem")),
        (url_for("record.index"), "log", _("Registro"), _("quem fez e quem leu o quê, e quando")),
    ]

"""How each specialty is distributed: the list of all, and the form of one. For the management."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from wtforms import IntegerField, RadioField
from wtforms.validators import InputRequired, NumberRange

from teleconsult.errors import Overtaken, Refused
from teleconsult.extensions import transaction
from teleconsult.network.clash import last_change
from teleconsult.people.access import Permission
from teleconsult.people.faster import own_window
from teleconsult.people.gate import current_user, requires
from teleconsult.routing import modes
from teleconsult.routing.modes import HIGHEST, HOW_WORDS, How, Mode
from teleconsult.typed import carried
from teleconsult.web import VersionedForm, _l, show_overtaken, show_refusal
from teleconsult.web.messages import gettext as _

bp = Blueprint("modes", __name__, url_prefix="/distribution/modes")


class ModeForm(VersionedForm):
    """The way of one specialty, and the limit of open cases a consultant."""

    how = RadioField(_l("Como os casos chegam ao consultor"), [InputRequired()])
    most_open = IntegerField(
        _l("Casos em aberto por consultor, no máximo"),
        [InputRequired(), NumberRange(1, HIGHEST, message=_l("Use de 1 a 200 casos."))],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.how.choices = [(how.value, _(word)) for how, word in HOW_WORDS.items()]

    @property
    def helps(self) -> dict[str, str]:
        """Return a line under each way."""
        return {
            How.SUGGEST: _("O sistema sugere a quem e por quê; a administração confirma ou escolhe outra pessoa."),
            How.AUTOMATIC: _("O sistema entrega cada caso ao consultor em turno, até uma hora antes de ele poder ler."),
            How.CLAIM: _("Os consultores em turno assumem os casos; na metade do prazo a administração é avisada."),
        }


@bp.get("")
@requires(Permission.MANAGE_TARGETS)
def index() -> str:
    """List the specialties that take cases, with how each is distributed."""
    return render_template("routing/modes.html", lines=modes.lines(), words=HOW_WORDS)


@bp.route("/<slug>", methods=["GET", "POST"])
@requires(Permission.MANAGE_TARGETS)
def edit(slug: str) -> Any:
    """Change how one specialty is distributed."""
    line = modes.line_of(slug)
    form = ModeForm(data={"how": line.how, "most_open": line.most_open, "version": line.version})
    if form.validate_on_submit() and _done(slug, form):
        flash(_("Distribuição salva. Vale para os casos que esperam na fila."))
        return redirect(url_for("modes.index"))
    page = render_template("routing/mode.html", form=form, line=line)
    return (page, 422) if form.errors else page


def _done(slug: str, form: ModeForm) -> bool:
    """Make the change; a refusal, or that somebody was faster, is said on the form."""
    version, mode = carried(form.version.data) or 0, Mode(form.how.data, form.most_open.data or 0)
    try:
        with transaction():
            modes.set_mode(slug, mode, version=version, by=current_user)
    except Refused as refusal:
        show_refusal(form, refusal)
    except Overtaken:
        form.version.data = str(modes.line_of(slug).version)
        own = own_window(last_change(("routing.mode",), slug))
        other = _("Outra pessoa mudou este registro enquanto você escrevia. Confira e salve de novo para valer o seu.")
        show_overtaken(form, own or other, own=bool(own))
    else:
        return True
    return False

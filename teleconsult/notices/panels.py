"""What the notices floor shows elsewhere: the figure beside the bell, a way from the account page."""

from flask import url_for

from teleconsult.events import panel
from teleconsult.notices.queries import unread
from teleconsult.notices.sending import refused_by
from teleconsult.people.models import User
from teleconsult.web.messages import gettext as _
from teleconsult.web.messages import ngettext


@panel("unread")
def unread_notices(user: User) -> int:
    """Return how many notices the person has not seen, up to a hundred."""
    return unread(user.id)


@panel("account", order=30)
def mail_in_account(user: User) -> dict[str, str]:
    """Lead from the account to the choice of e-mails."""
    words = {"each": _("um para cada aviso"), "digest": _("um resumo por dia"), "none": _("nenhum")}
    return {
        "url": url_for("notices.preferences"),
        "label": _("E-mails que recebo"),
        "icon": "mail",
        "text": words[user.mail_mode],
    }


@panel("person.note")
def mails_that_did_not_arrive(person: User) -> dict[str, str] | None:
    """Say how many mails were given up at a person's address: whoever manages people can put it right there."""
    count = refused_by(person.email)
    if not count:
        return None
    words = ngettext(
        "%(num)d e-mail não pôde ser entregue neste endereço. Confira-o: o que não chegou vai para o novo.",
        "%(num)d e-mails não puderam ser entregues neste endereço. Confira-o: o que não chegou vai para o novo.",
        count,
    )
    return {"text": words, "icon": "mail", "tone": "red"}

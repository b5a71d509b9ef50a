"""Who was faster at a form that comes too late: perhaps this very person, in another window, who then blames nobody."""

from datetime import datetime

from teleconsult.people.gate import current_user
from teleconsult.people.models import User
from teleconsult.web.messages import gettext as _
from teleconsult.web.words import localtime


def own_window(last: tuple[User, datetime] | None) -> str:
    """Return what is said to who saved the same thing last, in another window; '' when it was somebody else, or nobody knows."""
    if last is None or last[0].id != current_user.id:
        return ""
    return _(
        "Você salvou este registro em outra janela (%(when)s). Confira: salvar de novo põe o desta no lugar.",
        when=localtime(last[1]),
    )

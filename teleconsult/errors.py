"""The product's own words for what can go wrong. No HTTP here: `web.py` decides how each is shown. Pure."""

from typing import Any


def N_(message: str) -> str:
    """Mark a message for translation where no translator may be imported (pure rules)."""
    return message


class Refused(Exception):
    """A rule said no. Nothing was changed.

    `message` is a message id in Portuguese with `%(name)s` places for `params`; it is translated
    only when it is shown. `field` names the form field it belongs to, if any.
    """

    def __init__(self, message: str, field: str | None = None, **params: Any) -> None:
        super().__init__(message % params if params else message)
        self.message = message
        self.field = field
        self.params = params


class NotFound(Exception):
    """It is not there, or it is not for this person: both look the same from outside."""


class Overtaken(Exception):
    """Somebody else was faster: what the form was based on is no longer so."""


class StorageFault(Exception):
    """Files can be neither kept nor read at the moment; `message` is the id of a sentence that says what to do."""

    message = N_("O armazenamento de arquivos não responde. Tente de novo em alguns minutos.")


class StorageAway(StorageFault):
    """The place of the files does not answer."""


class StorageLost(StorageFault):
    """The place of the files answers, and does not have one that a row names."""

    message = N_(
        "O conteúdo deste arquivo não está no armazenamento. Avise a administração; se puder, envie-o de novo."
    )


class StorageFull(StorageFault):
    """There is no room for what was sent."""

    message = N_("Não há espaço para guardar arquivos agora. Avise a administração e envie de novo depois.")


class Unclean(Exception):
    """A stored thing does not agree with what was recorded of it (a broken chain, a changed file)."""

"""The base of every form: CSRF, the reader's language, and the version of what it changes."""

from collections.abc import Callable
from typing import Any, cast

from flask_babel.speaklater import LazyString
from flask_wtf import FlaskForm
from flask_wtf.csrf import _FlaskFormCSRF
from wtforms import HiddenField, PasswordField, StringField, TextAreaField
from wtforms.i18n import get_translations
from wtforms.widgets import core
from wtforms.widgets.core import clean_key  # type: ignore[attr-defined]  # missing from its stubs

from teleconsult.errors import N_, Overtaken, Refused
from teleconsult.extensions import transaction
from teleconsult.typed import legible
from teleconsult.web.language import spoken
from teleconsult.web.messages import gettext as quick_gettext
from teleconsult.web.templating import written
from teleconsult.web.tokens import token_of_cookie
from teleconsult.web.words import say, thousands


def _l(message: str, **params: Any) -> str:
    """Mark a label or a sentence of a form; it is translated when it is shown, to the reader's language."""
    return cast(str, LazyString(quick_gettext, message, **params))


def attributes(**given: Any) -> str:
    """Return the attributes of a control, as WTForms' own function does, for a tenth: a form has a hundred of them."""
    made = []
    for name, value in sorted(given.items()):
        if value is True:
            made.append(clean_key(name))
        elif value is not False:
            made.append('{}="{}"'.format(clean_key(name), written(value).replace('"', "&quot;")))
    return " ".join(made)


core.html_params = attributes
core.Input.html_params = staticmethod(attributes)  # type: ignore[method-assign]  # its own hook for this


_TOO_LONG = N_("O texto passa do limite de %(limit)s caracteres: tem %(count)s.")
_NO_CHOICE = N_("Escolha uma das opções.")
_SAID_BETTER = {
    "Not a valid choice.": _NO_CHOICE,
    "Invalid Choice: could not coerce.": _NO_CHOICE,
    "Invalid choice(s): one or more data inputs could not be coerced.": _NO_CHOICE,
    "'%(value)s' is not a valid choice for this field.": _NO_CHOICE,
    "This field is required.": N_("Preencha este campo."),
    "Not a valid integer value.": N_("Escreva um número inteiro."),
}
"""What WTForms says → what the product says, in all its forms alike."""


class _Counted(str):
    """A sentence with numbers in it, that WTForms fills: 1.000 as its language writes it."""

    def __mod__(self, values: Any) -> str:
        return str.__mod__(self, {name: thousands(number) for name, number in values.items()})


class _Words:
    """WTForms' messages in the reader's language: the product's own sentence, or else that of its catalogues."""

    def __init__(self, locale: str) -> None:
        self._inner = get_translations([locale, locale.split("_", maxsplit=1)[0]])

    def gettext(self, string: str) -> str:
        own = _SAID_BETTER.get(string)
        return quick_gettext(own) if own else str(self._inner.gettext(string))

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        if singular.startswith("Field cannot be longer than"):  # WTForms fills in `max` and `length`
            return _Counted(quick_gettext(_TOO_LONG).replace("(limit)", "(max)").replace("(count)", "(length)"))
        own = _SAID_BETTER.get(singular)
        return quick_gettext(own) if own else str(self._inner.ngettext(singular, plural, n))


_words: dict[str, _Words] = {}


def _strip(value: Any) -> Any:
    """Drop what a text never means to carry: spaces at its ends, control characters, and all of one that shows nothing."""
    return legible(value) if isinstance(value, str) else value


class _Csrf(_FlaskFormCSRF):
    def generate_csrf_token(self, _field: Any) -> str:
        return token_of_cookie()


class BaseForm(FlaskForm):
    """A form of the product. Text is trimmed; nothing is cut silently: lengths are validators."""

    overtaken = False
    """That it comes back because somebody else was faster, and not for what is wrong with it (`show_overtaken`)."""

    overtaken_by_self = False
    """And that this was the same person, in another window."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[no-untyped-call]  # Flask-WTF has no types

    def validate_on_submit(self, *args: Any, **kwargs: Any) -> bool:
        """Tell whether the form was posted and every validator is content."""
        return bool(super().validate_on_submit(*args, **kwargs))  # type: ignore[no-untyped-call]  # the same

    class Meta(FlaskForm.Meta):
        """Settings of WTForms for every form here."""

        csrf_class = _Csrf

        def get_translations(self, _form: Any) -> _Words:
            """Return WTForms' messages in the reader's language."""
            locale = spoken().code
            if locale not in _words:
                _words[locale] = _Words(locale)
            return _words[locale]

        def bind_field(self, form: Any, unbound_field: Any, options: Any) -> Any:
            """Trim every text field but passwords, which are taken whole; a field knows where its class names it."""
            kind = unbound_field.field_class
            if issubclass(kind, StringField | TextAreaField) and not issubclass(kind, PasswordField):
                filters = unbound_field.kwargs.get("filters", ())
                if _strip not in filters:
                    unbound_field.kwargs["filters"] = (*filters, _strip)
            made = super().bind_field(form, unbound_field, options)
            made.declared = unbound_field
            return made


class VersionedForm(BaseForm):
    """A form that changes a thing: it posts the version it was based on, for `transaction()`."""

    version = HiddenField()


def twice(change: Callable[[], object], subject: Any = None, version: str | None = None) -> None:
    """Change something in a transaction of its own; when somebody was faster, once more.

    Who took a name or a place a moment ago is seen by the rules then, and they say it in their words.

    Raises:
        Refused: the rules say no.
        Overtaken: somebody was faster, and it is not by the rules: the version is stale, or the database busy.
    """
    try:
        with transaction(subject, version):
            change()
    except Overtaken:
        with transaction(subject, version):
            change()


def show_refusal(form: FlaskForm, refusal: Refused) -> str:
    """Put a refusal on its field, or on the form; return its sentence in the reader's language."""
    sentence = say(refusal)
    field = form._fields.get(refusal.field) if refusal.field else None
    if field is not None:
        field.errors = [*field.errors, sentence]
    else:
        form.form_errors = [*form.form_errors, sentence]
    return sentence


def show_overtaken(form: BaseForm, sentence: str, *, own: bool = False) -> None:
    """Say on a form that somebody else was faster, or oneself (`own`): its summary then speaks of that, and of no field to put right."""
    form.overtaken, form.overtaken_by_self = True, own
    form.form_errors = [*form.form_errors, sentence]

"""What macros/fields.html asks of a field: its kind, its limit, its control written out, and how it looks while it is empty.

In Python because a form of twenty fields asks a hundred times: WTForms' own widgets look through every attribute that
an object has for each control. What they would write is what is written here.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from itertools import chain
from typing import Any

from jinja2 import pass_environment
from markupsafe import Markup, escape
from wtforms.widgets import Select, TextArea, TextInput

from teleconsult.web.forms import attributes
from teleconsult.web.templating import written

COUNTED_FROM = 60
"""Characters from which a limit is counted as one types; shorter ones are of codes."""

_KINDS = {"hidden": "hidden", "checkbox": "check", "file": "file", "date": "date", "submit": "submit"}


def kind_of(field: Any) -> str:
    """Return which macro shows a field: by its widget, not by its class, so that subclasses look like it."""
    option = getattr(getattr(field, "option_widget", None), "input_type", None)
    widget = field.widget
    return _kind(
        getattr(widget, "input_type", None), hasattr(field, "choices"), getattr(widget, "multiple", None), option
    )


@lru_cache(maxsize=256)
def _kind(input_type: str | None, chosen: bool, multiple: bool | None, option: str | None) -> str:
    if input_type is not None:
        return _KINDS.get(input_type, "text")
    if not chosen:
        return "textarea"
    if multiple is not None and not multiple:
        return "select"
    return "radio" if option == "radio" else "checks"


def limit_of(field: Any) -> int:
    """Return the limit to be counted, or 0; not of short codes, nor of what is typed unseen or has its own form."""
    limit = field.flags.maxlength or 0
    return limit if limit >= COUNTED_FROM and getattr(field.widget, "input_type", "text") == "text" else 0


def about_of(field: Any, described: Any, limit: int = 0) -> str:
    """Return the ids of the lines that say more of a field: its help, its error, its count."""
    lines = ((described, "-d"), (field.errors, "-e"), (limit, "-c"))
    return " ".join(f"{field.id}{end}" for there, end in lines if there)


def control(field: Any, described: Any, limit: int, size: str, given: Mapping[str, Any], style: str) -> Markup:
    """Return the control of a field, without label: `given` are further attributes."""
    classes = (style, size and f"tc-w-{size}", given.get("class"))
    asked: dict[str, Any] = {
        **given,
        "class": " ".join(part for part in classes if part),
        "maxlength": False,
        "minlength": False,
        "aria-describedby": about_of(field, described, limit) or False,
        "aria-invalid": "true" if field.errors else False,
    }
    if getattr(field.widget, "input_type", None) in REMEMBERED or isinstance(field.widget, Select):
        # A browser shared by many offers the next what was typed of a patient, unless it is told not to keep it; and on
        # its way back it puts the old choice into a list, over what somebody else has chosen since.
        asked.setdefault("autocomplete", "off")
    write = _WRITERS.get(type(field.widget)) if field.render_kw is None and field._datalist is None else None
    made: Markup = write(field, asked) if write else field(**asked)
    return made


def _input(field: Any, given: dict[str, Any]) -> Markup:
    own = {"id": field.id, "type": field.widget.input_type, "value": field._value(), **_flags(field), **given}
    return Markup(f"<input {attributes(name=field.name, **own)}>")  # noqa: S704 (its values are escaped)


def _textarea(field: Any, given: dict[str, Any]) -> Markup:
    own = {"id": field.id, **_flags(field), **given}
    words = escape(field._value())
    return Markup(f"<textarea {attributes(name=field.name, **own)}>\r\n{words}</textarea>")  # noqa: S704 (the same)


def _select(field: Any, given: dict[str, Any]) -> Markup:
    many = {"multiple": True} if field.widget.multiple else {}
    own = {"id": field.id, **many, **_flags(field), **given}
    if not many and _plain(field):
        options = _options(tuple(field.choices), field.data)
    elif field.has_groups():
        made: Markup = field(**given)
        return made
    else:
        options = "".join(_option(*choice) for choice in field.iter_choices())
    return Markup(f"<select {attributes(name=field.name, **own)}>{options}</select>")  # noqa: S704 (the same)


def _plain(field: Any) -> bool:
    """Tell whether its choices are pairs of texts and nothing more; without a call for each."""
    choices = field.choices
    if type(choices) is not list or field.coerce is not str or set(map(type, choices)) != {tuple}:
        return False
    return set(map(len, choices)) == {2} and set(map(type, chain.from_iterable(choices))) == {str}


def offers_none(field: Any) -> bool:
    """Tell whether one may choose nothing in a list: an empty choice is among its choices."""
    if _plain(field):
        return "" in dict(field.choices)
    return any(str(choice.value) == "" for choice in field.iter_choices())


@lru_cache(maxsize=64)
def _options(choices: tuple[tuple[str, str], ...], chosen: Any) -> str:
    # Thirty specialties are offered on three pages of each request: the same to everybody of a language.
    return "".join(_option(value, label, value == chosen, {}) for value, label in choices)


def _option(value: Any, label: Any, selected: bool, more: Mapping[str, Any]) -> str:
    told = {"value": str(value) if isinstance(value, bool) else value, **(more or {})}
    if selected:
        told["selected"] = True
    return f"<option {attributes(**told)}>{written(label or value)}</option>"


def _flags(field: Any) -> dict[str, Any]:
    known = field.widget.validation_attrs
    return {name: value for name, value in vars(field.flags).items() if name in known}


_WRITERS: dict[type, Callable[[Any, dict[str, Any]], Markup]] = {
    TextInput: _input,
    TextArea: _textarea,
    Select: _select,
}

REMEMBERED = frozenset({"text", "search", "email", "tel", "url", "number"})
"""Kinds of fields of which a browser keeps what was typed."""

MOST_KEPT = 2048
"""Empty fields that a worker remembers; then it begins anew."""

_kept: dict[Any, Markup] = {}


@pass_environment
def key_of(environment: Any, field: Any, part: str, words: tuple[Any, ...], *asked: Any) -> Any:
    """Return what an empty field looks like by, for `kept` and `keep`; None when it must be written anew.

    An empty field without complaint is the same for everybody who reads its language: half of a form's time goes into
    such fields. Nothing that somebody typed is kept: not a value, and not `words` (help, label) that came from a person;
    they must be sentences of the templates.
    """
    if field.errors or field.render_kw is not None or not all(not one or type(one) is Markup for one in words):
        return None
    declared = getattr(field, "declared", None)
    offered = _offered(field, declared) if declared is not None else None
    if offered is None:
        return None
    more = tuple(tuple(sorted(part.items())) if isinstance(part, dict) else part for part in asked)
    flags = tuple(vars(field.flags).items())
    return (declared, field.id, field.name, environment.language, part, words, offered, flags, more)


def _offered(field: Any, declared: Any) -> Any:
    """Return what is chosen among choices that the form's class names, or True of an empty text; None: not the same for all."""
    if not hasattr(field, "choices"):
        return True if not field._value() else None  # not by its data: a figure may be 0
    if field.raw_data or field.choices != declared.kwargs.get("choices", ()):
        return None
    known = field.data in (None, "") or field.data in [next(iter(choice)) for choice in field.choices]
    return (field.data,) if known else None


@pass_environment
def part_key(environment: Any, name: str) -> Any:
    """Return what a part of a page without anybody's words in it is kept by: its name, and the language."""
    return name, environment.language


def kept(key: Any) -> Markup | None:
    """Return how an empty field was written before."""
    return None if key is None else _kept.get(key)


def keep(key: Any, made: Markup) -> Markup:
    """Remember how an empty field is written, and return that."""
    if key is not None:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        _kept[key] = made
    return made


FOR_TEMPLATES = {
    "kind_of": kind_of, "limit_of": limit_of, "about_of": about_of, "control": control, "key_of": key_of, "kept": kept,
    "keep": keep, "part_key": part_key, "offers_none": offers_none,
}  # fmt: skip

"""Templates compiled once for each language, with their macros written out (docs/adr/0011-settled-templates.md).

Half of the time of a page would go into looking up sentences that never change and into calls of small macros. So a
template is settled before Jinja compiles it (`settling.py`), in an environment of each language.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, cast

from flask import Flask
from flask.globals import _cv_app
from flask.templating import Environment
from jinja2 import BaseLoader, Template, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.environment import TemplateModule
from markupsafe import Markup, escape
from markupsafe import _escape_inner as _escaped  # type: ignore[attr-defined]  # escape() without Markup around it

from teleconsult.web.language import Language, spoken
from teleconsult.web.settling import Settled, settle
from teleconsult.web.tokens import token_of_cookie


def written(value: Any) -> str:
    """Return a value as it stands in HTML: what `escape` gives, but as plain text, for it is joined at once.

    A page writes four hundred values, and for each Markup is two calls more.
    """
    kind = type(value)
    if kind is str:
        return _escaped(value)
    return value if kind is Markup else str(value) if kind is int else escape(value)


FIGURES = (int, float, Decimal)
"""What a sentence may show by a format of its own; none of them can hold a character that means something."""


def _filled(sentence: str, values: dict[str, Any]) -> Markup:
    # What `Markup(sentence) % values` gives, for a third of its calls; a figure stays one for its format.
    plain = {name: value if isinstance(value, FIGURES) else written(value) for name, value in values.items()}
    return Markup(sentence % plain)  # noqa: S704 (our own catalogue, as Jinja takes it; its values are escaped)


class LanguageEnvironment(Environment):
    """Jinja's environment of the application. Each language has its own, made of this one when it is first needed."""

    language = ""
    settles = True
    """A test switches it off, to hold what is settled against what Jinja makes by itself."""

    spoken: Language
    settled: dict[str, Settled]
    ready: dict[str, Template]
    modules: dict[str, TemplateModule]
    url_for: Callable[..., str]

    @staticmethod
    def csrf_token() -> str:
        """Return the token of the forms of this page: a list of twenty cases has twenty forms."""
        kept: str | None = _cv_app.get().g.__dict__.get("csrf_token")
        return kept or token_of_cookie()

    def get_template(self, name: Any, parent: str | None = None, globals: Any = None) -> Template:
        """Return a template in the reader's language."""
        if not self.language:
            return self.in_language().get_template(name, parent, globals)
        found = self.ready.get(name) if not self.auto_reload and not globals and isinstance(name, str) else None
        if found is None:
            found = super().get_template(name, parent, globals)
            self.ready[found.name or ""] = found
        return found

    def make_globals(self, d: Any) -> Any:
        """Return what a template knows besides what it is given, in one dict: Jinja's chain of two is copied key by key."""
        return {**self.globals, **(d or {})}

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return `obj.attribute`; of a dict its item first: rows are dicts, and each miss would be an exception."""
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        try:
            return getattr(obj, attribute)
        except AttributeError:
            return super().getattr(obj, attribute)

    def module_of(self, name: str) -> TemplateModule:
        """Return the macros of a template: those of every import on a page, which Jinja looks up a little long."""
        found = self.modules.get(name)
        if found is None:
            found = self.get_template(name).module
            if not self.auto_reload:
                self.modules[name] = found
        return found

    def from_string(self, source: Any, globals: Any = None, template_class: Any = None) -> Template:
        """Return a template made of its text, in the reader's language."""
        if self.language:
            return super().from_string(source, globals, template_class)
        return self.in_language().from_string(source, globals, template_class)

    def in_language(self) -> "LanguageEnvironment":
        """Return the environment of the reader's language."""
        language = spoken()
        made: dict[str, LanguageEnvironment] = self.__dict__.setdefault("_made", {})
        if language.code not in made:
            own = self.overlay()
            own.language, own.spoken, own.url_for = language.code, language, cast(Flask, self.app).url_for
            own.settled, own.ready, own.modules = {}, {}, {}
            made[language.code] = own
        return made[language.code]

    def say(self, message: str, **values: Any) -> Markup:
        """Return a sentence that is known only when the page is made."""
        return _filled(self.spoken.say(message), values)

    def count(self, one: str, many: str, number: int, **values: Any) -> Markup:
        """Return the form of a sentence for a number."""
        values.setdefault("num", number)
        return _filled(self.spoken.count(one, many, number), values)

    def macros_of(self, name: str) -> Settled:
        """Return a template settled, for the macros in it."""
        if name not in self.settled:
            source, filename, _ = cast(BaseLoader, self.loader).get_source(self, name)
            self.settled[name] = settle(self, super()._parse(source, name, filename), name)
        return self.settled[name]

    def _generate(self, source: nodes.Template, name: Any, filename: Any, defer_init: bool = False) -> str:
        made = super()._generate(source, name, filename, defer_init)
        # On the same line, so that the numbers of the lines stay right.
        return made.replace("\n", f"; from {__name__} import written as escape\n", 1)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        # Mails are plain text: Jinja translates them as they are written.
        if not self.language or not self.settles or not cast(Callable[[str | None], bool], self.autoescape)(name):
            return tree
        return settle(self, tree, name).tree


class _Straight(CodeGenerator):
    """Jinja's own, but that a block gathers its pieces, and a call that `settling` marked goes straight to its end."""

    def enter_frame(self, frame: Frame) -> None:
        super().enter_frame(frame)
        if (frame.block_frame or frame.rootlevel) and frame.buffer is None:
            self.buffer(frame)
            frame.gathers = True  # type: ignore[attr-defined]  # our mark

    def leave_frame(self, frame: Frame, with_python_scope: bool = False) -> None:
        if getattr(frame, "gathers", False):
            self.writeline(f"yield concat({frame.buffer})")
        super().leave_frame(frame, with_python_scope)

    def _import_common(self, node: nodes.Import | nodes.FromImport, frame: Frame) -> None:
        if node.with_context or not cast(LanguageEnvironment, self.environment).language:
            super()._import_common(node, frame)
            return
        self.write("environment.module_of(")
        self.visit(node.template, frame)
        self.write(")")

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:
        if not getattr(node, "straight", False):
            super().visit_Call(node, frame, forward_caller=forward_caller)
            return
        self.visit(node.node, frame)
        self.write("(")
        for arg in node.args:
            self.visit(arg, frame)
            self.write(", ")
        for pair in node.kwargs:
            self.visit(pair, frame)
            self.write(", ")
        self.write("caller=caller)" if forward_caller else ")")


LanguageEnvironment.code_generator_class = _Straight

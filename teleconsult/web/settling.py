"""What a template says with constants, settled; what its macros make, written out where they are called.

Works on Jinja's tree of a template, before it is compiled:
- a sentence becomes the sentence of the language;
- a call of an imported macro becomes the body of the macro, with the values of the call in it; names of the macro's
  own are changed, so that none means another thing where it now stands;
- what a constant decides is decided.
A macro that cannot be written out (it looks at something that is not its own, or takes any arguments) stays a call.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from keyword import iskeyword
from typing import Any, cast

from jinja2 import nodes
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from teleconsult.web.writing_out import WritingOut, bound, every, replaced, stored

MOST_TURNS = 12
"""Turns of a loop over constants that are written out one by one."""

SETTLED = frozenset({"static"})
"""Functions that give the same for the same, as long as the program runs."""

_NOT_ELSEWHERE = (nodes.Macro, nodes.CallBlock, nodes.Include, nodes.Block, nodes.NSRef)
STRAIGHT = {"_": "say", "gettext": "say", "ngettext": "count", "url_for": "url_for", "csrf_token": "csrf_token"}
"""Functions that ask nothing of the template: what they are called in the environment of a language."""


@dataclass
class Settled:
    """A settled template, and those of its macros that can be written out elsewhere."""

    tree: nodes.Template
    macros: dict[str, nodes.Macro] = field(default_factory=dict)


def settle(environment: Any, tree: nodes.Template, name: str | None) -> Settled:
    """Settle a template in place.

    Args:
        environment: the `templating.LanguageEnvironment` it is compiled in; that module is made of this one.
        tree: Jinja's tree of the template.
        name: the template's name, for what depends on it (escaping).
    """
    work = _Settling(environment, tree, name)
    tree.body = work.body(tree.body)
    _drop_unused_imports(tree)
    tree.set_environment(environment)
    return Settled(tree, work.own)


def _drop_unused_imports(tree: nodes.Template) -> None:
    """Drop what nothing calls any more, but where another template of the same page may look for it."""
    if any(tree.find(kind) for kind in (nodes.Extends, nodes.Block, nodes.Include)):
        return
    used = {name.name for name in tree.find_all(nodes.Name)}
    kept: list[nodes.Node] = []
    for node in tree.body:
        if isinstance(node, nodes.FromImport):
            node.names = [name for name in node.names if (name[1] if isinstance(name, tuple) else name) in used]
            if not node.names:
                continue
        kept.append(node)
    tree.body = kept


def _joined(statements: Sequence[Any]) -> list[Any]:
    """Return statements with what is written one after the other in one."""
    made: list[Any] = []
    for part in statements:
        if isinstance(part, nodes.Output) and made and isinstance(made[-1], nodes.Output):
            made[-1] = nodes.Output([*made[-1].nodes, *part.nodes], lineno=made[-1].lineno)
        else:
            made.append(part)
    return made


class _Settling(NodeTransformer):
    def __init__(self, environment: Any, tree: nodes.Template, name: str | None) -> None:
        self._environment = environment
        self._context = nodes.EvalContext(environment, name)
        self._set = {
            one.name
            for one in tree.find_all(nodes.Name)
            if one.ctx == "store"  # a parameter of a macro is its own
        }
        self.own: dict[str, nodes.Macro] = {}
        self._known: dict[str, nodes.Macro] = {}
        self._callable = {macro.name for macro in tree.find_all(nodes.Macro)} - self._set
        for row in tree.find_all(nodes.FromImport):
            if not row.with_context and isinstance(row.template, nodes.Const):
                self._import(row)

    def _import(self, row: nodes.FromImport) -> None:
        found = self._environment.macros_of(row.template.value).macros  # type: ignore[attr-defined]  # a constant
        for name in row.names:
            there, here = name if isinstance(name, tuple) else (name, name)
            if here in self._set:
                continue
            self._callable.add(here)
            if there in found:
                self._known[here] = found[there]

    def body(self, statements: Sequence[nodes.Node]) -> list[Any]:
        """Settle statements."""
        made: list[Any] = []
        for statement in statements:
            done = self.visit(statement)
            made += done if isinstance(done, list) else [done]
        return _joined(made)

    def generic_visit(self, node: nodes.Node, *args: Any, **kwargs: Any) -> nodes.Node:
        """Settle the parts of anything else."""
        done = super().generic_visit(node, *args, **kwargs)
        for name, value in done.iter_fields():
            if isinstance(value, list):
                setattr(done, name, _joined(value))
        return done

    # -- statements

    def visit_Macro(self, node: nodes.Macro) -> nodes.Node:
        before = self._set
        self._set = before | {arg.name for arg in node.args}
        node.body = self.body(node.body)
        self._set = before
        if self._can_be_written_out(node):
            self.own[node.name] = self._known[node.name] = node
        return node

    def visit_Output(self, node: nodes.Output) -> Any:
        made: list[nodes.Node] = []
        waiting: list[nodes.Expr] = []
        for part in node.nodes:
            done = self.visit(part)
            written = self._written_out(done, None) if isinstance(done, nodes.Call) else None
            if written is None:
                waiting.append(done)
                continue
            if waiting:
                made.append(nodes.Output(waiting, lineno=node.lineno))
                waiting = []
            made += written
        if waiting:
            made.append(nodes.Output(waiting, lineno=node.lineno))
        return made

    def visit_CallBlock(self, node: nodes.CallBlock) -> Any:
        self.generic_visit(node.call)
        self._mark(node.call)
        node.body = self.body(node.body)
        written = self._written_out(node.call, node)
        return node if written is None else written

    def visit_If(self, node: nodes.If) -> Any:
        node.test = self.visit(node.test)
        decided = self._constant(node.test)
        if decided is not None:
            if decided[0]:
                return self.body(node.body)
            if node.elif_:
                first, *others = node.elif_
                return self.visit_If(nodes.If(first.test, first.body, others, node.else_, lineno=first.lineno))
            return self.body(node.else_)
        node.body = self.body(node.body)
        node.elif_ = [self._branch(branch) for branch in node.elif_]
        node.else_ = self.body(node.else_)
        return node

    def visit_For(self, node: nodes.For) -> Any:
        node.iter = self.visit(node.iter)
        known = self._constant(node.iter)
        plain = not (node.else_ or node.test or node.recursive)
        uses = {name.name for one in node.body for name in every(one, nodes.Name)}
        named = isinstance(node.target, nodes.Name)
        if known is None or not (plain and named) or len(known[0]) > MOST_TURNS or "loop" in uses or stored(node.body):
            return self.generic_visit(node)
        turns = [nodes.Const(value, lineno=node.lineno) for value in known[0]]
        return self.body(
            [part for turn in turns for part in replaced(node.body, {cast(nodes.Name, node.target).name: turn})]
        )

    def _branch(self, node: nodes.If) -> nodes.If:
        node.test, node.body = self.visit(node.test), self.body(node.body)
        return node

    # -- expressions

    def visit_CondExpr(self, node: nodes.CondExpr) -> nodes.Node:
        self.generic_visit(node)
        decided = self._constant(node.test)
        if decided is None:
            return node
        return node.expr1 if decided[0] else (node.expr2 or node)

    def visit_Call(self, node: nodes.Call) -> nodes.Node:
        self.generic_visit(node)
        called = node.node
        if not isinstance(called, nodes.Name) or called.name in self._set or node.dyn_args or node.dyn_kwargs:
            return node
        name = called.name
        if name in ("_", "gettext"):
            return self._sentence(node)
        values = [self._constant(value) for value in (*node.args, *(pair.value for pair in node.kwargs))]
        if all(value is not None for value in values):
            if name in SETTLED:
                function: Any = self._environment.globals[name]
                return nodes.Const(function(*(value[0] for value in values if value)), lineno=node.lineno)
            done = self._settled_call(node)
            if done is not None:
                return done
        self._mark(node)
        return node

    def _mark(self, node: nodes.Call) -> None:
        """Mark a call that can go straight to what is called."""
        called = node.node
        plain = not (node.dyn_args or node.dyn_kwargs or any(iskeyword(pair.key) for pair in node.kwargs))
        if not plain or not isinstance(called, nodes.Name) or called.name in self._set:
            return
        if called.name in STRAIGHT:
            node.node = nodes.EnvironmentAttribute(STRAIGHT[called.name], lineno=node.lineno)
        node.straight = called.name in self._callable or called.name in STRAIGHT  # type: ignore[attr-defined]  # our mark

    def _settled_call(self, node: nodes.Call) -> nodes.Node | None:
        """Return what a macro always makes of constants, as in an argument of another call."""
        written = self._written_out(node, None)
        if written is None or not all(isinstance(one, nodes.Output) for one in written):
            return None
        parts = [self._constant(part) for one in written for part in one.nodes]
        if any(part is None for part in parts):
            return None
        return nodes.Const(Markup("").join(part[0] for part in parts if part), lineno=node.lineno)

    def _sentence(self, node: nodes.Call) -> nodes.Node:
        message = node.args[0]
        if not isinstance(message, nodes.Const):
            self._mark(node)
            return node
        found = Markup(self._environment.spoken.say(message.value))  # noqa: S704 (our own catalogue, as Jinja takes it)
        if not node.kwargs:
            return nodes.Const(found % {}, lineno=node.lineno)
        pairs = [nodes.Pair(nodes.Const(pair.key), pair.value, lineno=node.lineno) for pair in node.kwargs]
        return nodes.Mod(nodes.Const(found), nodes.Dict(pairs), lineno=node.lineno)

    def _constant(self, node: Any) -> tuple[Any] | None:
        """Return what an expression always is, in a tuple of one; None: that is known only when the page is made."""
        try:
            return (node.as_const(self._context),)
        except nodes.Impossible:
            return None

    # -- writing macros out

    def _can_be_written_out(self, macro: nodes.Macro) -> bool:
        """Tell whether a macro looks at nothing but its parameters, and at what every template has."""
        own = stored(macro.body) | {arg.name for arg in macro.args} | {"caller"}
        loads = {name.name for one in macro.body for name in every(one, nodes.Name) if name.ctx == "load"}
        inner = any(list(every(one, _NOT_ELSEWHERE)) for one in macro.body)
        looped = {"loop"} if any(list(every(one, nodes.For)) for one in macro.body) else set()
        return not inner and loads - own - looped <= set(self._environment.globals)

    def _written_out(self, call: nodes.Node, block: nodes.CallBlock | None) -> list[Any] | None:
        """Return the body of the macro that is called, with the values of the call; None: it stays a call."""
        if not isinstance(call, nodes.Call) or not isinstance(call.node, nodes.Name):
            return None
        macro = self._known.get(call.node.name)
        if macro is None or call.node.name in self._set or call.dyn_args or call.dyn_kwargs:
            return None
        values = bound(macro, call)
        if values is None:
            return None
        return WritingOut(macro, values, block, self.body).statements()

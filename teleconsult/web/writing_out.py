"""A macro written out at the place of one call: its body, with the values of the call in it."""

from collections.abc import Callable, Iterable, Sequence
from copy import copy
from itertools import count
from typing import Any, cast

from jinja2 import nodes
from jinja2.visitor import NodeTransformer

_fresh = count(1)
Settle = Callable[[Sequence[nodes.Node]], list[Any]]


def clone(node: Any) -> Any:
    """Return a copy of a part of a tree."""
    if isinstance(node, list):
        return [clone(part) for part in node]
    if not isinstance(node, nodes.Node):
        return node
    made = copy(node)
    for name in node.fields:
        setattr(made, name, clone(getattr(node, name)))
    return made


def stored(part: Sequence[nodes.Node] | nodes.Node) -> set[str]:
    """Return the names that a part of a tree gives values to."""
    parts = part if isinstance(part, Sequence) else [part]
    return {name.name for one in parts for name in every(one, nodes.Name) if name.ctx != "load"}


def every(node: nodes.Node, kind: Any) -> Iterable[Any]:
    """Yield a node and all in it, if they are of a kind."""
    if isinstance(node, kind):
        yield node
    yield from node.find_all(kind)


def bound(macro: nodes.Macro, call: nodes.Call) -> dict[str, nodes.Expr] | None:
    """Return the value of each parameter; None when the call does not fit."""
    names = [arg.name for arg in macro.args]
    if len(call.args) > len(names) or "caller" in names:
        return None
    values = dict(zip(names, call.args, strict=False))
    for pair in call.kwargs:
        if pair.key not in names or pair.key in values:
            return None
        values[pair.key] = pair.value
    for name, default in zip(names[len(names) - len(macro.defaults) :], macro.defaults, strict=True):
        if name not in values:
            if not isinstance(default, nodes.Const | nodes.Tuple | nodes.List):
                return None
            values[name] = default
    return values if len(values) == len(names) else None


class _Replacing(NodeTransformer):
    def __init__(self, values: dict[str, nodes.Expr]) -> None:
        self._values = values

    def visit_Name(self, node: nodes.Name) -> nodes.Node:
        return cast(nodes.Node, clone(self._values.get(node.name, node)))


def replaced(statements: Sequence[nodes.Node], values: dict[str, nodes.Expr]) -> list[Any]:
    """Return a copy of statements with values in the places of names."""
    return [_Replacing(values).visit(clone(statement)) for statement in statements]


class WritingOut(NodeTransformer):
    """One macro at one place."""

    def __init__(
        self, macro: nodes.Macro, values: dict[str, nodes.Expr], block: nodes.CallBlock | None, settle: Settle
    ) -> None:
        self._settle, self._block = settle, block
        self._body = clone(macro.body)
        number = next(_fresh)
        given = stored(self._body)
        uses = [name.name for one in self._body for name in every(one, nodes.Name)]
        self._names = {name: f"{name}_{number}" for name in given}
        self._values: dict[str, nodes.Expr] = {}
        self._kept: dict[str, nodes.Expr] = {}
        for name, value in values.items():
            simple = isinstance(value, nodes.Const | nodes.Name)
            if name not in given and (simple or (uses.count(name) <= 1 and not self._in_loop(name))):
                self._values[name] = value
            else:
                self._names[name] = f"{name}_{number}"
                self._kept[self._names[name]] = value

    def _in_loop(self, name: str) -> bool:
        loops = (loop for one in self._body for loop in every(one, nodes.For))
        return any(name == used.name for loop in loops for used in loop.find_all(nodes.Name))

    def statements(self) -> list[Any] | None:
        """Return what stands in the place of the call; None: the macro asks for a block that is not there."""
        made: list[Any] = []
        for statement in self._body:
            done = self.visit(statement)
            made += done if isinstance(done, list) else [done]
        made = self._settle(made)
        if any(name.name == "caller" for one in made for name in every(one, nodes.Name)):
            return None
        if not self._kept and not self._block and not stored(made):
            return made
        targets = [nodes.Name(name, "param") for name in self._kept]
        return [nodes.With(targets, list(self._kept.values()), made)]

    def visit_Name(self, node: nodes.Name) -> nodes.Node:
        if node.ctx == "load" and node.name in self._values:
            return cast(nodes.Node, clone(self._values[node.name]))
        node.name = self._names.get(node.name, node.name)
        return node

    def visit_Test(self, node: nodes.Test) -> nodes.Node:
        if node.name == "defined" and isinstance(node.node, nodes.Name) and node.node.name == "caller":
            return nodes.Const(self._block is not None, lineno=node.lineno)
        return self.generic_visit(node)

    def visit_Output(self, node: nodes.Output) -> Any:
        made: list[nodes.Node] = []
        for part in node.nodes:
            block = self._block if _is_caller(part) else None
            if block is not None and not block.args:
                made += clone(block.body)
            else:
                made.append(nodes.Output([self.visit(part)], lineno=node.lineno))
        return made


def _is_caller(node: nodes.Node) -> bool:
    return (
        isinstance(node, nodes.Call)
        and isinstance(node.node, nodes.Name)
        and node.node.name == "caller"
        and not node.args
        and not node.kwargs
    )

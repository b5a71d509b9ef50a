"""How a lower floor speaks upwards.

A floor announces what happened with `emit`; a higher floor listens with `@on`. Handlers run in the
caller's transaction, in their declared order, and one that fails undoes the whole action. Panels are
the same idea for the case page: a higher floor adds a part to a page that it does not own.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Handler = Callable[..., Any]


@dataclass
class _Registry:
    names: set[str] = field(default_factory=set)
    handlers: dict[str, list[tuple[int, str, Handler]]] = field(default_factory=dict)
    panels: dict[str, list[tuple[int, str, Handler]]] = field(default_factory=dict)


_registry = _Registry()


def declare(*names: str) -> None:
    """Name the events that a floor emits; a house test holds every handler to a declared name."""
    _registry.names.update(names)


def declared() -> frozenset[str]:
    """Return every declared event name."""
    return frozenset(_registry.names)


def on(*names: str, order: int = 50) -> Callable[[Handler], Handler]:
    """Register a handler for the named events. Lower `order` runs first; equal orders run by name."""

    def register(handler: Handler) -> Handler:
        for name in names:
            _insert(_registry.handlers.setdefault(name, []), order, handler)
        return handler

    return register


def emit(name: str, **facts: Any) -> None:
    """Tell every handler of `name`, inside the transaction of the caller.

    Raises:
        LookupError: the event was never declared.
    """
    if name not in _registry.names:
        raise LookupError(f"event {name!r} is not declared")
    for _, _, handler in _registry.handlers.get(name, ()):
        handler(**facts)


def panel(page: str, order: int = 50) -> Callable[[Handler], Handler]:
    """Register a maker of one panel of `page`; it returns what the page's template expects, or None."""

    def register(maker: Handler) -> Handler:
        _insert(_registry.panels.setdefault(page, []), order, maker)
        return maker

    return register


def panels(page: str, **facts: Any) -> list[Any]:
    """Make the panels of `page` in their order, leaving out those that have nothing to show."""
    made = (maker(**facts) for _, _, maker in _registry.panels.get(page, ()))
    return [part for part in made if part is not None]


def handlers() -> dict[str, list[str]]:
    """Return event name -> dotted names of its handlers, in the order in which they run."""
    return _paths(_registry.handlers)


def makers() -> dict[str, list[str]]:
    """Return page -> dotted names of the makers of its panels, in the order in which they stand."""
    return _paths(_registry.panels)


def _paths(registered: dict[str, list[tuple[int, str, Handler]]]) -> dict[str, list[str]]:
    return {name: [path for _, path, _ in rows] for name, rows in registered.items()}


def _insert(rows: list[tuple[int, str, Handler]], order: int, handler: Handler) -> None:
    path = f"{handler.__module__}.{handler.__qualname__}"
    if all(known != path for _, known, _ in rows):
        rows.append((order, path, handler))
        rows.sort(key=lambda row: row[:2])

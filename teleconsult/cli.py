"""The operator's commands, registered by the floor that owns each."""

from importlib import import_module

from flask import Flask

COMMANDS: tuple[str, ...] = (
    "teleconsult.worker_commands",
    "teleconsult.record.commands",
    "teleconsult.people.commands",
    "teleconsult.network.loader",
    "teleconsult.cases.commands",
    "teleconsult.attachments.commands",
    "teleconsult.cases.diagram",
    "teleconsult.coding.commands",
    "teleconsult.routing.commands",
    "teleconsult.credits.commands",
    "teleconsult.demo.commands",
)
"""Modules with a `register(app)` that adds their commands."""


def register(app: Flask) -> None:
    """Register every command with the application."""
    for name in COMMANDS:
        import_module(name).register(app)

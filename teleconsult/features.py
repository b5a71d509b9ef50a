"""The features, in the order of their floors: their blueprints, handlers and panels."""

from importlib import import_module

from flask import Flask

BLUEPRINTS: tuple[str, ...] = (
    "teleconsult.people.views",
    "teleconsult.notices.views",
    "teleconsult.notices.views_outbox",
    "teleconsult.record.views",
    "teleconsult.network.views",
    "teleconsult.coding.views",
    "teleconsult.patients.views",
    "teleconsult.shifts.views",
    "teleconsult.cases.views",
    "teleconsult.cases.views_lists",
    "teleconsult.attachments.views",
    "teleconsult.attachments.views_scans",
    "teleconsult.routing.views",
    "teleconsult.routing.views_home",
    "teleconsult.credits.views",
    "teleconsult.credits.views_papers",
    "teleconsult.credits.views_desk_all",
    "teleconsult.credits.views_public",
    "teleconsult.bookings.views",
    "teleconsult.bookings.views_agenda",
    "teleconsult.bookings.views_quotas",
    "teleconsult.bookings.views_sheets",
    "teleconsult.routing.views_modes",
    "teleconsult.routing.views_distribution",
    "teleconsult.bookings.views_prints",
    "teleconsult.bookings.views_absence",
)
"""Modules with a blueprint named `bp`, lower floors first."""

LISTENERS: tuple[str, ...] = (
    "teleconsult.mail",
    "teleconsult.people.actions",
    "teleconsult.people.panels",
    "teleconsult.patients.models",
    "teleconsult.network.models",
    "teleconsult.network.for_people",
    "teleconsult.notices.models",
    "teleconsult.notices.panels",
    "teleconsult.patients.in_record",
    "teleconsult.patients.merging",
    "teleconsult.cases.actions",
    "teleconsult.cases.backup",
    "teleconsult.cases.in_record",
    "teleconsult.cases.leaving",
    "teleconsult.cases.models_alerts",
    "teleconsult.cases.of_patient",
    "teleconsult.cases.recount",
    "teleconsult.shifts.models",
    "teleconsult.shifts.actions",
    "teleconsult.shifts.handlers",
    "teleconsult.shifts.panels",
    "teleconsult.attachments.actions",
    "teleconsult.attachments.locked",
    "teleconsult.attachments.previews",
    "teleconsult.attachments.panels",
    "teleconsult.attachments.scans",
    "teleconsult.routing.models",
    "teleconsult.routing.promises",
    "teleconsult.routing.panels",
    "teleconsult.routing.calibration",
    "teleconsult.routing.replay_panel",
    "teleconsult.bookings.models",
    "teleconsult.bookings.models_quota",
    "teleconsult.bookings.from_cases",
    "teleconsult.bookings.card",
    "teleconsult.bookings.elsewhere",
    "teleconsult.bookings.lacking",
    "teleconsult.bookings.offered",
    "teleconsult.bookings.twice",
    "teleconsult.bookings.unattended",
    "teleconsult.credits.models",
    "teleconsult.credits.models_activities",
    "teleconsult.credits.handlers",
)
"""Modules whose import registers handlers and panels."""


def register(app: Flask) -> None:
    """Register every feature with the application."""
    for name in LISTENERS:
        import_module(name)
    for name in BLUEPRINTS:
        app.register_blueprint(import_module(name).bp)

"""Teleconsult: second opinions between family health units and specialists."""

from collections.abc import Mapping
from typing import Any

from flask import Flask


def create_app(overrides: Mapping[str, Any] | None = None) -> Flask:
    """Build the application: configuration, extensions, gate, features, commands. Nothing else.

    Args:
        overrides: settings that win over the environment (tests, benchmarks).
    """
    import config
    from teleconsult import cli, engines, extensions, features
    from teleconsult.logs import init_logs
    from teleconsult.people.gate import init_gate
    from teleconsult.people.throttle import init_throttle
    from teleconsult.web import catalogues, init_web
    from teleconsult.web.application import Application
    from teleconsult.web.setup import choose_locale
    from teleconsult.web.templating import LanguageEnvironment

    app = Application(
        "teleconsult",
        root_path=str(config.ROOT),
        template_folder="templates",
        static_folder=None,
    )
    app.jinja_environment = LanguageEnvironment
    app.static_folder = "static"  # set late, so that Flask adds no route of its own for it
    app.config.update(config.load(_environment(overrides or {})))
    app.config.update(overrides or {})
    try:
        app.config["VAR"].mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise config.ConfigError(f"Not started; TELECONSULT_VAR: {error.filename}: {error.strerror}") from error

    app.config["SQLALCHEMY_ENGINE_OPTIONS"] |= engines.sparing(app.config["SQLALCHEMY_DATABASE_URI"])
    extensions.db.init_app(app)
    with app.app_context():
        engines.tune(extensions.db.engine)
    extensions.babel.init_app(app, locale_selector=choose_locale)
    init_gate(app)
    init_logs(app)
    catalogues.ensure(app.config["BABEL_TRANSLATION_DIRECTORIES"], app.logger)
    extensions.csrf.init_app(app)
    init_throttle(app)
    init_web(app)
    features.register(app)
    if not app.config["ONLY_SERVES"]:
        extensions.init_migrations(app, str(config.ROOT / "migrations"))
        cli.register(app)
    return app


def _environment(overrides: Mapping[str, Any]) -> dict[str, str] | None:
    """Return what stands for the environment where a profile is given; None: the environment itself.

    What lies in the folder of an installation lies in the one that is given, and never in another's.
    """
    names = {"TELECONSULT_PROFILE": "PROFILE", "TELECONSULT_VAR": "VAR"}
    given = {name: str(overrides[key]) for name, key in names.items() if key in overrides}
    return given if "TELECONSULT_PROFILE" in given else None

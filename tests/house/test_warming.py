"""What the web server lets the application answer before it forks its workers."""

import threading

import pytest
from flask import template_rendered
from structlog.contextvars import get_contextvars

from teleconsult import create_app
from teleconsult.extensions import db
from tests.conftest import SETTINGS
from tests.servers.process import free_port
from tools.webserver import warm


@pytest.mark.parametrize("names", [None, ["tele.example.org"], [".example.org", "127.0.0.1"]])
def test_it_answers_with_its_page_and_leaves_no_connection(application, capfd, monkeypatch, names):
    monkeypatch.setitem(application.config, "TRUSTED_HOSTS", names)
    shown, threads = [], threading.enumerate()
    with template_rendered.connected_to(lambda _app, template, **_more: shown.append(template.name), application):
        warm(application)
    assert shown == ["people/sign_in.html"]
    assert threading.enumerate() == threads
    assert get_contextvars() == {}
    with application.app_context():
        assert db.engine.pool.status().count("Connections in pool: 0") == 1
    assert capfd.readouterr().err == ""


def test_a_database_that_is_away_keeps_no_server_from_starting(tmp_path):
    url = f"postgresql+psycopg://nobody@127.0.0.1:{free_port()}/none"
    warm(create_app(SETTINGS | {"VAR": tmp_path, "SQLALCHEMY_DATABASE_URI": url}))

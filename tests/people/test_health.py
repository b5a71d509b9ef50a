"""What a monitor asks, without an account."""

from sqlalchemy.exc import OperationalError

from teleconsult.extensions import db
from teleconsult.version import VERSION


def test_says_that_it_is_there_and_which_version(client):
    answer = client.get("/health")
    assert (answer.status_code, answer.json) == (200, {"status": "ok", "version": VERSION})
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"


def test_says_when_the_database_is_away(client, monkeypatch):
    def away(*_args, **_kwargs):
        raise OperationalError("SELECT 1", {}, Exception("gone"))

    monkeypatch.setattr(db.session, "execute", away)
    answer = client.get("/health")
    assert (answer.status_code, answer.json["status"]) == (503, "database away")

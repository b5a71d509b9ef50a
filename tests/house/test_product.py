"""The running product's own rules: every route asks for a permission, every handler hears something real."""

import re
from pathlib import Path

import pytest
from flask.cli import FlaskGroup

from teleconsult import events
from teleconsult.extensions import db
from tests import world

ROOT = Path(__file__).resolve().parents[2]

PUBLIC = {
    "asset",
    "people.sign_in",
    "people.reset",
    "people.reset_link",
    "people.invitation_link",
    "people.language",
    "health",
    "declarations.ask",
    "declarations.verify",
    "shifts.ical",
}
"""Open before sign-in: the door, reset, invitation, language, health, static files, and the calendar behind its secret
address. Nothing else."""


def test_every_route_has_a_row_in_the_permission_matrix(application):
    without = [
        rule.endpoint
        for rule in application.url_map.iter_rules()
        if not hasattr(application.view_functions[rule.endpoint], "permission")
    ]
    assert not without


def test_the_public_list_is_short(application):
    public = {
        rule.endpoint
        for rule in application.url_map.iter_rules()
        if getattr(application.view_functions[rule.endpoint], "permission", "") is None
    }
    assert public <= PUBLIC


def test_a_static_path_that_is_none_is_not_there(client):
    for path in ("none.css", "%00", "css/%00.css", "..%2f..%2fconfig.py"):
        assert client.get(f"/s/0123456789/{path}").status_code == 404


@pytest.mark.parametrize("host", ["evil.example", "[::1", "clinic.example@evil.example", "a b"])
def test_only_a_host_of_the_list_is_answered(application, client, monkeypatch, host):
    monkeypatch.setitem(application.config, "TRUSTED_HOSTS", ["clinic.example"])
    assert client.get("/sign-in", headers={"Host": "clinic.example"}).status_code == 200
    for path in ("/sign-in", "/mine", "/none", "/health"):
        answer = client.get(path, headers={"Host": host})
        assert answer.status_code == 400
        assert host not in answer.get_data(as_text=True)


def test_every_handler_names_an_event_that_exists(application):
    assert set(events.handlers()) <= events.declared()


def test_every_personal_column_is_marked():
    telling = re.compile(
        r"name|cpf|cns|email|phone|address|birth|mother|subjective|objective|assessment|plan$|complaint|said"
        r"|conduct|reasoning|diagnosis|justification|opinion$|text$|caption|answer|why|comment|result|agent|age_years"
    )
    innocent = {
        "specialties.name_pt", "specialties.name_en", "health_units.name", "health_units.address",
        "health_units.phone", "health_units.historical_phones", "network_settings.name",
        "case_consents.text_version", "terms_acceptances.text_hash", "attachments.content_type", "outcomes.conduct", "codes.names",
        "credit_rules.opinion",
        "rooms.name", "holidays.name", "specialties.name_pt_digest", "specialties.name_en_digest",
        "health_units.name_digest", "rooms.name_digest",
    }  # fmt: skip
    unmarked = [
        f"{table.name}.{column.name}"
        for table in db.metadata.tables.values()
        for column in table.columns
        if telling.search(column.name)
        and not column.info.get("personal")
        and not column.foreign_keys
        and not column.name.endswith(("_at", "_id"))
        and f"{table.name}.{column.name}" not in innocent
    ]
    assert not unmarked


def test_nothing_inline_in_templates():
    inline = re.compile(r"<script>|<style|\sstyle=\"|\son(click|change|submit|load|input)=")
    found = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "templates").rglob("*.html")
        if inline.search(path.read_text(encoding="utf-8"))
    ]
    assert not found


def test_the_project_names_no_machine_and_no_registry():
    words = re.compile(
        "|".join(
            ["pythonh" + "osted", r"pypi\." + "org", "registry" + r"\.npm", "/work" + "/main", r"deb\." + "debian"]
        )
    )
    own = Path(__file__).name
    found = [
        str(path.relative_to(ROOT))
        for folder in ("teleconsult", "templates", "docs", "tests", "tools", "migrations", "bench")
        for path in (ROOT / folder).rglob("*")
        if path.is_file()
        and path.suffix in {".py", ".md", ".html", ".toml", ".sh", ".txt", ".csv"}
        and path.name != own
        and words.search(path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert not found


def test_every_command_of_ours_works_and_is_in_the_guide_of_the_operator(application):
    guide = (ROOT / "docs" / "operator.md").read_text(encoding="utf-8")
    for_developers = {"db", "diagram", "seed", "demo-accounts", "processing-record"}
    assert {name for name in application.cli.commands if not re.search(rf"\b{name}\b", guide)} <= for_developers
    shown = application.test_cli_runner().invoke(FlaskGroup(create_app=lambda: application), ["--help"]).output
    assert "reindex" in shown
    assert "limiter" not in shown


def test_two_clients_are_two_people(application, sign_in):
    """The trap of one shared context: the second client would be seen as the first one's user."""
    first = sign_in("rosangela")
    second = application.test_client()
    assert first.get("/account").status_code == 200
    assert second.get("/account").status_code == 302


def test_uncommitted_rows_are_unseen(application, sign_in, session):
    session.execute(db.text("UPDATE health_units SET name = 'Alterada' WHERE slug = 'usf-vietna'"))
    browser = sign_in("marina") if application.config["SQLALCHEMY_DATABASE_URI"].startswith("postgresql") else None
    session.rollback()
    browser = browser or sign_in("marina")
    assert "Alterada" not in browser.get("/account").get_data(as_text=True)
    assert world.person("marina").unit.name == "USF Vietnã"

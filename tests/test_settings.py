"""Settings that cannot be stop the start, and each is named; nothing is taken for what it does not say."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

import config
from teleconsult import revision
from teleconsult.extensions import db
from tests.servers.web import ROOT
from tools import ports, webserver

REAL = {
    "SECRET_KEY": "s" * 32,
    "AUDIT_KEY": "a" * 32,
    "BASE_URL": "https://tele.example.org",
    "ALLOWED_HOSTS": "tele.example.org",
    "SMTP_HOST": "mail",
    "MAIL_FROM": "Teleconsult <tele@example.org>",
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SMTP_TLS", "ssl"),
        ("SMTP_TLS", "start tls"),
        ("TIME_ZONE", "Recife"),
        ("HOLIDAYS", "Acre"),
        ("SMTP_PORT", "abc"),
        ("SMTP_PORT", "0"),
        ("SMTP_PORT", "65536"),
        ("MAX_FILE_MB", "x"),
        ("MAX_FILE_MB", "-1"),
        ("MAX_PHOTO_MB", "0"),
        ("MAX_CASE_FILES", "1.5"),
        ("TRUSTED_PROXIES", "-1"),
        ("WORKER_THREADS", "0"),
        ("WORKER_LOOK_SECONDS", "nan"),
        ("LOG_LEVEL", "foo"),
        ("MAIL_FROM", ""),
        ("MAIL_FROM", "Teleconsult"),
        ("ALLOWED_HOSTS", " , "),
        ("DATABASE_URL", "mysql://teleconsult@db/teleconsult"),
        ("DATABASE_URL", "teleconsult"),
        ("STORAGE_URL", ""),
        ("STORAGE_URL", "gs://files"),
        ("STORAGE_URL", "S3://files"),
        ("S3_ENDPOINT", "store.example.org:9000"),
        ("S3_ENDPOINT", "https://["),
        ("SMTP_CA_FILE", "/none/ca.pem"),
    ],
)
def test_a_setting_that_cannot_be_is_named(name, value):
    with pytest.raises(config.ConfigError, match=rf"\n  {name}: ") as refused:
        config.load(REAL | {name: value})
    assert str(refused.value).count("\n") == 1


@pytest.mark.parametrize("bucket", ["", "/", "files/teleconsult"])
def test_a_store_is_named_by_its_bucket_and_opened_by_two_keys(bucket):
    keys = {"S3_ACCESS_KEY": "one", "S3_SECRET_KEY": "two"}
    assert config.load(REAL | keys | {"STORAGE_URL": "s3://files/"})["STORAGE_URL"] == "s3://files/"
    with pytest.raises(config.ConfigError, match="STORAGE_URL: a folder, or"):
        config.load(REAL | keys | {"STORAGE_URL": f"s3://{bucket}"})
    with pytest.raises(config.ConfigError, match="S3_ACCESS_KEY, S3_SECRET_KEY: the two keys"):
        config.load(REAL | {"STORAGE_URL": "s3://files"})


def test_all_that_cannot_be_is_named_at_once():
    with pytest.raises(config.ConfigError) as refused:
        config.load(REAL | {"SMTP_PORT": "abc", "SMTP_TLS": "x", "BASE_URL": "http://tele.example.org"})
    assert [line.strip().partition(":")[0] for line in str(refused.value).splitlines()[1:]] == [
        "SMTP_PORT",
        "SMTP_TLS",
        "BASE_URL",
    ]


def test_capitals_and_spaces_do_not_matter():
    written = {
        "SMTP_TLS": "STARTTLS",
        "LOG_LEVEL": "info ",
        "ALLOWED_HOSTS": " Tele.Example.org , .EXAMPLE.net",
        "SMTP_PORT": "",
    }
    found = config.load(REAL | written)
    assert (found["SMTP_TLS"], found["LOG_LEVEL"], found["SMTP_PORT"]) == ("starttls", "INFO", 587)
    assert found["TRUSTED_HOSTS"] == ["tele.example.org", ".example.net"]


@pytest.mark.parametrize(
    ("name", "ask"),
    [
        ("HEADER_SECONDS", webserver.header_milliseconds),
        ("WEB_WORKERS", webserver.workers),
        ("PORT", ports.listening_place),
    ],
)
@pytest.mark.parametrize("value", ["abc", "-1", "0"])
def test_a_setting_of_the_web_server_that_cannot_be_is_named(monkeypatch, name, ask, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit, match=f"{name}: a number"):
        ask()


def start(*words, env):
    given = {"PATH": os.environ["PATH"], **env}
    return subprocess.run(
        [sys.executable, "-m", *words], env=given, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.parametrize("words", [("flask", "--app", "wsgi", "sweep"), ("tools.serve",), ("tools.webserver",)])
def test_the_operator_reads_what_is_wrong_and_no_traceback(tmp_path, words):
    ended = start(*words, env=REAL | {"TELECONSULT_VAR": str(tmp_path), "SMTP_TLS": "x", "PORT": "48713"})
    assert ended.returncode == 1
    assert ended.stderr == "Not started; set in the environment:\n  SMTP_TLS: one of starttls, tls, none, not 'x'\n"


def test_a_command_before_the_first_migration_says_what_to_do(tmp_path):
    ended = start("flask", "--app", "wsgi", "verify-audit", env=REAL | {"TELECONSULT_VAR": str(tmp_path)})
    assert ended.returncode == 1
    assert (
        ended.stderr == "Error: The database has not all that this version needs. First: flask --app wsgi db upgrade\n"
    )


@pytest.mark.parametrize("reached", ["", "0021"])
def test_nothing_starts_where_the_migrations_of_this_version_were_not_run(tmp_path, reached):
    env = REAL | {"TELECONSULT_VAR": str(tmp_path), "PORT": "48713"}
    if reached:
        assert start("flask", "--app", "wsgi", "db", "upgrade", reached, env=env).returncode == 0
    for words in (("tools.serve",), ("tools.webserver",), ("flask", "--app", "wsgi", "worker")):
        ended = start(*words, env=env)
        assert ended.returncode == 1
        assert ended.stderr.endswith(
            "Not started. The database has not all that this version needs. First: flask --app wsgi db upgrade\n"
        )


def test_a_database_of_the_next_version_is_served_and_one_that_is_away_waited_for(application, session, monkeypatch):
    monkeypatch.setattr(db.session, "scalar", lambda _: "9999")
    assert not revision.behind()

    def away(_):
        raise OperationalError("SELECT", {}, Exception("connection refused"))

    monkeypatch.setattr(db.session, "scalar", away)
    assert not revision.behind()


AWAY = "postgresql://teleconsult:secret@127.0.0.1:9/teleconsult"


@pytest.mark.parametrize("words", [("verify-audit",), ("db", "upgrade"), ("db", "current"), ("deliver",), ("tick",)])
def test_a_database_that_is_away_is_said_in_a_sentence(tmp_path, words):
    env = REAL | {"TELECONSULT_VAR": str(tmp_path), "DATABASE_URL": AWAY}
    ended = start("flask", "--app", "wsgi", *words, env=env)
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert "secret" not in ended.stderr
    assert "Error: " in ended.stderr
    if words != ("tick",):
        assert ended.stderr.startswith("Error: The database does not answer: connection failed: ")


def test_a_file_that_is_no_database_is_said_in_a_sentence(tmp_path):
    (tmp_path / "teleconsult.db").write_bytes(b"something else" * 500)
    ended = start("flask", "--app", "wsgi", "verify-audit", env=REAL | {"TELECONSULT_VAR": str(tmp_path)})
    said = "Error: The database does not answer: file is not a database\n"
    assert (ended.returncode, ended.stderr) == (1, said)


def test_a_store_that_is_away_is_said_in_a_sentence(tmp_path):
    env = REAL | {"TELECONSULT_VAR": str(tmp_path), "STORAGE_URL": "s3://files", "S3_ENDPOINT": "http://127.0.0.1:9"}
    env |= {"S3_ACCESS_KEY": "one", "S3_SECRET_KEY": "two"}
    assert start("flask", "--app", "wsgi", "db", "upgrade", env=env).returncode == 0
    ended = start("flask", "--app", "wsgi", "sweep", env=env)
    said = "Error: The store of the files does not answer: EndpointConnectionError\n"
    assert (ended.returncode, ended.stderr) == (1, said)


@pytest.mark.parametrize("words", [("flask", "--app", "wsgi", "sweep"), ("tools.serve",)])
def test_a_folder_that_cannot_be_made_is_named(tmp_path, words):
    (tmp_path / "file").write_text("")
    ended = start(*words, env=REAL | {"TELECONSULT_VAR": str(tmp_path / "file" / "var"), "PORT": "48713"})
    assert ended.returncode == 1
    assert ended.stderr == f"Not started; TELECONSULT_VAR: {tmp_path / 'file' / 'var'}: Not a directory\n"


def test_what_is_made_only_its_own_account_can_read(tmp_path):
    var = tmp_path / "var"
    env = REAL | {"TELECONSULT_VAR": str(var)}
    assert start("flask", "--app", "wsgi", "db", "upgrade", env=env).returncode == 0
    assert start("flask", "--app", "wsgi", "anchor-audit", env=env).returncode == 0
    found = [var, *var.rglob("*")]
    assert {path.name for path in found} >= {"teleconsult.db", "audit-anchors.jsonl"}
    assert [path for path in found if stat.S_IMODE(path.stat().st_mode) & 0o077] == []


def test_whoever_is_given_a_folder_keeps_everything_in_it(application):
    """The tests wrote their anchors among those of an installation in the same checkout, whose record was then not whole."""
    assert Path(application.config["ANCHOR_FILE"]).parent == application.config["VAR"]


def test_browsers_are_told_to_come_by_https_alone_whatever_the_proxy_says(application, client, monkeypatch):
    assert "Strict-Transport-Security" not in client.get("/sign-in").headers
    monkeypatch.setitem(application.config, "PROFILE", "production")
    assert client.get("/sign-in").headers["Strict-Transport-Security"].startswith("max-age=")


def test_a_real_installation_leaves_room_on_its_disk_for_the_database():
    assert config.load(REAL)["KEEP_FREE_BYTES"] == 200 * config.MIB
    assert config.load(REAL | {"KEEP_FREE_MB": "0"})["KEEP_FREE_BYTES"] == 0

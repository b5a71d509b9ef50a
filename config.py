"""Settings, read from the environment once. A real installation refuses to start on demonstration settings.

Three profiles (`TELECONSULT_PROFILE`): `production` (the default), `demo` (`make run`: plain HTTP on
loopback, known passwords, invented data) and `test`.
"""

import os
from collections.abc import Mapping
from email.utils import parseaddr
from math import inf
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent
DEMO_SECRET = "demonstration-only-not-a-secret"  # noqa: S105 (refused outside the demo profile)

MIB = 1024 * 1024
PROFILES = ("production", "demo", "test")
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
ZONES = (
    "America/Recife",
    "America/Noronha",
    "America/Fortaleza",
    "America/Maceio",
    "America/Bahia",
    "America/Sao_Paulo",
    "America/Araguaina",
    "America/Belem",
    "America/Santarem",
    "America/Manaus",
    "America/Cuiaba",
    "America/Campo_Grande",
    "America/Porto_Velho",
    "America/Boa_Vista",
    "America/Rio_Branco",
    "America/Eirunepe",
)
"""All of Brazil's."""

STATES = (
    "AC", "AL", "AM", "AP", "BA", "CE", "DF", "ES", "GO", "MA", "MG", "MS", "MT", "PA", "PB", "PE", "PI", "PR", "RJ", "RN",
    "RO", "RR", "RS", "SC", "SE", "SP", "TO",
)  # fmt: skip


class ConfigError(Exception):
    """The settings do not allow a start; the message names each and what to do."""


class Reader:
    """Reads settings; what cannot be is collected, so that one start names all of it. An empty one is as if it were not there."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env
        self.wrong: list[str] = []

    def number(self, name: str, default: float, least: float = 1, most: float = inf, kind: type = int) -> Any:
        """Return a number from `least` to `most`."""
        text = self._env.get(name, "").strip()
        try:
            found = kind(text or default)
        except ValueError:
            found = None
        if found is None or not least <= found <= most:
            range_ = f"from {least:g} to {most:g}" if most < inf else f"of at least {least:g}"
            self.wrong.append(f"{name}: a number {range_}, not {text!r}")
            return default
        return found

    def one_of(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        """Return one of a few words, as it stands among them; capitals do not matter."""
        text = self._env.get(name, "").strip()
        for choice in choices:
            if choice.lower() == (text or default).lower():
                return choice
        self.wrong.append(f"{name}: one of {', '.join(choices)}, not {text!r}")
        return default

    def check(self) -> None:
        """Stop when something cannot be.

        Raises:
            ConfigError: it names each setting.
        """
        if self.wrong:
            raise ConfigError("Not started; set in the environment:\n  " + "\n  ".join(self.wrong))


def load(env: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return the configuration of the application from the environment.

    Raises:
        ConfigError: a setting that cannot be; a production profile without its secrets, or on demonstration values.
    """
    env = os.environ if env is None else env
    profile = env.get("TELECONSULT_PROFILE", "production")
    if profile not in PROFILES:
        raise ConfigError(f"TELECONSULT_PROFILE: one of {', '.join(PROFILES)}, not {profile!r}")
    reader = Reader(env)
    demo = profile == "demo"
    var = Path(env.get("TELECONSULT_VAR", str(ROOT / "var")))
    get = _getter(env, demo)
    settings: dict[str, Any] = {
        "PROFILE": profile,
        "VAR": var,
        "ONLY_SERVES": env.get("TELECONSULT_ONLY_SERVES") == "1",
        "SECRET_KEY": get("SECRET_KEY", DEMO_SECRET),
        "AUDIT_KEY": get("AUDIT_KEY", DEMO_SECRET),
        "BASE_URL": get("BASE_URL", f"http://127.0.0.1:{env.get('PORT', '8000')}").rstrip("/"),
        "SQLALCHEMY_DATABASE_URI": _database(env.get("DATABASE_URL", f"sqlite:///{var / 'teleconsult.db'}")),
        "STORAGE_URL": env.get("STORAGE_URL", str(var / "files")),
        "S3_ENDPOINT": env.get("S3_ENDPOINT", ""),
        "S3_REGION": env.get("S3_REGION", "us-east-1"),
        "S3_ACCESS_KEY": env.get("S3_ACCESS_KEY", ""),
        "S3_SECRET_KEY": env.get("S3_SECRET_KEY", ""),
        "SMTP_HOST": env.get("SMTP_HOST", ""),
        "SMTP_PORT": reader.number("SMTP_PORT", 587, most=65535),
        "SMTP_USER": env.get("SMTP_USER", ""),
        "SMTP_PASSWORD": env.get("SMTP_PASSWORD", ""),
        "SMTP_TLS": reader.one_of("SMTP_TLS", "starttls", ("starttls", "tls", "none")),
        "SMTP_CA_FILE": env.get("SMTP_CA_FILE", ""),
        "MAIL_FROM": env.get("MAIL_FROM", "" if profile == "production" else "Teleconsult <nao-responda@localhost>"),
        "ANCHOR_FILE": env.get("ANCHOR_FILE", str(var / "audit-anchors.jsonl")),
        "ANCHOR_MAIL": env.get("ANCHOR_MAIL", ""),
        "TRUSTED_PROXIES": reader.number("TRUSTED_PROXIES", 0, least=0),
        "TRUSTED_HOSTS": [host for name in env.get("ALLOWED_HOSTS", "").split(",") if (host := name.strip().lower())]
        or None,
        "MAX_FILE_BYTES": reader.number("MAX_FILE_MB", 250) * MIB,
        "MAX_PHOTO_BYTES": reader.number("MAX_PHOTO_MB", 50) * MIB,
        "MAX_DOCUMENT_BYTES": reader.number("MAX_DOCUMENT_MB", 100) * MIB,
        "MAX_CASE_BYTES": reader.number("MAX_CASE_MB", 1024) * MIB,
        "MAX_CASE_FILES": reader.number("MAX_CASE_FILES", 60),
        "KEEP_FREE_BYTES": reader.number("KEEP_FREE_MB", 200 if profile == "production" else 0, least=0) * MIB,
        "ISSUER_NAME": env.get("ISSUER_NAME", "Rede de teleconsultoria"),
        "ISSUER_MARK": env.get("ISSUER_MARK", ""),
        "SIGN_CERTIFICATE": env.get("SIGN_CERTIFICATE", ""),
        "SIGN_PASSWORD": env.get("SIGN_PASSWORD", ""),
        "WORKER_THREADS": reader.number("WORKER_THREADS", 2),
        "WORKER_LOOK_SECONDS": reader.number("WORKER_LOOK_SECONDS", 1.0, least=0.05, most=60, kind=float),
        "BABEL_DEFAULT_TIMEZONE": reader.one_of("TIME_ZONE", ZONES[0], ZONES),
        "HOLIDAYS": reader.one_of("HOLIDAYS", "PE-Recife", ("PE-Recife", *STATES, "BR")),
        "LOG_LEVEL": reader.one_of("LOG_LEVEL", "WARNING" if demo else "INFO", LEVELS),
    }
    settings |= _fixed(demo)
    reader.wrong += _unusable(settings)
    if profile == "production":
        reader.wrong += _unfit(settings)
    reader.check()
    return settings


def _database(url: str) -> str:
    """Name the driver that we use, for the address that every provider gives out."""
    for plain in ("postgres://", "postgresql://"):
        if url.startswith(plain):
            return "postgresql+psycopg://" + url.removeprefix(plain)
    return url


def _unusable(settings: Mapping[str, Any]) -> list[str]:
    """Return what names no place that we know how to use.

    A store of another kind would be taken for a folder of that name, and the files would be on this machine alone.
    """
    wrong = []
    if not settings["SQLALCHEMY_DATABASE_URI"].startswith(("postgresql+psycopg://", "sqlite://")):
        wrong.append("DATABASE_URL: an address such as postgresql://user:password@host/name")
    kind, colon, bucket = settings["STORAGE_URL"].partition("://")
    if not settings["STORAGE_URL"] or (colon and (kind != "s3" or not bucket.strip("/") or "/" in bucket.strip("/"))):
        wrong.append("STORAGE_URL: a folder, or s3:// and the name of a bucket")
    if settings["S3_ENDPOINT"] and not _is_web_address(settings["S3_ENDPOINT"]):
        wrong.append("S3_ENDPOINT: an address that begins with https:// (or http://)")
    if settings["SMTP_CA_FILE"] and not Path(settings["SMTP_CA_FILE"]).is_file():
        wrong.append("SMTP_CA_FILE: there is no such file, or this account may not read it")
    if kind == "s3" and not (settings["S3_ACCESS_KEY"] and settings["S3_SECRET_KEY"]):
        wrong.append("S3_ACCESS_KEY, S3_SECRET_KEY: the two keys of the store")
    return wrong


def _is_web_address(url: str) -> bool:
    try:
        return urlsplit(url).scheme in ("http", "https") and bool(urlsplit(url).hostname)
    except ValueError:
        return False


def _getter(env: Mapping[str, str], demo: bool) -> Any:
    def get(name: str, demo_value: str) -> str:
        return env.get(name, demo_value if demo else "")

    return get


def _fixed(demo: bool) -> dict[str, Any]:
    return {
        "SESSION_COOKIE_NAME": "teleconsult" if demo else "__Host-teleconsult",
        "SESSION_COOKIE_SECURE": not demo,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_PATH": "/",
        "SESSION_IDLE_MINUTES": 60,
        "SESSION_SHARED_IDLE_MINUTES": 15,
        "SESSION_ABSOLUTE_HOURS": 12,
        "WTF_CSRF_TIME_LIMIT": None,
        "MAX_CONTENT_LENGTH": 4 * MIB,
        "MAX_FORM_MEMORY_SIZE": 2 * MIB,
        "BABEL_DEFAULT_LOCALE": "pt_BR",
        "BABEL_TRANSLATION_DIRECTORIES": str(ROOT / "teleconsult" / "translations"),
        # What a statement carried may be a patient's name: no error message repeats it.
        "SQLALCHEMY_ENGINE_OPTIONS": {"pool_pre_ping": False, "hide_parameters": True},
        "ARGON2": {"time_cost": 3, "memory_cost": 65536, "parallelism": 4},
        "TERMS_VERSION": "2026-11",
        "CONSENT_VERSION": "2026-11",
        "RATE_LIMITS": True,
    }


def _unfit(settings: Mapping[str, Any]) -> list[str]:
    """Return what a real installation lacks, or has from the demonstration."""
    wrong = [
        f"{name}: set a random value of at least 32 characters"
        for name in ("SECRET_KEY", "AUDIT_KEY")
        if len(settings[name]) < 32 or settings[name] == DEMO_SECRET
    ]
    if settings["SECRET_KEY"] and settings["SECRET_KEY"] == settings["AUDIT_KEY"]:
        wrong.append("AUDIT_KEY: must differ from SECRET_KEY")
    if not settings["BASE_URL"].startswith("https://"):
        wrong.append("BASE_URL: the public address, beginning with https://")
    if not settings["SMTP_HOST"]:
        wrong.append("SMTP_HOST: the mail server (invitations and resets go by e-mail)")
    if "@" not in parseaddr(settings["MAIL_FROM"])[1]:
        wrong.append("MAIL_FROM: the sender of mails, as in: Teleconsult <teleconsult@rede.example>")
    if not settings["TRUSTED_HOSTS"]:
        wrong.append("ALLOWED_HOSTS: the host names of this installation, separated by commas")
    return wrong

"""Moments, ages and deadlines in Portuguese words."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/Recife")
DAYS = ("seg.", "ter.", "qua.", "qui.", "sex.", "sáb.", "dom.")
MONTHS = ("jan.", "fev.", "mar.", "abr.", "mai.", "jun.", "jul.", "ago.", "set.", "out.", "nov.", "dez.")
FLAGS = {"high": ("returned", "Alta"), "urgent": ("red", "Urgente")}
KINDS = {
    "diagnosis": "Diagnóstico", "treatment": "Tratamento", "exams": "Exames", "management": "Acompanhamento",
    "referral": "Encaminhamento",
}  # fmt: skip
SEXES = {"female": "Feminino", "male": "Masculino", "intersex": "Intersexo"}
STATES = {
    "submitted": ("submitted", "inbox", "Na fila"),
    "assigned": ("assigned", "assigned", "Com consultor"),
    "awaiting_information": ("awaiting", "ask", "Aguarda informação"),
    "returned": ("returned", "returned", "Devolvido"),
    "answered": ("answered", "answered", "Respondido"),
    "in_person": ("inperson", "inperson", "Consulta presencial"),
    "concluded": ("done", "done", "Concluído"),
    "cancelled": ("cancelled", "cancelled", "Cancelado"),
}
FILE_KINDS = {"photo": "Foto", "lab": "Exame de laboratório", "document": "Documento"}
MEDIA = {"image/jpeg": ("image", "JPEG"), "image/png": ("image", "PNG"), "application/pdf": ("pdf", "PDF")}
SOON_SECONDS = 12 * 3600


def number(count: int, one: str, many: str) -> str:
    """Return a number with its word."""
    return f"{count} {one if count == 1 else many}"


def long_time(at: datetime) -> str:
    """Return a moment: 'sáb., 21 nov., 21:39'."""
    here = at.astimezone(ZONE)
    return f"{DAYS[here.weekday()]}, {here.day} {MONTHS[here.month - 1]}, {here.hour}:{here.minute:02}"


def long_day(day: Any) -> str:
    """Return a day: '16 de mar. de 2016'."""
    day = date.fromisoformat(day) if isinstance(day, str) else day
    return f"{day.day} de {MONTHS[day.month - 1]} de {day.year}" if day else ""


def span(seconds: float) -> str:
    """Return a length of time with one unit."""
    if seconds < 3600:
        return f"{max(1, round(seconds / 60))} min"
    if seconds < 2 * 86400:
        return f"{round(seconds / 3600)} h"
    return number(round(seconds / 86400), "dia", "dias")


def ago(at: datetime, now: datetime) -> str:
    """Return how long ago a moment was."""
    return f"há {span((now - at).total_seconds())}"


def due(state: str, due_at: datetime | None, now: datetime) -> dict[str, str]:
    """Return the deadline in words, and its tone."""
    if state in ("returned", "awaiting_information"):
        return {"due_kind": "paused", "due": "relógio parado"}
    if due_at is None:
        return {"due_kind": "", "due": ""}
    left = (due_at - now).total_seconds()
    if left < 0:
        return {"due_kind": "late", "due": f"atrasado há {span(-left)}"}
    return {"due_kind": "soon" if left < SOON_SECONDS else "clock", "due": f"responder em {span(left)}"}


def years(born: Any, age: int | None, today: date) -> int | None:
    """Return an age in years."""
    if born is None:
        return age
    born = date.fromisoformat(born) if isinstance(born, str) else born
    had = (today.month, today.day) >= (born.month, born.day)
    return int(today.year - born.year - (not had))


def aged(name: str, age: int | None) -> str:
    """Return a name with an age."""
    return name if age is None else f"{name}, {number(age, 'ano', 'anos')}"


def banded(name: str, age: int | None) -> str:
    """Return initials with the band of an age."""
    if age is None:
        return name
    if age >= 60:
        return f"{name}, 60 anos ou mais"
    low = max(start for start in (0, 1, 10, 20, 40) if start <= age)
    return f"{name}, de {low} a {({0: 1, 1: 10, 10: 20, 20: 40, 40: 60}[low]) - 1} anos"


def size(count: int) -> str:
    """Return a size in megabytes."""
    return f"{count / 1_000_000:.1f} MB".replace(".", ",")


def file_row(row: Any) -> dict[str, Any]:
    """Return a file as pages show it, from (ref, name, kind, content_type, size, previewed_at)."""
    ref, name, kind, media, count, previewed = row
    icon, short = MEDIA.get(media, ("file", media))
    what = f"{FILE_KINDS.get(kind, kind)} · {short} · {size(count)}"
    return {"ref": ref, "name": name, "icon": icon, "what": what, "previewed": previewed is not None}

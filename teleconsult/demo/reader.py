"""Reads the files of the demonstration and refuses what does not fit; `story.py` says what they hold.

Pure: standard library only.
"""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import MISSING, fields, is_dataclass
from datetime import timedelta
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from teleconsult.demo.story import CARRIES, SYSTEM, CaseStory, Demo, Person, Step

HERE = Path(__file__).parent
TEXTS = frozenset({"complaint", "subjective", "objective", "assessment", "plan", "available"})
T = TypeVar("T")


class Malformed(Exception):
    """A file of the demonstration does not say what it should; the message names the file and the place."""


def load(folder: Path = HERE) -> Demo:
    """Read and check every file; `Malformed` names the first that does not say what it should."""
    people_file = folder / "people.toml"
    people: dict[str, Person] = {}
    for table in _toml(people_file).get("person", []):
        person = _build(Person, table, f"{people_file.name}: {table.get('key', '?')}")
        if person.key in people:
            raise Malformed(f"{people_file.name}: {person.key} stands there twice")
        people[person.key] = person
    cases = {file.stem: _build(CaseStory, {"key": file.stem, **_toml(file)}, file.name) for file in _sorted(folder)}
    for case in cases.values():
        _check_case(case, people, cases, {file.name for file in (folder / "files").iterdir()})
    return Demo(people, cases)


def timeline(demo: Demo) -> list[tuple[CaseStory, Step]]:
    """Return every step of every case in the order in which they happened, oldest first."""
    return sorted(
        ((case, step) for case in demo.cases.values() for step in case.story),
        key=lambda told: told[1].ago,
        reverse=True,
    )


def _sorted(folder: Path) -> list[Path]:
    return sorted((folder / "cases").glob("*.toml"))


def _toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise Malformed(f"{file.name}: {error}") from error


def _build(kind: type[T], table: dict[str, Any], where: str) -> T:
    """Make a dataclass of a table: no unknown key, no missing one, each value of its field's type."""
    hints = get_type_hints(kind)
    must = {field.name for field in fields(kind) if field.default is MISSING}  # type: ignore[arg-type]  # a dataclass, as below
    if unknown := table.keys() - hints.keys():
        raise Malformed(f"{where}: unknown {', '.join(sorted(unknown))}")
    if missing := must - table.keys():
        raise Malformed(f"{where}: missing {', '.join(sorted(missing))}")
    return kind(**{name: _read(hints[name], value, f"{where}: {name}") for name, value in table.items()})


def _read(hint: Any, value: Any, where: str) -> Any:
    if get_origin(hint) in (Union, UnionType):
        hint = next(arm for arm in get_args(hint) if arm is not NoneType)
    origin, arms = get_origin(hint), get_args(hint)
    if origin is Literal:
        if value not in arms:
            raise Malformed(f"{where}: {value!r} is none of {', '.join(arms)}")
        return value
    if origin is tuple and isinstance(value, list):
        return tuple(_read(arms[0], item, f"{where}[{number}]") for number, item in enumerate(value, 1))
    if origin is dict and isinstance(value, dict):
        return {key: _read(arms[1], item, f"{where}.{key}") for key, item in value.items()}
    if hint is timedelta and isinstance(value, str):
        return ago(value, where)
    if is_dataclass(hint) and isinstance(value, dict):
        return _build(hint, value, where)  # type: ignore[arg-type]  # hints are classes, or were unpacked above
    if not isinstance(value, hint):
        raise Malformed(f"{where}: {value!r} is not what belongs here")
    return unwrap(value) if isinstance(value, str) else value


def unwrap(text: str) -> str:
    """Return a text as somebody types it: lines that a file only wraps are one; lists and paragraphs stay."""
    return re.sub(r"(?<!\n)\n(?!\n|- |\d+\. )", " ", text.strip())


def ago(text: str, where: str = "ago") -> timedelta:
    """Read `12d 4h 30min` (any part may be left out, not all)."""
    found = re.fullmatch(r"(?:(\d+)d)? ?(?:(\d+)h)? ?(?:(\d+)min)?", text.strip())
    if not found or not any(found.groups()):
        raise Malformed(f"{where}: {text!r} is no span like 12d 4h 30min")
    days, hours, minutes = (int(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes)


def _check_case(case: CaseStory, people: dict[str, Person], cases: Iterable[str], files: set[str]) -> None:
    where = f"{case.key}.toml"
    named = {case.requester, case.filed_by or case.requester}
    if case.earlier and case.earlier not in cases:
        raise Malformed(f"{where}: there is no earlier case {case.earlier}")
    shown = list(case.files)
    before = case.begun
    for number, step in enumerate(case.story, 1):
        place = f"{where}: step {number} ({step.verb})"
        _check_step(step, place)
        if step.ago > before:
            raise Malformed(f"{place}: happened before the step above it")
        before = step.ago
        named |= {step.who, step.to or step.who} - {SYSTEM}
        shown += step.files
    if unknown := named - people.keys():
        raise Malformed(f"{where}: nobody is called {', '.join(sorted(unknown))}")
    if absent := {file.name for file in shown} - files:
        raise Malformed(f"{where}: no such sample in files/: {', '.join(sorted(absent))}")


def _check_step(step: Step, where: str) -> None:
    if step.verb not in CARRIES:
        raise Malformed(f"{where}: no such verb")
    must, may = CARRIES[step.verb]
    always = {"verb", "who", "ago"}
    carried = {field.name for field in fields(step) if getattr(step, field.name) not in ("", (), None)} - always
    if lacking := must - carried:
        raise Malformed(f"{where}: must carry {', '.join(sorted(lacking))}")
    if wrong := (step.changes or {}).keys() - TEXTS:
        raise Malformed(f"{where}: changes no text of the form: {', '.join(sorted(wrong))}")
    if surplus := carried - must - may:
        raise Malformed(f"{where}: does not carry {', '.join(sorted(surplus))}")

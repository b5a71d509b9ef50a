"""Cells as spreadsheet programs and those who fill them in leave them, put as a person would type them into the form."""

import re
from collections.abc import Mapping

from teleconsult.checks import COUNCILS, UFS
from teleconsult.errors import N_, Refused

NUMBERS = ("cpf", "cns", "council_number", "rqe", "cbo")
SHORTENED = re.compile(r"[0-9][.,]?[0-9]*E\+?[0-9]+", re.IGNORECASE)
"""A long number as Excel writes it down: its last digits are gone."""

_COUNCILS = {council.upper(): council for council in COUNCILS}
_BETWEEN = re.compile(r"[\s./\-\u2013]+")


def put_right(cells: Mapping[str, str]) -> dict[str, str]:
    """Return the cells of a row with what a spreadsheet took away, and a registration in its three parts."""
    found = {name: cell.lstrip("'") if name in NUMBERS else cell for name, cell in cells.items()}
    # Of a number the zeros at its beginning are dropped; the check digits tell whether it is one.
    if re.fullmatch("[0-9]{9,10}", found.get("cpf", "")):
        found["cpf"] = found["cpf"].zfill(11)
    return found | _apart(found)


def shortened(cells: Mapping[str, str]) -> list[Refused]:
    """Tell the numbers that the spreadsheet has shortened for good."""
    why = N_("A planilha encurtou este número (%(text)s). Formate a coluna como texto, escreva-o de novo e salve.")
    return [
        Refused(why, name, text=cells[name]) for name in NUMBERS[:2] if SHORTENED.fullmatch(cells.get(name, "").strip())
    ]


def _apart(cells: Mapping[str, str]) -> dict[str, str]:
    """Return council and UF where they stand with one another ("CRM-PE") or with the number ("CRM-PE 12345", "12345/PE").

    What contradicts a cell of its own stays where it is, for the check to name it.
    """
    written, uf = cells.get("council", ""), cells.get("council_uf", "").upper()
    council, *after = _BETWEEN.split((written or cells.get("council_number", "")).upper())
    if council not in _COUNCILS or (
        written and after and not (len(after) == 1 and after[0] in UFS and uf in ("", *after))
    ):
        return {}
    # In a CREFITO, a TO at the end is occupational therapy.
    ends = [] if council == "CREFITO" else _BETWEEN.split(cells.get("council_number", "").upper())[-1:]
    return {
        "council": _COUNCILS[council],
        "council_uf": uf or next((word for word in after[:1] + ends if word in UFS), ""),
    }

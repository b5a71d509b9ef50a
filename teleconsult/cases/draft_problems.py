"""One problem of the patient as the text that a form posts for it. Pure.

'cid10:A30' is a code as `/codes/search` gives it, 'cid10:A30|Hanseníase' the same with the title under which
it was sent; anything else is words. Words that look like one of these begin with 'free:'.
"""

import re
from collections.abc import Mapping
from typing import Any

from teleconsult.cases.draft_fields import PROBLEM_LIMIT
from teleconsult.cases.request import Problem
from teleconsult.errors import N_, Refused
from teleconsult.typed import one_line, too_long

Codes = Mapping[tuple[str, str], str]
"""(system, code) → title."""

_CODED = re.compile(r"(cid10|ciap2):([^|]*)(?:\|(.*))?", re.DOTALL)
_FREE = "free:"


def read_problem(value: str, codes: Codes) -> Problem:
    """Read one problem.

    Raises:
        Refused: the code is not among `codes`, or the words are too many or none.
    """
    coded = _CODED.fullmatch(value)
    if coded:
        system, code, words = coded.groups()
        if (system, code) not in codes:
            raise Refused(
                N_("O código %(code)s não existe na tabela. Busque pelo nome do problema."), "problems", code=code
            )
        title = one_line(words or "") or codes[system, code]
    else:
        system, code, title = "", "", one_line(value.removeprefix(_FREE))
    if len(title) > PROBLEM_LIMIT:
        raise too_long(PROBLEM_LIMIT, len(title), "problems")
    if not title:
        raise Refused(N_("Escreva o problema em palavras, ou busque o código."), "problems")
    return Problem(title, system, code)


def write_problem(problem: Problem) -> str:
    """Write a problem as the form posts it; its title stays with it, whatever the table says later."""
    if problem.system:
        return f"{problem.system}:{problem.code}|{problem.title}"
    looks_otherwise = _CODED.fullmatch(problem.title) or problem.title.startswith(_FREE)
    return _FREE + problem.title if looks_otherwise else problem.title


def codes_in(fields: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the codes that a draft names, so that their titles can be looked up at once."""
    values = fields.get("problems", [])
    found = [_CODED.fullmatch(str(value)) for value in (values if isinstance(values, list) else [])]
    return [(match[1], match[2]) for match in found if match]


def label_of(value: str, codes: Codes) -> str:
    """Return how a chosen problem is shown: its code and title, or its words; what cannot be read, as it is."""
    try:
        problem = read_problem(value, codes)
    except Refused:
        return value
    return f"{problem.code} {problem.title}".strip()

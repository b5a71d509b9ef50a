"""What people do that writes: a request with its files, an answer. The same requests to the product and to the bare program."""

import os
import secrets
from typing import Any

from bench.browser import Browser

PHOTO = b"\xff\xd8\xff\xe0" + os.urandom(2 * 1024 * 1024 - 6) + b"\xff\xd9"
TEXT = "Manchas claras no antebraço há oito meses, sem coceira, com perda de sensibilidade. " * 6
SENT_ON = (302, 303)

STEPS = {
    "patient": {
        "specialty": "cardiologia",
        "birth_date": "14/03/1979",
        "sex": "female",
        "mother_name": "Josefa Conceição",
        "consent_given_by": "patient",
        "consent_how": "spoken",
    },
    "clinical": {
        "complaint": "Manchas claras com perda de sensibilidade",
        "subjective": TEXT,
        "objective": TEXT,
        "assessment": TEXT,
        "plan": TEXT,
    },
    "questions": {
        "question_1": "É hanseníase?",
        "question_1_kind": "diagnosis",
        "would_refer": "yes",
        "priority": "routine",
    },
}


def ok(answer: Any, *statuses: int) -> Any:
    """Return an answer that has the status it should have; the first steps of an act must not fail unseen."""
    if answer.status not in (statuses or (200,)):
        raise RuntimeError(f"answered {answer.status}: {answer.body[:300]!r}")
    return answer


Hidden = dict[str, dict[str, str]]
"""What the forms of a request send back of what their pages said, by step; the same for each new request."""


def begin(browser: Browser, *, paged: bool = True) -> str:
    """Begin a request and return its reference; `paged`: look at its page first."""
    token = ok(browser.get("/cases/new")).field("token") if paged else secrets.token_urlsafe(24)
    answer = browser.post("/cases/new", {"token": token, "specialty": "cardiologia"})
    return str(ok(answer, *SENT_ON).location.split("/cases/")[1].split("/")[0])


def submit(browser: Browser, known: Hidden | None = None) -> Hidden:
    """Write and send a request: begin, three steps (each page and its form), three files, review, send.

    With what the forms of an earlier request sent back, no page is asked for: eight requests that write, not thirteen.
    """
    hidden: Hidden = {} if known is None else known

    def of(step: str, *names: str) -> dict[str, str]:
        if known is None:
            page = ok(browser.get(f"/cases/{ref}/edit/{step}"))
            hidden[step] = {name: page.field(name) for name in names}
        return hidden[step]

    ref = begin(browser, paged=known is None)
    for step, fields in STEPS.items():
        own = of(step, "draft_version", "draft_editor") | {"go": "next"}
        name = _somebody() if step == "patient" else {}
        answer = ok(browser.post(f"/cases/{ref}/edit/{step}", fields | own | name), *SENT_ON)
        if answer.location.endswith("/match"):
            raise RuntimeError("the patient was taken for another")
    for n in range(3):
        ok(browser.put_file(f"/cases/{ref}/files", f"foto-{n}.jpg", PHOTO), 201)
    ok(browser.post(f"/cases/{ref}/submit", of("review", "version", "draft_version")), *SENT_ON)
    return hidden


def _somebody() -> dict[str, str]:
    """Return a person like no other, so that nobody is asked whether it is the same."""
    word = "".join(secrets.choice("abcdefghijlmnoprstuvz") for _ in range(24)).title()
    day = f"{secrets.randbelow(28) + 1:02}/{secrets.randbelow(12) + 1:02}/{1930 + secrets.randbelow(80)}"
    return {"patient_name": f"{word[:12]} {word[12:].title()}", "mother_name": word[::-1].title(), "birth_date": day}


def opinion(version: str) -> dict[str, str]:
    """Return the fields of an answer."""
    answers = {f"answer_{n}": "Sim, pode tratar na unidade." for n in range(1, 5)}
    texts = {"reasoning": TEXT, "conduct": TEXT, "red_flags": "Dor em nervo.", "decision": "answer"}
    return {"version": version, **answers, **texts}

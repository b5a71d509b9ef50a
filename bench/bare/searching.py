"""The search, and what it knows of a case."""

import re
import unicodedata
from typing import Any

from flask import g, render_template, request

from bench.bare import words as say
from bench.bare.core import SQLITE, app, append, frame, moment, now, sql, transaction
from bench.bare.pages import PAGE, marks


def plain(text: str) -> str:
    """Return a text as the search compares it: without accents, in small letters."""
    return "".join(c for c in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(c))


@app.get("/cases/search")
def search() -> str:
    """Show the cases that hold the words which were kept under this address; record what was found."""
    time = now()
    kept = sql("SELECT words FROM kept_searches WHERE key = ? AND user_id = ?", request.args["s"], g.user.id).fetchone()
    words = kept[0] if kept else ""
    beginnings = re.findall(r"[a-z0-9]+", plain(words))
    if SQLITE:
        found = "SELECT rowid FROM case_search WHERE case_search MATCH ? ORDER BY rowid DESC LIMIT 21"
        asked = " AND ".join(f'"{word}" *' for word in beginnings)
    else:
        found = "SELECT case_id FROM case_search WHERE body @@ to_tsquery('simple', ?) ORDER BY case_id DESC LIMIT 21"
        asked = " & ".join(f"{word}:*" for word in beginnings)
    ids = [row[0] for row in sql(found, asked)]
    rows = sql(
        "SELECT c.ref, p.name, c.birth_date, c.age_years, c.state, c.due_at, s.name_pt, c.complaint, c.subjective,"
        " c.objective, c.assessment, c.plan, c.id FROM cases c JOIN specialties s ON s.id = c.specialty_id"
        f" JOIN case_patients p ON p.case_id = c.id WHERE c.id IN ({marks(ids)}) ORDER BY c.id DESC",
        *ids,
    ).fetchall()
    shown = [_found(row, beginnings, time) for row in rows[:PAGE]]
    frame()
    html = render_template(
        "search.html", rows=shown, words=words, older=rows[PAGE - 1][12] if len(rows) > PAGE else None
    )
    with transaction():
        append(f"reader:{g.user.ref}", "case.search", "", {"cases": [row["ref"] for row in shown]})
    return html


def _found(row: Any, beginnings: list[str], time: Any) -> dict[str, Any]:
    tone, icon, state = say.STATES[row[4]]
    return {
        "ref": row[0], "name": say.aged(row[1], say.years(row[2], row[3], time.date())), "specialty": row[6],
        **say.due(row[4], moment(row[5]), time), "tone": tone, "icon": icon, "state": state, "unseen": False,
        **_snippet(row[7:12], beginnings),
    }  # fmt: skip


def _snippet(texts: Any, beginnings: list[str]) -> dict[str, str]:
    """Return the piece of the first text in which a word stands."""
    for text in texts:
        folded = plain(text)
        for word in beginnings:
            at = folded.find(word)
            if at >= 0 and len(folded) == len(text):
                start, end = max(0, at - 60), at + len(word)
                lead = "… " if start else ""
                return {"before": lead + text[start:at], "word": text[at:end], "after": text[end : end + 60]}
    return {"before": texts[0], "word": "", "after": ""}


def shelve(case_id: int) -> None:
    """Write what the search knows of a case anew."""
    row = sql(
        "SELECT c.requester_id, c.unit_id, c.holder_id, c.complaint, c.subjective, c.objective, c.assessment, c.plan,"
        " p.name FROM cases c JOIN case_patients p ON p.case_id = c.id WHERE c.id = ?",
        case_id,
    ).fetchone()
    texts = [one[0] for one in sql("SELECT text FROM case_questions WHERE case_id = ?", case_id)]
    texts += [one[0] for one in sql("SELECT code || ' ' || title FROM case_problems WHERE case_id = ?", case_id)]
    texts += [
        part
        for one in sql("SELECT reasoning, conduct, red_flags FROM opinions WHERE case_id = ?", case_id)
        for part in one
    ]
    keys = " ".join(f"{mark}{number}" for mark, number in zip("ruc", row[:3], strict=True) if number)
    names, body = plain(row[8]), " ".join(sorted(set(re.findall(r"[a-z0-9]+", plain(" ".join([*row[3:8], *texts]))))))
    if SQLITE:
        sql("DELETE FROM case_search WHERE rowid = ?", case_id)
        sql("INSERT INTO case_search (rowid, keys, names, body) VALUES (?, ?, ?, ?)", case_id, keys, names, body)
    else:
        sql(
            "INSERT INTO case_search (case_id, names, body) VALUES (?, to_tsvector('simple', ?), to_tsvector('simple', ?))"
            " ON CONFLICT (case_id) DO UPDATE SET names = excluded.names, body = excluded.body",
            case_id, f"{keys} {names}", f"{keys} {body}",
        )  # fmt: skip

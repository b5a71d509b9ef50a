"""Every kind of notice that anything emits has its words, its mail and its place among the preferences."""

import ast
import re
from pathlib import Path

import pytest

from teleconsult import mail
from teleconsult.cases.lifecycle import MOVES
from teleconsult.notices.words import KINDS, TO_YOU, kinds_for
from teleconsult.people.access import Role

ROOT = Path(__file__).resolve().parents[2]
KIND = re.compile(r"(case|booking|agenda|shift|leave|swap|credits|promise)\.[a-z_0-9]+")


def emitted():
    """Return every kind that a call of `tell` or a table of alerts names in the code."""
    found = {f"case.{verb}" for verb in MOVES} | set(TO_YOU.values())
    for path in (ROOT / "teleconsult").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in {
                "tell",
                "_tell_of_change",
                "Alert",
                "_tell",
                "tell_administrators",
            }:
                words = [n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
                found |= {word for word in words if KIND.fullmatch(word)}
    return found | _told_of_bookings()


def _told_of_bookings():
    """Return the kinds of the moves of a booking request that tell somebody."""
    return {
        f"booking.{node.args[0].value}"
        for path in (ROOT / "teleconsult" / "bookings").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "step"
        and any(keyword.arg == "tell" for keyword in node.keywords)
    }


def test_every_kind_that_is_emitted_has_words():
    assert emitted() <= set(KINDS)


def named():
    """Return the kinds that have a name of their own in the code, or are made from the end of a dispute."""
    found = {"credits.accepted", "credits.declined"}
    for path in (ROOT / "teleconsult").rglob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
                found.add(node.value.value)
    return found


def test_no_kind_is_there_for_nothing():
    assert set(KINDS) <= emitted() | named()


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_kind_says_who_did_it_or_that_nobody_did(kind):
    assert kind.by or kind.alone
    assert not kind.by or "%(name)s" in kind.by
    assert "%(" not in kind.alone
    assert kind.choice
    assert kind.roles


@pytest.mark.parametrize("language", ["pt_BR", "en"])
def test_each_kind_has_its_mail_with_a_reference_and_a_link(application, language):
    with application.app_context():
        for kind in KINDS.values():
            payload = {"template": kind.template, "language": language, "params": {"ref": "TC-7K3Q9"}}
            message = mail.write("ana@rede.example", payload, "key")
            assert "TC-7K3Q9" in message["Subject"]
            body = message.get_content()
            # On a line of its own, or mail programs make no link of it.
            ways = [line.partition("?")[0] for line in body.splitlines()]
            assert "http://teleconsult.test/notices/TC-7K3Q9" in ways
            assert "http://teleconsult.test/account/mail" in body


@pytest.mark.parametrize("language", ["pt_BR", "en"])
def test_the_daily_mail_lists_subjects(application, language):
    entries = [[kind.template, f"TC-{n}"] for n, kind in enumerate(KINDS.values())]
    payload = {"template": "digest", "language": language, "params": {"entries": entries, "more": 2}}
    with application.app_context():
        message = mail.write("ana@rede.example", payload, "key")
    assert str(len(entries) + 2) in message["Subject"]
    assert message.get_content().count("\n- ") == len(entries) + 1


def test_no_mail_is_there_without_its_kind():
    mails = (ROOT / "templates" / "email").glob("*.txt")
    files = {path.stem for path in mails if '{% extends "email/notice.txt" %}' in path.read_text(encoding="utf-8")}
    assert files == {kind.template for kind in KINDS.values()}


def test_people_choose_among_what_their_roles_are_told_each_kind_once():
    found = kinds_for(frozenset(Role))
    words = [kind.word for kinds in found.values() for kind in kinds]
    assert sorted(words) == sorted(word for word, kind in KINDS.items() if not kind.one)
    assert {kind.one for kind in KINDS.values() if kind.one} <= set(words)
    told = {kind.word for kind in kinds_for(frozenset({"manager"}))[Role.MANAGER]}
    assert told == {word for word, kind in KINDS.items() if Role.MANAGER in kind.roles}
    assert "case.answer" in {kind.word for kind in kinds_for(frozenset({"support"}))[Role.SUPPORT]}

"""A text in which nobody can read anything is no text, in every form and for every move."""

import pytest

from teleconsult import moves
from teleconsult.cases.lifecycle import State
from teleconsult.errors import Refused
from teleconsult.typed import legible, says_nothing
from tests.cases.helping import send

NOTHING = (
    "",
    "  \t\n",
    "\u200b",
    "\u200b \u2060\ufeff",
    "\x01\x02",
    "\xad",
    "\u2800",
    "\u3164",
    "\u0301",
    "\u202e\u202c",
)


@pytest.mark.parametrize("text", NOTHING, ids=ascii)
def test_what_shows_nothing_says_nothing(text):
    assert says_nothing(text)
    assert legible(text) == ""


@pytest.mark.parametrize("text", ["-", "ok", "1", "👍", "ção", "a\u200bb", "?"])
def test_what_shows_something_stays_as_it_was_typed(text):
    assert legible(f" {text} ") == text


def test_control_characters_go_and_lines_stay():
    assert legible("um\x01\r\n\x02dois\ttrês\x7f") == "um\r\ndois\ttrês"


@pytest.mark.parametrize("text", NOTHING[2:], ids=ascii)
def test_a_case_is_not_declined_without_a_reason(case_in, sign_in, text):
    walk = case_in(State.ASSIGNED)
    answer = send(sign_in("paulo"), walk, "decline", why=text)
    assert answer.status_code == 422
    assert "Escreva o motivo." in answer.get_data(as_text=True)
    with pytest.raises(Refused):
        walk.do("decline", text, by="paulo")


def test_the_table_of_moves_takes_no_blank_text():
    move = moves.Move("decline", frozenset({"held"}), None, frozenset({"holder"}), ("why",))
    given = {"words": {"why": "o motivo"}, "elsewhere": ""}
    moves.hold(move, "held", lambda: frozenset({"holder"}), (), {"why": "Férias."}, **given)
    with pytest.raises(Refused):
        moves.hold(move, "held", lambda: frozenset({"holder"}), (), {"why": "\u200b"}, **given)

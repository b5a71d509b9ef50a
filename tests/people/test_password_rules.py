"""What a new password must be like."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleconsult.errors import Refused
from teleconsult.people.password_rules import check

ABOUT = ("Marina Alves de Sá", "marina.alves", "teleconsult")


@pytest.mark.parametrize(
    "password",
    [
        "cajueiro-em-flor-27",
        "correto cavalo 7 pilha",
        "x7Kq92mNv1zP",
        "ünïcödé-şifre-9",
        "мой-длинный-пароль-1",
        "a1" + "çã õ" * 255,
        "   três espaços 3   ",
    ],
)
def test_accepts(password):
    check(password, about=ABOUT)


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("", "pelo menos 12"),
        ("elevenchar1", "pelo menos 12"),
        ("x1" * 513, "no máximo 1024"),
        ("só letras aqui, nada mais", "uma letra e um número"),
        ("123456 7890123", "uma letra e um número"),
        ("abababababab1", "repete poucos"),
        ("senhasegura2026", "das primeiras"),
        ("Senha@Segura#2026", "das primeiras"),
        ("S3nh4F0rt3!2026", "das primeiras"),
        ("P@ssw0rdP@ssw0rd1", "das primeiras"),
        ("qwertyuiop12", "das primeiras"),
        ("Abcdef123456", "das primeiras"),
        ("recife2026saude", "das primeiras"),
        ("teleconsult-2026", "o nome deste sistema"),
        ("Flamengo1981!!", "das primeiras"),
        ("eu-sou-marina-27", "o seu nome"),
        ("M4r1n4-em-flor-9", "o seu nome"),
        ("ALVES-em-flor-27", "o seu nome"),
    ],
)
def test_refuses(password, why):
    with pytest.raises(Refused, match=why) as refusal:
        check(password, about=ABOUT)
    assert refusal.value.field == "password"


@given(st.text(max_size=80))
def test_any_text_is_answered(password):
    with suppress(Refused):
        check(password, about=ABOUT)
        assert len(password) >= 12

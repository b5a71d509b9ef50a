"""What a new password must be like. Pure: no database, no request.

Twelve characters with a letter and a digit, and not what a guesser tries first: names of the person or of
the product, runs along the keyboard, and the words that people put together with a number behind.
"""

import re
import unicodedata
from collections.abc import Iterable

from teleconsult.errors import N_, Refused

SHORTEST = 12
LONGEST = 1024
FEWEST_SIGNS = 5
"""Different characters that a password must have."""

LEFT_TO_GUESS = 4
"""Letters that must remain when every common word is taken out."""

_PORTUGUESE = """
senha senhas minha nossa nova novo forte segura seguro secreta secreto mudar trocar acesso acessar entrar
usuario admin administrador gerente gerencia sistema servidor internet computador teste testes
brasil brasileiro brasileira recife olinda pernambuco nordeste saopaulo riodejaneiro salvador fortaleza
flamengo corinthians palmeiras santos vasco gremio internacional cruzeiro fluminense botafogo
sport nautico santacruz santa cruz
jesus cristo deus senhor maria jose joao familia amor amores teamo amo te meu minha mae pai filho filha
felicidade estrela princesa princesinha coracao saudade gatinha gatinho brincadeira futebol carnaval
janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro
segunda terca quarta quinta sexta sabado domingo natal
prefeitura saude hospital medico medica doutor doutora enfermeira enfermeiro enfermagem dentista clinica
policlinica posto unidade telessaude telemedicina consulta teleconsult teleconsulta sus usf ubs distrito
bom dia boa tarde noite
de do da os as com para em um uma que
"""
_ENGLISH = """
password passwords passphrase pass word secret letmein welcome login access change changeme default
admin administrator root user guest master system server test testing temp temporary
iloveyou love loves you my mine your sunshine princess prince football baseball basketball soccer monkey
dragon shadow superman batman starwars pokemon computer internet freedom whatever trustno one
monday tuesday wednesday thursday friday saturday sunday spring summer autumn winter christmas
january february march april may june july august september october november december
doctor nurse health hospital clinic medical
the and for new old good hello
"""
_KEYS_SIDE_BY_SIDE = """
qwertyuiop qwertyuio qwertyui qwertyu qwerty qwert asdfghjkl asdfghjk asdfghj asdfgh asdfg asdf
zxcvbnm zxcvbn zxcvb zxcv qazwsxedc qazwsx qaz wsx edc rfv poiuytrewq lkjhgfdsa mnbvcxz
abcdefghijklmnopqrstuvwxyz abcdefghijklm abcdefghijkl abcdefghijk abcdefghij abcdefghi abcdefgh abcdefg
abcdef abcde abcd abc xyz aaa
"""
COMMON = frozenset((_PORTUGUESE + _ENGLISH + _KEYS_SIDE_BY_SIDE).split())
_LONGEST_WORD = max(map(len, COMMON))
_LOOKALIKES: tuple[dict[int, int], ...] = (
    {},  # as it is typed
    str.maketrans("0134578@$!|", "oieastbasii"),
    str.maketrans("0134578@$!|", "oleastbasll"),
)


def check(password: str, *, about: Iterable[str] = ()) -> None:
    """Accept a new password or say what is wrong with it.

    Args:
        password: taken whole; every character counts.
        about: what is known of the person (name, e-mail): none of it may stand in the password.

    Raises:
        Refused: with the sentence for the field `password`.
    """
    if len(password) < SHORTEST:
        raise _no(N_("Use pelo menos %(shortest)d caracteres."), shortest=SHORTEST)
    if len(password) > LONGEST:
        raise _no(N_("Use no máximo %(limit)s caracteres."), limit=LONGEST)
    if not (any(sign.isalpha() for sign in password) and any(sign.isdigit() for sign in password)):
        raise _no(N_("Use pelo menos uma letra e um número."))
    if len(set(password)) < FEWEST_SIGNS:
        raise _no(N_("Essa senha repete poucos caracteres. Use outros."))
    plain = _plain(password)
    readings = ["".join(filter(str.isalpha, plain.translate(looks))) for looks in _LOOKALIKES]
    for word in _words_of(about):
        if any(word in reading for reading in readings):
            raise _no(N_("A senha não pode ter o seu nome, o seu e-mail nem o nome deste sistema."))
    if any(_left_to_guess(reading) < LEFT_TO_GUESS for reading in readings):
        raise _no(N_("Essa senha é das primeiras que se tentam. Junte palavras que só você juntaria."))


def _no(message: str, **params: int) -> Refused:
    return Refused(message, "password", **params)


def _left_to_guess(letters: str) -> int:
    """Return how many letters remain when as much as can be is read as common words."""
    least = [0]
    for end in range(1, len(letters) + 1):
        words = (least[start] for start in range(max(0, end - _LONGEST_WORD), end) if letters[start:end] in COMMON)
        least.append(min([least[-1] + 1, *words]))
    return least[-1]


def _plain(text: str) -> str:
    """Return the text in lower case without accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def _words_of(about: Iterable[str]) -> set[str]:
    """Return the words of four letters and more in what is known of a person."""
    return {word for text in about for word in re.findall("[a-z]{4,}", _plain(text))}

"""The product's words: every sentence has its English, with the same places, and refusals say what fills them."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from flask_babel import force_locale

from teleconsult.cases.lifecycle import CARRY_WORDS
from teleconsult.errors import N_, Refused
from teleconsult.web.messages import gettext, ngettext
from teleconsult.web.words import say
from tests import english

ROOT = Path(__file__).resolve().parents[2]
PLACE = re.compile(r"%\((\w+)\)([sd])|%%|\{(\w+)\}")
"""%(name)s of gettext, the doubled percent sign, and {name} of what a script fills in."""


MARKS = {"_", "_l", "N_", "gettext", "ngettext", "lazy_gettext"}
"""What a message is marked with in code."""


@pytest.fixture(scope="module")
def collected():
    """Every message of code and templates -> where it stands, collected as `./run translations` does."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    marks = re.findall(r"-k (\w+)", (ROOT / "run").read_text(encoding="utf-8"))
    keywords = DEFAULT_KEYWORDS | parse_keywords(marks)
    found = {}
    for folder in ("teleconsult", "templates"):
        for name, line, message, _comments, context in extract_from_dir(ROOT / folder, methods, options, keywords):
            key = message if isinstance(message, str) else message[0]
            found.setdefault((context, key), f"{folder}/{name}:{line}")
    return found


@pytest.fixture(scope="module")
def entries():
    return {(entry.context, forms(entry.id)[0]): entry for entry in english.catalogue() if entry.id}


def forms(text):
    return (text,) if isinstance(text, str) else tuple(text)


def places(text):
    return sorted(match[0] for match in PLACE.finditer(text))


def test_messages_are_found_at_all(collected):
    assert len(collected) > 1000


def test_every_message_has_its_english(collected, entries):
    missing = [f"{where}: {key[1]}" for key, where in collected.items() if key not in entries]
    assert not missing, "./run translations collects them; then write their English"


def test_who_stands_in_has_one_name_in_english(entries):
    """The glossary's word; what the code calls them is on no screen."""
    other = {key[1]: entry.string for key, entry in entries.items() if "backup" in " ".join(forms(entry.string))}
    assert not other


def test_no_message_hides_from_the_collector(collected):
    """One inside an f-string or inside another message's call is not seen: it would stay Portuguese."""
    hidden = []
    for path in sorted((ROOT / "teleconsult").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in MARKS and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and (None, first.value) not in collected:
                    hidden.append(f"{path.relative_to(ROOT)}:{node.lineno}: {first.value}")
    assert not hidden


def test_no_english_is_kept_for_what_nobody_says(collected, entries):
    assert not [key for key in entries if key not in collected]
    assert not english.catalogue().obsolete


def test_no_entry_is_empty_or_fuzzy(entries):
    assert not [entry.id for entry in entries.values() if entry.fuzzy or not all(forms(entry.string))]


def test_a_plural_has_both_forms(entries):
    assert not [e.id for e in entries.values() if e.pluralizable and len(forms(e.string)) != 2]


def test_places_are_the_same_in_both_languages(entries):
    """In the plural; the one of a single thing may do without its figure."""
    differing = [e.id for e in entries.values() if places(forms(e.id)[-1]) != places(forms(e.string)[-1])]
    differing += [e.id for e in entries.values() if set(places(forms(e.string)[0])) - set(places(forms(e.id)[-1]))]
    assert not differing
    catalogue = english.catalogue()
    assert not [str(error) for entry in entries.values() for error in entry.check(catalogue)]


OTHER_WORDS = {
    r"\b[Pp]rocur(ar|e)\b": "buscar",
    r"\b[Aa]lter(ar|ad|ou|aç)": "mudar",
}
"""What the product calls by another word: one word for one thing, on every screen."""

NOT_THAT = {"Não encontramos o que você procura", "O que deve fazer a equipe procurar ajuda antes do retorno."}


def test_one_thing_is_called_by_one_word(collected):
    found = {
        f"{where}: {message}": word
        for (_context, message), where in collected.items()
        for pattern, word in OTHER_WORDS.items()
        if message not in NOT_THAT and re.search(pattern, message)
    }
    assert not found


def test_a_date_is_asked_for_in_one_way(collected):
    """The browser says the order in its own field of a date; the one that is text says it, and always so."""
    said = {message for _context, message in collected if re.search(r"\bdia/m|\baaaa\b", message)}
    assert said == {"dd/mm/aaaa, ou só os números"}
    native = [
        str(path)
        for path in sorted((ROOT / "templates").rglob("*.html"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if "dd/mm/aaaa" in line and "birth_date" not in line
    ]
    assert not native


def test_the_english_is_english(entries):
    left = {e.id: found for e in entries.values() for form in forms(e.string) if (found := english.portuguese_in(form))}
    assert not left


def test_the_application_speaks_what_the_catalogue_says(application, entries):
    with application.test_request_context(), force_locale("en"):
        for entry in entries.values():
            if entry.pluralizable:
                one, many = entry.id
                holes = {match[1]: 2 for match in PLACE.finditer(many) if match[1] not in (None, "num")}
                assert ngettext(one, many, 2, **holes) == entry.string[1] % ({"num": 2} | holes)
            else:
                assert gettext(entry.id) == entry.string


# --- refusals: marked in pure rules, translated with their parameters when they are shown ---


def test_a_refusal_is_translated_with_what_fills_it(application):
    with application.test_request_context():
        for what in CARRY_WORDS.values():
            refusal = Refused(N_("Falta informar: %(what)s."), what=what)
            with force_locale("en"):
                words = gettext(what)
                assert words != what
                assert say(refusal) == f"Still to be given: {words}."
            with force_locale("pt_BR"):
                assert say(refusal) == f"Falta informar: {what}."


def test_a_refusal_shows_names_and_nothing_as_they_are(application):
    with application.test_request_context(), force_locale("en"):
        assert say(Refused("O caso já está com %(name)s.", name="Dra. Lia")) == "The case is already with Dra. Lia."
        assert say(Refused("O caso já está com %(name)s.", name="")) == "The case is already with ."


def refusals():
    """Return every refusal that the code writes out: where, its sentence, the names of what fills it."""
    for path in sorted((ROOT / "teleconsult").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Refused" and node.args:
                inner = node.args[0]
                if isinstance(inner, ast.Call) and isinstance(inner.args[0], ast.Constant):
                    given = {keyword.arg for keyword in node.keywords} - {"field"}
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", str(inner.args[0].value), given


def test_every_refusal_is_given_what_its_sentence_has_places_for():
    wrong = [
        where
        for where, sentence, given in refusals()
        if None not in given and {match[1] for match in PLACE.finditer(sentence) if match[1]} != given
    ]
    assert not wrong


def test_a_mail_says_nothing_outside_of_its_messages():
    bare = {}
    for path in (ROOT / "templates" / "email").glob("*.txt"):
        text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        bare[path.name] = set(re.findall(r"\w+", text)) - {"Subject"}
    assert not {name: words for name, words in bare.items() if words}

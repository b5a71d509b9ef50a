"""What each person finds, by words, by names and by codes; nothing typed breaks the query."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from teleconsult import clock
from teleconsult.audit import AuditEvent, verify
from teleconsult.cases import actions, queries_fts, queries_vectors, search
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case
from teleconsult.cases.models_opinion import Opinion
from teleconsult.cases.models_search import KeptSearch
from teleconsult.cases.queries_search import code_in, find, scope_of
from teleconsult.cases.request import PatientFacts
from teleconsult.errors import Refused
from teleconsult.extensions import db, transaction
from tests import world

NAME = "Severina Conceição"


@pytest.fixture
def found(application, session):
    """Return who finds what: `found('marina', 'manchas')` -> the references, newest first."""

    def look(key: str, words: str) -> list[str]:
        with application.test_request_context():
            page = find(scope_of(world.person(key)), words)
            numbers = [row[0] for row in page.rows]
        refs = dict(db.session.execute(db.select(Case.id, Case.ref).where(Case.id.in_(numbers))).all())
        return [refs[number] for number in numbers]

    return look


def test_by_any_word_of_the_story_without_accents_or_endings(case_in, found):
    ref = case_in(State.SUBMITTED).case.ref
    for words in ("manchas", "mancha", "MANCHAS claras", "hipocrômicas", "hipocromicas", "hansen", "A30", "claras 128"):
        assert found("marina", words) == ([ref] if "128" not in words else []), words
    assert found("marina", "cefaleia") == []


def test_by_the_opinion_and_by_what_was_asked_for(case_in, found):
    walk = case_in(State.AWAITING_INFORMATION)
    assert found("marina", "baciloscopia") == [walk.case.ref]
    walk.do("supply", {1: ("Bacilos ausentes", ""), 2: ("", "Sem câmera")}, by="marina")
    assert found("paulo", "bacilos ausentes") == [walk.case.ref]
    walk.conclude()
    assert found("paulo", "doze meses") == [walk.case.ref]


def test_by_every_text_of_the_opinion_and_by_why_something_was_not_possible(case_in, found):
    walk = case_in(State.ASSIGNED)
    walk.do("ask", ["Baciloscopia"], by="paulo")
    walk.do("supply", {1: ("", "Laboratório interditado.")}, by="marina")
    assert found("paulo", "interditado") == [walk.case.ref]
    opinion = replace(
        world.written(walk.case), when_to_refer="Se houver neurite.", sources="Protocolo clínico de 2022."
    )
    walk.do("answer", opinion, by="paulo")
    assert found("marina", "neurite") == [walk.case.ref]
    assert found("marina", "protocolo 2022") == [walk.case.ref]


def test_a_new_question_is_found_in_the_same_moment(case_in, found):
    walk = case_in(State.ANSWERED)
    walk.do("follow_up", "E se engravidar?", by="marina")
    assert found("marina", "engravidar") == [walk.case.ref]


def test_a_correction_is_found(case_in, found):
    walk = case_in(State.CONCLUDED)
    opinion = db.session.scalars(db.select(Opinion)).one()
    written = world.written(walk.case, answers={1: "Sim.", 2: "Sim."}, conduct="Rifampicina supervisionada.")
    with transaction():
        actions.correct(opinion, written, why="Faltou a dose.", by=world.person("paulo"))
    assert found("marina", "rifampicina") == [walk.case.ref]


def test_what_is_undone_is_not_found(case_in, found):
    walk = case_in(State.ASSIGNED)
    with pytest.raises(Refused), transaction(walk.case, walk.case.version):
        _ask_and_fail(walk.case)
    with transaction():
        pass
    assert found("paulo", "eletroneuromiografia") == []


def _ask_and_fail(case):
    actions.ask(case, ["Eletroneuromiografia"], by=world.person("paulo"))
    raise Refused("Não.")


def test_a_draft_is_not_in_the_index(case_in):
    case_in(State.DRAFT)
    assert db.session.scalar(db.text("SELECT count(*) FROM case_search")) == 0


@pytest.mark.parametrize("state", [s for s in State if s not in (State.DRAFT,)])
def test_everybody_finds_what_they_may_see_and_nothing_else(case_in, found, state):
    ref = case_in(state).case.ref
    held = state in (State.ASSIGNED, State.AWAITING_INFORMATION, State.ANSWERED, State.IN_PERSON, State.CONCLUDED)
    waiting = state == State.SUBMITTED
    by_name = {"marina": True, "jonas": False, "bia": False, "paulo": held, "lia": False, "helena": False,
               "rosangela": True, "dora": True, "teresa": False}  # fmt: skip
    by_words = by_name | {"paulo": held or waiting, "lia": waiting, "rosangela": False}
    assert {key: found(key, NAME) == [ref] for key in by_name} == by_name
    assert {key: found(key, "manchas") == [ref] for key in by_words} == by_words


def test_a_name_and_a_word_together(case_in, found):
    ref = case_in(State.ASSIGNED).case.ref
    assert found("paulo", "severina sensibilidade") == [ref]
    assert found("rosangela", "severina sensibilidade") == []


def test_who_shares_finds_the_cases_of_the_unit(case_in, found):
    case = case_in(State.SUBMITTED).case
    assert found("jonas", "manchas") == []
    with transaction():
        world.person("jonas").unit.shares_cases = True
    assert found("jonas", "severina") == [case.ref]
    assert found("bia", "severina") == []


def test_who_wrote_an_opinion_finds_the_case_for_ever(case_in, found):
    walk = case_in(State.CONCLUDED)
    walk.do("reopen", "Piorou.", by="marina")
    walk.do("assign", to=world.person("lia"), why="Em turno.", by="rosangela")
    assert found("paulo", NAME) == found("lia", NAME) == [walk.case.ref]


def test_numbers_are_found_whole_or_not_at_all(case_in, found):
    walk = case_in(State.DRAFT)
    walk.submit(patient=PatientFacts(name="José Lins", age_years=50, sex="male", record_number="10377"))
    assert found("rosangela", "10377") == [walk.case.ref]
    assert found("rosangela", "1037") == []


@pytest.mark.parametrize("newest", [250, 22, 3])
def test_newest_first_and_page_by_page(case_in, application, session, monkeypatch, newest):
    """However many cases are looked through before the index is asked."""
    monkeypatch.setattr(queries_vectors, "NEWEST", newest)
    monkeypatch.setattr(queries_fts, "NEWEST", newest)
    queries_vectors._among_newest.cache_clear()
    queries_fts._nearest.cache_clear()
    for _ in range(23):
        case_in(State.SUBMITTED)
    numbers = list(session.scalars(db.select(Case.id).order_by(Case.id.desc())))
    scope = scope_of(world.person("marina"))

    def page(address="/"):
        with application.test_request_context(address):
            return find(scope, "manchas")

    first = page()
    second = page(f"/?after={first.older}")
    assert [row[0] for row in (*first.rows, *second.rows)] == numbers
    assert second.older is None
    back = page(f"/?before={second.newer}")
    assert ([row[0] for row in back.rows], back.older) == ([row[0] for row in first.rows], first.older)
    queries_vectors._among_newest.cache_clear()
    queries_fts._nearest.cache_clear()


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("TC-7K3Q9A", "TC-7K3Q9A"),
        ("tc7k3q9a", "TC-7K3Q9A"),
        (" tc - 7k3q9o ", "TC-7K3Q90"),
        ("TC-ILO000", "TC-110000"),
        ("7K3Q9A", "TC-7K3Q9A"),
        ("7k3q9o", "TC-7K3Q90"),
        ("TC-7K3Q9", None),
        ("7K3Q9AB", None),
        ("tosse", None),
    ],
)
def test_a_code_is_recognised_as_people_type_it(typed, code):
    assert code_in(typed) == code


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example('"')
@example("AND OR NOT NEAR(")
@example("keys : r1")
@example("a' | !b & c:*B <-> (")
@example("\x00\ud800 😀 -tosse *")
@example("x" * 10_000)
@example("e o a")
@example("''::tsquery; --")
@given(st.text(max_size=300))
def test_nothing_typed_breaks_the_query(application, session, typed):
    with application.test_request_context():
        for key in ("marina", "paulo", "rosangela", "dora", "teresa"):
            find(scope_of(world.person(key)), typed)
    code_in(typed)


def test_everything_can_be_indexed_again(application, case_in, found):
    ref = case_in(State.CONCLUDED).case.ref
    with transaction():
        db.session.execute(db.text("DELETE FROM case_search"))
    assert found("marina", "manchas") == []
    answer = application.test_cli_runner().invoke(args=["reindex"])
    assert answer.exit_code == 0, answer.output
    assert "1" in answer.output
    assert found("marina", "manchas") == [ref]


def test_a_very_long_case_is_still_sent(case_in):
    walk = case_in(State.DRAFT)
    walk.submit(subjective="palavra " * 100_000, objective=" ".join(f"termo{n}" for n in range(60_000)))
    assert walk.case.state == State.SUBMITTED
    assert len(walk.case.subjective) > search.LONGEST


# ---------------------------------------------------------------- the page


def results(browser, words: str) -> str:
    answer = browser.post("/cases/search", data={"q": words})
    assert answer.status_code == 302, answer.get_data(as_text=True)[:500]
    assert words not in answer.location
    return browser.get(answer.location).get_data(as_text=True)


def test_the_words_are_in_the_page_but_not_in_its_address_or_title(case_in, sign_in):
    ref = case_in(State.SUBMITTED).case.ref
    page = results(sign_in("marina"), "Severina")
    assert ref in page
    assert world.SECRET_NAME in page
    assert "Severina" not in page.split("</title>")[0]


def test_the_place_of_the_hit_is_shown_to_whoever_sees_all(case_in, sign_in):
    case_in(State.SUBMITTED)
    assert "<mark>sensibilidade</mark>" in results(sign_in("marina"), "sensibil")
    assert "<mark>" not in results(sign_in("paulo"), "sensibil")


@pytest.mark.parametrize("field", search.CLINICAL)
def test_every_clinical_text_that_is_found_shows_its_place(session, sign_in, field):
    walk = world.new_case()
    walk.submit(**{field: "Temos crioterapia na unidade."})
    assert "<mark>crioterapia</mark>" in results(sign_in("marina"), "crioterap")


def test_initials_until_the_case_is_held(case_in, sign_in):
    walk = case_in(State.SUBMITTED)
    page = results(sign_in("paulo"), "manchas")
    assert walk.case.ref in page
    assert "S. C. A." in page
    assert "Severina" not in page.replace('value="manchas"', "")
    walk.assign()
    assert world.SECRET_NAME in results(sign_in("paulo"), "manchas")


def test_the_administrator_finds_by_name_and_is_shown_initials_and_a_band_of_age(case_in, sign_in):
    ref = case_in(State.ASSIGNED).case.ref
    page = results(sign_in("rosangela"), "Severina")
    assert ref in page
    assert "S. C. A., de 40 a 59 anos" in page
    assert "Conceição" not in page
    assert "Manchas" not in page
    assert ref not in results(sign_in("rosangela"), "manchas")


def test_the_manager_finds_by_the_code_alone(case_in, sign_in):
    ref = case_in(State.ASSIGNED).case.ref
    page = results(sign_in("teresa"), ref.lower())
    assert f"Caso {ref}" in page
    assert "S. C. A." not in page
    assert ref not in results(sign_in("teresa"), "Severina")


def test_a_strangers_code_looks_like_none(case_in, sign_in):
    ref = case_in(State.ASSIGNED).case.ref
    mine, none = results(sign_in("bia"), ref), results(sign_in("bia"), "TC-000000")
    assert "Nenhum caso encontrado" in mine
    assert mine.count("<li") == none.count("<li")


def test_a_draft_is_found_by_its_code_by_its_writer(case_in, sign_in):
    ref = case_in(State.DRAFT).case.ref
    assert f'href="/cases/{ref}"' in results(sign_in("marina"), ref)
    assert f'href="/cases/{ref}"' not in results(sign_in("jonas"), ref)


def test_a_code_without_its_letters_is_found_too_and_a_strangers_is_a_word_like_any(case_in, sign_in):
    ref = case_in(State.ASSIGNED).case.ref
    bare = ref.removeprefix("TC-")
    assert f'href="/cases/{ref}"' in results(sign_in("marina"), bare.lower())
    assert "Nenhum caso encontrado" in results(sign_in("bia"), bare)


def test_a_word_as_long_as_a_code_is_looked_for_as_a_word(case_in, sign_in):
    ref = case_in(State.ASSIGNED).case.ref
    assert f'href="/cases/{ref}"' in results(sign_in("marina"), "claras")


@pytest.mark.parametrize("typed", ["52998224725", "529.982.247-25", "700000010211009", "700 0000 1021 1009"])
def test_a_number_is_found_in_the_groups_in_which_its_card_prints_it(case_in, found, typed):
    walk = case_in(State.DRAFT)
    walk.submit(patient=replace(PatientFacts(NAME, birth_date=date(1979, 3, 14), sex="female"),
                                cpf="52998224725", cns="700000010211009"))  # fmt: skip
    assert found("marina", typed) == [walk.case.ref]
    assert found("marina", typed[:-1] + str(9 - int(typed[-1]))) == []


def test_somebody_elses_results_cannot_be_opened(case_in, sign_in):
    case_in(State.SUBMITTED)
    address = sign_in("marina").post("/cases/search", data={"q": "Severina"}).location
    page = sign_in("rosangela").get(address).get_data(as_text=True)
    assert "Severina" not in page
    assert "Buscar casos" in page


def test_a_search_is_recorded_without_its_words(case_in, sign_in, session):
    ref = case_in(State.SUBMITTED).case.ref
    results(sign_in("marina"), "Severina")
    session.rollback()
    event = session.scalars(db.select(AuditEvent).where(AuditEvent.word == "case.search")).one()
    assert event.stream == f"reader:{world.person('marina').ref}"
    assert event.data == {"cases": [ref]}
    assert list(verify()) == []


def test_words_are_forgotten_after_a_day(sign_in, session):
    browser = sign_in("marina")
    old = browser.post("/cases/search", data={"q": "Severina"}).location
    with transaction():
        db.session.execute(db.update(KeptSearch).values(searched_at=clock.now() - timedelta(hours=25)))
    browser.post("/cases/search", data={"q": "tosse"})
    session.rollback()
    assert session.scalars(db.select(KeptSearch.words)).all() == ["tosse"]
    assert 'value="Severina"' not in browser.get(old).get_data(as_text=True)


def test_too_many_characters_are_refused_in_words(sign_in):
    answer = sign_in("marina").post("/cases/search", data={"q": "x" * 10_000})
    assert answer.status_code == 422
    assert "Use no máximo 200 caracteres." in answer.get_data(as_text=True)


@pytest.mark.parametrize("address", ["?s=nada", "?q=tosse&after=!!", "?q=tosse&after=WyJhIl0",
                                     "?q=tosse&after=WzFlNDAwXQ", "?q=tosse&before=WzEyMzQ1Njc4OTAxMjM0NTY3ODkwXQ"])  # fmt: skip
def test_odd_addresses_are_answered(sign_in, address):
    assert sign_in("marina").get(f"/cases/search{address}").status_code in (200, 400)


def test_the_first_screen_of_the_search_says_what_can_be_found(sign_in):
    assert "palavras do texto clínico" in sign_in("marina").get("/cases/search").get_data(as_text=True)
    assert "pelo CNS" in sign_in("rosangela").get("/cases/search").get_data(as_text=True)
    assert "pelo código, como TC-" in sign_in("teresa").get("/cases/search").get_data(as_text=True)

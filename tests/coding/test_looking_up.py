"""/codes/search, as the combo (which posts) and as a browser without scripts ask it."""

import pytest
from sqlalchemy import select

from teleconsult.coding import loader
from teleconsult.coding.models import Code
from teleconsult.coding.tables import Entry
from teleconsult.extensions import db, transaction

JSON = {"Accept": "application/json"}
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.fixture
def loaded(application):
    with application.app_context(), transaction():
        loader.write(
            loader.plan_cid10([Entry("J45", "Asma"), *(Entry(f"J45.{n}", f"Asma número {n}") for n in range(10))])
        )
        loader.write(loader.plan_ciap2([Entry("R96", "Asma <b>na</b> atenção primária", "Asthma")]))
        loader.write(loader.plan_cid10([Entry(f"S{n}", f"Fratura {n}") for n in range(10, 50)]))
    return application


@pytest.fixture
def get(loaded, sign_in):
    browser = sign_in("marina")
    return lambda address, **how: browser.get(address, headers=how.get("headers", BROWSER))


@pytest.fixture
def ask(loaded, sign_in):
    browser = sign_in("marina")
    return lambda **typed: browser.post("/codes/search", data=typed, headers=JSON)


def test_what_the_combo_gets(ask):
    answer = ask(q="asma", system="cid10")
    assert answer.content_type == "application/json"
    assert answer.json[0] == {
        "value": "cid10:J45",
        "label": "J45 Asma",
        "hint": "CID-10",
        "near": False,
        "code": "J45",
        "title": "Asma",
        "system": "cid10",
    }
    assert len(answer.json) == 11


def test_systems_are_told_apart(ask):
    assert {row["system"] for row in ask(q="asma").json} == {"cid10", "ciap2"}
    assert [row["value"] for row in ask(q="asma", system="ciap2").json] == ["ciap2:R96"]
    assert ask(q="asma", system="other").json == []


def test_an_answer_is_bounded(ask):
    assert len(ask(q="fratura").json) == 20


@pytest.mark.parametrize("query", ["", "?q=", "?q=%25", "?q=" + "a" * 3000, "?q=%ff%fe", "?q=asma&q=x&system=%25"])
def test_odd_queries_are_answered(get, query):
    assert get("/codes/search" + query).status_code == 200


@pytest.mark.parametrize("typed", [{}, {"q": ""}, {"q": "a\x00sma"}, {"q": "%"}, {"q": "a" * 3000}, {"system": "%"}])
def test_odd_words_are_answered(ask, typed):
    assert ask(**typed).status_code == 200


def test_what_is_typed_stands_in_no_address(get, ask):
    assert "json" not in get("/codes/search?q=asma", headers=JSON).content_type
    assert len(ask(q="asma").json) == 12


def test_a_forged_question_is_refused(loaded, sign_in):
    browser = sign_in("marina")
    browser.forges = True
    assert browser.post("/codes/search", data={"q": "asma"}, headers=JSON).status_code == 400


def test_a_page_for_those_without_scripts(get):
    page = get("/codes/search?q=asma&system=ciap2").get_data(as_text=True)
    assert "<h1" in page
    assert "R96" in page
    assert "Asma &lt;b&gt;na&lt;/b&gt; atenção primária" in page
    assert 'value="asma"' in page
    assert "Nenhum código encontrado" in get("/codes/search?q=xyzzy").get_data(as_text=True)


def test_a_fragment_for_htmx(get):
    part = get("/codes/search?q=asma", headers={"HX-Request": "true", "Accept": "*/*"}).get_data(as_text=True)
    assert "J45" in part
    assert "<html" not in part


def test_only_for_people_who_use_codes(loaded, client, sign_in):
    assert client.post("/codes/search", data={"q": "asma"}, headers=JSON).status_code in (302, 401)
    assert sign_in("teresa").post("/codes/search", data={"q": "asma"}, headers=JSON).status_code == 403
    for key in ("paulo", "rosangela", "dora"):
        assert sign_in(key).post("/codes/search", data={"q": "asma"}, headers=JSON).status_code == 200


def test_looking_up_changes_nothing(loaded, ask):
    with loaded.app_context():
        before = db.session.execute(select(Code.id, Code.names)).all()
    ask(q="asma")
    with loaded.app_context():
        assert db.session.execute(select(Code.id, Code.names)).all() == before


def test_a_misspelt_word_gets_what_is_like_it_and_is_told_so(ask, get):
    first = ask(q="fraturra").json[0]
    assert (first["code"], first["near"], first["hint"]) == ("S10", True, "parecido · CID-10")
    assert "Nada com “fraturra”. Parecidos:" in get("/codes/search?q=fraturra").get_data(as_text=True)

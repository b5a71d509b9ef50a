"""Loading tables of codes: all or nothing, twice is once, and in any order the same."""

import pytest
from sqlalchemy import func, select

from teleconsult.audit import AuditEvent
from teleconsult.coding import loader, tables
from teleconsult.coding.models import Code, CodeWord, Source, System
from teleconsult.coding.search import find, title_of
from teleconsult.coding.tables import Entry
from teleconsult.extensions import db, transaction

OFFICIAL = [
    Entry("J45", "Asma (oficial)"),
    Entry("J45.0", "Asma alérgica (oficial)"),
    Entry("I84", "Hemorroidas (oficial)"),
]
STARTER = [Entry("J45", "Asma", synonyms=("bronquite asmática", "puxado"))]
PACKAGE = [Entry("J45", title_en="Asthma"), Entry("J45.0", title_en="Allergic asthma"), Entry("J46", title_en="Status")]


@pytest.fixture
def small(monkeypatch):
    """ICD-10 of three codes: the real one is loaded in the other modules."""
    monkeypatch.setattr(loader, "read_package", lambda: iter(PACKAGE))


def load(plan, entries):
    with transaction():
        made = plan(entries)
        loader.write(made)
    return len(made.new), len(made.changed), made.unchanged


def table():
    query = select(
        Code.code, Code.title_pt, Code.title_en, Code.synonyms, Code.names, Code.leaf, Code.common, Code.source
    )
    words = select(Code.code, CodeWord.word, CodeWord.place).join(CodeWord, CodeWord.code_id == Code.id)
    return sorted(map(tuple, db.session.execute(query))), sorted(map(tuple, db.session.execute(words)))


def test_the_starter_list_lies_over_the_package(session, small):
    assert load(loader.plan_codes, STARTER) == (3, 0, 0)
    rows = {row.code: row for row in session.scalars(select(Code))}
    asthma, finer, status = rows["J45"], rows["J45.0"], rows["J46"]
    assert (asthma.title_pt, asthma.title_en, asthma.source) == ("Asma", "Asthma", Source.STARTER)
    assert (asthma.leaf, asthma.common, asthma.chapter) == (False, True, "X")
    assert (finer.title_pt, finer.leaf, finer.common, finer.source) == (None, True, False, Source.PACKAGE)
    assert status.leaf


def test_loading_twice_is_loading_once(session, small):
    load(loader.plan_codes, STARTER)
    before = table()
    assert load(loader.plan_codes, STARTER) == (0, 0, 3)
    assert load(loader.plan_cid10, OFFICIAL) == (1, 2, 1)
    after = table()
    assert load(loader.plan_cid10, OFFICIAL) == (0, 0, 4)
    assert load(loader.plan_codes, STARTER) == (0, 0, 4)
    assert table() == after != before


def test_the_order_of_loading_does_not_matter(session, small):
    load(loader.plan_cid10, OFFICIAL)
    load(loader.plan_codes, STARTER)
    one = table()
    with transaction():
        session.execute(Code.__table__.delete())
    load(loader.plan_codes, STARTER)
    load(loader.plan_cid10, OFFICIAL)
    assert table() == one


def test_the_official_title_wins_and_plain_words_still_find_it(session, small):
    load(loader.plan_codes, STARTER)
    load(loader.plan_cid10, OFFICIAL)
    assert title_of("cid10", "J45") == "Asma (oficial)"
    assert title_of("cid10", "J45", "en") == "Asthma"
    assert find("puxado")[0].code == "J45"
    assert find("asma")[0].code == "J45"
    assert find("hemorroidas")[0].code == "I84"


def test_a_synonym_taken_off_the_list_is_not_found_any_more(session, small):
    load(loader.plan_codes, STARTER)
    assert load(loader.plan_codes, [Entry("J45", "Asma", synonyms=("puxado",))]) == (0, 1, 2)
    assert find("bronquite asmática") == []
    assert find("puxado")[0].code == "J45"


def test_a_code_that_a_newer_table_lacks_stays(session, small):
    load(loader.plan_cid10, OFFICIAL)
    assert load(loader.plan_cid10, OFFICIAL[:1]) == (0, 0, 3)
    assert title_of("cid10", "I84") == "Hemorroidas (oficial)"


def test_a_starter_list_with_an_unknown_code_is_a_fault_of_ours(session, small):
    with pytest.raises(ValueError, match=r"Q99\.9"):
        loader.plan_codes([*STARTER, Entry("Q99.9", "Nada")])


def test_ciap_stands_beside_icd(session, small):
    load(loader.plan_codes, STARTER)
    assert load(loader.plan_ciap2, [Entry("R96", "Asma na atenção primária", "Asthma", ("puxado",))]) == (1, 0, 0)
    assert {hit.system for hit in find("puxado")} == {System.CID10, System.CIAP2}
    assert [hit.value for hit in find("puxado", [System.CIAP2])] == ["ciap2:R96"]
    assert session.scalar(select(Code.chapter).where(Code.code == "R96")) == "R"


# -- the commands, as the operator types them ---------------------------------------------------------------


@pytest.fixture
def run(application):
    return lambda *words: application.test_cli_runner().invoke(args=[str(word) for word in words])


def count(application):
    with application.app_context():
        return db.session.scalar(select(func.count()).select_from(Code))


@pytest.fixture
def official(tmp_path):
    categories, subcategories = tmp_path / "CID-10-CATEGORIAS.CSV", tmp_path / "CID-10-SUBCATEGORIAS.CSV"
    categories.write_bytes(
        "CAT;CLASSIF;DESCRICAO;DESCRABREV;REFER;EXCLUIDOS;\r\nA00;;Cólera;A00;;;\r\n".encode("latin-1")
    )
    subcategories.write_bytes(
        "SUBCAT;CLASSIF;RESTRSEXO;CAUSAOBITO;DESCRICAO;DESCRABREV;REFER;EXCLUIDOS;\r\n"
        "A000;;;;Cólera clássica;A00.0;;;\r\n".encode("latin-1")
    )
    return categories, subcategories


def test_load_cid10_takes_both_files_and_leaves_its_trace(application, run, official):
    done = run("load-cid10", *official)
    assert done.exit_code == 0, done.output
    assert "2 new, 0 changed, 0 unchanged" in done.output
    assert "0 new, 0 changed, 2 unchanged" in run("load-cid10", *official).output
    with application.app_context():
        assert title_of("cid10", "A00.0") == "Cólera clássica"
        events = db.session.scalars(select(AuditEvent).where(AuditEvent.word == "codes.load")).all()
        assert [(event.subject, event.data) for event in events] == [
            ("cid10", {"new": 2, "changed": 0}),
            ("cid10", {"new": 0, "changed": 0}),
        ]


def test_a_bad_row_in_one_file_keeps_all_of_them_out(application, run, official):
    official[1].write_text("SUBCAT;DESCRICAO\nA000;Cólera\n?;Nada\nA001;\n")
    done = run("load-cid10", *official)
    assert done.exit_code == 1
    assert "CID-10-SUBCATEGORIAS.CSV, line 3: '?' is not a CID-10 code" in done.output
    assert "CID-10-SUBCATEGORIAS.CSV, line 4: the title is empty" in done.output
    assert "Nothing was loaded: 2 bad rows." in done.output
    assert count(application) == 0


def test_a_dry_run_counts_and_writes_nothing(application, run, official):
    done = run("load-cid10", "--dry-run", *official)
    assert done.exit_code == 0
    assert "Nothing written; it would be 2 new" in done.output
    assert count(application) == 0


def test_load_ciap2_and_a_file_that_is_not_there(application, run, tmp_path):
    file = tmp_path / "ciap.csv"
    file.write_text("Código;Título\nK86;Hipertensão\n")
    assert "1 new" in run("load-ciap2", file).output
    assert run("load-ciap2", tmp_path / "none.csv").exit_code == 2
    assert count(application) == 1


def test_load_codes_loads_everything(application, run):
    done = run("load-codes")
    assert done.exit_code == 0, done.output
    with application.app_context():
        assert count(application) == sum(1 for _ in loader.read_package())
        common = db.session.scalar(select(func.count()).select_from(Code).where(Code.common))
        assert common == len(tables.read_starter())

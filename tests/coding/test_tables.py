"""Reading an operator's file: what is taken, and each bad row by its line and reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleconsult.coding.tables import BadTable, Entry, read_ciap2, read_cid10

SUBCATEGORIES = (
    "SUBCAT;CLASSIF;RESTRSEXO;CAUSAOBITO;DESCRICAO;DESCRABREV;REFER;EXCLUIDOS;\r\n"
    "A000;;;;Cólera de teste;A00.0 Colera;;;\r\n"
    "I10;;;;Pressão alta de teste;I10   Pressao;;;\r\n"
    "A170;+;;;Meningite de teste;A17.0 Mening;G01*;;\r\n"
)
CATEGORIES = "CAT;CLASSIF;DESCRICAO;DESCRABREV;REFER;EXCLUIDOS;\r\nA00;;Cólera;A00   Colera;;;\r\n"


def bad_rows(read, content):
    with pytest.raises(BadTable) as caught:
        read("t.csv", content)
    return [(row.line, row.reason) for row in caught.value.rows]


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8", "utf-8-sig"])
def test_the_official_subcategories(encoding):
    assert read_cid10("SUB.CSV", SUBCATEGORIES.encode(encoding)) == [
        Entry("A00.0", title_pt="Cólera de teste"),
        Entry("I10", title_pt="Pressão alta de teste"),
        Entry("A17.0", title_pt="Meningite de teste"),
    ]


def test_the_official_categories():
    assert read_cid10("CAT.CSV", CATEGORIES.encode("latin-1")) == [Entry("A00", title_pt="Cólera")]


def test_every_bad_row_is_named_with_its_line():
    content = (
        "CAT;CLASSIF;DESCRICAO;DESCRABREV\n"
        "A00;;Cólera;\n"
        "A0;;Curto;\n"
        "\n"
        ";;;\n"
        "A01;;;\n"
        "A00;;De novo;\n"
        "A02\n"
        f"A03;;{'x' * 301};\n"
        "A04;;sino\x07;\n"
    )
    assert bad_rows(read_cid10, content.encode()) == [
        (3, "'A0' is not a CID-10 code"),
        (6, "the title is empty"),
        (7, "A00 stands twice in the file"),
        (8, "there are too few columns"),
        (9, "the title has 301 characters; 300 is the limit"),
        (10, "the title has characters that cannot be shown; is the file in another encoding?"),
    ]


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        (b"", 1, "no column named"),
        (b"A00;Colera\n", 1, "no column named"),
        (b"CAT;NOME\nA00;Colera\n", 1, "no column named 'descricao'"),
        (b"CAT;DESCRICAO\n", 1, "no row under the heading"),
        (b"\x00\x01\x02", 1, "no column named"),
        (b"PK\x03\x04" + bytes(range(256)), 1, "no column named"),
    ],
)
def test_a_file_that_is_no_such_table_says_so(content, line, reason):
    rows = bad_rows(read_cid10, content)
    assert rows[0][0] == line
    assert reason in rows[0][1]


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "utf-16"])
@pytest.mark.parametrize(
    "heading", [("Código", "Título"), ("CO_CIAP", "DS_CIAP"), ("code", "title"), ("CIAP-2", "Descrição")]
)
def test_a_ciap_table_as_an_operator_may_have_it(delimiter, encoding, heading):
    rows = [("extra", *heading), ("1", "a01", "Dor  generalizada"), ("2", "K86", "Hipertensão"), ("3", "-30", "Exame")]
    content = "".join(delimiter.join(row) + "\n" for row in rows).encode(encoding)
    assert read_ciap2("ciap.csv", content) == [
        Entry("A01", title_pt="Dor generalizada"),
        Entry("K86", title_pt="Hipertensão"),
        Entry("-30", title_pt="Exame"),
    ]


def test_a_ciap_table_with_english_and_synonyms():
    content = 'Código,Título,Inglês,Sinônimos\nK86,Hipertensão,Hypertension,"pressão alta; PA alta|HAS"\nK87,Outra,,\n'
    assert read_ciap2("ciap.csv", content.encode()) == [
        Entry("K86", "Hipertensão", "Hypertension", ("pressão alta", "PA alta", "HAS")),
        Entry("K87", "Outra"),
    ]


@pytest.mark.parametrize("code", ["C01", "K8", "K866", "", "86", "É01"])
def test_what_is_no_ciap_code_is_named(code):
    assert bad_rows(read_ciap2, f"codigo;titulo\n{code};Algo\n".encode()) == [(2, f"{code!r} is not a CIAP-2 code")]


@pytest.mark.parametrize("read", [read_cid10, read_ciap2])
@given(content=st.one_of(st.binary(), st.text().map(lambda text: ("codigo;titulo;cat;descricao\n" + text).encode())))
def test_any_file_is_read_or_refused_with_its_rows(read, content):
    rows = []
    try:
        entries = read("any", content)
    except BadTable as error:
        rows = error.rows
    else:
        texts = [text for entry in entries for text in (entry.title_pt, *entry.synonyms)]
        assert texts
        assert all(text.isprintable() for text in texts)
    assert all(row.line >= 0 and row.reason for row in rows)

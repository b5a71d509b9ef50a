"""The patients' pages: for those who look after the records, recorded, and nobody is overtaken silently."""

import re
from datetime import date

import pytest

from teleconsult.audit import AuditEvent
from teleconsult.cases import actions
from teleconsult.cases.models import Case
from teleconsult.cases.repointing import repoint
from teleconsult.cases.request import PatientFacts
from teleconsult.extensions import db, transaction
from teleconsult.patients.actions import NEW, admit
from teleconsult.patients.models import PatientMerge
from teleconsult.patients.queries import patient_for
from tests import world
from tests.world import person

CNS, CPF = "700000010211009", "12345678909"


def record(name, **known):
    with transaction():
        return admit(PatientFacts(name=name, **known), by=person("marina"), decided=NEW).ref


def case_of(ref):
    walk = world.new_case()
    with transaction(walk.case):
        actions.submit(walk.case, world.request(), patient=patient_for(ref), by=person("marina"))
    return walk.case.ref


def case_by(ref):
    return db.session.scalars(db.select(Case).where(Case.ref == ref)).one()


def value_of(page, name):
    tag = next(tag for tag in re.findall(r"<input[^>]*>", page) if f'name="{name}"' in tag)
    return re.search(r'value="([^"]*)"', tag)[1]


def events(word):
    db.session.rollback()
    return db.session.scalars(db.select(AuditEvent).where(AuditEvent.word == word).order_by(AuditEvent.id)).all()


@pytest.fixture
def rosangela(session, sign_in):
    return sign_in("rosangela")


@pytest.fixture
def two(session):
    born = date(1979, 3, 14)
    return record("Ana Lúcia Barbosa", birth_date=born, phone="8134462631"), record(
        "Ana L. Barbosa", birth_date=born, cns=CNS, mother_name="Josefa"
    )


def merge(browser, kept, other, **changes):
    where = f"/patients/{kept}/merge?with={other}"
    page = browser.get(where).get_data(as_text=True)
    data = {name: value_of(page, name) for name in ("version", "other_version")} | {"reason": "Mesma pessoa."}
    return browser.post(where, data=data | changes)


def unmerge(browser, other, **changes):
    page = browser.get(f"/patients/{other}/unmerge").get_data(as_text=True)
    data = {name: value_of(page, name) for name in ("version", "shown")} | {"reason": "Eram irmãs."}
    return browser.post(f"/patients/{other}/unmerge", data=data | changes)


@pytest.mark.parametrize("key", ["marina", "paulo", "dora"])
def test_only_those_who_look_after_the_records_come_here(two, sign_in, key):
    browser = sign_in(key)
    for where in ("", f"/{two[0]}", f"/{two[0]}/merge?with={two[1]}", f"/{two[1]}/unmerge"):
        assert browser.get(f"/patients{where}").status_code == 403


@pytest.mark.parametrize("text", ["barbosa", "ana lu", "Ana Lúcia Barbosa"])
def test_a_search_finds_by_words_and_is_recorded_without_them(rosangela, two, text):
    answer = rosangela.post("/patients", data={"q": text})
    assert two[0] in answer.get_data(as_text=True)
    event = events("patient.search")[-1]
    assert event.stream == "reader:PE-ROSANGEL"
    assert two[0] in event.data["patients"]
    assert "arbosa" not in str(event.data)


def test_two_records_side_by_side_say_which_is_which_on_a_telephone_too(rosangela, two):
    """It shows no heads of columns: of two names below each other nobody knew which one stays."""
    page = rosangela.get(f"/patients/{two[0]}/merge?with={two[1]}").get_data(as_text=True)
    assert 'data-label="Fica">Ana Lúcia Barbosa' in page
    assert 'data-label="Vai para dentro"><span>Ana L. Barbosa' in page


@pytest.mark.parametrize("typed", ["700 0000 1021 1009", "CNS: 700\xa00000\xa01021\xa01009"])
def test_a_search_by_number_finds_one(rosangela, two, typed):
    page = rosangela.post("/patients", data={"q": typed}).get_data(as_text=True)
    assert two[1] in page
    assert two[0] not in page


@pytest.mark.parametrize("text", ["", "zzz", "%", "\x00", "'; --", "9" * 100])
def test_nothing_found_says_what_to_try(rosangela, two, text):
    answer = rosangela.post("/patients", data={"q": text})
    assert answer.status_code == 200
    assert two[0] not in answer.get_data(as_text=True)


def test_a_search_that_is_too_long_says_so(rosangela):
    assert rosangela.post("/patients", data={"q": "x" * 121}).status_code == 422


def test_many_records_are_paged_without_a_name_in_the_address(rosangela):
    refs = [record(f"Ana {name}") for name in "bcdfghjklmnpqrstvwxyzk"]
    page = rosangela.post("/patients", data={"q": "ana"}).get_data(as_text=True)
    where = re.search(r'action="(/patients\?after=[^"]+)"', page)[1]
    more = rosangela.post(where, data={"q": "ana"}).get_data(as_text=True)
    shown = set(re.findall(r"/patients/(PA-[0-9A-Z]+)", page + more))
    assert shown == set(refs)


def test_a_record_shows_its_cases_by_where_they_stand_and_nothing_clinical(rosangela, two):
    ref = case_of(two[0])
    page = rosangela.get(f"/patients/{two[0]}").get_data(as_text=True)
    for shown in (ref, "Dermatologia", "Na fila", "USF Vietnã", "(81) 3446-2631"):
        assert shown in page
    assert "Manchas" not in page
    assert "hansen" not in page.lower()
    assert events("patient.view")[-1].subject == two[0]
    assert "Ana" not in page.split("</title>")[0]


def test_what_is_not_there_is_not_found(rosangela, two):
    for where in ("PA-000000", "x", f"{two[0]}/unmerge", f"{two[0]}/merge"):
        assert rosangela.get(f"/patients/{where}").status_code == 404, where


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("PA-000000", "Não há cadastro com este código."),
        ("", "Não há cadastro com este código."),
        ("own", "Este código é deste cadastro."),
    ],
)
def test_a_code_that_cannot_be_compared_is_told_where_it_was_typed(rosangela, two, typed, said):
    code = two[0].lower() if typed == "own" else typed
    answer = rosangela.get(f"/patients/{two[0]}/merge", query_string={"with": code}, follow_redirects=True)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert said in page
    assert value_of(page, "with") == code


def test_a_code_is_found_as_it_is_copied(rosangela, two):
    answer = rosangela.get(f"/patients/{two[0]}/merge", query_string={"with": f" {two[1].lower()} "})
    assert "Ana L. Barbosa" in answer.get_data(as_text=True)


def test_two_records_are_seen_side_by_side_and_joined(rosangela, two):
    kept, other = two
    case = case_of(other)
    page = rosangela.get(f"/patients/{kept}").get_data(as_text=True)
    assert f"/patients/{kept}/merge?with={other}" in page.replace("&amp;", "&")
    assert merge(rosangela, kept, other, reason=" ").status_code == 422
    assert merge(rosangela, kept, other).location == f"/patients/{kept}"
    page = rosangela.get(f"/patients/{kept}").get_data(as_text=True)
    assert case in page
    assert "700 0000 1021 1009" in page
    assert kept in rosangela.get(f"/patients/{other}").get_data(as_text=True)


def test_whoever_compares_what_changed_meanwhile_looks_again(rosangela, two, sign_in):
    kept, other = two
    assert merge(rosangela, kept, other, other_version="99").status_code == 409
    assert merge(rosangela, kept, other, version="99").status_code == 409
    assert not db.session.scalars(db.select(PatientMerge)).all()


def opened(browser, where, *names):
    page = browser.get(where).get_data(as_text=True)
    return {name: value_of(page, name) for name in names}


def test_whoever_is_overtaken_while_joining_keeps_the_reason_and_sees_what_changed(rosangela, two):
    kept, other = two
    where = f"/patients/{kept}/merge?with={other}"
    given = opened(rosangela, where, "version", "other_version") | {"reason": "Mesma certidão."}
    with transaction():
        patient_for(other).mother_name = "Josefa Maria"
    answer = rosangela.post(where, data=given)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    for shown in ("Mesma certidão.", "Josefa Maria", "Um dos cadastros mudou enquanto você escrevia."):
        assert shown in page
    fresh = {name: value_of(page, name) for name in ("version", "other_version")}
    assert rosangela.post(where, data=given | fresh).location == f"/patients/{kept}"


def test_who_changed_the_records_in_another_window_is_overtaken_by_nobody_else(rosangela, two, sign_in):
    kept, other = two
    where = f"/patients/{kept}/merge?with={other}"
    given = opened(rosangela, where, "version", "other_version") | {"reason": "Mesma certidão."}

    def correct(browser, ref, **changes):
        edit = browser.get(f"/patients/{ref}/edit").get_data(as_text=True)
        known = {name: value_of(edit, name) for name in ("name", "birth_date", "version")}
        assert browser.post(f"/patients/{ref}/edit", data=known | changes).status_code == 302

    correct(rosangela, kept, phone="8133331111")
    assert "Isto já tinha mudado" in rosangela.post(where, data=given).get_data(as_text=True)
    correct(sign_in("teresa"), other, phone="8133332222")
    assert "Alguém foi mais rápido" in rosangela.post(where, data=given).get_data(as_text=True)
    merge(rosangela, kept, other)
    where = f"/patients/{other}/unmerge"
    given = opened(rosangela, where, "version") | {"reason": "Eram primas."}
    assert "Isto já tinha mudado" in rosangela.post(where, data=given | {"version": "1"}).get_data(as_text=True)


def test_whoever_is_overtaken_by_another_merge_is_told_to_open_what_stayed(rosangela, two, sign_in):
    kept, other = two
    third, where = record("Ana Barbosa"), f"/patients/{kept}/merge?with={other}"
    given = opened(rosangela, where, "version", "other_version") | {"reason": "Mesma certidão."}
    merge(sign_in("teresa"), third, other)
    answer = rosangela.post(where, data=given)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Mesma certidão." in page
    assert "Um dos cadastros já foi juntado a outro. Abra o que ficou" in page


def test_whoever_is_overtaken_while_parting_keeps_the_reason(rosangela, two):
    kept, other = two
    merge(rosangela, kept, other)
    where = f"/patients/{other}/unmerge"
    given = opened(rosangela, where, "version") | {"reason": "Eram primas."}
    with transaction():
        patient_for(other).phone = "8134462631"
    answer = rosangela.post(where, data=given)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Eram primas." in page
    assert "O cadastro mudou enquanto você escrevia." in page
    assert rosangela.post(where, data=given | {"version": value_of(page, "version")}).location == f"/patients/{other}"


def test_two_presses_join_once_and_lead_to_the_record(rosangela, two, sign_in):
    kept, other = two
    where = f"/patients/{kept}/merge?with={other}"
    given = opened(rosangela, where, "version", "other_version") | {"reason": "Mesma certidão."}
    for _press in range(2):
        assert rosangela.post(where, data=given).location == f"/patients/{kept}"
    assert "Cadastros juntados." in rosangela.get(f"/patients/{kept}").get_data(as_text=True)
    assert len(db.session.scalars(db.select(PatientMerge)).all()) == 1
    assert sign_in("teresa").post(where, data=given).status_code == 409


def test_two_presses_part_once_and_another_person_is_told(rosangela, two, sign_in):
    kept, other = two
    merge(rosangela, kept, other)
    where, teresa = f"/patients/{other}/unmerge", sign_in("teresa")
    given = opened(rosangela, where, "version") | {"reason": "Eram primas."}
    for browser in (rosangela, rosangela, teresa):
        assert browser.post(where, data=given).location == f"/patients/{other}"
    assert len(events("patient.unmerge")) == 2
    assert "Outra pessoa já separou estes cadastros." in teresa.get(f"/patients/{other}").get_data(as_text=True)


def test_parting_gives_back_and_asks_whose_the_later_cases_are(rosangela, two):
    kept, other = two
    merge(rosangela, kept, other)
    later = case_of(kept)
    assert later in rosangela.get(f"/patients/{other}/unmerge").get_data(as_text=True)
    assert unmerge(rosangela, other, reason="").status_code == 422
    assert unmerge(rosangela, other, later="TC-000000").status_code == 422
    assert unmerge(rosangela, other, later=later).location == f"/patients/{other}"
    assert later in rosangela.get(f"/patients/{other}").get_data(as_text=True)
    assert rosangela.get(f"/patients/{other}/unmerge").status_code == 404


def test_a_case_that_comes_while_two_are_parted_is_asked_about(rosangela, two):
    """It stayed with the kept record, whosever it was, and nobody was asked."""
    kept, other = two
    merge(rosangela, kept, other)
    where, first = f"/patients/{other}/unmerge", case_of(kept)
    given = opened(rosangela, where, "version") | {"shown": first, "later": first, "reason": "Eram irmãs."}
    second = case_of(kept)
    answer = rosangela.post(where, data=given)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert f"Chegou outro caso a {kept} enquanto você escrevia." in page
    assert f'value="{first}" checked' in page
    assert f'value="{second}">' in page
    assert "Eram irmãs.</textarea>" in page
    again = given | {name: value_of(page, name) for name in ("version", "shown")} | {"later": second}
    assert rosangela.post(where, data=again).location == f"/patients/{other}"
    page = rosangela.get(f"/patients/{other}").get_data(as_text=True)
    assert (first in page, second in page) == (False, True)


def test_what_was_put_into_the_record_or_sent_again_since_is_asked_about_too(rosangela, two):
    """Only what was first sent since was: a case that came from a third record stayed with the kept one unasked."""
    kept, other = two
    third = record("Rui Sampaio")
    old, brought, put, again = case_of(kept), case_of(other), case_of(third), case_of(third)
    merge(rosangela, kept, other)
    where, marina, desk = f"/patients/{other}/unmerge", person("marina"), person("rosangela")
    with transaction():
        repoint(case_by(put), patient_for(kept), why="É desta.", by=desk)
    with transaction():
        actions.return_(case_by(again), {"plan": "Falta."}, by=desk)
    with transaction():
        actions.submit(case_by(again), world.request(), patient=patient_for(kept), by=marina)
    page = rosangela.get(where).get_data(as_text=True)
    assert [ref in page for ref in (old, brought, put, again)] == [False, False, True, True]
    answer = unmerge(rosangela, other, later=[put, again])
    assert answer.location == f"/patients/{other}"
    page = rosangela.get(f"/patients/{other}").get_data(as_text=True)
    assert [ref in page for ref in (old, brought, put, again)] == [False, True, True, True]


def test_who_parted_two_records_and_why_stands_on_both(rosangela, two, sign_in):
    kept, other = two
    merge(rosangela, kept, other)
    assert unmerge(sign_in("teresa"), other, reason="Eram irmãs, conferido na certidão.").status_code == 302
    for ref in two:
        page = rosangela.get(f"/patients/{ref}").get_data(as_text=True)
        assert "Desfeita por Teresa Farias, " in page
        assert "Eram irmãs, conferido na certidão." in page
        assert "Mesma pessoa." in page


def test_a_number_given_to_another_record_stands_in_nobodys_way(rosangela, two):
    kept, other = two
    merge(rosangela, kept, other)
    with transaction():
        patient_for(kept).cns = None
    third = record("Rui Sampaio", cns=CNS)
    page = rosangela.get(f"/patients/{other}/unmerge").get_data(as_text=True)
    assert f"{other} volta sem o CNS que tinha: o número agora é do cadastro {third}." in page
    assert unmerge(rosangela, other).location == f"/patients/{other}"
    page = rosangela.get(f"/patients/{other}").get_data(as_text=True)
    assert f"{other} voltou sem o CNS que tinha: o número agora é do cadastro {third}." in page
    db.session.rollback()
    assert (patient_for(other).cns, patient_for(third).cns) == (None, CNS)


def test_an_older_merge_says_which_to_undo_first(rosangela, two):
    kept, other = two
    third = record("Ana Barbosa", cpf=CPF)
    merge(rosangela, kept, other)
    merge(rosangela, third, kept)
    answer = unmerge(rosangela, other)
    assert answer.status_code == 422
    assert f"entre {third} e {kept}" in answer.get_data(as_text=True)


def test_a_manager_comes_here_too(two, sign_in):
    assert sign_in("teresa").get(f"/patients/{two[0]}").status_code == 200

"""The numbers of Brazil's health service, against algorithms written a second time."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from teleconsult import checks
from teleconsult.errors import Refused

DIGITS = "0123456789"


def digits(length: int) -> st.SearchStrategy[str]:
    return st.text(DIGITS, min_size=length, max_size=length)


# -- the second algorithms: step by step, as the official routines are printed ------------------------------


def cpf_from(body: str) -> str:
    """Complete nine digits: 11 minus the remainder, and 0 where that has two digits."""
    for first_weight in (10, 11):
        total, weight = 0, first_weight
        for digit in body:
            total += int(digit) * weight
            weight -= 1
        result = 11 - total % 11
        body += "0" if result > 9 else str(result)
    return body


def definitive_cns_from(pis: str) -> str:
    """Complete a PIS/PASEP number of eleven digits that begins with 1 or 2, by the Ministry's routine."""
    total = sum(int(pis[i]) * (15 - i) for i in range(11))
    check = 11 - total % 11
    if check == 11:
        check = 0
    if check == 10:
        check = 11 - (total + 2) % 11
        return f"{pis}001{check}"
    return f"{pis}000{check}"


def provisional_cns_from(body: str) -> str | None:
    """Complete fourteen digits that begin with 7, 8 or 9 by trying every last digit; one in eleven has none."""
    for last in DIGITS:
        number = body + last
        total = 0
        for position in range(1, 16):
            total += int(number[position - 1]) * (16 - position)
        if total % 11 == 0:
            return number
    return None


cpfs = digits(9).map(cpf_from).filter(lambda number: len(set(number)) > 1)
definitive = st.tuples(st.sampled_from("12"), digits(10)).map("".join).map(definitive_cns_from)
provisional = st.tuples(st.sampled_from("789"), digits(13)).map("".join).map(provisional_cns_from).filter(bool)


def refused(check, *arguments) -> Refused:
    with pytest.raises(Refused) as caught:
        check(*arguments)
    return caught.value


# -- CPF ---------------------------------------------------------------------------------------------------


@given(cpfs)
def test_every_valid_cpf_is_taken_with_and_without_its_mask(number):
    assert checks.check_cpf(number) == number
    shown = checks.show_cpf(number)
    assert shown == f"{number[:3]}.{number[3:6]}.{number[6:9]}-{number[9:]}"
    assert checks.check_cpf(f"  {shown} ") == number


@given(digits(11))
def test_a_cpf_is_taken_exactly_when_the_second_algorithm_makes_it(number):
    try:
        taken = checks.check_cpf(number) == number
    except Refused:
        taken = False
    assert taken == (cpf_from(number[:9]) == number and len(set(number)) > 1)


@given(cpfs, st.integers(0, 10), st.sampled_from(DIGITS))
def test_one_wrong_digit_of_a_cpf_is_found(number, place, digit):
    """Always, unless the first check digit is 0: then two remainders share that 0 and a few slips hide."""
    assume(number[9] != "0" and number[place] != digit)
    assert "dígito verificador" in refused(checks.check_cpf, number[:place] + digit + number[place + 1 :]).message


@given(cpfs, st.integers(0, 10), st.sampled_from(DIGITS))
def test_a_wrong_digit_of_a_cpf_that_hides_is_one_the_rule_cannot_see(number, place, digit):
    assume(number[place] != digit)
    wrong = number[:place] + digit + number[place + 1 :]
    try:
        checks.check_cpf(wrong)
    except Refused:
        return
    distance = abs(int(number[place]) - int(digit))
    assert (place, distance) == (0, 1) or ((place, distance) == (5, 2) and number[9:] == "00")


@pytest.mark.parametrize("digit", DIGITS)
def test_a_cpf_of_equal_digits_is_refused_though_its_sum_fits(digit):
    assert cpf_from(digit * 9) == digit * 11
    assert "iguais" in refused(checks.check_cpf, digit * 11).message


@pytest.mark.parametrize(
    "typed",
    [
        "529.982.247\u201125",
        "529.982.247\u221225",
        "\xa0529.982.247-25\u200e",
        "CPF 529.982.247-25",
        "cpf: 52998224725",
        "\u202a529.982.247\u201325\u202c",
    ],
)
def test_a_cpf_is_taken_as_it_was_copied_from_a_paper_or_a_chat(typed):
    assert checks.check_cpf(typed) == "52998224725"


@pytest.mark.parametrize("typed", ["CNS 529.982.247-25", "RG 52998224725", "CPF de 52998224725"])
def test_what_says_that_it_is_another_number_is_no_cpf(typed):
    assert "só pode ter números" in refused(checks.check_cpf, typed).message


# -- CNS ---------------------------------------------------------------------------------------------------


@given(st.one_of(definitive, provisional))
def test_every_valid_cns_is_taken_with_and_without_its_mask(number):
    assert checks.check_cns(number) == number
    shown = checks.show_cns(number)
    assert shown == f"{number[:3]} {number[3:7]} {number[7:11]} {number[11:]}"
    assert checks.check_cns(shown) == number


@given(st.one_of(definitive, provisional), st.integers(0, 14), st.sampled_from(DIGITS))
def test_one_wrong_digit_of_a_cns_is_found(number, place, digit):
    """Everywhere but in the fifth place, whose weight is 11: there the official rule sees no difference."""
    assume(number[place] != digit)
    wrong = number[:place] + digit + number[place + 1 :]
    if place == 4 and len(set(wrong)) > 1:
        assert checks.check_cns(wrong) == wrong
    else:
        refused(checks.check_cns, wrong)


@given(st.sampled_from("12"), digits(14))
def test_a_definitive_cns_is_taken_exactly_when_the_second_algorithm_makes_it(first, rest):
    number = first + rest
    try:
        taken = checks.check_cns(number) == number
    except Refused:
        taken = False
    assert taken == (definitive_cns_from(number[:11]) == number)


def test_a_definitive_cns_needs_its_tail_though_the_sum_fits():
    number = next(
        candidate
        for last in range(10_000)
        if (candidate := f"12345678901{last:04}")[11:14] not in ("000", "001")
        and sum(int(digit) * (15 - place) for place, digit in enumerate(candidate)) % 11 == 0
    )
    assert "dígito verificador" in refused(checks.check_cns, number).message


def test_the_published_example_of_a_provisional_cns():
    assert checks.check_cns("898 0000 0004 3208") == "898000000043208"


@pytest.mark.parametrize("first", "03456")
def test_a_cns_begins_as_the_card_does(first):
    assert "começa com" in refused(checks.check_cns, first + "98000000043208").message


def test_a_cns_of_equal_digits_is_refused():
    assert "iguais" in refused(checks.check_cns, "7" * 15).message


# -- what all of them share --------------------------------------------------------------------------------


@pytest.mark.parametrize(("check", "length"), [(checks.check_cpf, 11), (checks.check_cns, 15), (checks.check_cnes, 7)])
@pytest.mark.parametrize("change", [-1, 1])
def test_a_wrong_length_is_told_with_both_lengths(check, length, change):
    error = refused(check, "1" * (length + change))
    assert error.params["length"] == length
    assert error.params["count"] == length + change
    assert str(length) in str(error)


@pytest.mark.parametrize("check", [checks.check_cpf, checks.check_cns, checks.check_cnes])
@pytest.mark.parametrize("text", ["12a45", "١٢٣٤٥٦٧٨٩٠١", "1234567890X", "123,456"])
def test_letters_and_foreign_digits_are_named_and_not_dropped(check, text):
    assert "só pode ter números" in refused(check, text).message


@pytest.mark.parametrize("check", [checks.check_cpf, checks.check_cns, checks.check_cnes, checks.check_phone])
@given(text=st.text())
def test_whatever_is_typed_is_taken_or_refused_with_a_sentence(check, text):
    error = None
    try:
        taken = check(text, field="x")
    except Refused as refusal:
        error = refusal
    if error is None:
        assert check(taken) == taken
    else:
        assert error.field == "x"
        assert str(error).endswith(".")


@pytest.mark.parametrize("show", [checks.show_cpf, checks.show_cns, checks.show_phone])
@given(text=st.text())
def test_showing_what_is_not_in_its_stored_form_loses_nothing(show, text):
    assert checks.normalise(show(text)) == checks.normalise(text)


def test_a_cnes_is_not_all_zeros():
    assert checks.check_cnes("000.123-4") == "0001234"
    assert "zeros" in refused(checks.check_cnes, "0000000").message


# -- telephone ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "stored", "shown"),
    [
        ("(81) 3446-2631", "8134462631", "(81) 3446-2631"),
        ("+55 81 98765-4321", "81987654321", "(81) 98765-4321"),
        ("\u202a+55 81 98765\u20114321\u202c", "81987654321", "(81) 98765-4321"),
        ("0055 81 98765 4321", "81987654321", "(81) 98765-4321"),
        ("5581987654321", "81987654321", "(81) 98765-4321"),
        ("081 3446 2631", "8134462631", "(81) 3446-2631"),
        ("55 99876-5432", "55998765432", "(55) 99876-5432"),
        ("055 3221 1234", "5532211234", "(55) 3221-1234"),
        ("0800 123 4567", "08001234567", "0800 123 4567"),
        ("0800 123456", "0800123456", "0800 123 456"),
    ],
)
def test_a_telephone_as_people_write_it(typed, stored, shown):
    assert checks.check_phone(typed) == stored
    assert checks.show_phone(stored) == shown
    assert checks.check_phone(shown) == stored


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("3446-2631", "DDD"),
        ("98765-4321", "DDD"),
        ("(20) 3446-2631", "20 não existe"),
        ("(81) 88765-4321", "celular"),
        ("(81) 9446-2631", "fixo"),
        ("(81) 3446-263", "DDD"),
        ("81 3446", "10 ou 11"),
        ("telefone", "só pode ter números"),
        ("", "10 ou 11"),
    ],
)
def test_a_telephone_that_cannot_be_called_is_refused_with_the_reason(typed, reason):
    assert reason in str(refused(checks.check_phone, typed))


def test_the_numbering_plan_has_67_area_codes():
    assert len(checks.AREA_CODES) == 67


# -- councils ----------------------------------------------------------------------------------------------


def test_there_are_27_ufs():
    assert len(checks.UFS) == 27


@pytest.mark.parametrize(
    ("council", "typed", "uf", "number"),
    [
        ("CRM", "12345", "PE", "12345"),
        ("crm", "CRM-PE 12.345", "pe", "12345"),
        ("CRM", "012345/PE", "PE", "12345"),
        ("CRM", "52.12345-6", "RJ", "52123456"),
        ("COREN", "123.456-ENF", "PE", "123456-ENF"),
        ("CREFITO", "12345-TO", "PE", "12345-TO"),
        ("CREFITO", "12345-F", "TO", "12345-F"),
        ("crfa", "2-12345", "BA", "212345"),
        ("CRP", "02/12345", "PE", "02/12345"),
        ("CRO", "PE 4321", "PE", "4321"),
    ],
)
def test_a_registration_as_people_write_it(council, typed, uf, number):
    registration = checks.check_registration(council, typed, uf)
    assert registration.number == number
    assert registration.council in checks.COUNCILS
    assert registration.uf in checks.UFS
    assert checks.check_registration(*registration) == registration


@pytest.mark.parametrize(
    ("council", "typed", "uf", "field", "reason"),
    [
        ("XYZ", "12345", "PE", "council", "conselho"),
        ("CRM", "12345", "XX", "uf", "UF"),
        ("CRM", "", "PE", "number", "CRM"),
        ("CRM", "1234567890", "PE", "number", "até 9 dígitos"),
        ("CRM", "0000", "PE", "number", "zeros"),
        ("CRM", "12345-SP", "PE", "number", "traz a UF SP"),
        ("CRM", "CRMV 12345", "PE", "number", "até 9 dígitos"),
        ("CRP", "123", "PE", "number", "região"),
    ],
)
def test_a_registration_that_cannot_be_is_refused_at_its_field(council, typed, uf, field, reason):
    error = refused(checks.check_registration, council, typed, uf)
    assert error.field == field
    assert reason in str(error)


@given(st.sampled_from(list(checks.COUNCILS)), st.text(), st.sampled_from(list(checks.UFS)))
def test_a_registration_is_taken_or_refused_and_taken_again(council, number, uf):
    try:
        registration = checks.check_registration(council, number, uf)
    except Refused:
        return
    assert checks.check_registration(*registration) == registration

"""Vital signs as they are typed: many ways in, one form kept; the impossible refused, the rare only remarked."""

import pytest
from flask_babel import force_locale
from hypothesis import given
from hypothesis import strategies as st

from teleconsult.cases.vitals import VITALS, read_vital, show_vital, unusual
from teleconsult.errors import Refused
from teleconsult.web import say


@pytest.mark.parametrize(
    ("name", "typed", "kept"),
    [
        ("blood_pressure", "120/80", "120/80"),
        ("blood_pressure", " 128 x 82 mmHg", "128/82"),
        ("blood_pressure", "12 por 8", "120/80"),
        ("blood_pressure", "13,5/8", "135/80"),
        ("heart_rate", "72 bpm", "72"),
        ("temperature", "36,50", "36.5"),
        ("temperature", "38 °C", "38"),
        ("saturation", "97%", "97"),
        ("glucose", "178 mg/dL", "178"),
        ("weight", "3,245 kg", "3.245"),
        ("weight", "70", "70"),
        ("height", "1,70 m", "170"),
        ("height", "170", "170"),
        ("height", "1,685 m", "168.5"),
        ("heart_rate", "72,0", "72"),
        ("blood_pressure", "PA: 120x80 mm/Hg", "120/80"),
        ("blood_pressure", "120-80", "120/80"),
        ("blood_pressure", "120 80", "120/80"),
        ("blood_pressure", "13x8.", "130/80"),
        ("heart_rate", "FC 80 bat/min", "80"),
        ("respiratory_rate", "FR: 18 mrpm", "18"),
        ("temperature", "Tax 36,8", "36.8"),
        ("temperature", "36°5", "36.5"),
        ("temperature", "36,5 graus", "36.5"),
        ("temperature", "36,5 oC", "36.5"),
        ("saturation", "SatO2 97%", "97"),
        ("saturation", "SpO2: 97", "97"),
        ("glucose", "HGT 180", "180"),
        ("glucose", "180 mg%", "180"),
        ("weight", "72 quilos", "72"),
        ("weight", "3250 g", "3.25"),
        ("weight", "3.250g", "3.25"),
        ("height", "1m62", "162"),
        ("height", "1,62 metros", "162"),
        ("weight", "3,2450", "3.245"),
    ],
)
def test_many_ways_in_one_form_kept(name, typed, kept):
    assert read_vital(name, typed) == kept


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("blood_pressure", "128"),
        ("blood_pressure", "80/120"),
        ("blood_pressure", "900/80"),
        ("blood_pressure", "0/0"),
        ("heart_rate", "7"),
        ("temperature", "365"),
        ("saturation", "0"),
        ("saturation", "101"),
        ("weight", "-3"),
        ("height", "800"),
        ("glucose", "alta"),
        ("glucose", "HI"),
        ("glucose", "180 bpm"),
        ("glucose", "180 jejum"),
        ("saturation", "97% em ar ambiente"),
        ("height", "72 kg"),
        ("weight", "162 cm"),
        ("weight", "1,62 m"),
        ("heart_rate", "97%"),
        ("temperature", "FC 36"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(name, typed):
    with pytest.raises(Refused) as refused:
        read_vital(name, typed)
    assert refused.value.field == name


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("temperature", "37.55"),
        ("temperature", "36,95 °C"),
        ("heart_rate", "72,5"),
        ("respiratory_rate", "18.4"),
        ("saturation", "97,5"),
        ("glucose", "98,5"),
        ("weight", "3,2455"),
        ("height", "1,6855 m"),
        ("height", "168,55"),
        ("blood_pressure", "120,5/80"),
    ],
)
def test_none_is_rounded_without_a_word(name, typed):
    with pytest.raises(Refused) as refused:
        read_vital(name, typed)
    assert "vírgula" in str(refused.value)


def test_what_is_rare_is_remarked_and_never_stands_in_the_way():
    assert unusual("temperature", "36.5") is None
    assert unusual("blood_pressure", "120/80") is None
    assert "40.5 °C" in str(unusual("temperature", read_vital("temperature", "40,5")))
    assert "220/120" in str(unusual("blood_pressure", read_vital("blood_pressure", "220/120")))


@given(st.sampled_from(sorted(VITALS)), st.text(max_size=20))
def test_anything_typed_is_read_or_refused_and_reading_again_changes_nothing(name, typed):
    try:
        kept = read_vital(name, typed)
    except Refused:
        return
    assert read_vital(name, kept) == kept
    assert read_vital(name, show_vital(kept)) == kept


@given(st.sampled_from(sorted(set(VITALS) - {"blood_pressure"})), st.data())
def test_every_possible_value_is_taken(name, data):
    vital = VITALS[name]
    value = data.draw(st.decimals(vital.low, vital.high, places=vital.places))
    if name == "height" and value < 3:
        return
    assert read_vital(name, str(value).replace(".", ","))


def test_what_is_refused_names_its_bounds_in_the_readers_numbers(application):
    with pytest.raises(Refused) as refused:
        read_vital("weight", "0,1")
    for language, bound in (("pt_BR", "de 0,2 a 500 kg"), ("en", "0.2")):
        with application.test_request_context(), force_locale(language):
            assert bound in say(refused.value)
    doubted = unusual("temperature", "41.5")
    with application.test_request_context(), force_locale("en"):
        assert "41.5 °C" in say(doubted)
    with application.test_request_context(), force_locale("pt_BR"):
        assert "41,5 °C" in say(doubted)

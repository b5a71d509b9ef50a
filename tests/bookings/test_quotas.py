"""Allowances: what the source states is loaded as it is, the management sets the rest, other districts book by agreement."""

import pytest

from teleconsult.bookings import loader
from teleconsult.bookings.actions import setting
from teleconsult.bookings.models_quota import Allowance, AllowanceMonth
from teleconsult.demo import reader
from teleconsult.errors import Refused
from teleconsult.extensions import db, transaction
from tests import world
from tests.bookings.conftest import unit
from tests.bookings.test_pages import fresh, text


def test_the_csv_is_loaded_with_its_provenance_and_a_second_time_changes_nothing(session):
    with transaction():
        assert loader.load(reader.HERE / "reference") == 2
        assert loader.load(reader.HERE / "reference") == 0
    found = {row.unit.slug: row for row in session.scalars(db.select(Allowance))}
    vietna = found["usf-vietna"]
    assert (vietna.weekday, vietna.forms, vietna.sheets) == (1, 50, 15)
    assert "Quadro 1" in vietna.source


def test_setting_less_than_was_used_keeps_what_was_used(desk):
    desk.allow(forms=5)
    desk.publish()
    for _n in range(2):
        desk.book(desk.escalated())
    with transaction():
        setting.set_allowance(unit(), weekday=None, forms=1, sheets=1, by=world.person("teresa"))
    row = db.session.scalars(db.select(AllowanceMonth)).one()
    assert (row.forms, row.forms_spent, row.forms_over) == (1, 2, 1)
    with pytest.raises(Refused, match="já foi usada"):
        desk.book(desk.escalated())


def test_another_district_books_within_its_agreement(desk):
    desk.publish()
    with transaction():
        unit("usf-skylab").district = "DS V"
    one, two = desk.escalated("bia"), desk.escalated("bia")
    with pytest.raises(Refused, match="Nenhuma cota"):
        desk.book(one, by="bia")
    with transaction():
        setting.agree("DS V", world.specialty(), forms=1, by=world.person("teresa"))
    desk.book(one, by="bia")
    with pytest.raises(Refused, match="já foi usada"):
        desk.book(two, by="bia")


def test_the_management_sees_and_sets_them(desk, sign_in):
    desk.allow(forms=7, sheets=3)
    browser = sign_in("teresa")
    assert "USF Vietnã" in text(browser.get("/bookings/quotas"))
    text(browser.get("/bookings/quotas/units/usf-vietna"))
    done = browser.post("/bookings/quotas/units/usf-vietna", data={"weekday": "2", "forms": "12", "sheets": ""})
    assert done.status_code == 302
    fresh()
    row = db.session.scalars(db.select(Allowance)).one()
    assert (row.weekday, row.forms, row.sheets) == (2, 12, None)
    wrong = {"weekday": "9", "forms": "x"}
    text(browser.post("/bookings/quotas/units/usf-vietna", data=wrong), 422)
    text(browser.get("/bookings/quotas/agreements/new"))
    data = {"district": "DS V", "specialty": "dermatologia", "forms": "4"}
    assert browser.post("/bookings/quotas/agreements/new", data=data).status_code == 302
    assert "DS V" in text(browser.get("/bookings/quotas"))
    fresh()
    number = db.session.scalar(db.select(Allowance.id).where(Allowance.district == "DS V"))
    assert browser.post(f"/bookings/quotas/agreements/{number}/end").status_code == 302
    assert browser.post(f"/bookings/quotas/agreements/{number}/end").status_code == 404
    text(browser.get("/bookings/quotas/numbers"))
    numbers = {
        "offer_hours": 48, "sheet_return_days": 7, "counter_referral_days": 10, "overbooking_cap": 1,
        "overbooking_risk": 5,
    }  # fmt: skip
    assert browser.post("/bookings/quotas/numbers", data=numbers).status_code == 302
    assert "48 horas" in text(browser.get("/bookings/quotas"))
    text(browser.post("/bookings/quotas/numbers", data=numbers | {"offer_hours": 0}), 422)


@pytest.mark.parametrize("key", ["marina", "rosangela", "dora", "paulo"])
def test_nobody_else_sets_them(sign_in, key):
    assert sign_in(key).get("/bookings/quotas").status_code == 403

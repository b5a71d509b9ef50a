"""As a new user: check in, answer, check out, see the minutes with their reasons, dispute, declare, and be verified."""

import re

from teleconsult import clock
from teleconsult.extensions import db
from tests.credits.acts import differences, entries, held
from tests.shifts.rooms import MONDAY, laid, local, room


def test_a_consultants_day_from_check_in_to_a_stranger_with_a_phone(session, sign_in, client):
    shift = laid(room()).ref
    db.session.rollback()
    with clock.at(local(MONDAY, 7, 58)):
        assert sign_in("paulo").post(f"/shifts/{shift}/check-in").status_code == 302
    walk = held(local(MONDAY, 9), minutes=20)
    with clock.at(local(MONDAY, 9)):
        walk.answer()
    ref = walk.case.ref
    db.session.rollback()
    with clock.at(local(MONDAY, 11, 58)):
        assert sign_in("paulo").post(f"/shifts/{shift}/check-out").status_code == 302
    with clock.at(local(MONDAY, 20)):
        consultant = sign_in("paulo")
        page = consultant.get("/hours").get_data(as_text=True)
        assert "4 h em novembro" in page
        assert "presença de 7:58 a 11:58; inclui 1 trabalho feito nele" in page
        assert f"Parecer, caso {ref}" in page
        assert f"feito no turno {shift}, que já paga este tempo" in page
        source = entries()[1].source
        sent = consultant.post(f"/hours/lines/{source}", data={"words": "Escrevi fora do turno."})
        assert "ainda vai responder" in consultant.get(sent.location).get_data(as_text=True)
        asked = {"audience": "consultant", "from_on": "2026-11-01", "until_on": "2026-11-23", "language": "pt_BR"}
        issued = consultant.get(consultant.post("/hours/declarations", data=asked).location).get_data(as_text=True)
        code = re.search(r"/d/([0-9A-Z-]{19})", issued)[1]
        told = client.get(f"/d/{code}").get_data(as_text=True)
    assert "Declaração válida" in told
    assert "Dr. Paulo Nogueira" in told
    assert ref not in told


def test_a_shift_that_was_noted_afterwards_is_paid_and_nothing_in_it_twice(session, sign_in):
    shift = laid(room())
    ref = shift.ref
    walk = held(local(MONDAY, 9), minutes=20)
    with clock.at(local(MONDAY, 9)):
        walk.answer()
    with clock.at(local(MONDAY, 13)):
        assert "peça à gerência" in sign_in("paulo").get(f"/hours/shifts/{ref}").get_data(as_text=True)
        assert [entry.minutes for entry in entries()] == [18]
        said = {"came": "8:00", "left": "12:00", "why": "Vi na sala.", "version": shift.version}
        assert sign_in("rosangela").post(f"/shifts/{ref}/attendance", data=said).status_code == 302
        assert sorted(entry.minutes for entry in entries()) == [18, 240 - 18]
        assert differences() == []
        page = sign_in("paulo").get(f"/hours/shifts/{ref}").get_data(as_text=True)
        assert "peça à gerência" not in page

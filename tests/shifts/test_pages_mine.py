"""A consultant's own page: coming and going, swaps between colleagues, being away; and leaves kept by the management."""

import re
from datetime import timedelta

import pytest

from teleconsult import clock
from teleconsult.extensions import db, transaction
from teleconsult.shifts import actions, queries
from teleconsult.shifts.models import Leave, Shift, Swap
from teleconsult.web.words import localday
from tests import world
from tests.counting import reading, statements
from tests.shifts import pages_world as rooms


@pytest.fixture
def room(session):
    return rooms.open_room()


@pytest.fixture
def paulo(sign_in):
    return sign_in("paulo")


def text(answer, status=200):
    page = " ".join(answer.get_data(as_text=True).split())
    assert answer.status_code == status, page[:3000]
    return page


def one(session, model):
    session.rollback()
    return session.scalars(db.select(model)).one()


@pytest.mark.parametrize("path", ["/shifts/mine", "/shifts/feed", "/shifts/mine/leave"])
def test_only_consultants_have_shifts_of_their_own(sign_in, paulo, path):
    assert sign_in("marina").get(path).status_code == 403
    assert paulo.get(path).status_code == 200


def test_without_shifts_the_page_says_so_and_the_navigation_leads_to_it(paulo):
    page = text(paulo.get("/shifts/mine"))
    assert "Nenhum turno marcado" in page
    assert 'href="/shifts/mine" aria-current="page"' in page


@pytest.mark.parametrize(
    ("days", "hour", "said"), [(0, 6, "em 2 horas"), (1, 21, "amanhã"), (4, 21, "em 4 dias"), (7, 21, "em 7 dias")]
)
def test_the_days_until_a_shift_are_those_of_the_calendar(room, sign_in, days, hour, said):
    """On Monday evening the page said “Sex., 27 nov. · em 3 dias”."""
    monday = rooms.next_monday()
    with clock.at(rooms.at(monday - timedelta(days=7), 0)):
        rooms.lay(day=monday + timedelta(days=days))
    with clock.at(rooms.at(monday, hour * 60)):
        page = text(sign_in("paulo").get("/shifts/mine"))
    assert f"estação 1 · {said}" in page


def test_which_shifts_were_cancelled_is_seen_by_who_was_told_until_they_would_be_over(room, session, sign_in):
    ref, day = rooms.lay(), rooms.next_monday()
    told, by = sign_in("paulo"), world.person("rosangela")
    assert "Cancelados" not in text(told.get("/shifts/mine"))
    with transaction():
        actions.cancel_shift(queries.shift_by_ref(ref), why="A sala estará em obras.", by=by)
    page = text(told.get("/shifts/mine"))
    assert re.search(r"<s>[^<]*8:00–12:00</s>", page)
    assert f'id="{ref}"' in page  # where the notice leads
    assert f"cancelado por {by.full_name}: A sala estará em obras." in page
    assert "Nenhum turno por vir" in page
    assert "Cancelados" not in text(sign_in("lia").get("/shifts/mine"))
    with clock.at(rooms.at(day, 481)):  # who comes a minute late must find it too
        assert f'id="{ref}"' in text(sign_in("paulo").get("/shifts/mine"))
    with clock.at(rooms.at(day, 721)):
        assert "Cancelados" not in text(sign_in("paulo").get("/shifts/mine"))
    with transaction():
        actions.restore_shift(queries.shift_by_ref(ref), by=by)
    assert "Cancelados" not in text(told.get("/shifts/mine"))


def test_one_comes_and_goes(room, sign_in):
    ref, day = rooms.lay(), rooms.next_monday()
    with clock.at(rooms.at(day, 470)):
        browser = sign_in("paulo")
        assert "Seu turno é de 8:00–12:00" in text(browser.get("/shifts/mine"))
        assert "Entrada registrada" in text(browser.post(f"/shifts/{ref}/check-in", follow_redirects=True))
        page = text(browser.get("/shifts/mine"))
        assert "Você está no turno de 8:00–12:00" in page
        assert "chegou às 7:50" in page
        assert "já foi registrada" in text(browser.post(f"/shifts/{ref}/check-in", follow_redirects=True))
    with clock.at(rooms.at(day, 725)):
        browser = sign_in("paulo")
        assert "Saída registrada" in text(browser.post(f"/shifts/{ref}/check-out", follow_redirects=True))
    assert rooms.shift(ref).closed_how == "person"


def test_a_second_press_on_coming_does_not_end_the_shift(room, sign_in):
    ref, day = rooms.lay(), rooms.next_monday()
    with clock.at(rooms.at(day, 480)):
        browser = sign_in("paulo")
        browser.post(f"/shifts/{ref}/check-in")
        page = text(browser.post(f"/shifts/{ref}/check-out", follow_redirects=True))
        assert "a saída não foi" in page
        assert "Registrar a saída agora?" in page
        assert rooms.shift(ref).checked_out_at is None
    with clock.at(rooms.at(day, 481)):
        assert "Saída registrada" in text(browser.post(f"/shifts/{ref}/check-out", follow_redirects=True))


def test_who_leaves_at_the_end_is_asked_nothing(room, sign_in):
    ref, day = rooms.lay(), rooms.next_monday()
    with clock.at(rooms.at(day, 480)):
        sign_in("paulo").post(f"/shifts/{ref}/check-in")
    with clock.at(rooms.at(day, 715)):
        assert "Registrar a saída agora?" not in text(sign_in("paulo").get("/shifts/mine"))


def test_the_first_screen_reminds_who_works_and_did_not_say_that_they_came(room, sign_in):
    """Nobody lands on the page of the shifts, and a shift without a coming is not credited."""
    ref, day = rooms.lay(), rooms.next_monday()
    reminder = "Seu turno de 8:00–12:00 já começou, e a sua chegada não está registrada."
    with clock.at(rooms.at(day, 470)):
        assert "chegada" not in text(sign_in("paulo").get("/waiting"))
    with clock.at(rooms.at(day, 500)):
        browser = sign_in("paulo")
        assert reminder in text(browser.get("/waiting"))
        assert reminder not in text(sign_in("lia").get("/waiting"))
        data = {"version": rooms.shift(ref).version, "home": "1"}
        page = text(browser.post(f"/shifts/{ref}/check-in", data=data, follow_redirects=True))
        assert "Entrada registrada" in page
        assert "Para responder" in page
        assert reminder not in page


def test_after_a_leave_of_some_hours_the_rest_of_the_shift_can_be_begun(room, sign_in, session):
    ref, day = rooms.lay(), rooms.next_monday()
    with clock.at(rooms.at(day, 300)):
        hours = away(day, day, first_hour="07:00", last_hour="10:00")
        page = text(sign_in("paulo").post("/shifts/mine/leave", data=hours, follow_redirects=True))
        assert "você está afastado em parte deste turno" in page
        # Whoever is to come for the rest reads no sign of a shift that fell away.
        assert "tc-disc is-cancelled" not in page
        assert "Próximo turno" in page
    session.rollback()
    with clock.at(rooms.at(day, 590)):
        browser = sign_in("paulo")
        assert "Cheguei" not in text(browser.get("/shifts/mine"))
        assert "não está registrada" not in text(browser.get("/waiting"))
    with clock.at(rooms.at(day, 605)):
        browser = sign_in("paulo")
        assert "não está registrada" in text(browser.get("/waiting"))
        assert "Cheguei" in text(browser.get("/shifts/mine"))
        assert "Entrada registrada" in text(browser.post(f"/shifts/{ref}/check-in", follow_redirects=True))


def test_a_shift_to_come_has_no_button_yet_and_a_press_is_answered(room, paulo):
    ref = rooms.lay()
    page = text(paulo.get("/shifts/mine"))
    assert "Próximo turno: seg." in page
    assert "/check-in" not in page
    assert "meia hora antes" in text(paulo.post(f"/shifts/{ref}/check-in", follow_redirects=True))


def test_nobody_comes_for_somebody_else(room, sign_in):
    ref = rooms.lay("helena")
    for path in (f"/shifts/{ref}/check-in", f"/shifts/{ref}/check-out", f"/shifts/{ref}/offer"):
        assert sign_in("paulo").post(path).status_code == 404


def test_where_nobody_else_answers_a_shift_is_not_offered_to_nobody(room, sign_in, session):
    ref, browser = rooms.lay("helena", specialty="cardiologia"), sign_in("helena")
    page = text(browser.get(f"/shifts/{ref}/offer"))
    assert "Ninguém mais atende esta especialidade." in page
    assert 'href="/shifts/mine/leave"' in page
    assert "Pedir troca</button>" not in page
    assert 'id="formulario"' in page
    assert 'type="submit"' not in page.split('id="formulario"')[1].split("</form>")[0]
    data = {"to": "", "why": "", "version": rooms.shift(ref).version}
    assert "Ninguém mais atende" in text(browser.post(f"/shifts/{ref}/offer", data=data))
    session.rollback()
    assert session.scalars(db.select(Swap)).all() == []


def test_a_shift_is_offered_and_a_colleague_of_the_specialty_takes_it(room, paulo, sign_in, session):
    ref = rooms.lay()
    assert "Dra. Lia Cordeiro" in text(paulo.get(f"/shifts/{ref}/offer"))
    assert "Helena" not in text(paulo.get(f"/shifts/{ref}/offer"))
    data = {"to": "", "why": "Congresso.", "version": rooms.shift(ref).version}
    assert "Turno oferecido." in text(paulo.post(f"/shifts/{ref}/offer", data=data, follow_redirects=True))
    assert "oferecido a quem puder" in text(paulo.get("/shifts/mine"))
    swap = one(session, Swap).ref
    assert "Congresso." not in text(sign_in("helena").get("/shifts/mine"))
    lia = sign_in("lia")
    assert "Dr. Paulo Nogueira oferece a quem puder · Congresso." in text(lia.get("/shifts/mine"))
    assert "agora é seu" in text(lia.post(f"/swaps/{swap}/accept", follow_redirects=True))
    assert rooms.shift(ref).user.name == "Lia Cordeiro"
    late = text(lia.post(f"/swaps/{swap}/accept", follow_redirects=True))
    assert "Outra pessoa mudou a escala" in late


def test_an_offer_to_one_is_seen_by_nobody_else_and_can_be_taken_back(room, paulo, sign_in, session):
    ref = rooms.lay()
    data = {"to": "PE-LIA", "why": "", "version": rooms.shift(ref).version}
    paulo.post(f"/shifts/{ref}/offer", data=data)
    assert "oferecido a Dra. Lia Cordeiro" in text(paulo.get("/shifts/mine"))
    assert "oferece a você" in text(sign_in("lia").get("/shifts/mine"))
    swap = one(session, Swap).ref
    assert "tc-toast--warning" in text(sign_in("helena").post(f"/swaps/{swap}/withdraw", follow_redirects=True))
    assert "A oferta foi retirada." in text(paulo.post(f"/swaps/{swap}/withdraw", follow_redirects=True))
    assert "oferece a você" not in text(sign_in("lia").get("/shifts/mine"))


@pytest.mark.parametrize("change", [{"to": "PE-HELENA"}, {"to": "PE-PAULO"}, {"why": "x" * 301}, {"version": "0"}])
def test_an_offer_that_cannot_be_is_said_on_the_form(room, paulo, session, change):
    ref = rooms.lay()
    data = {"to": "", "why": "", "version": rooms.shift(ref).version} | change
    assert "tc-errors" in text(paulo.post(f"/shifts/{ref}/offer", data=data), 422)
    session.rollback()
    assert session.scalar(db.select(db.func.count()).select_from(Swap)) == 0


def away(first, last, **more):
    return {"kind": "leave", "first": str(first), "last": str(last)} | more


def test_one_says_when_one_is_away_and_takes_it_back(room, paulo, session):
    ref, day = rooms.lay(), rooms.next_monday()
    rooms.lay(day=day + timedelta(days=1))
    assert "Próximo turno: seg." in text(paulo.get("/shifts/mine"))
    page = text(paulo.post("/shifts/mine/leave", data=away(day, day, why="Férias"), follow_redirects=True))
    assert "Afastamento registrado." in page
    assert "Próximo turno: ter." in page
    assert "você está afastado neste dia" in page
    leave = one(session, Leave)
    assert leave.from_at == rooms.at(day, 0)
    assert leave.until_at == rooms.at(day + timedelta(days=1), 0)
    assert "Afastamento cancelado." in text(
        paulo.post(f"/shifts/mine/leave/{leave.ref}/cancel", data={"version": leave.version}, follow_redirects=True)
    )
    assert "você está afastado" not in text(paulo.get("/shifts/mine"))
    assert rooms.shift(ref).cancelled_at is None


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"last": ""}, "Um afastamento precisa ter fim."),
        ({"first": ""}, "Diga a partir de quando."),
        ({"last": "2020-01-01"}, "tc-why"),
        ({"kind": "castelo"}, "tc-why"),
        ({"first": "x"}, "Escreva a data assim"),
    ],
)
def test_a_leave_has_an_end(paulo, session, change, says):
    data = away(rooms.next_monday(), rooms.next_monday()) | change
    assert says in text(paulo.post("/shifts/mine/leave", data=data), 422)
    session.rollback()
    assert session.scalar(db.select(db.func.count()).select_from(Leave)) == 0


def test_whole_days_are_said_by_their_first_and_last_and_hours_as_they_are(room, paulo, sign_in):
    first, last = rooms.next_monday(), rooms.next_monday() + timedelta(days=4)
    paulo.post("/shifts/mine/leave", data=away(first, last))
    paulo.post("/shifts/mine/leave", data=away(last + timedelta(days=1), last + timedelta(days=1), first_hour="13:00"))
    for page in (text(paulo.get("/shifts/mine")), text(sign_in("teresa").get("/leaves"))):
        assert localday(first) in page
        assert localday(last) in page
        assert page.count(", 0:00") == 1  # the end of what begins at one in the afternoon
        assert "13:00" in page


def test_somebody_elses_leave_is_not_there(room, paulo, sign_in, session):
    day = rooms.next_monday()
    sign_in("lia").post("/shifts/mine/leave", data=away(day, day))
    ref = one(session, Leave).ref
    assert paulo.post(f"/shifts/mine/leave/{ref}/cancel").status_code == 404


def test_the_management_keeps_the_leaves_of_all(room, sign_in, session):
    manager, day = sign_in("teresa"), rooms.next_monday()
    assert "Ninguém afastado" in text(manager.get("/leaves"))
    data = away(day, day, person="PE-LIA", first_hour="13:00", last_hour="18:00")
    assert "Escolha quem se afasta." in text(manager.post("/leaves/new", data=data | {"person": ""}), 422)
    page = text(manager.post("/leaves/new", data=data, follow_redirects=True))
    assert "1 afastamento" in page
    assert "Dra. Lia Cordeiro" in page
    leave = one(session, Leave)
    assert (leave.from_at, leave.until_at) == (rooms.at(day, rooms.ONE), rooms.at(day, rooms.SIX))
    page = text(manager.post(f"/leaves/{leave.ref}/cancel", data={"version": leave.version}, follow_redirects=True))
    assert "Ninguém afastado" in page


def test_a_leave_noted_elsewhere_is_by_the_clock_of_who_is_away(session, sign_in):
    """A manager in Rio Branco wrote 13:00, and the consultant in Recife was still expected until 15:00."""
    manager, day = sign_in("teresa"), rooms.next_monday()
    with transaction():
        world.person("teresa").unit.zone = "America/Rio_Branco"
    page = text(
        manager.post(
            "/leaves/new",
            data=away(day, day, person="PE-LIA", first_hour="13:00", last_hour="18:00"),
            follow_redirects=True,
        )
    )
    leave = one(session, Leave)
    assert (leave.from_at, leave.until_at) == (rooms.at(day, rooms.ONE), rooms.at(day, rooms.SIX))
    assert "13:00 (horário de Recife)" in page
    page = text(manager.post("/leaves/new", data=away(day, day, person="PE-HELENA"), follow_redirects=True))
    assert page.count("horário de Recife") == 2
    assert text(sign_in("helena").get("/shifts/mine")).count(localday(day)) >= 1


def test_a_leave_whose_places_were_given_away_says_which(session, sign_in, paulo):
    rooms.open_room(workstations=1)
    ref, day = rooms.lay(), rooms.next_monday()
    paulo.post("/shifts/mine/leave", data=away(day, day))
    rooms.lay("helena")
    leave = one(session, Leave)
    page = text(paulo.post(f"/shifts/mine/leave/{leave.ref}/cancel", follow_redirects=True))
    assert "já foi dada a outra pessoa" in page
    assert rooms.shift(ref).cancelled_at is not None


def test_the_page_costs_the_same_however_full_it_is(room, application, paulo):
    rooms.lay()
    with statements(application) as few:
        paulo.get("/shifts/mine")
    for step in range(1, 5):
        ref = rooms.lay(day=rooms.next_monday() + timedelta(days=step))
        with transaction():
            actions.offer_swap(queries.shift_by_ref(ref), to=None, why="", by=world.person("paulo"))
    with statements(application) as many:
        paulo.get("/shifts/mine")
    assert len(reading(many)) == len(reading(few)) <= 10
    assert db.session.scalar(db.select(db.func.count()).select_from(Shift)) == 5


def test_a_shift_on_another_clock_says_whose(session, sign_in, paulo):
    """Who reads 8:00 in Recife and comes then is two hours early for a shift of Rio Branco's."""
    rooms.open_room(name="Sala de Rio Branco", zone="America/Rio_Branco")
    ref = rooms.lay(room="sala-de-rio-branco")
    assert "8:00–12:00 (horário de Rio Branco)" in text(paulo.get("/shifts/mine"))
    teresa = sign_in("teresa")
    assert "(horário de Rio Branco)" in text(teresa.get(f"/shifts/{ref}"))
    for path in ("/shifts", "/shifts/month", "/shifts/roster", "/shifts/roster/print"):
        assert "horário de Rio Branco" in text(teresa.get(f"{path}?room=sala-de-rio-branco"))
    with transaction():
        world.person("paulo").unit.zone = "America/Eirunepe"
    assert "horário de" not in text(paulo.get("/shifts/mine"))


def test_a_shift_on_ones_own_clock_says_nothing_of_it(room, paulo):
    rooms.lay()
    assert "horário de" not in text(paulo.get("/shifts/mine"))

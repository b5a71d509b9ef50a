"""A return that is not wanted any more: ended by a person with why, its slot freed, the other side told, and undone."""

import re
from datetime import datetime, time, timedelta

import pytest

from teleconsult import clock
from teleconsult.audit import AuditEvent
from teleconsult.bookings import queries
from teleconsult.bookings.models import BookingOffer
from teleconsult.bookings.steps import State
from teleconsult.bookings.world import last_booking, live_booking, open_offer
from teleconsult.cases import actions as cases
from teleconsult.cases import outcome
from teleconsult.cases.actions import UNSEEN_CAUSES
from teleconsult.errors import Refused
from teleconsult.extensions import db, transaction
from teleconsult.notices.models import Notice
from teleconsult.outbox import OutboxMessage
from tests import world
from tests.bookings.conftest import fresh, text, today


@pytest.fixture(autouse=True)
def noon():
    """Let it be noon in Recife: what is booked for tonight is still to come, whatever the hour of the tests."""
    with clock.at(datetime.combine(today(), time(15), clock.now().tzinfo)):
        yield


def told(kind):
    """Return who was told of this, by the first part of their address."""
    rows = db.session.scalars(db.select(Notice.user_id).where(Notice.kind == kind))
    names = {world.person(key).id: key for key, *_ in world.PEOPLE}
    return sorted(names[one] for one in rows)


def seen_by_lia(desk):
    """Let Lia see a patient in a session of her own and ask them back; return the request of the return."""
    desk.allow(forms=9)
    session = desk.publish(days=1, first=1, returns=0)
    first = desk.escalated()
    desk.book(first)
    with clock.at(session.starts_at + timedelta(minutes=20)):
        desk.do("attend", first, by="rosangela")
        with transaction(first.case):
            visit = cases.Visit(session.day, "Dra. Lia", "Psoríase", "Sim.", "Tratar.", True, "60 dias")
            cases.counter_refer(first.case, visit, by=world.person("lia"))
    return queries.requests_of(first.case_id)[1]


@pytest.mark.parametrize(
    ("by", "others"),
    [("marina", ["lia", "rosangela"]), ("dora", ["lia", "marina", "rosangela"]), ("rosangela", ["lia", "marina"])],
)
def test_ended_by_any_of_three_and_undone_and_the_others_are_told(desk, by, others):
    asked = seen_by_lia(desk)
    since = asked.since
    desk.do("close_unseen", asked, "died", note="A filha ligou.", by=by)
    assert (asked.state, asked.ended_how) == (State.ENDED, "died")
    assert told("booking.close_unseen") == others
    assert asked.case.state == "concluded"
    assert asked.referral.ended_how == "counter_referred"
    desk.do("reopen", asked, "Era outra pessoa.", by=by)
    assert (asked.state, asked.ended_how, asked.since) == (State.WAITING, "", since)
    assert told("booking.reopen") == others
    done = db.session.scalars(
        db.select(AuditEvent).where(AuditEvent.word.in_(["booking.close_unseen", "booking.reopen"]))
    )
    assert [row.for_id for row in done] == [world.person("marina").id if by == "dora" else None] * 2


def test_who_saw_the_patient_by_another_referral_of_the_case_is_not_told(desk):
    asked = seen_by_lia(desk)
    with clock.at(clock.now() + timedelta(days=2)):
        with transaction(asked.case):
            cases.reopen(asked.case, "Tem também palpitações.", by=world.person("marina"))
        to = world.specialty("cardiologia")
        words = {"justification": "Precisa de exame.", "bring": "Documento.", "priority": "routine"}
        world.Walk(asked.case).do("escalate", to=to, **words, by="paulo")
        helena = {"specialist": world.person("helena"), "specialist_name": "Dra. Helena Duarte", "specialty": to}
        session = desk.publish(days=5, first=1, returns=0, **helena)
        second = queries.requests_of(asked.case_id)[2]
        desk.book(second)
    with clock.at(session.starts_at + timedelta(minutes=20)):
        desk.do("attend", second, by="rosangela")
        desk.do("close_unseen", asked, "moved", by="marina")
    assert told("booking.close_unseen") == ["lia", "rosangela"]


def test_no_mail_says_who_the_patient_is_or_why(desk):
    asked = desk.to_return()
    desk.do("close_unseen", asked, "died", note="A filha ligou.", by="marina")
    desk.do("reopen", asked, "Era outra pessoa.", by="rosangela")
    mails = db.session.scalars(db.select(OutboxMessage).order_by(OutboxMessage.id.desc()).limit(2)).all()
    assert {row.payload["template"] for row in mails} == {"booking_close_unseen", "booking_reopen"}
    for row in mails:
        assert row.payload["params"] == {"ref": asked.case.ref}


def test_a_booked_one_frees_its_slot_for_the_next(desk):
    desk.publish(first=1, returns=1)
    gone, following = desk.to_return(), desk.to_return()
    booking = desk.book(gone)
    desk.do("close_unseen", gone, "moved", by="marina")
    assert (live_booking(gone), last_booking(gone).ended_how) == (None, "ended")
    assert following.state == State.OFFERED
    assert open_offer(following).slot_id == booking.slot_id
    assert booking.slot.request_id == following.id


def test_an_offered_one_passes_the_slot_on(desk):
    desk.publish(first=1, returns=1)
    one, gone, following = desk.to_return(), desk.to_return(), desk.to_return()
    slot = desk.book(one).slot_id
    desk.do("cancel", one, "Viajou.", by="marina")
    assert gone.state == State.OFFERED
    desk.do("close_unseen", gone, "refused", by="dora")
    closed = db.session.scalars(db.select(BookingOffer).where(BookingOffer.request_id == gone.id)).one()
    assert (closed.closed_how, open_offer(following).slot_id) == ("withdrawn", slot)


def test_missed_and_cancelled_ones_end_too_and_one_whose_day_is_past_is_marked_first(desk):
    desk.publish(first=1, returns=2)
    missed, cancelled = desk.to_return(), desk.to_return()
    at = desk.book(missed).at
    desk.book(cancelled)
    desk.do("cancel", cancelled, "Viajou.", by="marina")
    desk.do("close_unseen", cancelled, "moved", by="marina")
    with clock.at(at + timedelta(days=1)):
        with pytest.raises(Refused, match="já passou"):
            desk.do("close_unseen", missed, "absent", by="marina")
        desk.do("miss", missed, "unknown", by="rosangela")
        desk.do("close_unseen", missed, "absent", by="marina")
    assert (missed.state, cancelled.state) == (State.ENDED, State.ENDED)


def test_a_first_visit_and_a_reason_of_ones_own_are_refused(desk):
    first, asked = desk.escalated(), desk.to_return()
    with pytest.raises(Refused, match="se encerra no caso"):
        desk.do("close_unseen", first, "moved", by="marina")
    with pytest.raises(Refused, match="motivos da lista"):
        desk.do("close_unseen", asked, "called_off", by="marina")
    with pytest.raises(Refused, match="por que a consulta"):
        desk.do("close_unseen", asked, "", by="marina")
    with pytest.raises(Refused, match="cabe a outra pessoa"):
        desk.do("close_unseen", asked, "moved", by="bia")


@pytest.mark.parametrize(("cause", "asked"), [("died", False), ("refused", True)])
def test_of_a_patient_who_died_it_is_not_asked_how_it_went_on(desk, sign_in, cause, asked):
    request = desk.to_return()
    desk.do("close_unseen", request, cause, by="rosangela")
    browser = sign_in("marina")
    page = text(browser.get(f"/cases/{request.case.ref}"))
    assert "A consulta não aconteceu" not in page, "the patient was seen once"
    with clock.at(clock.now() + timedelta(days=31)):
        assert (30 in outcome.asked_now(request.case)) is asked
        assert ([one.days for one in outcome.pending_for(world.person("marina"))] == [30]) is asked
        desk.do("reopen", request, "Era outra pessoa.", by="marina")
        assert 30 in outcome.asked_now(request.case)


def test_the_specialist_who_is_told_finds_the_reason_where_the_notice_leads(desk, sign_in):
    asked = seen_by_lia(desk)
    desk.do("close_unseen", asked, "died", note="A filha ligou.", by="marina")
    browser = sign_in("lia")
    page = text(browser.get(browser.get(f"/notices/{asked.case.ref}").location))
    assert "Por que foi encerrada" in page
    assert "O paciente faleceu" in page
    assert f"/bookings/{asked.ref}" not in page


def version_in(page):
    return re.search(r'name="version"[^>]*value="(\d+)"', page).group(1)


@pytest.mark.parametrize("key", ["marina", "dora", "rosangela"])
def test_ended_and_undone_on_screen(desk, sign_in, key):
    asked = desk.to_return()
    browser, url = sign_in(key), f"/bookings/{asked.ref}"
    for shown in (url, f"/cases/{asked.case.ref}"):
        assert f'href="{url}/close_unseen"' in text(browser.get(shown))
    page = text(browser.get(f"{url}/close_unseen"))
    assert re.findall(r'name="cause"[^>]*value="(\w+)"', page) == list(UNSEEN_CAUSES)
    assert "pode ser desfeito" in page
    assert "A consulta é desmarcada" not in page
    data = {"note": "Mudou-se para Olinda.", "version": version_in(page)}
    refused = text(browser.post(f"{url}/close_unseen", data=data), 422)
    assert "Escolha um dos motivos da lista." in refused
    assert "Mudou-se para Olinda." in refused
    assert browser.post(f"{url}/close_unseen", data=data | {"cause": "moved"}).location == url
    page = text(browser.get(url))
    for words in ("Encerrada", "Por que foi encerrada", "retorno encerrado sem consulta: O paciente mudou de endereço"):
        assert words in page
    assert "<blockquote>Mudou-se para Olinda.</blockquote>" in page
    assert f"{url}/close_unseen" not in page
    form = text(browser.get(f"{url}/reopen"))
    assert "Escreva o motivo." in text(browser.post(f"{url}/reopen", data={"version": version_in(form)}), 422)
    done = browser.post(f"{url}/reopen", data={"version": version_in(form), "why": "Voltou ao bairro."})
    assert done.location == url
    page = text(browser.get(url))
    assert "encerramento desfeito" in page
    assert "Voltou ao bairro." in page
    assert "Lugar na lista" in page


def test_the_page_says_what_becomes_of_the_slot(desk, sign_in):
    desk.publish(first=1, returns=1)
    booked, offered = desk.to_return(), desk.to_return()
    desk.book(booked)
    browser = sign_in("marina")
    assert "A consulta é desmarcada" in text(browser.get(f"/bookings/{booked.ref}/close_unseen"))
    desk.do("cancel", booked, "Viajou.", by="marina")
    assert "A vaga oferecida deixa de ser" in text(browser.get(f"/bookings/{offered.ref}/close_unseen"))
    desk.to_return()
    assert "A vaga oferecida vai para" in text(browser.get(f"/bookings/{offered.ref}/close_unseen"))


def test_the_lists_lead_to_it_for_returns_alone(desk, sign_in):
    desk.publish(days=7, first=1, returns=1)
    desk.allow()
    first, waiting, booked, cancelled = desk.escalated(), desk.to_return(), desk.to_return(), desk.to_return()
    day = desk.book(cancelled).session.day
    desk.do("cancel", cancelled, "Viajou.", by="marina")
    desk.do("refuse", waiting, by="marina")
    desk.do("refuse", booked, by="marina")
    desk.book(booked)
    desk.book(first)
    browser = sign_in("rosangela")
    found = {
        place: re.findall(r'href="/bookings/([^/"]+)/close_unseen', text(browser.get(place)))
        for place in ("/bookings", "/bookings?show=undecided", f"/bookings/agenda?day={day}")
    }
    assert list(found.values()) == [[waiting.ref], [cancelled.ref], [booked.ref]]
    page = text(browser.get(f"/bookings/{booked.ref}/close_unseen?day={day}"))
    data = {"cause": "died", "version": version_in(page)}
    answer = browser.post(f"/bookings/{booked.ref}/close_unseen?day={day}", data=data)
    assert answer.location == f"/bookings/agenda?day={day}"


def test_a_window_that_is_behind_says_so_and_keeps_what_was_written(desk, sign_in):
    desk.publish(first=1, returns=1)
    asked = desk.to_return()
    browser, url = sign_in("marina"), f"/bookings/{asked.ref}/close_unseen"
    data = {"cause": "died", "note": "A filha ligou.", "version": version_in(text(browser.get(url)))}
    desk.book(asked, by="dora")
    page = text(browser.post(url, data=data), 409)
    assert "\nA filha ligou.</textarea>" in page
    assert "A consulta é desmarcada" in page
    fresh()
    assert asked.state == State.BOOKED
    desk.do("close_unseen", asked, "refused", by="dora")
    page = text(browser.post(url, data=data), 409)
    assert "Dora Siqueira: retorno encerrado sem consulta: O paciente não quis." in page
    assert "Este retorno já foi encerrado." in page
    assert ">A filha ligou.</textarea>" in page
    assert browser.get(url).location == f"/bookings/{asked.ref}"
    fresh()
    desk.do("reopen", asked, "Engano.", by="dora")
    assert browser.get(f"/bookings/{asked.ref}/reopen").location == f"/bookings/{asked.ref}"


def test_the_same_sheet_sent_twice_is_no_error(desk, sign_in):
    asked = desk.to_return()
    browser, url = sign_in("marina"), f"/bookings/{asked.ref}/close_unseen"
    data = {"cause": "died", "note": "A filha ligou.", "version": version_in(text(browser.get(url)))}
    for _again in range(2):
        assert browser.post(url, data=data).location == f"/bookings/{asked.ref}"


@pytest.mark.parametrize("key", ["bia", "paulo", "teresa"])
def test_strangers_find_nothing(desk, sign_in, key):
    asked = desk.to_return()
    for verb in ("close_unseen", "reopen"):
        for answer in (
            sign_in(key).get(f"/bookings/{asked.ref}/{verb}"),
            sign_in(key).post(f"/bookings/{asked.ref}/{verb}", data={"cause": "died", "why": "x", "version": "1"}),
        ):
            assert answer.status_code in (403, 404)
    fresh()
    assert asked.state == State.WAITING


def test_english(desk, sign_in):
    asked = desk.to_return()
    with transaction():
        world.person("marina").language = "en"
    browser, url = sign_in("marina"), f"/bookings/{asked.ref}"
    assert re.search(r">Close the return visit<span[^>]*>: ", text(browser.get("/bookings"))), (
        "one word for it on every screen"
    )
    assert ">Close the return visit</h1>" in text(browser.get(f"{url}/close_unseen"))
    desk.do("close_unseen", asked, "died", by="dora")
    assert "return visit closed without a visit: The patient died" in text(browser.get(url))
    assert ">Undo the closing</h1>" in text(browser.get(f"{url}/reopen"))


def test_on_the_list_the_step_that_brings_a_return_on_comes_before_the_one_that_ends_it(desk, sign_in):
    asked = desk.to_return()
    page = text(sign_in("marina").get("/bookings"))
    doors = re.findall(rf'href="/bookings/{asked.ref}/(\w+)"', page)
    assert doors == ["book", "close_unseen"]


@pytest.mark.parametrize("verb", ["refuse", "accept", "requeue"])
def test_a_press_sent_twice_is_not_told_that_somebody_was_faster(desk, sign_in, verb):
    desk.publish(first=1, returns=1)
    one, asked = desk.to_return(), desk.to_return()
    desk.book(one)
    desk.do("cancel", one, "Viajou.", by="marina")
    if verb == "requeue":
        asked = one
    browser, url = sign_in("marina"), f"/bookings/{asked.ref}"
    data = {"version": version_in(text(browser.get(url)))}
    assert browser.post(f"{url}/{verb}", data=data).location == url
    text(browser.get(url))
    assert browser.post(f"{url}/{verb}", data=data).location == url
    assert "Esta consulta já tinha mudado" in text(browser.get(url))
    desk.do("close_unseen", asked, "moved", by="dora")
    assert "Alguém foi mais rápido" in text(browser.post(f"{url}/{verb}", data=data), 409)

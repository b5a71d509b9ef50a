"""The calendar in a browser: a month laid out, shifts moved, begun and swapped, and what they make of the promises.

It has a site of its own: on the shared one the other journeys ask who is on duty.
"""

import re
import time
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from teleconsult.cases.lifecycle import State
from teleconsult.extensions import db
from teleconsult.routing.models import PlanLine
from teleconsult.shifts.models import Leave, Shift, ShiftSeries, ShiftSlot, Swap
from tests.browser import site as sites
from tests.browser.looks import faults
from tests.browser.people import Somebody
from tests.cases import filing
from tests.shifts import pages_world as rooms

FIVE_MINUTES = 300
OUT_OF_THEIR_DAY = """() => [...document.querySelectorAll('[data-calendar] li')].filter((item) => {
  const words = document.createRange();
  words.selectNodeContents(item);
  const right = Math.max(item.getBoundingClientRect().right, words.getBoundingClientRect().right);
  return right > item.closest('section').getBoundingClientRect().right;
}).map((item) => item.textContent)"""
ROOM_DAY = 12 * 60
TWENTY = 20
A_MONTH = 12
"""Two people, two days a week, four weeks; a month has at most four holidays."""


@pytest.fixture(scope="module")
def own_site(tmp_path_factory):
    with sites.running(tmp_path_factory.mktemp("calendar")) as found:
        with found.application.app_context():
            rooms.open_room()
            rooms.open_room("Plantão", hours=[(day, 0, 1440) for day in range(7)])
        yield found


@pytest.fixture
def site(own_site):
    yield own_site
    with own_site.application.app_context(), db.engine.begin() as connection:
        for model in (PlanLine, Leave, Swap, ShiftSlot, Shift, ShiftSeries):
            connection.execute(db.delete(model))


def lay(site, *args, **more):
    with site.application.app_context():
        return rooms.lay(*args, **more)


def begins(site, ref):
    with site.application.app_context():
        return rooms.shift(ref).starts_at


def cell(page, day, part):
    return page.locator(f"[data-cell='{day}'][data-part={part}]")


def test_a_new_manager_lays_a_month_out_in_under_five_minutes(page_for, site):
    began = time.monotonic()
    teresa, monday = Somebody(page_for("teresa")), rooms.next_monday()
    teresa.follow("Escala")
    for who, weekdays in (("Dr. Paulo Nogueira, Dermatologia", ("segunda", "quarta")),
                          ("Dra. Helena Duarte, Cardiologia", ("terça", "quinta"))):  # fmt: skip
        teresa.follow("Novo turno")
        teresa.pick("Consultor e especialidade", who)
        teresa.pick("Sala", "Sala de telessaúde")
        teresa.write("Dia", str(monday))
        teresa.write("Começa às", "08:00")
        teresa.write("Termina às", "12:00")
        teresa.pick("Repete", "Toda semana")
        for weekday in weekdays:
            teresa.page.get_by_label(weekday).check()
        teresa.write("Até o dia", str(monday + timedelta(days=27)))
        teresa.press("Continuar")
        teresa.sees_title("turnos para publicar")
        teresa.press("Publicar os turnos")
        expect(teresa.page.locator(".tc-toast").last).to_contain_text("turnos publicados.")
    with site.application.app_context():
        laid = db.session.scalar(db.select(db.func.count()).select_from(Shift))
    assert laid >= A_MONTH  # but for the holidays of that month
    assert time.monotonic() - began < FIVE_MINUTES


def test_a_shift_is_dragged_to_another_day_and_the_move_undone(page_for, site):
    ref, day = lay(site), rooms.next_monday()
    page = page_for("teresa")
    page.goto(f"/shifts?room=sala-de-telessaude&day={day}")
    page.locator(f"#{ref} a").drag_to(cell(page, day + timedelta(days=2), "afternoon"))
    expect(page.locator(".tc-toast").last).to_contain_text("12:00–16:00")
    expect(cell(page, day + timedelta(days=2), "afternoon").locator(f"#{ref}")).to_be_visible()
    assert begins(site, ref) == rooms.at(day + timedelta(days=2), rooms.NOON)
    page.get_by_role("button", name="Desfazer").last.click()
    expect(cell(page, day, "morning").locator(f"#{ref}")).to_be_visible()
    assert begins(site, ref) == rooms.at(day, rooms.EIGHT)


def test_nothing_moves_under_the_pointer_while_a_shift_is_dragged_over_a_place_half_below_the_window(page_for, site):
    """By the events alone: where the page scrolls away in the middle of a drag, Chromium takes no more of the mouse."""
    ref, day = lay(site), rooms.next_monday()
    page = page_for("teresa")
    page.goto(f"/shifts?room=sala-de-telessaude&day={day}")
    aim = cell(page, day + timedelta(days=2), "afternoon")
    page.set_viewport_size({"width": 1280, "height": int(aim.bounding_box()["y"]) + 60})
    carried = page.evaluate_handle("new DataTransfer()")
    page.locator(f"#{ref} a").dispatch_event("dragstart", {"dataTransfer": carried})
    aim.dispatch_event("dragover", {"dataTransfer": carried})
    expect(aim).to_have_class(re.compile("is-over"))
    assert page.evaluate("scrollY") == 0
    aim.dispatch_event("drop", {"dataTransfer": carried})
    expect(aim.locator(f"#{ref}")).to_be_visible()
    assert begins(site, ref) == rooms.at(day + timedelta(days=2), rooms.NOON)


def test_a_shift_is_moved_by_keyboard_alone_and_told(page_for, site):
    ref, day = lay(site), rooms.next_monday()
    page = page_for("teresa")
    page.goto(f"/shifts?room=sala-de-telessaude&day={day}")
    page.locator(f"#{ref} a").focus()
    page.keyboard.press("m")
    say = page.locator("[data-drag-say]")
    expect(say).to_contain_text("escolha o lugar com as setas")
    page.keyboard.press("ArrowRight")
    expect(say).to_contain_text("Ter.")
    page.keyboard.press("Escape")
    expect(say).to_have_text("O turno ficou onde estava.")
    page.keyboard.press("m")
    page.keyboard.press("ArrowRight")
    expect(cell(page, day + timedelta(days=1), "morning")).to_have_class(re.compile("is-over"))
    page.keyboard.press("Enter")
    expect(cell(page, day + timedelta(days=1), "morning").locator(f"#{ref}")).to_be_visible()
    expect(page.locator(f"#{ref} a")).to_be_focused()
    assert begins(site, ref) == rooms.at(day + timedelta(days=1), rooms.EIGHT)


def test_in_a_month_a_shift_keeps_its_hour_on_another_day(page_for, site):
    ref, day = lay(site), rooms.next_monday()
    page = page_for("teresa")
    page.goto(f"/shifts/month?room=sala-de-telessaude&day={day}")
    page.locator(f"#{ref} a").drag_to(page.locator(f"#dia-{day + timedelta(days=3)}"))
    expect(page.locator(f"#dia-{day + timedelta(days=3)} #{ref}")).to_be_visible()
    assert begins(site, ref) == rooms.at(day + timedelta(days=3), rooms.EIGHT)


def test_a_drop_where_it_does_not_fit_says_why_and_changes_nothing(page_for, site):
    ref, day = lay(site), rooms.next_monday()
    lay(site, day=day + timedelta(days=1))
    page = page_for("teresa")
    page.goto(f"/shifts?room=sala-de-telessaude&day={day}")
    page.locator(f"#{ref} a").drag_to(cell(page, day + timedelta(days=1), "morning"))
    expect(page.locator(".tc-toast--warning")).to_contain_text("já tem um turno neste horário")
    assert begins(site, ref) == rooms.at(day, rooms.EIGHT)


def test_without_scripts_a_shift_is_moved_by_its_form(page_for, site):
    ref, day = lay(site), rooms.next_monday()
    teresa = Somebody(page_for("teresa", java_script_enabled=False), script=False)
    teresa.at(f"/shifts?room=sala-de-telessaude&day={day}").page.locator(f"#{ref} a").click()
    teresa.write("Dia", str(day + timedelta(days=4)))
    teresa.press("Salvar a mudança")
    teresa.reads("Desfazer")
    assert begins(site, ref) == rooms.at(day + timedelta(days=4), rooms.EIGHT)


def test_a_consultant_comes_goes_and_swaps_on_a_telephone(page_for, site):
    now = rooms.clock.now().astimezone(rooms.ZONE)
    lay(site, day=now.date(), starts=(now.hour * 60 + now.minute) // 15 * 15, minutes=15, room="plantao")
    lay(site)
    paulo = Somebody(page_for("paulo", phone=True))
    paulo.follow("Turnos")
    paulo.press("Cheguei")
    paulo.reads("Entrada registrada. Bom turno.")
    found = {}
    for path in ("/shifts", "/shifts/month"):  # who is there now stands on a ground of its own
        teresa = Somebody(page_for("teresa")).at(f"{path}?room=plantao")
        expect(teresa.page.locator(".tc-shift--now")).to_contain_text("Paulo Nogueira")
        found[path] = faults(teresa.page)
    assert not {place: told for place, told in found.items() if told}
    with site.application.app_context():
        rooms.a_minute_passes()
    paulo.press("Saí")
    paulo.reads("Saída registrada. Até a próxima.")
    paulo.follow("Pedir troca")
    paulo.write("Recado", "Congresso em Salvador")
    paulo.press("Pedir troca")
    paulo.reads("oferecido a quem puder")
    assert not faults(paulo.page)

    lia = Somebody(page_for("lia"))
    lia.follow("Turnos")
    lia.shows("Congresso em Salvador")
    assert not faults(lia.page)
    lia.press("Ficar com o turno")
    lia.page.locator("#confirma [data-yes]").click()
    lia.page.get_by_text(re.compile("agora é seu")).first.wait_for()


def test_what_is_said_of_a_shift_stays_in_its_day(page_for, site):
    day = rooms.next_monday() - timedelta(days=14)
    with rooms.clock.at(rooms.at(day - timedelta(days=3), rooms.NOON)):
        ref = lay(site, day=day)
    page = page_for("teresa", viewport={"width": 1000, "height": 800})
    for path in ("/shifts", "/shifts/month"):
        page.goto(f"{path}?room=sala-de-telessaude&day={day}")
        expect(page.locator(f"#{ref}")).to_contain_text("sem registro de presença")
        assert page.evaluate(OUT_OF_THEIR_DAY) == []


def test_the_secret_address_is_made_and_copied(page_for, site):
    paulo = Somebody(page_for("paulo", permissions=["clipboard-read", "clipboard-write"]))
    paulo.at("/shifts/feed").press("Criar o endereço")
    address = paulo.page.get_by_label("Endereço do calendário").input_value()
    paulo.press("Copiar")
    expect(paulo.page.locator("[data-copy-say]")).to_have_text("Copiado")
    assert "/calendar/" in address


def test_from_the_roster_to_the_promise_and_what_moves_it(page_for, site):
    """A request is sent and told a time; twenty are given with one press, and why; a swap and a leave move the time."""
    monday = rooms.next_monday()
    for step in range(3):
        lay(site, day=monday + timedelta(days=step), minutes=ROOM_DAY)
    marinas = site.signed_in("marina")
    with site.application.app_context():
        ref = filing.begin(marinas)
        filing.fill_all(marinas, ref)
    marina = Somebody(page_for("marina")).at(f"/cases/{ref}/edit/review")
    marina.reads("Enviado agora, a resposta é esperada até")
    marina.press("Enviar")
    expect(promise(marina)).to_contain_text("seg.")
    expect(promise(marina)).to_contain_text("nove vezes em dez")

    for _ in range(TWENTY - 1):
        site.case_in(State.SUBMITTED)
    site.wait_until(lambda: proposed(site) == TWENTY, 60)
    rosangela = Somebody(page_for("rosangela")).at("/desk")
    rosangela.shows("Dr. Paulo Nogueira recebe")
    rosangela.press("Distribuir os 20 sugeridos")
    rosangela.reads("20 casos distribuídos")
    reasons = rosangela.page.locator(".tc-row--going").all_inner_texts()
    assert len(reasons) == TWENTY
    assert all("atende nesta especialidade" in why for why in reasons)

    paulo = Somebody(page_for("paulo")).at(f"/cases/{ref}")  # opened: no machine takes it away any more
    paulo.at("/shifts/mine").follow("Pedir troca")
    paulo.press("Pedir troca")
    lia = Somebody(page_for("lia")).at("/shifts/mine")
    lia.press("Ficar com o turno")
    lia.page.locator("#confirma [data-yes]").click()
    lia.page.get_by_text(re.compile("agora é seu")).first.wait_for()
    site.wait_until(lambda: "ter." in promise(marina, anew=True).inner_text(), 60)

    paulo.at("/shifts/mine/leave").choose("Tipo", "Licença")
    for label in ("Primeiro dia", "Último dia"):
        paulo.write(label, str(monday + timedelta(days=1)))
    paulo.press("Registrar")
    site.wait_until(lambda: "qua." in promise(marina, anew=True).inner_text(), 60)
    marina.at("/notices").shows(ref)


def promise(somebody, *, anew=False):
    if anew:
        somebody.page.reload()
    return somebody.page.locator("#previsao")


def proposed(site):
    with site.application.app_context():
        lines = db.select(db.func.count()).select_from(PlanLine).where(PlanLine.user_id.is_not(None))
        return db.session.scalar(lines)


def test_a_full_calendar_can_be_used_by_all(page_for, site):
    """Every look of the calendar that a page of `furnished` does not have: what is laid, shown and copied."""
    day = rooms.next_monday()
    for step in range(3):
        for who in ("paulo", "helena", "lia"):
            lay(site, who, day + timedelta(days=step))
    teresa = Somebody(page_for("teresa"))
    found = {}
    for path in ("/shifts", "/shifts/month"):
        teresa.at(f"{path}?room=sala-de-telessaude&day={day}")
        found[path] = faults(teresa.page)
    teresa.at(f"/shifts/copy?room=sala-de-telessaude&day={day}").press("Continuar")
    found["copied"] = faults(teresa.page)
    assert not {place: told for place, told in found.items() if told}

"""How promises were kept, as the management sees it: open ones past their time count, early ones wait for theirs."""

from datetime import timedelta

from teleconsult import clock
from teleconsult.routing.calibration import calibration
from teleconsult.routing.promising import Row, waits
from tests import counting, world
from tests.routing.helping import FRIDAY, sent, shift

HOUR = timedelta(hours=1)
MONDAY = FRIDAY + timedelta(days=2, hours=15)


def row(case_id: int, answered: float | None, **given) -> Row:
    usual = {
        "case_id": case_id, "round": 1, "specialty_id": 1, "made_at": FRIDAY, "median_at": FRIDAY + HOUR,
        "ninety_at": FRIDAY + 2 * HOUR, "replaced_at": None,
        "answered_at": FRIDAY + answered * HOUR if answered else None, "awaited": answered is None,
    }  # fmt: skip
    return Row(**(usual | given))


def look(rows, hours: float):
    return calibration(waits(rows), FRIDAY + hours * HOUR, {1: "Dermatologia"})


def test_an_open_one_past_its_time_was_not_kept():
    found = look([row(1, 0.5), row(2, 1.5), row(3, None), row(4, 3)], 5)
    assert (found.all.kept, found.all.of) == (2, 4)
    assert (found.awaited, found.overdue) == (1, 1)
    assert [(p.told, p.share.kept, p.share.of) for p in found.points] == [(50, 1, 4), (90, 2, 4)]


def test_one_answered_early_is_not_counted_before_its_time():
    assert look([row(1, 0.5)], 1.5).all.of == 0
    assert look([row(1, 0.5)], 2.5).all.of == 1


def test_what_nobody_waits_for_any_more_is_left_out():
    assert look([row(1, None, replaced_at=FRIDAY + HOUR, awaited=False)], 5).all.of == 0


def test_it_is_told_by_month_and_by_specialty():
    earlier = FRIDAY - timedelta(days=60)
    rows = [row(1, 0.5), row(2, 3, made_at=earlier, median_at=earlier + HOUR, ninety_at=earlier + HOUR)]
    found = look(rows, 5)
    assert [line.name for line in found.months] == ["nov. 2026", "set. 2026"]
    assert [(line.name, line.share.of) for line in found.specialties] == [("Dermatologia", 2)]


def test_the_page_says_that_there_is_nothing_yet(sign_in):
    page = sign_in("teresa").get("/distribution").get_data(as_text=True)
    assert "Nenhuma previsão chegou ainda à sua hora" in page


def test_the_page_shows_the_share_the_picture_and_the_tables(application, session, sign_in):
    with clock.at(FRIDAY):
        shift("paulo", MONDAY)
        quick, slow = sent(), sent()
    with clock.at(MONDAY):
        walk = world.Walk(quick)
        walk.assign()
        walk.conclude()
    assert slow.id
    browser, counts = None, []
    with clock.at(MONDAY + timedelta(days=5)):
        browser = sign_in("teresa")
        page = browser.get("/distribution").get_data(as_text=True)
        assert "50%" in page
        assert "1 resposta que ainda se espera já passou da hora prevista." in page
        assert "<svg" in page
        assert "Dermatologia" in page
        for _ in range(2):
            with counting.statements(application) as seen:
                browser.get("/distribution")
            counts.append(len(seen))
            with clock.at(FRIDAY):
                sent()
    assert counts[0] == counts[1]


def test_one_promise_is_said_as_one(session, sign_in):
    with clock.at(FRIDAY):
        shift("paulo", MONDAY)
        sent()
    with clock.at(MONDAY + 48 * HOUR):
        page = sign_in("teresa").get("/distribution").get_data(as_text=True)
    assert "com 95% de confiança; 1 previsão)." in page


def test_it_is_the_managements(sign_in):
    for key in ("marina", "paulo", "rosangela"):
        assert sign_in(key).get("/distribution").status_code == 403

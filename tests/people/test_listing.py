"""The list of people: filters in the address, pages by key, the same number of statements for 1 row and 50."""

import pytest
from sqlalchemy import event, select, update

from teleconsult import clock
from teleconsult.extensions import db, transaction
from teleconsult.network.models import HealthUnit
from teleconsult.people.models import User, UserRole
from tests import world


@pytest.fixture
def teresa(sign_in):
    return sign_in("teresa")


def crowd(application, count):
    with application.app_context(), transaction():
        for n in range(count):
            user = User(
                ref=f"PE-CROWD{n:03}", name=f"Zilda Número {n:03}", email=f"z{n}@rede.example", created_at=clock.now()
            )
            user.role_rows = [UserRole("administrator")]
            db.session.add(user)


def names(client, query=""):
    page = client.get(f"/people{query}").get_data(as_text=True)
    return [name for key, _, name, *_ in world.PEOPLE if f'href="/people/PE-{key.upper()[:8]}"' in page]


def statements(application, client, address):
    seen = []
    with application.app_context():
        engine = db.engine

    def listen(_connection, _cursor, statement, *_):
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", listen)
    try:
        assert client.get(address).status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", listen)
    return len([statement for statement in seen if not statement.startswith(("BEGIN", "PRAGMA"))])


def test_by_name_without_regard_to_accents(teresa):
    assert names(teresa, "?q=rosangela") == ["Rosângela Lima"]
    assert names(teresa, "?q=LIMA%20ros") == ["Rosângela Lima"]
    assert names(teresa, "?q=dora@rede.example") == ["Dora Siqueira"]
    assert names(teresa, "?q=%25") == names(teresa)


def test_filters(teresa):
    everybody = names(teresa)
    for query, found in (
        ("?role=manager", ["Teresa Farias"]),
        ("?role=administrator", ["Rosângela Lima"]),
        ("?role=king", everybody),
        ("?unit=abc", everybody),
        ("?unit=999999999999999999999", everybody),
        ("?state=nonsense", everybody),
        ("?state=off", []),
        ("?state=invited", []),
        ("?role=consultant&q=lia", ["Lia Cordeiro"]),
    ):
        assert names(teresa, query) == found, query


def test_by_unit(application, teresa):
    with application.app_context():
        unit = db.session.scalar(select(HealthUnit.id).where(HealthUnit.slug == "usf-vietna"))
    assert names(teresa, f"?unit={unit}") == ["Marina Alves", "Jonas Tenório"]


def test_by_state(application, teresa):
    with application.app_context(), transaction():
        off = {"switched_off_at": clock.now(), "switched_off_by_id": world.person("teresa").id}
        db.session.execute(update(User).where(User.email == "bia@rede.example").values(**off))
        db.session.execute(update(User).where(User.email == "lia@rede.example").values(password_hash=None))
    assert names(teresa, "?state=off") == ["Beatriz Lemos"]
    assert names(teresa, "?state=invited") == ["Lia Cordeiro"]
    assert "Beatriz Lemos" not in names(teresa)
    assert len(names(teresa, "?state=all")) == len(world.PEOPLE)


def test_nobody_found_says_what_to_do(teresa):
    assert "Ninguém com esse filtro" in teresa.get("/people?q=zzz").get_data(as_text=True)


def test_pages_keep_the_filter_and_miss_nobody(application, teresa):
    crowd(application, 45)
    seen, address = [], "/people?q=zilda"
    while address:
        page = teresa.get(address).get_data(as_text=True)
        seen += [f"{n:03}" for n in range(45) if f"Zilda Número {n:03}" in page]
        address = page.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
        assert not address or "q=zilda" in address
    assert seen == [f"{n:03}" for n in range(45)]


def test_a_made_up_key_is_refused(teresa):
    for key in ("x", "W10", "WyJhIl0"):
        assert teresa.get(f"/people?after={key}").status_code == 400


def test_as_many_statements_for_one_row_as_for_a_page(application, teresa):
    one = statements(application, teresa, "/people?q=teresa")
    crowd(application, 60)
    assert statements(application, teresa, "/people?q=zilda") == one

"""Times in words are those of Babel, which knows the languages; addresses are those of Flask, which knows the routes."""

from datetime import UTC, datetime, timedelta

import pytest
from babel.dates import format_datetime, format_timedelta
from flask import Flask, render_template_string, url_for
from flask_babel import force_locale, get_locale
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from teleconsult import clock
from teleconsult.web.language import spoken
from teleconsult.web.messages import gettext, ngettext
from teleconsult.web.words import local, localtime, papertime, relative

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SPANS = st.timedeltas(min_value=timedelta(days=-4000), max_value=timedelta(days=4000)) | st.timedeltas(
    min_value=timedelta(days=-3), max_value=timedelta(days=3)
)


@pytest.mark.parametrize("language", ["pt_BR", "en"])
@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(span=SPANS)
def test_a_moment_is_told_as_babel_tells_it(application, language, span):
    with application.test_request_context(), force_locale(language), clock.at(NOW):
        moment = NOW + span
        here = local(moment)
        pattern = "EEE, d MMM, H:mm" if here.year == 2026 else "EEE, d MMM y, H:mm"
        assert localtime(moment) == format_datetime(here, pattern, locale=get_locale())
        assert papertime(moment) == format_datetime(here, "EEE, d MMM y, H:mm", locale=get_locale())
        told = format_timedelta(span, add_direction=True, threshold=1.2, locale=get_locale())
        assert relative(moment) == told


FIGURES = """{%- from "macros/tags.html" import count -%}{%- from "macros/tiles.html" import tile -%}
{%- from "macros/tables.html" import data_table -%}{{ count(n) }}{{ tile("Casos", n) }}{{ data_table("Casos", ["", ""], [["Na fila", n]]) }}
{{- ngettext("%(num)d caso", "%(num)d casos", n) }}"""


@pytest.mark.parametrize(("language", "told"), [("pt_BR", "12.345"), ("en", "12,345")])
def test_a_large_figure_is_written_alike_wherever_it_stands(application, language, told):
    """One screen of the hours said “1.234” of a month, the next one of the same month “1234 lançamentos”."""
    with application.test_request_context(), force_locale(language):
        page = render_template_string(FIGURES, n=12345)
        assert (page.count(told), page.count("12345")) == (4, 0)
        assert ngettext("%(num)d caso", "%(num)d casos", 12345).startswith(told)
        assert ngettext("%(num)d caso", "%(num)d casos", 999).startswith("999 ")


def test_sentences_follow_the_language_of_the_moment(application):
    with application.test_request_context():
        assert (gettext("Sair"), ngettext("%(num)d caso", "%(num)d casos", 2)) == ("Sair", "2 casos")
        with force_locale("en"):
            assert (gettext("Sair"), spoken().code) == ("Sign out", "en")
        assert spoken().code == "pt_BR"
    assert gettext("Sair") == "Sair"


@pytest.mark.parametrize(
    ("endpoint", "values"),
    [
        ("people.sign_in", {}),
        ("people.sign_in", {"next": "/cases/TC-1?a=b&c"}),
        ("people.sign_in", {"next": "plain"}),
        ("people.sign_in", {"next": None}),
        ("cases.show", {"ref": "TC-7K3Q9A"}),
        ("cases.show", {"ref": "TC-7K3Q9A", "after": 12}),
        ("cases.show", {"after": "ü/ö", "ref": "a b"}),
        ("cases.show", {"ref": "x", "_anchor": "outros"}),
        ("cases.show", {"ref": "x", "_external": True}),
        ("attachments.download", {"ref": "AR-1", "show": 1}),
        ("cases.edit_step", {"ref": "TC-7K3Q9A", "step": "patient"}),
    ],
)
def test_an_address_is_the_one_that_flask_gives(application, endpoint, values):
    with application.test_request_context():
        for _ in range(2):
            assert url_for(endpoint, **values) == Flask.url_for(application, endpoint, **values)

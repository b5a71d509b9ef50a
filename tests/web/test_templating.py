"""Templates settled before they are compiled say what Jinja by itself would make them say."""

from dataclasses import dataclass
from decimal import Decimal

import pytest
from flask import render_template_string
from flask_babel import force_locale
from jinja2 import DictLoader, UndefinedError

from teleconsult.web.templating import LanguageEnvironment

pytestmark = pytest.mark.only_sqlite  # what is written into a page does not depend on the database

FILES = {
    "parts.html": """
{%- macro pic(name, words=none) -%}
<svg {% if words %}aria-label="{{ words }}"{% else %}hidden{% endif %}>{{ name }}</svg>
{%- endmacro -%}
{%- macro tag(word, tone="plain", icon="info") -%}<b class="{{ 'is-' ~ tone }}">{{ pic(icon) }}{{ word }}</b>{%- endmacro -%}
{%- macro list(items, row="x") -%}
{%- for item in items %}{{ loop.index }}{{ tag(item.word, item.tone, icon=row) }}{% else %}none{% endfor -%}
{%- endmacro -%}
{%- macro panel(title, count=none) -%}
{%- set head = title ~ ":" -%}<h2>{{ head }}{% if count is not none %} ({{ count }}){% endif %}</h2>{{ caller() }}
{%- endmacro -%}
{%- macro maybe(title) -%}{{ title }}{% if caller is defined %}[{{ caller() }}]{% endif %}{%- endmacro -%}
{%- macro twice(word) -%}{% set row = word %}{{ row }}{{ row }}{%- endmacro -%}
{%- macro attrs(class, id=none) -%}<i{{ {"class": class, "id": id}|xmlattr }}></i>{%- endmacro -%}
{%- set secret = "of the file" -%}
{%- macro looks(word) -%}{{ secret }} {{ word }}{%- endmacro -%}
{%- macro loud(tag) -%}{{ tag }}{{ pic(tag) }}{%- endmacro -%}
""",
    "base.html": "<title>{% block title %}{% endblock %}</title>{% block main %}nothing{% endblock %}{{ _('Sair') }}",
    "part.html": "{% from 'parts.html' import tag %}{{ tag(row, 'red') }}{{ other }}{% include 'leaf.html' %}",
    "leaf.html": "{{ tag('seen from the one that includes it') }}",
}
HEAD = "{% from 'parts.html' import pic, tag, list, panel, maybe, twice, attrs, looks, loud %}"


@dataclass
class Item:
    word: str
    tone: str


ITEMS = [Item("a<b", "red"), Item("c", "x&y")]
SOURCES = [
    HEAD + "{{ pic('a') }}{{ pic('a', 'b\"c') }}{{ pic(name='<z>') }}",
    HEAD + "{{ tag('w') }}{{ tag(row.word, row.tone) }}{{ tag(icon='i', word=row.word) }}",
    HEAD + "{{ list(items) }}{{ list([]) }}{{ list(items, row='q') }}",
    HEAD
    + "{% for row in items %}{{ loop.index }}{{ list(items) }}{{ tag(row.word, row.tone) }}{% endfor %}{{ row.word }}",
    HEAD
    + "{% set word = 'mine' %}{% call panel(word, 3) %}{{ word }}{% for item in items %}{{ item.word }}{% endfor %}{% endcall %}{{ word }}",
    HEAD
    + "{% set head = 'mine' %}{% call panel('t') %}{{ head }}{% set head = 'inner' %}{{ head }}{% endcall %}{{ head }}",
    HEAD + "{{ maybe('t') }}{% call maybe('u') %}{{ row.word }}{% endcall %}",
    HEAD + "{{ twice(row.word) }}{{ row.word }}{% for row in items %}{{ twice(row.tone) }}{{ row.word }}{% endfor %}",
    HEAD + "{{ attrs('tc-x') }}{{ attrs(class='tc-x', id='i') }}{{ attrs(row.word) }}",
    HEAD + "{{ looks(row.word) }}{{ loud('deep') }}{{ loud(row.word) }}",
    HEAD + "{% set made = tag('w') %}{{ made }}{{ made|length }}{{ tag(pic('inner'), 'red') }}",
    HEAD + "{{ _('%(a)s < %(b)s', a=tag('w'), b=row.word) }}{{ _('100%% de') }}{{ _(row.tone) }}",
    HEAD + "{{ ngettext('%(num)d caso', '%(num)d casos', 1) }}{{ ngettext('%(num)d caso', '%(num)d casos', n) }}",
    "{{ _('%(a)d de %(b)05.1f %(c)s %(d)s %(e)s', a=exact, b=exact, c=true, d=none, e=row.word) }}"
    "{{ ngettext('%(num)d <b>', '%(num)d <i>', n) }}{{ _('%(a)s', a=exact) }}",
    "{% trans n=n %}há {{ n }} coisas{% endtrans %}{% trans %}Sair{% endtrans %}",
    "{% if false %}a{% elif row.word %}b{% else %}c{% endif %}{% if none %}d{% elif 0 %}e{% else %}f{% endif %}{{ 'g' if true else 'h' }}",
    "{% extends 'base.html' %}{% from 'parts.html' import tag %}{% set word = 'set' %}{% block title %}{{ tag('t') }}{{ word }}{% endblock %}"
    "{% block main %}{{ super() }}{% include 'part.html' %}{% for row in items %}{% include 'part.html' %}{% endfor %}{% endblock %}",
    "{% macro own(a, b='z') %}{{ a }}{{ b }}{% endmacro %}{{ own(1) }}{{ own(row.word, b=own(2)) }}{{ own(*[1, 2]) }}",
    "{% set space = namespace(n=0) %}{% for row in items %}{% set space.n = space.n + 1 %}{% endfor %}{{ space.n }}",
    "{% filter upper %}{{ row.word }}{% endfilter %}{% set block %}<b>{{ row.word }}</b>{% endset %}{{ block }}",
    "{{ url_for('people.sign_in') }}{{ url_for('people.sign_in', next='/cases/TC-1?x=ü&y') }}{{ url_for('cases.show', ref=row.tone) }}",
    HEAD
    + "{% for name in ('a', 'b') %}{{ pic(name) }}{{ row.word }}{% endfor %}{% for n in [1] %}{{ loop.index }}{% endfor %}{{ n }}",
    "{% for name in ('a', 'b') %}{% set x = name %}{{ x }}{% endfor %}{% for a, b in ((1, 2),) %}{{ b }}{% else %}z{% endfor %}",
    "{{ static('js/' ~ 'keys' ~ '.js') }}{% for name in ('keys', 'bulk') %}{{ static('js/' ~ name ~ '.js') }}{% endfor %}",
    "{{ csrf_token() }}{{ csrf_token()|length }}",
    "{{ missing_thing|default('d') }}{{ (row.nothing|default('e')) }}",
]


@pytest.fixture
def both(application):
    """Return what a template makes, settled and as Jinja alone makes it."""
    environment = application.jinja_env
    assert isinstance(environment, LanguageEnvironment)

    def make(source, **values):
        made = []
        for settles in (True, False):
            environment.__dict__.pop("_made", None)
            environment.settles = settles
            kept, environment.loader = environment.loader, DictLoader(FILES)
            try:
                made.append(render_template_string(source, **values))
            finally:
                environment.loader, environment.settles = kept, True
                environment.__dict__.pop("_made", None)
        return made

    return make


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("language", ["pt_BR", "en"])
def test_a_settled_template_says_the_same(application, both, source, language):
    with application.test_request_context(), force_locale(language):
        settled, plain = both(source, items=ITEMS, row=ITEMS[0], n=2, other="o", exact=Decimal("7.5"))
    assert settled == plain


@pytest.mark.parametrize(
    "source", [HEAD + "{{ tag() }}", HEAD + "{{ tag('a')}}{{ missing_thing }}", HEAD + "{{ panel('t') }}"]
)
def test_what_is_missing_is_still_missed(application, both, source):
    with application.test_request_context(), pytest.raises(UndefinedError):
        both(source)


def test_sentences_are_found_when_a_template_is_compiled(application):
    with application.test_request_context():
        with force_locale("en"):
            english = application.jinja_env.from_string("{{ _('Sair') }}").render()
        with force_locale("pt_BR"):
            assert application.jinja_env.from_string("{{ _('Sair') }}").render() == "Sair"
    assert english == "Sign out"

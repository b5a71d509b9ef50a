"""A copy of the code in which nobody compiled the translations speaks English all the same, or says that it cannot."""

import gettext
import logging
import os
import resource
import shutil
import subprocess
import sys

import pytest

from teleconsult import create_app
from teleconsult.web import catalogues
from tests import conftest, english


@pytest.fixture
def place(tmp_path):
    folder = tmp_path / "translations/en/LC_MESSAGES"
    folder.mkdir(parents=True)
    shutil.copy(english.PO, folder)
    return folder


def said(place):
    with (place / "messages.mo").open("rb") as file:
        return gettext.GNUTranslations(file).gettext("Sair")


def test_the_application_makes_what_is_missing_when_it_starts(place, tmp_path):
    create_app(conftest.SETTINGS | {"VAR": tmp_path, "BABEL_TRANSLATION_DIRECTORIES": str(place.parents[1])})
    assert said(place) == "Sign out"
    assert [path.name for path in place.iterdir() if path.suffix == ".new"] == []


def test_what_is_older_than_its_text_is_made_anew_and_what_is_not_stays(place, caplog):
    made = place / "messages.mo"
    made.write_bytes(b"old")
    os.utime(made, (0, 0))
    catalogues.ensure(str(place.parents[1]), logging.getLogger("test"))
    assert said(place) == "Sign out"
    made.write_bytes(b"as it is")
    catalogues.ensure(str(place.parents[1]), logging.getLogger("test"))
    assert made.read_bytes() == b"as it is"
    assert caplog.text == ""


def test_where_nothing_can_be_written_it_says_which_language_is_missing_and_starts(place):
    program = (
        "import logging, sys; from teleconsult.web.catalogues import ensure; ensure(sys.argv[1], logging.getLogger())"
    )
    done = subprocess.run(
        [sys.executable, "-B", "-c", program, str(place.parents[1])],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)),
        capture_output=True,
        text=True,
        check=True,
    )
    assert "en is not compiled, and its readers see Portuguese" in done.stderr
    assert "Run tools/bootstrap.sh" in done.stderr
    assert list(place.iterdir()) == [place / "messages.po"]


def test_a_text_that_is_no_catalogue_is_said_and_stops_nothing(place, caplog):
    (place / "messages.po").write_text('<<<<<<< HEAD\nmsgid "a"\nmsgstr "b"\n')
    catalogues.ensure(str(place.parents[1]), logging.getLogger("test"))
    assert "en is not compiled" in caplog.text

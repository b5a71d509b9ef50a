"""The initials under which lists show a patient: of letters and figures, whatever stands before them in a word."""

import pytest

from teleconsult.web.words import initials


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Antônio Ferreira da Silva", "A. F. S."),
        ("RN 2 de Maria Souza (2º gemelar)", "R. 2. M. S. 2. G."),
        ("João “Zé” d'Ávila - Neto", "J. Z. D. N."),
        ("Élida", "É."),
        ("", ""),
    ],
)
def test_initials_are_of_letters(name, shown):
    assert initials(name) == shown

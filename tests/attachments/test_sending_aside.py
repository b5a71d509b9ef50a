"""Sending files without scripts from beside a form of text: the text waits, and "Continuar" leads back to it."""

import io
import re

import pytest

from teleconsult.cases.lifecycle import State
from tests.attachments import samples

TYPED = (("supply", State.AWAITING_INFORMATION, "answer_1"), ("add", State.SUBMITTED, "message"))
WORDS = "Negativa em 4 sítios."


@pytest.mark.parametrize(("verb", "state", "field"), TYPED)
def test_what_is_typed_waits_while_files_go_without_scripts(sign_in, case_in, verb, state, field):
    case, browser = case_in(state).case, sign_in("marina")
    address = f"/cases/{case.ref}/{verb}"
    page = browser.get(address).get_data(as_text=True)
    button = re.search(
        r'<button[^>]*form="formulario" name="(\w+)" value="(\w+)"><svg.*?</svg>Salvar o texto e enviar', page
    )
    assert button, page
    assert re.search(r"<form class=.tc-upload.[^>]* hidden data-upload", page)
    seen = dict(re.findall(r'name="(version|seen)"[^>]*value="(\d+)"', page))
    files = browser.post(address, data=seen | {field: WORDS, button[1]: button[2]}).location
    assert files == f"/cases/{case.ref}/files"
    browser.post(files, data={"files": [(io.BytesIO(samples.PDF), "exame.pdf")]}, content_type="multipart/form-data")
    back = browser.get(files).get_data(as_text=True)
    assert "exame.pdf" in back
    assert f'href="{address}">Continuar' in back
    assert f"{WORDS}</textarea>" in browser.get(address).get_data(as_text=True)

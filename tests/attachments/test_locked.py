"""A PDF that asks for a password is told from one that opens, and both sides read it beside the file."""

import io

import pikepdf
import pytest

from teleconsult import outbox
from teleconsult.attachments import locked as looking
from teleconsult.cases.lifecycle import State
from teleconsult.extensions import db
from teleconsult.outbox import OutboxMessage
from tests.attachments import samples
from tests.attachments.sending import named


def paper(**passwords):
    """Return a PDF of one page."""
    out, pdf = io.BytesIO(), pikepdf.new()
    pdf.add_blank_page()
    pdf.save(out, encryption=pikepdf.Encryption(**passwords) if passwords else False)
    return out.getvalue()


@pytest.mark.parametrize(
    ("body", "locked"),
    [
        (paper(), False),
        (paper(owner="laboratório", user=""), False),
        (paper(owner="laboratório", user="52998224725"), True),
        (samples.PDF, False),
    ],
)
def test_a_pdf_that_asks_for_a_password_says_so_to_both_sides(sign_in, case_in, body, locked):
    """Laboratories send them so: days went by until the specialist asked for another one."""
    browser, draft = sign_in("marina"), case_in(State.DRAFT).case
    sent = browser.post(f"/cases/{draft.ref}/files", data=body, headers=named("hemograma.pdf"))
    assert sent.status_code == 201
    db.session.rollback()
    job = db.session.scalars(db.select(OutboxMessage).where(OutboxMessage.kind == "inspect")).one()
    assert outbox.deliver_one(job.id)
    page = browser.get(f"/cases/{draft.ref}/edit/questions").get_data(as_text=True)
    assert ("Pede senha para abrir." in page) == locked
    assert ('<span class="tc-meta">Envie uma cópia sem senha' in page) == locked  # what to do is no second alarm


def test_a_file_that_left_its_draft_meanwhile_is_no_fault(session):
    looking.look("", {"file": "AR-NENHUM00"}, "x")

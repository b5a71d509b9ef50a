"""The English catalogue as the tests have it, compiled from the .po that stands here now; and what is not English."""

import os
import re
import tempfile
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

PO = Path(__file__).resolve().parents[1] / "teleconsult/translations/en/LC_MESSAGES/messages.po"
MO = PO.with_suffix(".mo")

TELL_TALE = re.compile(
    r"\w*[ãõçàâêô]\w*|\b(?:ainda|aqui|até|casos?|com|como|consultora?|de|das?|dos|ele|ela|em|enviar|esta|este|está|estão|fila"
    r"|foi|há|já|mais|mas|na|nas|nos|novas?|novos?|nenhum|ou|pacientes?|para|parecer|pela|pelo|por|prazo|quando|quem|responder"
    r"|salvar|sem|seu|sua|também|tem|uma?|unidades?|voltar|você)\b",
    re.IGNORECASE,
)
"""What English does not have."""

PROPER = ("Mais Médicos", "Português", "Policlínica Lessa de Andrade", "Espaço Vida")
"""Names that stay as they are."""


def catalogue() -> Catalog:
    """Return what the .po says."""
    with PO.open("rb") as file:
        return read_po(file, locale="en", abort_invalid=True)


def compile_if_stale() -> None:
    """Write the .mo that the product reads, as tools/bootstrap.sh does, unless it says the same already.

    Several workers may do so at once: the file is replaced whole.
    """
    fresh = BytesIO()
    write_mo(fresh, catalogue())
    if MO.exists() and MO.read_bytes() == fresh.getvalue():
        return
    number, name = tempfile.mkstemp(dir=MO.parent, suffix=".mo.new")
    with os.fdopen(number, "wb") as file:
        file.write(fresh.getvalue())
    Path(name).chmod(0o644)
    Path(name).replace(MO)


def portuguese_in(text: str) -> list[str]:
    """Return the words of a text that English does not have."""
    for name in PROPER:
        text = text.replace(name, " ")
    return TELL_TALE.findall(text)

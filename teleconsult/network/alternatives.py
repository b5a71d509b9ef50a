"""Where to turn for what the municipality does not offer: the product's own sentences, kept with the specialties.

They are kept in Portuguese, where a manager may put other words in their place, and shown in the reader's language.
"""

from teleconsult.errors import N_
from teleconsult.web.messages import gettext as _

NO_REFERENCE = N_("Sem referência no município: a vaga é pedida à rede do Estado, pela central de regulação.")
ALTERNATIVES = {
    "oftalmologia": N_("Consultas em clínicas credenciadas ao SUS, fora da Policlínica."),
    "fisiatria": N_("Fisioterapia, na Policlínica Lessa de Andrade."),
    "terapia-ocupacional": N_("Terapia ocupacional no CAPS (Espaço Vida)."),
    "traumatologia-ortopedia": N_("Sem referência no município: urgência em hospital; consulta pela rede do Estado."),
}
"""For these specialties; where the source says nothing, nothing is said."""

_OWN = frozenset({NO_REFERENCE, *ALTERNATIVES.values()})


def shown(text: str) -> str:
    """Return where to turn in the reader's language; what a manager wrote as it was written."""
    return _(text) if text in _OWN else text

"""What the source of 2004 says of units and specialties beside the facts, in the language of whoever reads it.

It stands in the database as it was loaded: where each reading comes from in English, details in Portuguese. What a
manager writes in its place is shown as it was written.
"""

from teleconsult.errors import N_
from teleconsult.network import alternatives
from teleconsult.web.messages import gettext as _

NOTES = {
    (
        "Booking line 3446-2631 is printed in Anexo I (p. 34). Opening hours 7:00-17:00 Mon-Fri (p. 20). "
        '"Herbiatra" (p. 88) / "Hebeatria" (p. 36) normalised to Hebiatria.'
    ): N_(
        "A linha de marcação 3446-2631 está no Anexo I (p. 34). Aberta das 7:00 às 17:00, de segunda a sexta (p. "
        "20). “Herbiatra” (p. 88) e “Hebeatria” (p. 36) foram lidas como Hebiatria."
    ),
    (
        'House number: p. 87 "l64/ San Martin", p. 88 "1641 San Martin" - read as 164 with a slash. San Martin is '
        "not among the 12 bairros listed on p. 14."
    ): N_(
        "Número da casa: “l64/ San Martin” na p. 87 e “1641 San Martin” na p. 88, lido como 164 e uma barra. San "
        "Martin não está entre os 12 bairros da p. 14."
    ),
    (
        'Named "Sítio do Cardoso" in Quadro 1 and Anexo V, "Sítio Cardoso" in Anexos VI/VII. Street spelt '
        '"Landin" in both annexes.'
    ): N_(
        "“Sítio do Cardoso” no Quadro 1 e no Anexo V, “Sítio Cardoso” nos Anexos VI e VII. Rua escrita “Landin” "
        "nos dois anexos."
    ),
    'Neighbourhood printed as the abbreviation "CDU".': N_("Bairro impresso pela sigla “CDU”."),
    "No phone printed. Not in Quadro 1. Neighbourhood as printed; not among the 12 bairros of p. 14.": N_(
        "Sem telefone impresso. Não está no Quadro 1. Bairro como foi impresso; não está entre os 12 da p. 14."
    ),
    "Not in the list of USF of Anexo V (p. 86), which names 15; present in Quadro 1 and Anexos VI/VII.": N_(
        "Não está na lista de USF do Anexo V (p. 86), que tem 15; está no Quadro 1 e nos Anexos VI e VII."
    ),
    (
        'OCR "3271-0 19213454-4504/3227-6857": the "1" after 0192 is the slash; confirmed by the 8-digit format '
        "and by p. 88."
    ): N_(
        "O leitor óptico leu “3271-0 19213454-4504/3227-6857”: o “1” depois de 0192 é a barra, como confirmam os "
        "oito algarismos e a p. 88."
    ),
    (
        'OCR "3274-486912580" in both annexes = "3274-4869/2580". Second item is printed as four digits only; '
        "probably 3274-2580, not expanded here."
    ): N_(
        "O leitor óptico leu “3274-486912580” nos dois anexos, que é “3274-4869/2580”. O segundo número tem só "
        "quatro algarismos; deve ser 3274-2580, e ficou como está."
    ),
    'Second number printed without hyphen ("32722517") in both annexes.': N_(
        "Segundo número impresso sem hífen (“32722517”) nos dois anexos."
    ),
    "Separator between the 2nd and 3rd number missing in both annexes.": N_(
        "Falta a separação entre o segundo e o terceiro número nos dois anexos."
    ),
    "Services text comes from the body (pp. 8, 13, 28), not from the annexes.": N_(
        "O texto dos serviços vem do corpo do documento (pp. 8, 13 e 28), não dos anexos."
    ),
    'Slash between the numbers read as "1" by the OCR.': N_(
        "A barra entre os números foi lida como “1” pelo leitor óptico."
    ),
    'Slash between the numbers read as "1". "Sínos" in Anexos VI/VII, "Sinos" in Quadro 1.': N_(
        "A barra entre os números foi lida como “1”. “Sínos” nos Anexos VI e VII, “Sinos” no Quadro 1."
    ),
    (
        'Slash between the numbers read as "1". In p. 87 the address line is merged with that of Rosa Selvagem; '
        "p. 88 separates them."
    ): N_(
        "A barra entre os números foi lida como “1”. Na p. 87 o endereço está junto com o de Rosa Selvagem; a p. "
        "88 os separa."
    ),
    (
        'Source conflict, not OCR: Quadro 1 (p. 37) prints "US 27 - Emocy Krause"; Anexos V, VI and VII list it '
        "as USF. kind=usf because 16 USF + 4 US on p. 18 only adds up that way."
    ): N_(
        "A própria fonte se contradiz: o Quadro 1 (p. 37) traz “US 27 - Emocy Krause”; os Anexos V, VI e VII, uma "
        "USF. Ficou USF porque só assim se somam as 16 USF e 4 US da p. 18."
    ),
    (
        'Street printed "Rualtaperanga" by the OCR in both annexes: best reading "Rua Itaperanga" (could be '
        'Itapiranga). Slash between phones read as "1".'
    ): N_(
        "O leitor óptico leu “Rualtaperanga” nos dois anexos: deve ser “Rua Itaperanga” (pode ser Itapiranga). A "
        "barra entre os telefones foi lida como “1”."
    ),
    'Street spelt "Deus Dara" in both annexes (probably Deusdará).': N_(
        "Rua escrita “Deus Dara” nos dois anexos (deve ser Deusdará)."
    ),
    'The name "Espaço Vida" comes from Anexo V (p. 85).': N_("O nome “Espaço Vida” vem do Anexo V (p. 85)."),
    "Anexo V (p. 84) also counts 6 social workers on the Policlínica staff.": N_(
        "O Anexo V (p. 84) conta também 6 assistentes sociais na equipe da Policlínica."
    ),
    "Anexo V (p. 84) counts 6 nurses on the Policlínica staff, but nursing is not in its list of specialties.": N_(
        "O Anexo V (p. 84) conta 6 enfermeiros na equipe da Policlínica, mas a enfermagem não está na sua lista "
        "de especialidades."
    ),
    "Component of Medicina Física; offered at the CAPS (p. 88), not listed for the Policlínica.": N_(
        "Parte da Medicina Física; oferecida no CAPS (p. 88), não consta na Policlínica."
    ),
    'Counted inside "Outros" in Anexo III (01 professional).': N_("Contada em “Outros” no Anexo III (1 profissional)."),
    "Counted inside Medicina Física in Anexo III (02 professionals).": N_(
        "Contada em Medicina Física no Anexo III (2 profissionais)."
    ),
    (
        'Full name varies: p. 20 "para crianças e Adolescentes vítimas de violência", p. 36 "Criança e '
        'Adolescente", p. 88 "em Criança e Adolescente".'
    ): N_(
        "O nome completo varia: “para crianças e Adolescentes vítimas de violência” na p. 20, “Criança e "
        "Adolescente” na p. 36, “em Criança e Adolescente” na p. 88."
    ),
    "Grouping of the Portaria/Anexo III; at the Policlínica homeopatia, geriatria and infectologia are counted.": N_(
        "Grupo da Portaria e do Anexo III; na Policlínica contam homeopatia, geriatria e infectologia."
    ),
    "Grouping of the Portaria/Anexo III; at the Policlínica only Fisioterapia (02 professionals) is counted.": N_(
        "Grupo da Portaria e do Anexo III; na Policlínica conta só a Fisioterapia (2 profissionais)."
    ),
    (
        "In the body text (p. 20) and Anexo III (01 professional, no 2003 consultations printed), but in neither "
        "list on pp. 36/88."
    ): N_(
        "No corpo do texto (p. 20) e no Anexo III (1 profissional, sem consultas de 2003), mas em nenhuma das "
        "listas das pp. 36 e 88."
    ),
    "Named only as a component of Medicina Física.": N_("Só aparece como parte da Medicina Física."),
    "Named only as a component of Outros.": N_("Só aparece como parte de “Outros”."),
    "Not provided at the Policlínica; yearly referral of 4,020 attendances in SUS-contracted clinics (p. 79).": N_(
        "Não é oferecida na Policlínica; 4.020 atendimentos por ano em clínicas credenciadas ao SUS (p. 79)."
    ),
    "Only in the body text, p. 20.": N_("Só no corpo do texto, p. 20."),
    'Only in the notes of Anexo III (p. 79): 01 professional, counted inside "Outros".': N_(
        "Só nas notas do Anexo III (p. 79): 1 profissional, contado em “Outros”."
    ),
    'Printed "Clínica" on pp. 36/88, "clínica médica" on p. 20 (basic-care nucleus for PACS areas without PSF).': N_(
        "Impressa “Clínica” nas pp. 36 e 88 e “clínica médica” na p. 20 (núcleo de atenção básica para áreas de "
        "PACS sem PSF)."
    ),
    'Printed "Hebeatria" (p. 36) and "Herbiatra" (p. 88); normalised to Hebiatria.': N_(
        "Impressa “Hebeatria” (p. 36) e “Herbiatra” (p. 88); lida como Hebiatria."
    ),
    'p. 20 expands SAE as "Serviço de Atenção Especializada".': N_(
        "A p. 20 escreve SAE por extenso como “Serviço de Atenção Especializada”."
    ),
    'p. 20 names "ginecologia" in the basic-care nucleus.': N_(
        "A p. 20 cita “ginecologia” no núcleo de atenção básica."
    ),
    'p. 20; counted inside "Outros" in Anexo III (03 professionals). Not in the lists of pp. 36/88.': N_(
        "p. 20; contada em “Outros” no Anexo III (3 profissionais). Não está nas listas das pp. 36 e 88."
    ),
    "p. 20; inside Dermatologia in the Portaria; see also the Tuberculose e Hanseníase programme.": N_(
        "p. 20; dentro da Dermatologia na Portaria; veja também o programa de Tuberculose e Hanseníase."
    ),
    "p. 21; high-complexity exams remain under State management.": N_(
        "p. 21; os exames de alta complexidade continuam com a gestão do Estado."
    ),
    "pp. 10 and 23.": N_("pp. 10 e 23."),
}
"""Where a reading comes from: as it was loaded, and in Portuguese."""

DETAILS = frozenset(
    {
        N_("(pediatria) na p. 88; inclui Imunologia na Portaria"),
        N_("Clínica médica (núcleo de atenção básica)"),
        N_("Inclui hansenologia na Portaria"),
        N_("Inclui Metabologia na Portaria"),
        N_("Hanseníase e Reumatologia"),
        N_("Colposcopia"),
        N_("Na Portaria, incluída em Ginecologia"),
        N_("Clínica, Endodontia, Periodontia e Odontopediatria"),
        N_("Subárea de Odontologia"),
        N_("Inclui Broncoesofagologia na Portaria"),
        N_("Fisiatria, Fisioterapia e Terapia Ocupacional"),
        N_("Medicina nuclear, homeopatia, geriatria, acupuntura, infectologia e genética clínica"),
        N_("Vítimas de violência"),
        N_("Referência municipal em DST/AIDS (p. 20)"),
        N_("Aberto também sábados, domingos e feriados (p. 20)"),
        N_("Citologia e prevenção de câncer de mama: demanda espontânea"),
        N_("Coleta noturna de gota espessa, segunda a quinta-feira (p. 20)"),
        N_("Imunização básica: demanda espontânea"),
        N_("Demanda espontânea"),
        N_("Prevenção de incapacidades em hanseníase"),
        N_("Referência municipal; convênio Ministério da Saúde, UFPE e Prefeitura do Recife"),
        N_("Oferta das USF"),
        N_("Oferta das US, USF (Enfermeiro) e CAPS"),
        N_("Oferta do CAPS"),
    }
)


def shown(text: str) -> str:
    """Return a text of the source, or of the product about it, in the reader's language; any other as it was written."""
    return _(NOTES.get(text, text)) if text in NOTES or text in DETAILS else alternatives.shown(text)


def says(words: str, text: str) -> bool:
    """Tell whether somebody sent a text of the source back as it was shown to them, in whatever language."""
    return words in {text, NOTES.get(text, text), shown(text)}

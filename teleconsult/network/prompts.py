"""What helps the specialist of each specialty to answer without seeing the patient: the product's own sentences.

They are kept with the specialties, in Portuguese, where a manager may put other words in their place, and shown beside the
request form in the reader's language.
"""

from teleconsult.errors import N_
from teleconsult.web.messages import gettext as _

PROMPTS = {
    "cardiologia": (
        N_("Pressão nas duas últimas medidas, frequência e ritmo"),
        N_("ECG recente; ecocardiograma ou teste de esforço, se houver"),
        N_("Medicamentos em uso com dose, e se são tomados"),
        N_("Dispneia, edema, síncope ou dor: desde quando e com que esforço"),
    ),
    "dermatologia": (
        N_("Foto de longe, que mostre onde fica, e foto de perto, em foco, com luz do dia"),
        N_("Tempo de evolução, coceira, dor e o que piora"),
        N_("Sensibilidade ao calor, à dor e ao toque nas manchas"),
        N_("O que já foi usado, por quanto tempo e com que resultado"),
    ),
    "endocrinologia": (
        N_("HbA1c e glicemias, com as datas"),
        N_("Peso, altura e como o peso mudou"),
        N_("TSH e T4 livre, se a dúvida é da tireoide"),
        N_("Doses atuais, insulina com horários, e hipoglicemias"),
    ),
    "gastroenterologia": (
        N_("Relação dos sintomas com a alimentação e com o intestino"),
        N_("Perda de peso, sangramento, anemia ou dificuldade para engolir"),
        N_("Enzimas do fígado, hemograma e endoscopia, se houver"),
        N_("Anti-inflamatórios, álcool e o que já foi tratado"),
    ),
    "geriatria": (
        N_("O que a pessoa faz sozinha e o que deixou de fazer"),
        N_("Todos os medicamentos, com dose e horário"),
        N_("Quedas, memória, humor e sono"),
        N_("Quem cuida e com quem mora"),
    ),
    "ginecologia-obstetricia": (
        N_("Data da última menstruação, gestações e método em uso"),
        N_("Idade gestacional e como foi calculada"),
        N_("Último preventivo, com a data e o resultado"),
        N_("Exame especular e ultrassom, se houver"),
    ),
    "hematologia": (
        N_("Hemograma completo, com os anteriores para comparar"),
        N_("Ferritina, reticulócitos e B12, se houver"),
        N_("Sangramentos, gânglios, febre e perda de peso"),
        N_("Transfusões e casos na família"),
    ),
    "mastologia": (
        N_("Em que mama e em que quadrante, e há quanto tempo"),
        N_("Tamanho, consistência, pele e saída pelo mamilo"),
        N_("Mamografia ou ultrassom, com a data e a categoria"),
        N_("Câncer de mama ou de ovário na família"),
    ),
    "neurologia": (
        N_("Como começou, quanto dura e com que frequência"),
        N_("Força, sensibilidade, marcha e nervos cranianos ao exame"),
        N_("Sinais de alarme: início súbito, febre, piora ao deitar, crise nova"),
        N_("Imagem ou eletroencefalograma, se houver"),
    ),
    "odontologia": (
        N_("Foto da boca aberta, com boa luz, e o número do dente"),
        N_("Dor: espontânea ou provocada, desde quando"),
        N_("Radiografia, se houver"),
        N_("Anticoagulantes, bifosfonatos, diabetes e alergias"),
    ),
    "otorrinolaringologia": (
        N_("De que lado, desde quando e quantas vezes no último ano"),
        N_("Otoscopia; foto do tímpano ou da garganta, se houver"),
        N_("Audição, zumbido, tontura ou rouquidão: quanto tempo"),
        N_("Antibióticos já usados"),
    ),
    "pediatria": (
        N_("Peso, altura e perímetro cefálico, com a curva"),
        N_("Gestação, parto e vacinas"),
        N_("O que a criança já faz e o que deixou de fazer"),
        N_("Alimentação, sono e escola"),
    ),
    "proctologia": (
        N_("Sangramento: cor, quantidade e relação com a evacuação"),
        N_("Mudança do hábito intestinal e perda de peso"),
        N_("Exame da região e toque, se foi feito"),
        N_("Câncer de intestino na família"),
    ),
    "psiquiatria": (
        N_("Desde quando, e o que mudou no sono, na comida e no trabalho"),
        N_("Ideias de morte ou de se ferir: pergunte e escreva a resposta"),
        N_("Remédios já usados, com dose, tempo e resultado"),
        N_("Álcool e outras substâncias; apoio da família"),
    ),
    "reumatologia": (
        N_("Quais articulações, com inchaço ou só dor"),
        N_("Rigidez pela manhã: quantos minutos"),
        N_("VHS, PCR, fator reumatoide e anti-CCP, se houver"),
        N_("Febre, lesões de pele, olho vermelho"),
    ),
    "tisiopneumologia": (
        N_("Tosse: há quantas semanas, com catarro ou sangue"),
        N_("Baciloscopia ou teste rápido, com a data"),
        N_("Radiografia do tórax; espirometria, se houver"),
        N_("Fumo em maços por ano, contato com tuberculose"),
    ),
    "urologia": (
        N_("Jato, esforço para urinar e quantas vezes levanta à noite"),
        N_("PSA com a data, e o toque, se foi feito"),
        N_("Urina tipo 1, urocultura e ultrassom"),
        N_("Dor, sangue na urina e retenção"),
    ),
}
"""For these specialties, a line each."""

_OWN = frozenset(line for lines in PROMPTS.values() for line in lines)


def shown(prompts: str) -> list[str]:
    """Return the lines in the reader's language; what a manager wrote as it was written."""
    return [_(line) if line in _OWN else line for line in prompts.splitlines()]

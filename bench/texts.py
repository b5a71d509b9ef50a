"""Invented clinical texts, of the length that clinicians write, put together from a seeded choice of sentences."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from teleconsult.coding.words import undotted, words_of

RARE = "xantogranuloma"
"""Stands in twenty cases, whatever the size."""

COMMON = "anticoagulante"
"""Stands in a tenth of the cases."""

_SENTENCES = {
    "story": (
        "Refere {sign} há cerca de {n} {unit}, com piora progressiva nas últimas semanas",
        "Nega febre, perda de peso ou internações recentes",
        "Tem diagnóstico de {problem} desde {year}, em acompanhamento irregular na unidade",
        "Usa {drug} {n} mg ao dia, sem efeitos indesejados percebidos",
        "Já tentou {drug} por {n} {unit}, com melhora parcial e retorno dos sintomas",
        "O quadro atrapalha o sono e o trabalho, e a família está preocupada",
        "Na infância teve {problem}; mãe e irmão com história semelhante",
        "Procurou a urgência {n} vezes no último ano por causa de {sign}",
        "Não fuma há {n} anos e não bebe; mora com a família no bairro",
        "Trabalha com movimento repetido e passa muitas horas em pé",
    ),
    "exam": (
        "Bom estado geral, corada, hidratada, eupneica",
        "Ausculta cardíaca com ritmo regular em dois tempos, sem sopros audíveis",
        "Murmúrio vesicular presente, sem ruídos adventícios",
        "Abdome plano, indolor, sem massas palpáveis",
        "Nota-se {sign} à direita, de {n} cm, sem sinais de inflamação",
        "Força preservada nos quatro membros, reflexos simétricos",
        "Exames de {year}: hemoglobina {n},2 g/dL, creatinina 0,{n} mg/dL, glicemia de jejum 9{n} mg/dL",
    ),
    "thought": (
        "A principal hipótese é {problem}",
        "Pensamos também em {problem}, menos provável pela evolução",
        "Chama atenção a falta de resposta a {drug}",
    ),
    "plan": (
        "Iniciado {drug} {n} mg de 12 em 12 horas, com retorno em {n} {unit}",
        "Solicitados hemograma, função renal e eletrocardiograma",
        "Orientados sinais de alerta e medidas não farmacológicas",
    ),
    "message": (
        "Acrescento que {sign} voltou ontem, agora com menor intensidade",
        "Segue o exame pedido; o laboratório confirmou o resultado em segunda amostra",
        "A paciente conseguiu suspender {drug} sem piora",
        "Seria possível antecipar a resposta? O retorno na unidade está marcado para a próxima semana",
        "Obrigado pela orientação, já foi passada à equipe de enfermagem",
        "Vi as imagens com calma: a lesão tem bordas regulares e cor homogênea",
    ),
    "reasoning": (
        "O conjunto de idade, tempo de evolução e exame torna {problem} o diagnóstico mais provável",
        "A imagem enviada mostra {sign}, sem os achados que fariam pensar em {problem}",
        "A falta de resposta a {drug} é esperada com a dose usada e não exclui o diagnóstico",
        "Os exames de {year} já apontavam nessa direção",
    ),
    "conduct": (
        "Sugiro {drug} {n} mg ao dia por {n} {unit}, com reavaliação na própria unidade",
        "Repetir função renal e potássio em {n} semanas",
        "Manter as medidas não farmacológicas e registrar a pressão em casa",
        "Se houver melhora, reduzir a dose pela metade e suspender depois de {n} semanas",
    ),
    "warning": (
        "Encaminhar à urgência se houver dor torácica, falta de ar em repouso ou síncope",
        "Perda de força, febre persistente ou piora rápida de {sign}",
    ),
    "question": (
        "O quadro sugere {problem} ou devo pensar em outra causa?",
        "Posso iniciar {drug} na unidade ou é preciso avaliar antes?",
        "Quais exames ainda são necessários neste momento?",
        "É caso de encaminhamento presencial?",
    ),
    "answer": (
        "Sim, o quadro é compatível com {problem}; não há necessidade de outro exame agora",
        "Pode iniciar {drug} na dose de {n} mg, observando a função renal",
        "Por enquanto não; acompanhe na unidade e volte a perguntar se {sign} persistir",
    ),
    "complaint": ("{sign} há {n} {unit}", "Dúvida sobre {drug} em {problem}", "{problem} sem resposta ao tratamento"),
}
_WORDS = {
    "sign": (
        "dor lombar", "tontura rotatória", "mancha hipocrômica", "tosse seca", "edema de membros inferiores",
        "prurido noturno", "cefaleia em pressão", "palpitações", "nódulo móvel", "formigamento nas mãos",
        "queda de cabelo", "visão turva", "azia após as refeições", "zumbido", "rigidez matinal",
    ),
    "problem": (
        "hipertensão arterial", "diabetes tipo 2", "hanseníase", "asma persistente", "hipotireoidismo",
        "dermatite seborreica", "enxaqueca", "fibrilação atrial", "artrite reumatoide", "gastrite crônica",
        "insuficiência cardíaca", "doença renal crônica", "epilepsia", "urticária crônica", "anemia ferropriva",
    ),
    "drug": (
        "losartana", "metformina", "prednisona", "amitriptilina", "levotiroxina", "omeprazol", "hidroclorotiazida",
        "sinvastatina", "dipirona", "loratadina", "carbamazepina", "sulfato ferroso",
    ),
    "unit": ("dias", "semanas", "meses"),
}  # fmt: skip

FIRST = (
    "Maria", "Ana", "Josefa", "Francisca", "Severina", "Antônia", "Luzia", "Marta", "José", "João", "Antônio",
    "Severino", "Manoel", "Pedro", "Luiz", "Cícero", "Edvaldo", "Rafael", "Beatriz", "Conceição",
)  # fmt: skip
LAST = (
    "Silva", "Santos", "Oliveira", "Souza", "Lima", "Ferreira", "Alves", "Gomes", "Barbosa", "Cavalcanti", "Melo",
    "Albuquerque", "Nascimento", "Pereira", "Ramos", "Tenório", "Farias", "Siqueira", "Duarte", "Cordeiro",
)  # fmt: skip


@dataclass(frozen=True)
class Text:
    """A text and the words under which it is found."""

    words: str
    found: frozenset[str]


def text(words: str) -> Text:
    """Return a text with the words under which it is found."""
    return Text(words, frozenset(words_of(undotted(words))))


class Pool:
    """Texts of every kind, made once: a case takes some of each."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self.stories = self._many("story", 7, 300)
        self.exams = self._many("exam", 5, 200)
        self.thoughts = self._many("thought", 2, 150)
        self.plans = self._many("plan", 2, 150)
        self.messages = self._many("message", 1, 300)
        self.reasonings = self._many("reasoning", 3, 200)
        self.conducts = self._many("conduct", 4, 200)
        self.warnings = self._many("warning", 1, 60)
        self.questions = self._many("question", 1, 150)
        self.answers = self._many("answer", 1, 150)
        self.complaints = [text(one.words.rstrip(".")[:160]) for one in self._many("complaint", 1, 150)]
        self.reasons = [text(words) for words in ("Em turno nesta semana.", "Menor fila da especialidade.")]

    def _many(self, kind: str, sentences: int, count: int) -> list[Text]:
        return [text(self._paragraph(_SENTENCES[kind], sentences)) for _ in range(count)]

    def _paragraph(self, sentences: Sequence[str], count: int) -> str:
        chosen = self._rng.sample(sentences, min(count, len(sentences)))
        return " ".join(self._filled(sentence) for sentence in chosen)

    def _filled(self, sentence: str) -> str:
        made = sentence.format(
            n=self._rng.randint(2, 9),
            year=self._rng.randint(2019, 2025),
            **{name: self._rng.choice(words) for name, words in _WORDS.items()},
        )
        made = made[0].upper() + made[1:]
        return made if made.endswith("?") else f"{made}."

    def name(self) -> str:
        """Return the name of an invented person."""
        one = self._rng
        return f"{one.choice(FIRST)} {one.choice(LAST)} {one.choice(LAST)}"

"""The main job, as its people live it: each function is one person's part, from their home page on."""

from email.message import EmailMessage
from io import BytesIO

from PIL import Image
from playwright.sync_api import FilePayload, Locator, expect

from tests import world
from tests.attachments import samples
from tests.browser.people import Somebody
from tests.browser.site import Site
from tests.servers.smtp import Mail

PATIENT = world.SECRET_NAME
COMPLAINT = "Manchas claras com perda de sensibilidade há 8 meses"
QUESTIONS = ("As lesões são compatíveis com hanseníase?", "Posso tratar na unidade?")
ANSWER = "Sim: paucibacilar, pelo número de lesões e pela perda de sensibilidade."
FOLLOW_UP = "E se aparecer dor no nervo ulnar durante o tratamento?"


def photograph(color: tuple[int, int, int]) -> bytes:
    """Return a picture that a telephone could have taken, of its own content."""
    out = BytesIO()
    Image.new("RGB", (640, 480), color).save(out, "JPEG")
    return out.getvalue()


def files() -> list[FilePayload]:
    return [
        {"name": "antebraço direito.jpg", "mimeType": "image/jpeg", "buffer": photograph((180, 140, 110))},
        {"name": "dorso.jpg", "mimeType": "image/jpeg", "buffer": photograph((150, 110, 90))},
        {"name": "baciloscopia.pdf", "mimeType": "application/pdf", "buffer": samples.PDF},
    ]


def ask(marina: Somebody) -> str:
    """Draft a request in its steps, with files, and send it; return its reference."""
    marina.follow("Novo caso")
    marina.page.get_by_label(marina.say("Especialidade")).select_option("dermatologia")
    marina.press("Começar")
    ref = marina.page.url.split("/")[4]
    about_the_patient(marina)
    about_the_case(marina)
    what_is_asked(marina)
    marina.page.wait_for_url("**/edit/review")
    expect(marina.page.locator("#falta-tudo")).to_have_count(0)
    marina.press("Enviar")
    marina.page.wait_for_url(f"**/cases/{ref}")
    marina.reads("Na fila")
    return ref


def about_the_patient(marina: Somebody) -> None:
    marina.write("Nome completo", PATIENT)
    marina.write("Data de nascimento", "14/03/1979")
    marina.choose("Sexo", "Feminino")
    marina.write("Nome da mãe", "Josefa Conceição")
    marina.choose("Quem consentiu", "O próprio paciente")
    marina.choose("Como foi dado", "Em conversa, registrado no prontuário")
    marina.press("Quadro clínico")
    if "/match" in marina.page.url:
        # The journeys of one site ask about one patient: whoever comes second is asked whether it is the same.
        marina.page.get_by_role("radio").first.check()
        marina.press("Confirmar e continuar")


def about_the_case(marina: Somebody) -> None:
    marina.page.wait_for_url("**/edit/clinical")
    marina.write("Motivo, em uma linha", COMPLAINT)
    marina.write("História", "Manchas no antebraço e no dorso, **sem coceira**, aumentando.")
    marina.write("Exame físico e resultados", "Seis manchas hipocrômicas, 2 a 6 cm; sensibilidade diminuída.")
    marina.write("Pressão, mmHg", "128/82")
    marina.look_up("Problemas e diagnósticos", "A30", "A30")
    marina.is_saved()
    marina.press("Perguntas e arquivos")


def what_is_asked(marina: Somebody) -> None:
    marina.page.wait_for_url("**/edit/questions")
    first, second = marina.within("Pergunta 1"), marina.within("Pergunta 2")
    first.get_by_label(marina.say("O que você quer saber")).fill(QUESTIONS[0])
    first.get_by_label(marina.say("Tipo de pergunta")).select_option("diagnosis")
    marina.page.get_by_text(marina.say("Outras perguntas")).click()
    second.get_by_label(marina.say("O que você quer saber")).fill(QUESTIONS[1])
    second.get_by_label(marina.say("Tipo de pergunta")).select_option("treatment")
    marina.choose("Prioridade", "Rotina")
    marina.choose("Sem a teleconsultoria, você encaminharia este paciente hoje?", "Sim, encaminharia hoje")
    marina.send_files(files())
    marina.press("Revisar e enviar")


def give_to(rosangela: Somebody, ref: str, consultant: str) -> None:
    """Mark the case on the desk and give it to a consultant."""
    rosangela.at("/desk")
    row = rosangela.page.locator(f"li:has(a[href$='{ref}'])")
    while not row.count():  # other journeys have left cases that are due before it
        address = rosangela.page.url
        rosangela.follow("Seguintes")
        expect(rosangela.page).not_to_have_url(address)
    row.get_by_role("checkbox").check()
    rosangela.press("Distribuir os marcados")
    person = rosangela.page.get_by_role("combobox").first
    person.select_option(label=_choice_of(person, consultant))
    rosangela.write("Motivo, na linha do tempo de cada caso", "Combinado com a equipe.")
    rosangela.press("Distribuir")
    expect(rosangela.page.locator(f"li:has(a[href$='{ref}'])")).to_have_count(1)
    rosangela.at("/desk")
    expect(rosangela.page.locator(f"li:has(a[href$='{ref}'])")).to_have_count(0)


def _choice_of(select: Locator, name: str) -> str:
    """Return the line of a select that names somebody, with whatever else it says of them."""
    return next(line for line in select.locator("option").all_inner_texts() if name in line)


def answer(paulo: Somebody, ref: str) -> None:
    """Read the request and its files, and answer every question."""
    paulo.at(f"/cases/{ref}")
    paulo.sees_title(PATIENT)
    paulo.shows(QUESTIONS[0])
    expect(paulo.page.locator("#arquivos > li")).to_have_count(len(files()))
    write_opinion(paulo, {1: ANSWER, 2: "Sim, com o esquema paucibacilar."})
    paulo.press("Enviar o parecer")
    paulo.reads("Respondido")


def write_opinion(paulo: Somebody, answers: dict[int, str]) -> None:
    for number, text in answers.items():
        paulo.page.locator(f"[name=answer_{number}]").fill(text)
    paulo.write("Conduta", "- Iniciar o tratamento\n- Avaliar os contatos")
    paulo.write("Sinais de alerta", "Dor em nervo, perda de força ou febre.")
    paulo.is_saved()


def ask_again(marina: Somebody, ref: str) -> None:
    """Read the answer and ask what it left open."""
    marina.at(f"/cases/{ref}")
    marina.shows(ANSWER)
    marina.follow("Perguntar de novo")
    marina.write("Sua dúvida", FOLLOW_UP)
    marina.press("Perguntar de novo")
    marina.reads("Com %(person)s", person="Dr. Paulo Nogueira")


def conclude(paulo: Somebody, ref: str) -> None:
    """Answer the new question, with the diagnosis, and conclude."""
    paulo.at(f"/cases/{ref}")
    paulo.shows(FOLLOW_UP)
    paulo.look_up("Diagnóstico", "A30", "A30")
    write_opinion(paulo, {3: "Prednisona e avaliação neurológica em 48 horas."})
    paulo.choose("Decisão", "Responder e concluir")
    paulo.press("Enviar o parecer")
    paulo.reads("Concluído")


def tell_the_outcome(marina: Somebody, ref: str) -> None:
    """Read the conclusion and say what came of it."""
    marina.at(f"/cases/{ref}")
    marina.reads("Concluído")
    marina.choose("Satisfação com a resposta", "Muito satisfeito")
    marina.choose("A dúvida foi resolvida?", "Sim, por inteiro")
    marina.press("Enviar")


def was_told_by_mail(mail: Mail, ref: str) -> None:
    """Both sides have got a mail that names the case by its reference, and nobody's patient."""

    def about(person: str) -> list[EmailMessage]:
        return [m for m in mail.messages if ref in m.as_string() and m["To"] == f"{person}@rede.example"]

    Site.wait_until(lambda: bool(about("marina") and about("paulo")), seconds=30)
    for message in about("marina") + about("paulo"):
        text = message.get_content()
        assert "Severina" not in text
        assert COMPLAINT not in text

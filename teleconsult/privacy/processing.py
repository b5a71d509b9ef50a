"""The record of processing (LGPD, article 37): which personal data is kept, whose, what for, on what ground, for how long.

The columns come from the marks in the models; what a mark cannot say stands in `ACTIVITIES`. Grounds are those of a public
network of care; the body that runs an installation has them confirmed by its data protection officer.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import click
from flask.cli import with_appcontext
from flask_babel import force_locale

from teleconsult import outbox
from teleconsult.errors import N_
from teleconsult.extensions import db
from teleconsult.people import forgetting, kept
from teleconsult.web.messages import gettext as _

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = {"pt_BR": "registro-de-tratamento.md", "en": "record-of-processing.md"}

PATIENTS, PROFESSIONALS = N_("pacientes"), N_("profissionais da rede")
CARE = N_("Tutela da saúde (LGPD, art. 11, II, f) e política pública de saúde (art. 7º, III; art. 11, II, b)")
LAW = N_("Obrigação legal de guardar o prontuário (Lei 13.787/2018; LGPD, art. 7º, II; art. 11, II, a)")
SERVICE = N_("Política pública de saúde (LGPD, art. 7º, III)")
TWENTY_YEARS = N_("Vinte anos depois do último registro (Lei 13.787/2018, art. 6º); nada é apagado antes.")
ACCOUNT = N_("Enquanto houver registro de algum ato da pessoa; uma conta que agiu é desligada, nunca apagada.")


@dataclass(frozen=True)
class Activity:
    """One thing that is done with personal data. Words are message ids."""

    title: str
    whose: tuple[str, ...]
    purpose: str
    grounds: tuple[str, ...]
    seen_by: str
    kept: str
    tables: tuple[str, ...]
    days: int = 0
    """Fills `%(days)d` of `kept`."""


ACTIVITIES = (
    Activity(
        N_("Cadastro de pacientes"),
        (PATIENTS,),
        N_("Saber de quem é cada caso, e que dois casos são da mesma pessoa."),
        (CARE, LAW),
        N_(
            "Quem escreve ou acompanha um caso do paciente; quem administra os cadastros. Cada leitura fica registrada."
        ),
        TWENTY_YEARS,
        ("patients", "patient_names", "patient_merges"),
    ),
    Activity(
        N_("Casos, pareceres e arquivos"),
        (PATIENTS, PROFESSIONALS),
        N_(
            "Pedir e dar uma segunda opinião: a história, as perguntas, os exames, o parecer, a conduta e o consentimento."
        ),
        (CARE, LAW),
        N_(
            "As partes do caso; a gestão, com motivo, por uma hora. O consultor que ainda não tem o caso não vê o nome."
        ),
        TWENTY_YEARS,
        (
            "cases",
            "case_patients",
            "case_drafts",
            "case_problems",
            "case_questions",
            "case_consents",
            "case_events",
            "case_openings",
            "declines",
            "information_requests",
            "information_items",
            "missing_items",
            "opinions",
            "opinion_answers",
            "opinion_diagnoses",
            "opinion_drafts",
            "outcomes",
            "outcomes_later",
            "attachments",
        ),
    ),
    Activity(
        N_("Consultas presenciais"),
        (PATIENTS, PROFESSIONALS),
        N_("Encaminhar, marcar e lembrar a consulta, e devolver à unidade o que nela se viu."),
        (CARE, LAW),
        N_("As partes do caso; quem marca as consultas do distrito; a unidade executora, na agenda do dia."),
        TWENTY_YEARS,
        (
            "referrals",
            "counter_referrals",
            "booking_requests",
            "booking_events",
            "bookings",
            "booking_sheets",
            "booking_sheet_lines",
            "agenda_sessions",
            "agenda_slots",
        ),
    ),
    Activity(
        N_("Contas e acesso"),
        (PROFESSIONALS,),
        N_("Saber quem entra e com que direito, e mostrar em cada parecer quem o deu, com o registro do conselho."),
        (SERVICE, LAW),
        N_("A própria pessoa; a gestão. Nome e registro profissional, as partes de cada caso."),
        ACCOUNT,
        ("users",),
    ),
    Activity(
        N_("Sessões abertas"),
        (PROFESSIONALS,),
        N_("Manter a pessoa na conta e deixá-la encerrar o acesso de um aparelho."),
        (SERVICE,),
        N_("Só a própria pessoa."),
        N_("%(days)d dias depois do fim da sessão."),
        ("sessions",),
        forgetting.KEPT.days,
    ),
    Activity(
        N_("Formulários e buscas guardados por pouco tempo"),
        (PROFESSIONALS, PATIENTS),
        N_(
            "Não perder o que foi digitado quando a sessão termina; voltar à última busca sem pôr palavras no endereço."
        ),
        (SERVICE, CARE),
        N_("Só a própria pessoa."),
        N_("%(days)d dia, ou até ser enviado."),
        ("kept_forms", "kept_searches"),
        kept.LIFE.days,
    ),
    Activity(
        N_("Avisos por e-mail"),
        (PROFESSIONALS,),
        N_("Avisar do que aguarda; o e-mail leva só o código do caso."),
        (SERVICE,),
        N_("O servidor de e-mail da rede; a gestão vê o que não pôde ser entregue."),
        N_("%(days)d dias depois da entrega."),
        ("outbox_messages",),
        outbox.KEPT_DAYS,
    ),
    Activity(
        N_("Escala e afastamentos"),
        (PROFESSIONALS,),
        N_("Saber quem atende e quando."),
        (SERVICE,),
        N_("A própria pessoa, a administração e a gestão."),
        ACCOUNT,
        ("leaves", "shifts", "swaps"),
    ),
    Activity(
        N_("Horas e declarações"),
        (PROFESSIONALS,),
        N_(
            "Contar e certificar as horas de quem atende; a página pública confirma só a declaração cujo código se tem."
        ),
        (SERVICE,),
        N_("A própria pessoa e a gestão; a declaração, quem recebe o código dela."),
        ACCOUNT,
        ("credit_entries", "credit_disputes", "credit_declarations"),
    ),
    Activity(
        N_("Registro do que foi feito e lido"),
        (PROFESSIONALS,),
        N_("Provar quem fez e quem leu o quê, e de onde; sem nome de paciente e sem texto clínico."),
        (LAW, SERVICE),
        N_("A gestão."),
        TWENTY_YEARS,
        ("audit_events",),
    ),
)
"""Each table with a marked column stands in one of these: a test holds it."""


def marked() -> dict[str, list[str]]:
    """Return the names of the columns that are marked as personal, by table."""
    found = {
        table.name: [column.name for column in table.columns if column.info.get("personal")]
        for table in db.metadata.sorted_tables
    }
    return {name: columns for name, columns in found.items() if columns}


def page() -> str:
    """Return the record of processing as a page of the documentation, in the language that is spoken."""
    columns = marked()
    lines = [
        "# " + _("Registro das operações de tratamento de dados pessoais"),
        "",
        _("Feito das marcas nos modelos por `flask processing-record`; `make check` compara. Não edite."),
        _(
            "As bases legais são as de uma rede pública de saúde; a encarregada ou o encarregado de dados da rede as confirma."
        ),
    ]
    for activity in ACTIVITIES:
        lines += ["", f"## {_(activity.title)}", "", *_told(activity), "", *_columns(activity.tables, columns)]
    return "\n".join(lines) + "\n"


def _told(activity: Activity) -> Iterable[str]:
    kept_for = _(activity.kept, days=activity.days) if activity.days else _(activity.kept)
    pairs = (
        (_("De quem"), ", ".join(_(whose) for whose in activity.whose) + "."),
        (_("Para quê"), _(activity.purpose)),
        (_("Base legal"), "; ".join(_(ground) for ground in activity.grounds) + "."),
        (_("Quem vê"), _(activity.seen_by)),
        (_("Por quanto tempo"), kept_for),
    )
    return (f"- {label}: {words}" for label, words in pairs)


def _columns(tables: Iterable[str], columns: dict[str, list[str]]) -> Iterable[str]:
    heads = [_("Tabela"), _("Colunas marcadas")]
    yield f"| {' | '.join(heads)} |"
    yield "|---|---|"
    for table in tables:
        yield f"| `{table}` | {', '.join(f'`{name}`' for name in columns[table])} |"


@click.command("processing-record")
@click.option("--check", is_flag=True, help="Only compare the pages with the marks.")
@with_appcontext
def command(check: bool) -> None:
    """Write the record of processing into docs/, in both languages, from the marks in the models; or compare them."""
    for language, name in PAGES.items():
        with force_locale(language):
            made = page()
        place = DOCS / name
        if not check:
            place.write_text(made, encoding="utf-8")
        elif not place.exists() or place.read_text(encoding="utf-8") != made:
            raise click.ClickException(
                f"docs/{name} is not what the marks say: run `flask --app wsgi processing-record`."
            )

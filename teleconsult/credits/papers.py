"""The words of each paper, in the reader's language: the declaration and the statement as PDF."""

from datetime import date
from typing import Any

from flask import current_app
from flask_babel import force_locale, format_date

from teleconsult import clock
from teleconsult.credits import closing, declaring, paper, statement, versions, words
from teleconsult.credits import rules as r
from teleconsult.credits.declaring import Asked, Facts
from teleconsult.credits.rules import KIND_WORDS, Kind
from teleconsult.network.naming import name_key
from teleconsult.people.models import User
from teleconsult.version import VERSION
from teleconsult.web import pdf
from teleconsult.web.messages import gettext as _
from teleconsult.web.words import hours_said, in_language


def address_of(code: str) -> str:
    """Return where anybody verifies a declaration."""
    return f"{current_app.config['BASE_URL']}/d/{declaring.shown(code)}"


def declaration(facts: Facts, asked: Asked, code: str) -> tuple[bytes, str]:
    """Return the declaration as a PDF, signed when a certificate is set, and who signed it ('' for nobody)."""
    with force_locale(asked.language):
        signed_by = paper.signer_name()
        made = paper.make("declaration", _declared(facts, asked, code, signed_by))
        return paper.sign(
            made, title_of(asked.audience), _("Assinada digitalmente (PAdES) por %(name)s.", name=signed_by)
        ), signed_by


def title_of(audience: str) -> str:
    """Return what a declaration is called."""
    if audience == declaring.CONSULTANT:
        return _("Declaração de consultor")
    return _("Declaração de educação permanente")


def _declared(facts: Facts, asked: Asked, code: str, signed_by: str) -> dict[str, Any]:
    address = address_of(code)
    answers = sorted(
        ([in_language(pt, en), str(count)] for pt, en, count in facts.answers), key=lambda row: name_key(row[0])
    )
    return _language() | {
        "title": title_of(asked.audience),
        "foot": _foot(),
        "sentences": _sentences(facts, asked),
        "hours_title": _("Horas no período"),
        "hours_heads": [_("Origem"), _("Horas")],
        "hours": [[_(KIND_WORDS[Kind(kind)]), words.hours(facts.minutes[kind])] for kind in Kind if kind in facts.minutes],
        "hours_total": [_("Total"), words.hours(facts.total)],
        "answers_title": _("Pareceres por especialidade"),
        "answers_heads": [_("Especialidade"), _("Pareceres")],
        "answers": answers,
        "answers_total": [_("Total"), str(sum(count for *_names, count in facts.answers))],
        "place_date": _("Emitida em %(day)s.", day=_long(r.local_day(clock.now(), versions.zone()))),
        "qr": pdf.qr_svg(address),
        "qr_alt": _("Código QR do endereço %(address)s", address=address),
        "check_title": _("Confira esta declaração"),
        "check_how": _("Abra o endereço ou leia o código QR: a página diz se ela vale, foi substituída ou revogada."),
        "address": address,
        "code_word": _("Código:"),
        "code": declaring.shown(code),
        "signature": _("Assinada digitalmente (PAdES) por %(name)s.", name=signed_by)
        if signed_by
        else _("Sem assinatura digital: vale pela conferência do código."),
    }  # fmt: skip


def _sentences(facts: Facts, asked: Asked) -> list[str]:
    who = f"{facts.name}, {facts.registration}," if facts.registration else f"{facts.name}"
    given = {
        "who": who,
        "from": _long(asked.from_on),
        "until": _long(asked.until_on),
        "hours": hours_said(facts.total),
    }
    if asked.audience == declaring.CONSULTANT:
        return [
            _("Declaramos que %(who)s atuou como consultor da rede de teleconsultoria de %(from)s a %(until)s e cumpriu %(hours)s de horas de crédito.", **given)
        ]  # fmt: skip
    return [
        _("Declaramos que %(who)s participou de atividades de educação permanente da rede de teleconsultoria de %(from)s a %(until)s e somou %(hours)s.", **given)
    ]  # fmt: skip


def _language() -> dict[str, str]:
    return {"lang": in_language("pt", "en"), "region": in_language("BR", "GB")}


def _long(day: date) -> str:
    return str(format_date(day, "long"))


def _foot() -> str:
    return _("Teleconsult, versão %(version)s", version=VERSION)


def statement_paper(person: User, month: date) -> bytes:
    """Return the statement of a person's month as a PDF."""
    rows = statement.every_line(person.id, month)
    total = sum(row.minutes for row in rows)
    name, today = words.month_name(month, dated=True), _long(versions.today())
    return paper.make(
        "statement",
        _language()
        | {
            "title": _("Horas de %(month)s", month=name),
            "foot": f"{person.full_name} · {name} · {_foot()}",
            "sentences": [
                f"{person.full_name}, {person.registration}" if person.registration else person.full_name,
                " · ".join(
                    filter(
                        None, (_("%(hours)s em %(month)s", hours=hours_said(total), month=name), words.whose_clock())
                    )
                ),
                _("Emitido em %(day)s, com o mês fechado.", day=today)
                if closing.is_closed(month)
                else _("Emitido em %(day)s, com o mês ainda aberto.", day=today),
            ],
            "none": _("Nenhuma hora lançada neste mês."),
            "heads": [_("Data"), _("Tempo"), _("Origem")],
            "lines": [
                {
                    "day": words.day_short(row.day),
                    "time": words.hours(row.minutes, signed=True),
                    "what": words.title_of(row, in_language(row.name_pt or "", row.name_en or "")),
                    "why": words.reason_of(row),
                }
                for row in rows
            ],
            "total": [_("Total"), words.hours(total)],
        },
    )

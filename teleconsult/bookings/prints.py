"""The sheets of in-person booking as data for templates/pdf, in the reader's language (forms.md, 1 to 3)."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import current_app
from flask_babel import format_date, get_locale

from teleconsult import clock
from teleconsult.bookings.models import Booking
from teleconsult.bookings.models_agenda import AgendaSession
from teleconsult.bookings.steps import KIND_WORDS
from teleconsult.bookings.words import visit_clock, visit_time
from teleconsult.cases.ages import age_words
from teleconsult.cases.clocks import PRIORITY_WORDS, Priority
from teleconsult.cases.models import PatientSnapshot
from teleconsult.cases.models_opinion import CounterReferral, Referral
from teleconsult.cases.words import UNSEEN_WORDS
from teleconsult.network.models import HealthUnit, Specialty
from teleconsult.people.models import User
from teleconsult.shifts.calendar import local_day
from teleconsult.typed import fold
from teleconsult.version import VERSION
from teleconsult.web.messages import gettext as _
from teleconsult.web.messages import ngettext
from teleconsult.web.pdf import qr_svg, typeset
from teleconsult.web.words import in_language, local, localdate, papertime

SIX = 6
"""Patients on a page of the booking sheet (Quadro 2)."""


def referral_sheet(
    referral: Referral, patient: PatientSnapshot, back: CounterReferral | None, booking: Booking | None, *, by: User
) -> bytes:
    """Return the referral and counter-referral sheet; what is not known yet is left open to be written."""
    case, words = referral.case, _referral_words()
    fields = {
        "unit": case.unit.name,
        "record": patient.record_number,
        "name": _called(patient),
        "born": _born(patient),
        "specialty": _specialty(referral.specialty),
        "priority": _(PRIORITY_WORDS[Priority(referral.priority)]),
        "why": referral.justification,
        "diagnosis": referral.diagnosis,
        "bring": referral.bring,
        "day": localdate(_day(booking)) if booking else "",
        "hour": visit_clock(booking.at, booking.session.zone) if booking else "",
        "doctor": booking.session.specialist_name if booking else "",
        "asker": ", ".join(filter(None, (case.requester.full_name, case.requester.registration))),
        **_came_back(back),
    }
    place = booking.session.unit if booking else case.unit
    address = " · ".join(filter(None, (place.address, place.neighbourhood, place.phone)))
    more = {"place": _place(place), "address": address, "referral": referral.ref, "words": words, "fields": fields}
    title, ended = _("Encaminhamento à especialidade"), UNSEEN_WORDS.get(referral.ended_how)
    return _set("referral", f"{title} ({_(ended)})" if ended else title, more, by=by, code=case.ref)


def _came_back(back: CounterReferral | None) -> dict[str, str]:
    if back is None:
        return dict.fromkeys(("opinion", "conduct", "returns", "return_when", "attended", "attended_by"), "")
    scanned = _("Na folha digitalizada, junto do caso.")
    return {
        "opinion": back.opinion or scanned,
        "conduct": back.conduct or scanned,
        "returns": "yes" if back.returns else "no",
        "return_when": back.return_when,
        "attended": localdate(back.attended_on),
        "attended_by": back.attended_by,
    }


def slip(booking: Booking, patient: PatientSnapshot, *, by: User) -> bytes:
    """Return what the patient takes home: where, when, with whom, what to bring, in plain words and large type."""
    session, referral = booking.session, booking.request.referral
    here = session.unit
    words = {
        "when": _("Quando"),
        "where": _("Onde"),
        "who": _("Com quem"),
        "bring": _("Leve com você"),
        "cannot": _("Não pode ir? Avise antes, para outra pessoa usar a vaga:"),
        "code": _("Código do caso:"),
    }
    asked = [line.strip(" -*•") for line in referral.bring.splitlines() if line.strip(" -*•")]
    papers = [] if "documento" in fold(referral.bring) else [_("Documento com foto e cartão SUS")]
    bring = [*papers, _("Este papel e o encaminhamento"), *asked]
    fields = {
        "name": _called(patient),
        "when": _("%(day)s, às %(hour)s", day=_long_day(_day(booking)), hour=visit_clock(booking.at, session.zone)),
        "where": here.name,
        "address": ", ".join(filter(None, (here.address, here.neighbourhood, session.room))),
        "who": f"{session.specialist_name}, {_specialty(session.specialty)}",
        "bring": bring,
        "phone": " · ".join(filter(None, (booking.request.unit.name, booking.request.unit.phone))),
    }
    more = {"words": words, "fields": fields}
    return _set("slip", _("Sua consulta"), more, by=by, code=booking.request.case.ref)


def day_agenda(day: date, sessions: Sequence[tuple[AgendaSession, Sequence[Any]]], *, by: User) -> bytes:
    """Return the agenda of one day; each row has `at`, `name`, `social_name`, `birth_date`, `age_years`, `unit`, `ref` and `kind`."""
    words = {
        "none": _("Nenhuma agenda neste dia."),
        "hour": _("Hora"),
        "name": _("Nome"),
        "born": _("Nascimento"),
        "unit": _("Unidade"),
        "case": _("Caso"),
        "kind": _("Vez"),
        "came": _("Compareceu?"),
    }
    shown = [_session(session, rows) for session, rows in sessions]
    places = sorted({_place(session.unit) for session, _rows in sessions})
    more = {"place": " · ".join(places), "words": words, "sessions": shown}
    return _set("agenda", _("Agenda de %(day)s", day=_long_day(day)), more, by=by)


def _session(session: AgendaSession, rows: Sequence[Any]) -> dict[str, Any]:
    places = sum(not slot.extra for slot in session.slots)
    starts, ends = visit_clock(session.starts_at, session.zone), visit_clock(session.ends_at, session.zone)
    hours = _("%(starts)s a %(ends)s", starts=starts, ends=ends)
    return {
        "specialty": _specialty(session.specialty),
        "specialist": session.specialist_name,
        "hours": ngettext("%(hours)s, %(num)d vaga", "%(hours)s, %(num)d vagas", places, hours=hours),
        "rows": [
            {
                "hour": visit_clock(row.at, session.zone),
                "name": _called(row) if row.name else _("Marcada") if row.unit else "",
                "born": localdate(row.birth_date) if row.birth_date else "",
                "unit": row.unit or "",
                **_code_of(row.ref),
                "kind": _(KIND_WORDS[row.kind]),
                "came": "",
            }
            for row in rows
        ],
    }


def booking_sheet(unit: HealthUnit, ref: str, received: date, lines: Sequence[Mapping[str, str]], *, by: User) -> bytes:
    """Return the booking sheet, six patients a page; a line (`lines_of`) has the columns of Quadro 2 and its booking."""
    words = {
        "unit": _("Unidade encaminhadora"),
        "patient": _("Dados do paciente"),
        "specialty": _("Especialidade"),
        "booking": _("Marcação"),
        "name": _("Nome"),
        "born": _("Data de nascimento"),
        "mother": _("Mãe"),
        "address": _("Endereço"),
        "neighbourhood": _("Bairro"),
        "municipality": _("Município"),
        "stamp_unit": _("Assinatura e carimbo do responsável pela unidade"),
    }
    pages = [lines[start : start + SIX] for start in range(0, len(lines), SIX)] or [[]]
    more = {
        "unit": unit.name,
        "sheet": ref,
        "received": _("Recebida em %(day)s", day=localdate(received)),
        "words": words,
        "pages": pages,
    }
    return _set("booking_sheet", _("Planilha de marcação de consultas"), more, by=by)


def _code_of(case: str | None) -> dict[str, str]:
    """Return the code of one patient's case on a sheet of several, in letters and as a picture."""
    if not case:
        return {"case": "", "qr": "", "qr_words": ""}
    return {"case": case, "qr": qr_svg(_address(case)), "qr_words": _qr_words(case)}


def _address(case: str) -> str:
    return f"{current_app.config['BASE_URL']}/cases/{case}"


def _qr_words(case: str) -> str:
    return _("Código QR que leva ao caso %(ref)s", ref=case)


def lines_of(rows: Sequence[Any]) -> list[dict[str, str]]:
    """Return the lines of a booking sheet as the sheet shows them, each with where and when the visit is."""
    return [
        {
            "name": line.name,
            "born": localdate(line.birth_date),
            "mother": line.mother_name,
            "address": line.address,
            "neighbourhood": line.neighbourhood,
            "municipality": line.municipality,
            "specialty": _specialty(line.specialty),
            "booking": _booked(booking),
            **_code_of(case),
        }
        for line, booking, case in rows
    ]


def _booked(booking: Booking | None) -> str:
    if booking is None:
        return ""
    return ", ".join(
        (visit_time(booking.at, booking.session.zone), booking.session.specialist_name, booking.session.unit.name)
    )


def _set(name: str, title: str, more: Mapping[str, Any], *, by: User, code: str = "") -> bytes:
    now, locale = clock.now(), get_locale()
    common = {
        "title": title,
        "lang": locale.language if locale else "pt",
        "region": locale.territory if locale else "BR",
        "foot": _("Emitido por %(by)s, %(at)s", by=by.full_name, at=papertime(now)),
        "made": _("Teleconsult, versão %(version)s", version=VERSION),
        "case": code,
    }
    if code:
        common |= {"qr": qr_svg(_address(code)), "qr_words": _qr_words(code)}
    return typeset(name, common | dict(more), at=now)


def _referral_words() -> dict[str, str]:
    return {
        "case": _("Caso"),
        "referral": _("Referência"),
        "unit": _("Unidade encaminhadora"),
        "record": _("Prontuário"),
        "name": _("Nome do usuário"),
        "born": _("Data de nascimento"),
        "specialty": _("Especialidade"),
        "priority": _("Prioridade"),
        "why": _("Justificativa do encaminhamento"),
        "diagnosis": _("Diagnóstico"),
        "bring": _("Trazer na consulta"),
        "day": _("Data"),
        "hour": _("Hora"),
        "doctor": _("Médico"),
        "stamp": _("Carimbo e assinatura do profissional"),
        "stamp_unit": _("Carimbo e assinatura do responsável pela unidade"),
        "counter": _("Contrarreferência"),
        "opinion": _("Parecer médico ou odontológico"),
        "conduct": _("Conduta adotada"),
        "returns": _("Retorno ao especialista após confirmação diagnóstica"),
        "no": _("Não"),
        "yes": _("Sim"),
        "return_when": _("Em quanto tempo?"),
        "attended": _("Data do atendimento"),
        "stamp_specialist": _("Carimbo e assinatura do especialista"),
        "give_back": _("Devolver preenchida à unidade encaminhadora com o usuário."),
    }


def _called(patient: Any) -> str:
    """Return how a patient is called on paper, of what a case was sent with or a row of its columns."""
    return f"{patient.social_name} ({patient.name})" if patient.social_name else patient.name


def _born(patient: PatientSnapshot) -> str:
    age = age_words(local(clock.now()).date(), patient.birth_date, patient.age_years)
    return _("%(day)s (%(age)s)", day=localdate(patient.birth_date), age=age) if patient.birth_date else age


def _specialty(row: Specialty) -> str:
    return in_language(row.name_pt, row.name_en)


def _place(unit: HealthUnit) -> str:
    return " · ".join(filter(None, (unit.name, unit.district)))


def _day(booking: Booking) -> date:
    """Return the day of a visit at its place: an agenda that goes past midnight has slots on the next one."""
    return local_day(booking.at, booking.session.zone)


def _long_day(day: date) -> str:
    return str(format_date(day, "full"))

"""A consultant's own shifts: coming and going, swaps, being away."""

from datetime import timedelta
from functools import partial

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from teleconsult import clock
from teleconsult.errors import NotFound
from teleconsult.people.access import Permission
from teleconsult.people.gate import current_user, requires, signed_in
from teleconsult.people.queries import consultants_of
from teleconsult.shifts import actions, words
from teleconsult.shifts.blueprint import bp
from teleconsult.shifts.calendar import local_day
from teleconsult.shifts.doing import Answer, done, pressed, shown, told
from teleconsult.shifts.feeds import has_feed
from teleconsult.shifts.forms_mine import LeaveForm, OfferForm
from teleconsult.shifts.mine import my_page
from teleconsult.shifts.models import Shift
from teleconsult.shifts.queries import leave_by_ref, shift_by_ref, swap_by_ref
from teleconsult.web.messages import gettext as _
from teleconsult.web.words import localtime

AT_ONCE = timedelta(minutes=1)
"""Nobody comes and leaves within it."""


@bp.get("/shifts/mine")
@requires(Permission.OWN_SHIFTS)
def mine() -> str:
    """Show a consultant's shifts, the offers of colleagues, and when they are away."""
    user = signed_in()
    spoken = {"kinds": words.LEAVE_KINDS, "away": words.leave_words}
    return render_template("shifts/mine.html", look=my_page(user), has_feed=has_feed(user), **spoken)


def my_shift(ref: str) -> Shift:
    """Return a shift of the person who asks; somebody else's is not there."""
    shift = shift_by_ref(ref)
    if shift.user_id != current_user.id:
        raise NotFound
    return shift


@bp.post("/shifts/<ref>/check-in", endpoint="check_in", defaults={"verb": "check_in"})
@bp.post("/shifts/<ref>/check-out", endpoint="check_out", defaults={"verb": "check_out"})
@requires(Permission.OWN_SHIFTS)
def check(ref: str, verb: str) -> Response:
    """Note that the person has come to their shift, or that they leave it."""
    shift = my_shift(ref)
    if verb == "check_out" and _just_come(shift):
        flash(_("A entrada acabou de ser registrada, e a saída não foi: espere um minuto para registrá-la."), "warning")
    elif pressed(lambda: getattr(actions, verb)(shift, by=signed_in()), shift):
        come = _("Entrada registrada. Bom turno.")
        told(come if verb == "check_in" else _("Saída registrada. Até a próxima."))
    # Who is reminded of it on the first screen goes on there.
    return redirect("/" if "home" in request.form else url_for("shifts.mine"))


def _just_come(shift: Shift) -> bool:
    """Tell whether somebody came a moment ago: the button to leave stands where they pressed, perhaps twice."""
    return shift.checked_in_at is not None and clock.now() - shift.checked_in_at < AT_ONCE


@bp.route("/shifts/<ref>/offer", methods=["GET", "POST"])
@requires(Permission.OWN_SHIFTS)
def offer(ref: str) -> Answer | Response:
    """Offer one's shift to a colleague of the specialty, or to all of them; where there is none, nobody would take it."""
    shift = my_shift(ref)
    colleagues = [person for person in consultants_of(shift.specialty_id) if person.id != shift.user_id]
    form = OfferForm(colleagues=colleagues, data={"version": shift.version, "to": ""})
    give = partial(actions.offer_swap, shift, by=signed_in())
    if (
        colleagues
        and form.validate_on_submit()
        and done(form, lambda: give(to=form.chosen(), why=form.why.data or ""), shift)
    ):
        told(_("Turno oferecido. Ele continua seu até alguém aceitar."))
        return redirect(url_for("shifts.mine"))
    day = words.day_inside(local_day(shift.starts_at, shift.room.zone))
    return shown("shifts/offer.html", form, shift=shift, day=day, alone=not colleagues)


@bp.post("/swaps/<ref>/accept", endpoint="accept_swap", defaults={"verb": "accept_swap"})
@bp.post("/swaps/<ref>/withdraw", endpoint="withdraw_swap", defaults={"verb": "withdraw_swap"})
@requires(Permission.OWN_SHIFTS)
def answer_swap(ref: str, verb: str) -> Response:
    """Take an offered shift over, or take one's offer back."""
    swap = swap_by_ref(ref)
    if pressed(lambda: getattr(actions, verb)(swap, by=signed_in()), swap):
        taken = verb == "accept_swap"
        when = localtime(swap.shift.starts_at)
        told(_("O turno de %(when)s agora é seu.", when=when) if taken else _("A oferta foi retirada."))
    return redirect(url_for("shifts.mine"))


@bp.route("/shifts/mine/leave", methods=["GET", "POST"])
@requires(Permission.OWN_SHIFTS)
def my_leave() -> Answer | Response:
    """Say when one is away."""
    user = signed_in()
    form = LeaveForm(people=[user], own=True)
    if form.validate_on_submit() and done(form, lambda: actions.take_leave(**form.values(), by=user)):
        told(_("Afastamento registrado. Os turnos deste período ficam sem você."))
        return redirect(url_for("shifts.mine"))
    return shown("shifts/leave.html", form, back=url_for("shifts.mine"), back_words=_("Meus turnos"))


@bp.post("/shifts/mine/leave/<ref>/cancel")
@requires(Permission.OWN_SHIFTS)
def cancel_my_leave(ref: str) -> Response:
    """Be there after all: the shifts of the time that is left are taken up again."""
    leave = leave_by_ref(ref)
    if leave.user_id != current_user.id:
        raise NotFound
    say_leave_ended(ref)
    return redirect(url_for("shifts.mine"))


def say_leave_ended(ref: str) -> None:
    """End a leave and say what came of its shifts."""
    leave, lost = leave_by_ref(ref), list[Shift]()
    user, version = signed_in(), request.form.get("version")
    if pressed(lambda: lost.extend(actions.cancel_leave(leave, by=user)), leave, version):
        told(_("Afastamento cancelado. Os turnos dele valem de novo."))
    if lost:
        days = words.listed([words.day_inside(local_day(shift.starts_at, shift.room.zone)) for shift in lost])
        told(_("A estação destes turnos já foi dada a outra pessoa, e eles foram cancelados (%(days)s).", days=days))

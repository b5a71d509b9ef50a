"""Taking files from a request: one as the raw body, which a script sends, or those of a plain form."""

from collections.abc import Callable
from typing import Any, cast
from urllib.parse import unquote

from flask import current_app, flash, g, request
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import RequestEntityTooLarge

from teleconsult.attachments.kinds import Unfit
from teleconsult.attachments.models import Attachment
from teleconsult.attachments.receive import (
    MOST_FILES,
    Incoming,
    Stored,
    TooManyFiles,
    UploadRequest,
    clean_name,
    read_body,
)
from teleconsult.attachments.storage import forget
from teleconsult.errors import N_, Refused, StorageFault
from teleconsult.extensions import csrf, end_reading
from teleconsult.people.sessions import has_ended
from teleconsult.web import say, storage_fault
from teleconsult.web.messages import gettext as _
from teleconsult.web.messages import ngettext
from teleconsult.web.paths import own_path, parts_of

SLACK = 1024 * 1024
"""Bytes that a multipart form may have besides its files."""
READ_ON = 4
"""A form is read up to so many times what a case may hold, so that the files that fit are kept."""
LONGEST_CAPTION = 200

TOO_MUCH = N_(
    "Nada foi guardado: os arquivos passam muito de %(limit)d MB, o limite de um caso. Envie menos arquivos de cada vez."
)
TOO_MANY = N_("Nada foi guardado: o formulário traz mais de %(most)d arquivos. Envie menos arquivos de cada vez.")
CAPTION_TOO_LONG = N_(
    "A legenda passa de %(limit)d caracteres e não foi guardada. Escreva uma mais curta em cada arquivo."
)

Keep = Callable[[Stored, dict[str, Any]], Attachment]
"""Writes the row of a file that is stored, in a transaction of its own; given what is said of it. May return one that is
there already, of the same content."""
Check = Callable[[Incoming, str], None]
"""Refuses what is not wanted here, before it is stored."""


def _anything(_incoming: Incoming, _name: str) -> None:
    """Refuse nothing."""


def name_sent() -> str | None:
    """Return the name of a file that is sent as the raw body, or None when a plain form was sent.

    It is percent-encoded UTF-8 in a header: what stands in the address is written to logs on the way, and the name of a
    file often holds a person's.
    """
    sent = request.headers.get("X-File-Name")
    return None if sent is None else unquote(sent)


def one(keep: Keep, name: str, line: Callable[[Attachment], str], check: Check = _anything) -> Any:
    """Take the raw body as a file of this name; answer with its line of the list, or with why it was not taken."""
    request.max_content_length = current_app.config["MAX_FILE_BYTES"]
    end_reading()  # taking the body may need minutes on a bad line
    try:
        _check_token()
        incoming = read_body(cast(UploadRequest, request).body(), current_app.config["MAX_FILE_BYTES"])
        row = _kept(keep, check, incoming, name, {})
    except RequestEntityTooLarge:
        limit = current_app.config["MAX_FILE_BYTES"] // (1024 * 1024)
        return {"error": _("Passa do limite de %(limit)d MB por arquivo.", limit=limit), "unfit": True}, 413
    except Refused as refusal:
        return {"error": say(refusal), "unfit": isinstance(refusal, Unfit)}, 422
    except StorageFault as fault:
        return {"error": _(fault.message)}, storage_fault(fault)
    g.plain = True  # a line of a list has no navigation
    return line(row), 201


def several(keep: Keep, check: Check = _anything) -> None:
    """Take the files of a plain form, and say how many came and why any did not."""
    asked = cast(UploadRequest, request)
    try:
        named = _read_form(asked)
        taken, refusals = _keep_each(keep, check, named, asked)
    except TooManyFiles:
        taken, refusals = 0, [_(TOO_MANY, most=MOST_FILES)]
    except RequestEntityTooLarge:
        if (asked.content_length or 0) <= (asked.max_content_length or 0):  # too much of what is no file
            raise
        taken, refusals = 0, [_(TOO_MUCH, limit=current_app.config["MAX_CASE_BYTES"] // (1024 * 1024))]
    finally:
        asked.drop_incoming()
    if taken:
        flash(ngettext("%(num)d arquivo enviado.", "%(num)d arquivos enviados.", taken), "success")
    for sentence in refusals or ([] if taken else [_("Escolha ao menos um arquivo.")]):
        flash(sentence, "error")


def _read_form(asked: UploadRequest) -> list[tuple[Incoming, str]]:
    """Read the form, its files straight into storage; return them with their names."""
    asked.incoming_limit = current_app.config["MAX_FILE_BYTES"]
    asked.incoming_room = current_app.config["MAX_CASE_BYTES"]
    asked.max_content_length = READ_ON * asked.incoming_room + SLACK
    end_reading()
    _check_token()
    return [(cast(Incoming, part.stream), part.filename) for part in asked.files.getlist("files") if part.filename]


def _keep_each(
    keep: Keep, check: Check, named: list[tuple[Incoming, str]], asked: UploadRequest
) -> tuple[int, list[str]]:
    """Keep each file that can be; return how many, and why the others were not."""
    caption = asked.form.get("caption", "")
    fits = len(caption) <= LONGEST_CAPTION
    said = {"caption": caption if fits else "", "kind": asked.form.get("kind", "")}
    taken, refusals = 0, []
    for incoming, name in named:
        try:
            _kept(keep, check, incoming, name, said)
            taken += 1
        except Refused as refusal:
            refusals.append(say(refusal))
        except StorageFault as fault:
            storage_fault(fault)
            refusals.append(f"{clean_name(name)}: {_(fault.message)}")
    if taken and not fits:  # the files took long to send: they are kept, and only their caption is asked for again
        refusals.append(_(CAPTION_TOO_LONG, limit=LONGEST_CAPTION))
    return taken, refusals


def came_from() -> str:
    """Return the page of ours that the form stood on: the case, or a step of the request."""
    came = parts_of(request.referrer)
    return own_path(came.path, "") if came.netloc == request.host else ""


def _kept(keep: Keep, check: Check, incoming: Incoming, name: str, said: dict[str, Any]) -> Attachment:
    """Store a file, then write its row; when the row does not come, the object goes."""
    try:
        check(incoming, name)
        end_reading()  # storing it may take long too
        stored = incoming.keep(name)
    except BaseException:
        incoming.drop()
        raise
    try:
        if has_ended():  # it may have come for half an hour: meanwhile somebody switched its sender off
            raise Refused(N_("A sua sessão terminou. Entre de novo."))
        row = keep(stored, said)
    except Exception as error:
        # When the connection is lost at the commit nobody knows whether the row is there: the sweep will.
        if not (isinstance(error, DBAPIError) and error.connection_invalidated):
            forget(stored.key)
        raise
    if row.key != stored.key:
        forget(stored.key)
    return row


def _check_token() -> None:
    if current_app.config.get("WTF_CSRF_ENABLED", True):
        csrf.protect()

"""Bytes coming in: hashed and stored while they are parsed, copied nowhere twice."""

import hashlib
from dataclasses import dataclass, field
from typing import Any, Protocol

from flask import current_app
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from teleconsult.attachments.ends import HEAD, TAIL, Ends
from teleconsult.attachments.kinds import Kind, Unfit, check
from teleconsult.attachments.storage import CHUNK, Sink, new_key, storage
from teleconsult.errors import N_, Refused, StorageFault
from teleconsult.web.application import Request

NAME_LIMIT = 255
BETWEEN = (
    " \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\u200c\u200d"
)
"""The spaces of every script, and what joins and parts the letters of some: of a name, though not at its ends."""


@dataclass(frozen=True)
class Stored:
    """A file whose object is in storage, and whose row is still to be written."""

    key: str
    name: str
    kind: Kind
    size: int
    sha256: str


@dataclass
class Incoming:
    """One file on its way into storage; a file object that the form parser can write to."""

    limit: int
    room: int | None = None
    """Bytes that the other files of the same form leave of a case's limit."""
    key: str = field(default_factory=new_key)
    size: int = 0
    head: bytes = b""
    tail: bytes = b""

    def __post_init__(self) -> None:
        self._hash = hashlib.sha256()
        self._most = self.limit if self.room is None else min(self.limit, self.room)
        self._sink: Sink | None = None
        self._fault: StorageFault | None = None
        try:
            self._sink = storage().sink(self.key)
        except StorageFault as fault:
            self._fault = fault

    @property
    def sha256(self) -> str:
        """Return the digest of what has come so far."""
        return self._hash.hexdigest()

    def write(self, data: bytes) -> int:
        """Take bytes; past the limit, or when storage fails, they are only counted, so that the others are still read."""
        self.size += len(data)
        if self.size > self._most:
            self.drop()
        if len(self.head) < HEAD:
            self.head += data[: HEAD - len(self.head)]
        if self._sink is None:
            return len(data)
        self._hash.update(data)
        self.tail = bytes(data[-TAIL:]) if len(data) >= TAIL else (self.tail + data)[-TAIL:]
        try:
            return self._sink.write(data)
        except StorageFault as fault:
            self._fault = fault
            self.drop()
            return len(data)

    def seek(self, *_place: int) -> int:
        """Do nothing: the parser rewinds what it wrote, and nobody reads it here."""
        return 0

    def close(self) -> None:
        """Do nothing: what becomes of the bytes is decided by `keep` or `drop`."""

    def keep(self, name: str) -> Stored:
        """Decide what the file is and keep it.

        A store may be slow, and a transaction that waited for it would hold up all who write: call it before.

        Raises:
            Refused: over the limit, also that of its type, empty, unknown, cut short; nothing of it stays.
            StorageFault: it could not be written; nothing of it stays.
        """
        name = clean_name(name)
        try:
            if self.size > self.limit:
                raise _too_big(name, self.limit)
            if self.size > self._most:
                raise too_much(name)
            if self._sink is None:
                raise self._fault or StorageFault
            kind = check(name, Ends(self.head, self.tail, self.size))
            if self.size > limit_of(kind.family):
                raise _too_big_of_its_type(name, kind)
            self._sink.keep()
        except BaseException:
            self.drop()
            raise
        self._sink = None
        return Stored(self.key, name, kind, self.size, self.sha256)

    @property
    def held(self) -> int:
        """Return how many bytes of it are in storage and not kept yet."""
        return self.size if self._sink is not None else 0

    def drop(self) -> None:
        """Leave nothing of it."""
        if self._sink is not None:
            self._sink.drop()
            self._sink = None


def _too_big(name: str, limit: int) -> Unfit:
    megabytes = limit // (1024 * 1024)
    return Unfit(N_("%(name)s passa do limite de %(limit)d MB por arquivo."), field="files", name=name, limit=megabytes)


def limit_of(family: str) -> int:
    """Return the most bytes of a file of a family of types; scans and videos may be as large as any file."""
    settings, own = current_app.config, {"image": "MAX_PHOTO_BYTES", "document": "MAX_DOCUMENT_BYTES"}
    return min(int(settings[own.get(family, "MAX_FILE_BYTES")]), int(settings["MAX_FILE_BYTES"]))


def _too_big_of_its_type(name: str, kind: Kind) -> Unfit:
    return Unfit(
        N_("%(name)s passa do limite de %(limit)d MB de um arquivo %(type)s."),
        field="files",
        name=name,
        limit=limit_of(kind.family) // (1024 * 1024),
        type=kind.word,
    )


def too_much(name: str) -> Refused:
    """Return what is said of a file with which a case would hold more than its limit."""
    megabytes = current_app.config["MAX_CASE_BYTES"] // (1024 * 1024)
    return Refused(
        N_("%(name)s não coube: os arquivos do caso passariam de %(limit)d MB."),
        field="files",
        name=name,
        limit=megabytes,
    )


MOST_FILES = 900
"""Of one form. The parser stops at 1,000 parts of any kind, and does not say that it was this."""


class TooManyFiles(RequestEntityTooLarge):
    """A form brings more files than are read of one."""


class UploadRequest(Request):
    """A request whose multipart files go straight to storage once a view says so."""

    incoming_limit: int | None = None
    incoming_room = 0
    """Bytes that the files of one form may hold together; those past it are read and dropped."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.incoming: list[Incoming] = []

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> Any:
        if len(self.incoming) == MOST_FILES:
            raise TooManyFiles
        if self.incoming_limit is None:
            return super()._get_file_stream(total_content_length, content_type, filename, content_length)
        made = Incoming(self.incoming_limit, max(0, self.incoming_room - sum(known.held for known in self.incoming)))
        self.incoming.append(made)
        return made

    def body(self) -> "Body":
        """Return the body as it comes.

        Raises:
            RequestEntityTooLarge: it is longer than may be sent.
        """
        _ = self.stream  # looks at the length, reads nothing
        return Body(self.environ["wsgi.input"], self.content_length or 0)

    def drop_incoming(self) -> None:
        """Leave nothing of what was read and not kept (a form cut off half-way, a refused token)."""
        for made in self.incoming:
            made.drop()


class Readable(Protocol):
    """What bytes can be read from until there are none."""

    def read(self, size: int, /) -> bytes: ...


class Body:
    """The body of a request, handed on as the server has it: Werkzeug's stream copies it twice, into a buffer and out of it."""

    def __init__(self, stream: Readable, length: int) -> None:
        self._stream, self._left = stream, length

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, at most `size`; none at the end.

        Raises:
            ClientDisconnected: it ended before its length.
        """
        data = self._stream.read(min(size, self._left))
        if self._left and not data:
            raise ClientDisconnected
        self._left -= len(data)
        return data


def read_body(stream: Readable, limit: int) -> Incoming:
    """Read a request whose body is one file."""
    made = Incoming(limit)
    try:
        while data := stream.read(CHUNK):
            made.write(data)
    except BaseException:
        made.drop()
        raise
    return made


def clean_name(name: str | None) -> str:
    """Return a file's name for showing: any script, one line, no folders, at most 255 characters.

    The ending survives when the name has to be shortened; an empty name becomes 'arquivo'.
    """
    base = (name or "").replace("\\", "/").rpartition("/")[2]
    base = "".join(c for c in base if c.isprintable() or c in BETWEEN).strip(BETWEEN + ".")
    if len(base) > NAME_LIMIT:
        stem, dot, ending = base.rpartition(".")
        base = f"{stem[: NAME_LIMIT - len(ending) - 1]}.{ending}" if dot and len(ending) < 12 else base[:NAME_LIMIT]
    return base.rstrip(BETWEEN + ".") or "arquivo"

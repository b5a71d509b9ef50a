"""Where the bytes are: a folder, or any store that speaks S3 (storage_s3.py). Keys mean nothing.

Writing streams in constant memory. A `Sink` is either kept or dropped; what was never kept leaves
nothing that can be read. What the place itself cannot do is a `StorageFault`, whichever place it is.
"""

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Protocol

from flask import current_app

from teleconsult.errors import NotFound, StorageAway, StorageFault, StorageFull, StorageLost

CHUNK = 256 * 1024


class Sink(Protocol):
    """Where one object is written."""

    def write(self, data: bytes) -> int: ...
    def keep(self) -> None: ...
    def drop(self) -> None: ...


class Storage(Protocol):
    """A place for objects."""

    def sink(self, key: str) -> Sink: ...
    def read(self, key: str, start: int, stop: int) -> Iterator[bytes]: ...
    def size(self, key: str) -> int: ...
    def delete(self, key: str) -> None: ...
    def stored(self) -> Iterator[tuple[str, datetime]]: ...


def new_key() -> str:
    """Return a key that nobody can guess and that says nothing."""
    return secrets.token_hex(20)


class _Disk:
    """Says in the product's words what a disk refuses: no room (a quota and a largest size too), or no answer."""

    FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})

    def __init__(self, absent: type[StorageFault] = StorageAway) -> None:
        self._absent = absent

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: Any, error: BaseException | None, _at: Any) -> None:
        if isinstance(error, OSError):
            other = self._absent if isinstance(error, FileNotFoundError) else StorageAway
            raise (StorageFull if error.errno in self.FULL else other)(error.strerror) from error


_disk, _kept = _Disk(), _Disk(absent=StorageLost)


class LocalStorage:
    """A folder. An object is written beside its place and moved there when it is whole.

    The last `keep_free` bytes of the disk are not for files: the database on it could write nothing any more, and without the
    record of a reading nobody is shown a case.
    """

    def __init__(self, folder: Path, keep_free: int = 0) -> None:
        self._folder, self._keep_free = folder, keep_free
        with _disk:
            (folder / "incoming").mkdir(parents=True, exist_ok=True)

    def path(self, key: str) -> Path:
        """Return where an object lies; keys are ours alone, so they cannot climb."""
        if not key.replace(".", "").isalnum():
            raise NotFound
        return self._folder / key[:2] / key

    def sink(self, key: str) -> Sink:
        """Begin an object."""
        return _FileSink(self._folder / "incoming" / key, self.path(key), self._keep_free)

    def read(self, key: str, start: int, stop: int) -> Iterator[bytes]:
        """Yield the bytes from `start` up to, not with, `stop`."""
        with _kept:
            file = self.path(key).open("rb")
        return _chunks(file, start, stop)

    def size(self, key: str) -> int:
        """Return how many bytes an object has."""
        with _kept:
            return self.path(key).stat().st_size

    def delete(self, key: str) -> None:
        """Remove an object, or what came of it before it was left; one that is not there is well."""
        with _disk:
            self.path(key).unlink(missing_ok=True)
            (self._folder / "incoming" / key).unlink(missing_ok=True)

    def stored(self) -> Iterator[tuple[str, datetime]]:
        """Yield every object with the time it was written, unfinished ones too."""
        for path in self._folder.glob("*/*"):
            with _disk, suppress(FileNotFoundError):
                yield path.name, datetime.fromtimestamp(path.stat().st_mtime, UTC)


class _FileSink:
    def __init__(self, incoming: Path, final: Path, keep_free: int) -> None:
        self._incoming, self._final, self._keep_free = incoming, final, keep_free
        with _disk:
            self._file = incoming.open("wb", buffering=0)

    def write(self, data: bytes) -> int:
        with _disk:
            self._leave_room()
            done = self._file.write(data)
            while done < len(data):  # the last bytes that had room; what has none left says so
                done += self._file.write(data[done:])
        return done

    def _leave_room(self) -> None:
        if self._keep_free:
            disk = os.fstatvfs(self._file.fileno())
            if disk.f_bavail * disk.f_frsize < self._keep_free:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def keep(self) -> None:
        with _disk:
            os.fsync(self._file.fileno())
            self._file.close()
            try:
                self._incoming.replace(self._final)
            except FileNotFoundError:  # the first of its folder
                self._final.parent.mkdir(exist_ok=True)
                self._incoming.replace(self._final)

    def drop(self) -> None:
        # Some disks tell of a lack only when a file is closed; what cannot be removed is left to the sweep.
        with suppress(OSError):
            self._file.close()
        with suppress(OSError):
            self._incoming.unlink(missing_ok=True)


def _chunks(file: BinaryIO, start: int, stop: int) -> Iterator[bytes]:
    with file:
        file.seek(start)
        left = stop - start
        while left > 0 and (data := file.read(min(CHUNK, left))):
            left -= len(data)
            yield data


def storage() -> Storage:
    """Return the storage of this installation: `STORAGE_URL` is a folder, or s3://bucket."""
    kept = current_app.extensions.get("storage")
    if kept is None:
        url = current_app.config["STORAGE_URL"]
        if url.startswith("s3://"):
            # boto3 costs 30 MB and a third of a second: only who uses it pays.
            from teleconsult.attachments.storage_s3 import S3Storage  # noqa: PLC0415

            kept = S3Storage(url.removeprefix("s3://").strip("/"), dict(current_app.config))
        else:
            kept = LocalStorage(Path(url), current_app.config["KEEP_FREE_BYTES"])
        current_app.extensions["storage"] = kept
    return kept


class Room(NamedTuple):
    """Bytes that are left; whether files are refused, since the last of their disk is the database's; whether that is little."""

    left: int
    refuses: bool
    is_low: bool


LOW = 5
"""So many times what is kept free is said to be little: whoever makes room has some days for it."""


def room() -> Room | None:
    """Return what is left on the disk of the files or on that of the database, whichever has less.

    None where nothing is to be kept free. A bucket, and a database on another machine, have no disk that we could see.
    """
    config = current_app.config
    keep, files = config["KEEP_FREE_BYTES"], config["STORAGE_URL"]
    left = {}
    for place in {str(config["VAR"]), *([] if files.startswith("s3://") else [files])}:
        with suppress(OSError):
            disk = os.statvfs(place)
            left[place] = disk.f_bavail * disk.f_frsize
    least = min(left.values(), default=0)
    return Room(least, left.get(files, keep) < keep, least < LOW * keep) if keep and left else None


def forget(key: str) -> None:
    """Remove an object that no row names any more; when storage cannot now, the daily sweep will."""
    try:
        storage().delete(key)
    except StorageFault as fault:
        current_app.logger.warning("storage: %s: an object is left to the sweep", type(fault).__name__)

"""A folder whose disk is full for some objects: what is written there goes to /dev/full."""

from collections.abc import Collection
from pathlib import Path

from teleconsult.attachments.storage import LocalStorage, Sink


class FullDisk(LocalStorage):
    """A folder with room for the objects of the given places in the order of their coming, from 1 on."""

    def __init__(self, folder: Path, room_for: Collection[int] = ()) -> None:
        super().__init__(folder)
        self._room_for, self._begun = room_for, 0

    def sink(self, key: str) -> Sink:
        self._begun += 1
        if self._begun not in self._room_for:
            (self._folder / "incoming" / key).symlink_to("/dev/full")
        return super().sink(key)

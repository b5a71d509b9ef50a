"""Whether a file is whole, as far as its beginning and end and its size tell. Pure: standard library only.

Nothing is decoded and nothing but the two ends is kept, so that a file of any size costs the same. A file that says how
long it is, is held to that; where the place that says it lies between the two ends, the file is taken as it is: a video
that is cut within an index at its end, a DICOM file whose uncompressed pixels begin past the head.
"""

from typing import NamedTuple

HEAD = 16 * 1024
TAIL = 2048
"""Bytes of a file's beginning and end that suffice to know it."""


class Ends(NamedTuple):
    """The beginning and the end of a file, and its size in bytes."""

    head: bytes
    tail: bytes
    size: int

    def at(self, place: int, length: int) -> bytes | None:
        """Return bytes of the file, or None when they lie between its ends, or past its end."""
        if place + length <= len(self.head):
            return self.head[place : place + length]
        start = place - (self.size - len(self.tail))
        return self.tail[start : start + length] if start >= 0 and place + length <= self.size else None


_BOXES = frozenset(
    (b"ftyp", b"moov", b"mdat", b"meta", b"moof", b"mfra", b"free", b"skip", b"wide", b"uuid", b"idat", b"sidx", b"styp", b"udta", b"pnot")
)  # fmt: skip
_INDEX = frozenset((b"moov", b"meta"))


def boxes_are_whole(ends: Ends) -> bool:
    """Tell whether the boxes of an MP4 or HEIC end with the file, and its index is not lacking.

    What some cameras put after the last box is let be.
    """
    place, seen = 0, set()
    while place < ends.size:
        head = ends.at(place, 8)
        if head is None or head[4:] not in _BOXES:
            return place > 0
        seen.add(head[4:])
        length = int.from_bytes(head[:4], "big")
        if length == 1:
            length = int.from_bytes(ends.at(place + 8, 8) or b"", "big")
        if length == 0:  # to the end of the file
            return True
        if length < 8 or place + length > ends.size:
            return False
        place += length
    return bool(seen & _INDEX)


def _number(ends: Ends, place: int, *, keep_mark: bool) -> tuple[int, int] | None:
    """Return a number of EBML and its length; -1 is 'not known'."""
    first = (ends.at(place, 1) or b"\0")[0]
    length = 9 - first.bit_length()
    data = ends.at(place, length)
    if first == 0 or data is None:
        return None
    number = int.from_bytes(data, "big")
    if keep_mark:
        return number, length
    mark = 1 << 7 * length
    return (-1 if number == 2 * mark - 1 else number - mark), length


_SEGMENT = 0x18538067


def webm_is_whole(ends: Ends) -> bool:
    """Tell whether the segment of a WebM ends with the file; one that was recorded live does not say where it ends."""
    place = 0
    while True:
        name = _number(ends, place, keep_mark=True)
        size = name and _number(ends, place + name[1], keep_mark=False)
        if not name or not size:
            return False
        place += name[1] + size[1]
        if name[0] == _SEGMENT:
            return size[0] < 0 or place + size[0] <= ends.size
        if size[0] < 0:
            return False
        place += size[0]


_META = 132
"""Where the first element of a DICOM file begins."""
_COMPRESSED = (b"1.2.840.10008.1.2.4.", b"1.2.840.10008.1.2.5")
_EXPLICIT = b"1.2.840.10008.1.2.1"
_PIXELS_END = b"\xfe\xff\xdd\xe0\0\0\0\0"
_LONG = frozenset((b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"))


def dicom_is_whole(ends: Ends) -> bool:
    """Tell whether a DICOM file has its whole first group, data after it, and its pixels to their end.

    Compressed pixels are followed by a mark; of others the length is read when they begin in the head.
    """
    place, syntax = _META, b""
    while element := _element(ends, place):
        tag, start, length = element
        if tag[:2] != b"\x02\x00":
            break
        if tag[2:] == b"\x10\x00":
            syntax = (ends.at(start, length) or b"").rstrip(b"\0 ")
        place = start + length
    if place + 8 > ends.size:
        return False
    if syntax.startswith(_COMPRESSED):
        return _PIXELS_END in ends.tail or not ends.tail.rstrip(b"\0")
    return _elements_fit(ends, place) if syntax == _EXPLICIT else True


def _elements_fit(ends: Ends, place: int) -> bool:
    while element := _element(ends, place):
        _tag, start, length = element
        if length == 0xFFFFFFFF:  # ends with a mark of its own, somewhere
            return True
        place = start + length
        if place > ends.size:
            return False
    return True


def _element(ends: Ends, place: int) -> tuple[bytes, int, int] | None:
    """Return the tag of an element of explicit kind, where its value begins, and how long it is."""
    head = ends.at(place, 8)
    if head is None or not head[4:6].isalpha():
        return None
    if head[4:6] not in _LONG:
        return head[:4], place + 8, int.from_bytes(head[6:8], "little")
    length = ends.at(place + 8, 4)
    return None if length is None else (head[:4], place + 12, int.from_bytes(length, "little"))

"""What a file is, decided by its content. Pure: standard library only.

A closed list: what is not on it is not taken. A file that is cut short is told from a whole one by the
end that its format must have (ends.py); nothing is decoded here.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from teleconsult.attachments.ends import Ends, boxes_are_whole, dicom_is_whole, webm_is_whole
from teleconsult.errors import N_, Refused


class Unfit(Refused):
    """The file itself cannot be taken: sending it once more changes nothing."""


@dataclass(frozen=True)
class Kind:
    """A kind of file that is taken: its media type, family, and the endings that name it."""

    media: str
    family: str
    endings: tuple[str, ...]
    icon: str
    word: str


JPEG = Kind("image/jpeg", "image", ("jpg", "jpeg", "jpe", "jfif"), "image", "JPEG")
PNG = Kind("image/png", "image", ("png",), "image", "PNG")
WEBP = Kind("image/webp", "image", ("webp",), "image", "WebP")
HEIC = Kind("image/heic", "image", ("heic", "heif"), "image", "HEIC")
PDF = Kind("application/pdf", "document", ("pdf",), "pdf", "PDF")
DICOM = Kind("application/dicom", "scan", ("dcm", "dicom", "ima", "dic"), "scan", "DICOM")
MP4 = Kind("video/mp4", "video", ("mp4", "m4v", "mov", "3gp", "3gpp"), "video", "MP4")
WEBM = Kind("video/webm", "video", ("webm",), "video", "WebM")

KINDS = (JPEG, PNG, WEBP, HEIC, PDF, DICOM, MP4, WEBM)
BY_MEDIA = {kind.media: kind for kind in KINDS}
BY_ENDING = {ending: kind for kind in KINDS for ending in kind.endings}
LONGEST_ENDING = 12
TAKEN = N_("fotos (JPEG, PNG, WebP, HEIC), PDF, DICOM e vídeos curtos (MP4, WebM)")

KIND_WORDS = {
    "photo": N_("Foto"),
    "ecg": N_("ECG"),
    "lab": N_("Exame de laboratório"),
    "imaging": N_("Exame de imagem"),
    "document": N_("Documento"),
    "other": N_("Outro"),
}
"""What a file shows, as people choose it."""

_BEFORE_PDF = b"\xef\xbb\xbf \t\r\n\f"
"""A mark of encoding and white space: readers look further, and so would take a program or a page for a PDF."""
_HEIC_BRANDS = {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"}


def asked_for(kinds: Iterable[Kind]) -> str:
    """Return what a control says that it takes. Of HEIC, which is taken too, nothing: Apple's browsers then send JPEG."""
    asked = [kind for kind in kinds if kind is not HEIC]
    return ",".join([*(kind.media for kind in asked), *(f".{ending}" for kind in asked for ending in kind.endings)])


def kind_of(head: bytes) -> Kind | None:
    """Return the kind that the first bytes show, or None. DICOM first: its preamble may look like another."""
    if head[128:132] == b"DICM":
        return DICOM
    signs = (
        (JPEG, head.startswith(b"\xff\xd8\xff")),
        (PNG, head.startswith(b"\x89PNG\r\n\x1a\n")),
        (WEBP, head[:4] == b"RIFF" and head[8:12] == b"WEBP"),
        (HEIC, head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS),
        (MP4, head[4:8] == b"ftyp" and head[8:12] not in _HEIC_BRANDS),
        (WEBM, head.startswith(b"\x1a\x45\xdf\xa3") and b"webm" in head[:64]),
        (PDF, head.lstrip(_BEFORE_PDF).startswith(b"%PDF-")),
    )
    return next((kind for kind, shown in signs if shown), None)


def is_whole(kind: Kind, ends: Ends) -> bool:
    """Tell whether the end of the file is the one its format must have."""
    head, tail, size = ends
    if kind is JPEG:
        return b"\xff\xd9" in tail
    if kind is PNG:
        return b"IEND\xaeB`\x82" in tail
    if kind is WEBP:
        return size >= int.from_bytes(head[4:8], "little") + 8
    if kind is PDF:
        return b"%%EOF" in tail
    if kind in (HEIC, MP4):
        return boxes_are_whole(ends)
    return webm_is_whole(ends) if kind is WEBM else dicom_is_whole(ends)


def ending_of(name: str) -> str:
    """Return the ending of a file's name in small letters, or '' when what follows the last point is none.

    'IMG_2026.0934', '1.2.840.10008' and 'ECG Dr. Silva' have none. What nobody sees in a name does not hide one.
    """
    ending = "".join(c for c in name.rpartition(".")[2] if c.isprintable()).lower() if "." in name else ""
    shown = ending.isascii() and ending.isalnum() and not ending.isdigit() and len(ending) <= LONGEST_ENDING
    return ending if shown else ""


def check(name: str, ends: Ends) -> Kind:
    """Return what a file is.

    Raises:
        Refused: empty, unknown, cut short, or with an ending of another family than it is or of none; names the file.
    """
    if ends.size == 0:
        raise Unfit(N_("%(name)s está vazio."), field="files", name=name)
    kind = kind_of(ends.head)
    if kind is None:
        raise Unfit(N_("%(name)s não é de um tipo aceito. Envie %(taken)s."), field="files", name=name, taken=TAKEN)
    _check_ending(name, kind)
    if not is_whole(kind, ends):
        raise Refused(N_("%(name)s chegou incompleto. Envie de novo."), field="files", name=name)
    return kind


def _check_ending(name: str, kind: Kind) -> None:
    ending = ending_of(name)
    named = BY_ENDING.get(ending)
    if ending and named is None:
        raise Unfit(
            N_("%(name)s termina em .%(ending)s, mas o conteúdo é %(found)s. Confira se é o arquivo certo."),
            field="files",
            name=name,
            ending=ending,
            found=kind.word,
        )
    if named is not None and named.family != kind.family:
        raise Unfit(
            N_("%(name)s tem nome de %(named)s, mas o conteúdo é %(found)s. Confira se é o arquivo certo."),
            field="files",
            name=name,
            named=named.word,
            found=kind.word,
        )

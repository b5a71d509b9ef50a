"""Signs a paper (PAdES); a program of its own, which paper.py runs: it reads what is asked as JSON and writes JSON.

A signature adds a field to a paper that is PDF/A-2a and PDF/UA-1, and both ask something of it: the field has a name to
be read out and a place in the structure, what is appended begins on a line of its own, and the metadata stays as it was.
"""

import base64
import io
import json
import sys
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, NumberTree
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter

FIELD = "Signature"
PRINT_AND_LOCK = 4 | 128


class AppendingWriter(IncrementalPdfFileWriter):
    """Appends and leaves the metadata alone: written anew they would lose what declares the schema of PDF/UA."""

    def _update_meta(self) -> None:
        pass


def with_field(paper: bytes, label: str) -> bytes:
    """Return a paper with an empty signature field at the end of what is read; `label` is read out for it."""
    with pikepdf.open(io.BytesIO(paper)) as pdf:
        page, structure = pdf.pages[-1].obj, pdf.Root.StructTreeRoot
        key = int(structure.ParentTreeNextKey)
        field = pdf.make_indirect(
            Dictionary(
                Type=Name.Annot, Subtype=Name.Widget, FT=Name.Sig, T=FIELD, TU=label, F=PRINT_AND_LOCK,
                Rect=Array([0, 0, 0, 0]), P=page, StructParent=key,
            )
        )  # fmt: skip
        document = structure.K[0]
        form = pdf.make_indirect(
            Dictionary(
                Type=Name.StructElem, S=Name.Form, P=document, Pg=page, Alt=label,
                K=Array([Dictionary(Type=Name.OBJR, Obj=field, Pg=page)]),
            )
        )  # fmt: skip
        document.K.append(form)
        NumberTree(structure.ParentTree)[key] = form
        structure.ParentTreeNextKey = key + 1
        page.Annots, page.Tabs = Array([field]), Name.S
        pdf.Root.AcroForm = Dictionary(Fields=Array([field]))
        out = io.BytesIO()
        # Streams stay as web/typesetting.py wrote them, some of them on purpose.
        pdf.save(out, deterministic_id=True, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    return out.getvalue()


def answer(asked: dict[str, Any]) -> dict[str, str]:
    """Return the signer's name, and the paper signed when one is given."""
    signer = signers.SimpleSigner.load_pkcs12(asked["file"], passphrase=asked["password"].encode())  # type: ignore[no-untyped-call]  # pyHanko left it untyped
    if signer is None:
        sys.exit("no certificate")
    name = signer.signing_cert.subject.native.get("common_name") or signer.subject_name
    if "pdf" not in asked:
        return {"name": name}
    told = signers.PdfSignatureMetadata(
        field_name=FIELD, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES, reason=asked["reason"], name=name
    )
    out, paper = io.BytesIO(), with_field(base64.b64decode(asked["pdf"]), asked["label"])
    signers.sign_pdf(AppendingWriter(io.BytesIO(paper)), told, signer=signer, output=out)
    return {"pdf": base64.b64encode(out.getvalue()).decode()}


if __name__ == "__main__":
    json.dump(answer(json.load(sys.stdin)), sys.stdout)

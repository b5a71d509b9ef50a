"""Keep static/vendor what its VENDOR.toml says: `vendor.py check` compares, `vendor.py fetch` brings the files again.

To move to another version: change `version`, run `fetch --accept`, put the hashes that it prints into VENDOR.toml, look
at the difference.
"""

import argparse
import hashlib
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).resolve().parent.parent / "static" / "vendor"
LIST = "VENDOR.toml"


class Vendored(NamedTuple):
    """One file: where it lies under static/vendor, where in its package, and what it must hash to."""

    package: str
    place: str
    source: str
    sha256: str


def listed(folder: Path = FOLDER) -> Iterator[Vendored]:
    """Yield every file that the list names."""
    for part, entry in tomllib.loads((folder / LIST).read_text(encoding="utf-8")).items():
        package = f"{entry['package']}@{entry['version']}"
        for name, file in entry["files"].items():
            yield Vendored(package, f"{part}/{name}", file["source"], file["sha256"])


def problems(folder: Path = FOLDER) -> list[str]:
    """Return a sentence for each file that is missing, changed or not on the list."""
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    found.pop(LIST, None)
    wrong = []
    for file in listed(folder):
        path = found.pop(file.place, None)
        if path is None:
            wrong.append(f"{file.place} is on the list and not in the folder")
        elif sha256(path.read_bytes()) != file.sha256:
            wrong.append(f"{file.place} is not the file that {file.package} published")
    return wrong + [f"{place} is in the folder and not on the list" for place in found]


def sha256(content: bytes) -> str:
    """Return the hash as the list writes it."""
    return hashlib.sha256(content).hexdigest()


def fetch(*, accept: bool, folder: Path = FOLDER) -> None:
    """Bring every listed file from its package again; `accept` takes and prints hashes that differ from the list.

    Raises:
        SystemExit: a file is not what the list says, and that was not to be accepted.
    """
    packages: dict[str, list[Vendored]] = {}
    for file in listed(folder):
        packages.setdefault(file.package, []).append(file)
    for package, files in packages.items():
        with tempfile.TemporaryDirectory() as scratch:
            subprocess.run(
                ["npm", "pack", "--silent", "--pack-destination", scratch, package], check=True, stdout=sys.stderr
            )
            with tarfile.open(next(Path(scratch).glob("*.tgz"))) as archive:
                for file in files:
                    _place(archive, file, folder, accept=accept)


def _place(archive: tarfile.TarFile, file: Vendored, folder: Path, *, accept: bool) -> None:
    member = archive.extractfile(f"package/{file.source}")
    if member is None:
        sys.exit(f"{file.package} has no file {file.source}")
    content = member.read()
    if sha256(content) != file.sha256:
        if not accept:
            sys.exit(f"{file.place}: {file.package} now publishes other bytes than the list says; nothing was taken")
        print(f"{file.place}: {sha256(content)}")
    target = folder / file.place
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)


def main() -> None:
    """Run what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("verb", choices=("check", "fetch"))
    parser.add_argument(
        "--accept", action="store_true", help="take files that differ from the list, print their hashes"
    )
    asked = parser.parse_args()
    if asked.verb == "fetch":
        fetch(accept=asked.accept)
    elif wrong := problems():
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()

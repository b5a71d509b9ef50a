"""Makes the sample files of the demonstration again from the packages and texts that they come from.

Not part of the set-up: what it makes is committed. It needs, in an environment of its own,
`pydicom==3.0.2 numpy matplotlib pillow typst==0.15.2`, an unpacked `scikit-image==0.26.0` and an unpacked
`scipy==1.11.4` (the last release whose wheel carries the electrocardiogram), and Chromium.

    python tools/demo_files/make.py FOLDER_WITH_skimage FOLDER_WITH_scipy
"""

import io
import json
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pydicom
import typst
from matplotlib import pyplot as plt
from PIL import Image
from pydicom.data import get_testdata_file

HERE = Path(__file__).parent
FILES = HERE.parents[1] / "teleconsult" / "demo" / "files"
GRID, LINE = "#f2b8b0", "#e08a80"


def main(skimage: Path, scipy: Path) -> None:
    """Make every file anew."""
    mpl.use("Agg")
    for drawing in sorted((HERE / "drawings").glob("*.svg")):
        photo(drawing)
    reports()
    retina(skimage / "data")
    for ours, theirs in (
        ("tomografia-coluna.dcm", "CT_small.dcm"),
        ("ultrassom-linfonodo.dcm", "examples_jpeg2k.dcm"),
        ("ecocardiograma.dcm", "examples_ybr_color.dcm"),
    ):
        shutil.copyfile(str(get_testdata_file(theirs)), FILES / ours)
    twelve_leads()
    rhythm(scipy / "misc" / "ecg.dat")


def photo(drawing: Path) -> None:
    """Let Chromium draw one of our own drawings; keep it as the JPEG that a phone would send."""
    with tempfile.TemporaryDirectory() as folder:
        page, shot = Path(folder) / "page.html", Path(folder) / "shot.png"
        page.write_text(f'<body style="margin:0"><img width="960" height="720" src="{drawing.resolve().as_uri()}">')
        subprocess.run(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars",
             "--disable-background-networking", "--disable-component-update", "--disable-sync",
             f"--user-data-dir={folder}/profile", "--window-size=960,720", f"--screenshot={shot}", page.as_uri()],
            check=True, capture_output=True,
        )  # fmt: skip
        Image.open(shot).convert("RGB").save(FILES / f"{drawing.stem}.jpg", quality=82, optimize=True)


def reports() -> None:
    """Typeset our own laboratory reports."""
    for name, report in tomllib.loads((HERE / "laudos.toml").read_text(encoding="utf-8")).items():
        pdf = typst.compile(str(HERE / "laudo.typ"), sys_inputs={"data": json.dumps(report)})
        (FILES / f"{name}.pdf").write_bytes(pdf)


def retina(data: Path) -> None:
    """Make the fundus photograph smaller and the detail of another one larger."""
    whole = Image.open(data / "retina.jpg").resize((900, 900), Image.Resampling.LANCZOS)
    whole.save(FILES / "retinografia.jpg", quality=85, optimize=True)
    detail = Image.open(data / "microaneurysms.png")
    detail.resize((612, 612), Image.Resampling.BICUBIC).save(FILES / "retinografia-detalhe.png", optimize=True)


def twelve_leads() -> None:
    """Draw the 12 leads of the DICOM waveform on paper of 25 mm/s and 10 mm/mV; only the signal is taken over."""
    wave = pydicom.dcmread(str(get_testdata_file("waveform_ecg.dcm")))
    signal = wave.waveform_array(0) / 1000
    names = ["I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6"]
    axes = _paper(10.4, 11.0)
    for lead, name in enumerate(names):
        column, row = divmod(lead, 3)
        part = signal[column * 2500 : (column + 1) * 2500, lead]
        base = 9.2 - row * 2.6
        _trace(axes, 0.2 + column * 2.5, base, part - np.median(part), 1000, name)
    _trace(axes, 0.2, 1.4, signal[:, 1] - np.median(signal[:, 1]), 1000, "II")
    _save(axes, "ecg-12-derivacoes.png")


def rhythm(stored: Path) -> None:
    """Draw twelve seconds with two ventricular extrasystoles of the MIT-BIH record."""
    signal = (np.load(io.BytesIO(stored.read_bytes()))["ecg"].astype(float) - 1024) / 200
    part = signal[int(62.7 * 360) : int(74.7 * 360)]
    axes = _paper(12.4, 5.0)
    _trace(axes, 0.2, 2.2, part - np.median(part), 360, "II")
    _save(axes, "ecg-ritmo-extrassistoles.png")


def _paper(seconds: float, millivolts: float) -> plt.Axes:
    figure, axes = plt.subplots(figsize=(seconds * 25 / 25.4, millivolts * 10 / 25.4))
    figure.subplots_adjust(0, 0, 1, 1)
    axes.set(xlim=(0, seconds), ylim=(0, millivolts))
    axes.set_axis_off()
    for step, width, colour in ((0.04, 0.25, GRID), (0.2, 0.6, LINE)):
        axes.vlines(np.arange(0, seconds, step), 0, millivolts, lw=width, color=colour)
        axes.hlines(np.arange(0, millivolts, step * 2.5), 0, seconds, lw=width, color=colour)
    axes.text(seconds - 0.1, 0.12, "25 mm/s   10 mm/mV", ha="right", size=8)
    return axes


def _trace(axes: plt.Axes, left: float, base: float, signal: np.ndarray, hertz: int, name: str) -> None:
    axes.plot(left + np.arange(len(signal)) / hertz, base + signal, lw=0.8, color="#111111")
    axes.text(left + 0.05, base + 1.1, name, size=10, weight="bold")


def _save(axes: plt.Axes, name: str) -> None:
    drawn = io.BytesIO()
    axes.figure.savefig(drawn, dpi=130)
    picture = Image.open(drawn).convert("RGB").quantize(32, dither=Image.Dither.NONE)
    picture.save(FILES / name, optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

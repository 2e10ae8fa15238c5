"""Photos of 12 megapixels, as from phones, to features: coulis against optimized Python, both on two cores.

    python benchmarks/large_photos.py [--rounds 5] [--json FILE]

Protocol: phone_photos.py makes the photos of wallpapers in Debian's packages: 31 baseline JPEGs of 4032 x 3024 (4:2:0,
quality 90), the wallpapers as they are (many progressive, up to 24 megapixels), and 4:4:4, PNG, WebP and HEIC forms of
some. A copy of the baseline JPEGs lies on its side, with an EXIF orientation that coulis applies. coulis runs with 2
threads into a fresh OUTPUT. A rival is two processes of one thread each, with the same float32 weights in ONNX Runtime.
First the features are proved equal where the pixels should be equal: Pillow in full, and with its draft. pyvips and
OpenCV compute other pixels; the similarity of their rows is printed. Then all run in turn, and a ratio is taken within
a round: coulis's stage "features" against the rival's loop, which starts after its imports.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import harness
import numpy as np
import phone_photos
import pipeline
import report

RIVAL = harness.RIVALS / "pillow_onnxruntime.py"
# Set -> the rivals on it, coulis's --decode, and the goal for the ratio.
GOALS: dict[str, list[tuple[str, str, float | None]]] = {
    "baseline": [
        ("pillow", "full", 3.3),
        ("draft", "scaled", 1.2),
        ("pyvips", "scaled", None),
        ("opencv", "scaled", None),
    ],
    "as they are": [("pillow", "full", None), ("draft", "scaled", None)],
    "4:4:4": [("pillow", "full", None)],
    "PNG": [("pillow", "full", None)],
    "WebP": [("pillow", "full", None)],
    "HEIC": [("pillow_heif", "full", 1.3)],
}
SAME_PIXELS = ("pillow", "draft")
NAMES = {"pillow": "Pillow", "draft": "Pillow draft", "pyvips": "pyvips thumbnail", "opencv": "OpenCV reduced"}
NAMES["pillow_heif"] = "pillow-heif"


@dataclass(frozen=True)
class Run:
    wall_s: float
    loop_s: float
    report_s: float


def run_coulis(photos: Path, output: Path, decode: str, *flags: str) -> Run:
    shutil.rmtree(output, ignore_errors=True)
    command = [harness.COULIS, "run", photos, output, "--threads", "2", "--decode", decode, "--json", "-q", *flags]
    usage = harness.run_measured(command, quiet=True)
    seconds = json.loads(usage.stdout)["seconds"]
    return Run(usage.wall_s, seconds["features"], seconds["report"])


def run_rival(photos: Path, output: Path, reader: str) -> Run:
    shutil.rmtree(output, ignore_errors=True)
    command = [harness.RIVALS_PYTHON, RIVAL, photos, output, "--model", harness.make_onnx_model(), "--reader", reader]
    usage = harness.run_measured(command)
    return Run(usage.wall_s, json.loads(usage.stdout)["loop_s"], 0)


def compare(ours: Path, theirs: Path, reader: str) -> str:
    a, b = pipeline.read_features(ours / "features"), pipeline.read_features(theirs)
    if reader in SAME_PIXELS:
        return f"{NAMES[reader]}: {pipeline.compare_features(a, b)}"
    rows = [(a[path].astype(np.float64), b[path].astype(np.float64)) for path in sorted(a)]
    likeness = [float(x @ y / np.linalg.norm(x) / np.linalg.norm(y)) for x, y in rows]
    return f"{NAMES[reader]}: other pixels, cosine {min(likeness):.4f} at least"


def measure_set(kind: str, photos: Path, work: Path, rounds: int) -> tuple[str, list[dict]]:
    """The proof of equality, and the figures."""
    output, other = work / "output", work / "other"
    decodes = sorted({decode for _, decode, _ in GOALS[kind]})
    proofs = []
    for reader, decode, _ in GOALS[kind]:
        run_coulis(photos, output, decode)
        run_rival(photos, other, reader)
        proofs.append(compare(output, other, reader))
    contestants = {decode: lambda decode=decode: run_coulis(photos, output, decode) for decode in decodes}
    contestants |= {reader: lambda reader=reader: run_rival(photos, other, reader) for reader, _, _ in GOALS[kind]}
    runs = harness.run_in_turn(contestants, rounds)
    count = len(list(photos.iterdir()))
    loops = {name: [run.loop_s for run in runs[name]] for name in contestants}
    figures = []
    for reader, decode, goal in GOALS[kind]:
        name = f"{kind}: {NAMES[reader]} + ONNX Runtime / coulis, {decode}"
        figures.append(report.make_figure(name, "x", report.divide(loops[reader], loops[decode]), at_least=goal))
    if "scaled" in decodes:
        goal = 1.5 if kind == "baseline" else None
        ratio = report.divide(loops["full"], loops["scaled"])
        figures.append(report.make_figure(f"{kind}: coulis, full / scaled", "x", ratio, at_least=goal))
    for decode in decodes:
        rate = [count / seconds for seconds in loops[decode]]
        figures.append(report.make_figure(f"{kind}: coulis, {decode}, stage features", "img/s", rate))
    if kind == "baseline":
        share = [100 * run.report_s / run.wall_s for run in runs["full"]]
        figures.append(report.make_figure("baseline: report, share of the run", "%", share, at_most=5))
    return "; ".join(proofs), [*figures, report.make_peak_figure(runs)]


def measure_turned(upright: Path, on_their_side: Path, work: Path, rounds: int) -> dict:
    """The cost of turning: the same pixels with the same flag, turned and upright."""
    contestants = {
        photos: lambda photos=photos: run_coulis(photos, work / "output", "full", "--exif-orientation").loop_s
        for photos in (upright, on_their_side)
    }
    loops = harness.run_in_turn(contestants, rounds)
    ratio = report.divide(loops[on_their_side], loops[upright])
    return report.make_figure("coulis, --exif-orientation, on their side / upright", "x", ratio, at_most=1.1)


def main() -> None:
    arguments = harness.parse(harness.make_parser(__doc__))
    machine = report.describe_machine()
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        try:
            sets = phone_photos.make_sets(work / "photos", *((4, 1) if arguments.quick else ()))
        except (FileNotFoundError, subprocess.CalledProcessError) as error:
            figures = [report.make_note("large photos", f"Debian's packages cannot be fetched here: {error}")]
            report.publish("Photos as phones take them", "nothing to compare", arguments, machine, figures)
            return
        on_their_side = sets.pop("on their side")
        proofs, figures = [], [measure_turned(sets["baseline"], on_their_side, work, arguments.rounds)]
        for kind, photos in sets.items():
            proof, rows = measure_set(kind, photos, work, arguments.rounds)
            proofs.append(f"{kind}: {proof}")
            figures += rows
    report.publish("Photos as phones take them, 2 threads", "; ".join(proofs), arguments, machine, figures)


if __name__ == "__main__":
    main()

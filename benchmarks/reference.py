"""Photos to results on two cores: `coulis run` against a reference script with PySpark, TensorFlow and MLlib.

    python benchmarks/reference.py [FOLDER] [--rounds 5] [--json FILE]

REFERENCE_PIPELINE names the reference script: binaryFile, a pandas UDF with MobileNetV2 in TensorFlow, Parquet,
MLlib's PCA (k = 50) and CSV, in local[2]. It runs as written (its plan is lazy, so the network runs over the photos
four times) and tuned (see TUNED). It uses coulis's published weights, as a Keras file.

Protocol: the features of one run of each are compared photo by photo, and the projected rows as spaces (after centring
both, which MLlib does not do). Then they run in turn, and the ratio of whole processes is taken within a round. The
reference as written takes minutes, so it runs once before the rounds and is compared with the first round.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import engine_process
import harness
import numpy as np
import photos
import pyarrow.parquet as pq
import report
from agreement import cosines

SCRIPT = os.environ.get("REFERENCE_PIPELINE", "")
AS_WRITTEN = ["--variant", "seed"]
# Two workers with a TensorFlow thread and a task each; they keep the model. Vectors are made inside the JVM.
TUNED = ["--variant", "tuned", "--partitions", "2", "--tf-threads", "1", "--predict-batch", "8", "--arrow-rows", "128"]
LOWEST_COSINE = 0.99999
LOWEST_SPACE_COSINE = 0.9999


@dataclass(frozen=True)
class ReferenceRun:
    wall_s: float  # of the process, including the JVM's start
    work_s: float  # after the start of the session


def run_coulis(folder: Path, output: Path) -> float:
    """Seconds."""
    shutil.rmtree(output, ignore_errors=True)
    return harness.run_measured([harness.COULIS, "run", folder, output, "-k", "50", "--threads", "2", "-q"]).wall_s


def run_reference(folder: Path, output: Path, options: list[str]) -> ReferenceRun:
    shutil.rmtree(output.parent, ignore_errors=True)
    output.parent.mkdir()
    words = ["--photos", folder, "--weights", engine_process.MODELS / "keras.weights.h5", "--out", output, *options]
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    usage = harness.run_measured(
        [harness.RIVALS_PYTHON, SCRIPT, *words], quiet=True, cwd=output.parent, env=environment
    )
    result = json.loads(usage.stdout.rsplit("RESULT", 1)[1].splitlines()[0])
    print(
        f"  {options[1]}: {usage.wall_s:.0f} s, {result['cnn_passes']} passes of the network, {result['marks']}",
        flush=True,
    )
    return ReferenceRun(usage.wall_s, result["work_s"])


def read_rows(folder: Path, column: str) -> dict[str, np.ndarray]:
    """path -> row. Spark writes a path as a URI, and a vector as a struct."""
    rows = {}
    for file in sorted(folder.glob("*.parquet")):
        table = pq.read_table(file)
        for path, row in zip(table["path"].to_pylist(), table[column].to_pylist(), strict=True):
            values = row["values"] if isinstance(row, dict) else row
            rows[path.removeprefix("file:")] = np.array(values, np.float64)
    return rows


def compare(ours: Path, theirs: Path, name: str) -> str:
    features = [read_rows(ours / "features", "features"), read_rows(theirs, "features")]
    projected = [read_rows(ours / "pca", "pca"), read_rows(theirs / "pca_results", "pca_features")]
    paths = sorted(features[0])
    assert paths and all(rows.keys() == features[0].keys() for rows in (*features, *projected)), "not the same photos"
    lowest = cosines(*(np.stack([rows[path] for path in paths]) for rows in features)).min()
    spaces = [np.linalg.qr(centre(np.stack([rows[path] for path in paths])))[0] for rows in projected]
    lowest_space = np.linalg.svd(spaces[0].T @ spaces[1], compute_uv=False).min()
    assert lowest >= LOWEST_COSINE, f"{name}: a row's cosine is {lowest}"
    assert lowest_space >= LOWEST_SPACE_COSINE, f"{name}: the projections' spaces differ, cosine {lowest_space}"
    return (
        f"{name}: {len(paths)} rows, lowest cosine 1 - {1 - lowest:.0e}, of the PCA's space 1 - {1 - lowest_space:.0e}"
    )


def centre(rows: np.ndarray) -> np.ndarray:
    return rows - rows.mean(axis=0)


def as_written_options(quick: bool) -> list[str]:
    return [*AS_WRITTEN, *(["--partitions", "2"] if quick else [])]  # not 24 models loaded


def find_missing() -> str:
    """Why the reference cannot run here, or an empty string."""
    if shutil.which("java") is None:
        return "Spark needs java (Debian package openjdk-17-jre-headless)"
    if not SCRIPT:
        return "the reference is not in this repository: name its script in REFERENCE_PIPELINE"
    return harness.find_missing(Path(SCRIPT), harness.RIVALS_PYTHON)


def main() -> None:
    parser = harness.make_parser(__doc__)
    photos.add_arguments(parser)
    arguments = harness.parse(parser)
    if arguments.quick:
        arguments.folder, arguments.photos = photos.EXAMPLES, 64  # of several kinds, and more than components
    title = f"Photos to results, {arguments.photos} photos, two cores"
    if reason := find_missing():
        report.skip(title, reason, arguments)
    engine_process.make_models()

    machine = report.describe_machine()
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        folder = photos.link_photos(arguments.folder, arguments.photos, work / "photos")
        output, theirs = work / "coulis", work / "reference" / "out"
        run_coulis(folder, output)
        as_written = run_reference(folder, theirs, as_written_options(arguments.quick)).wall_s
        proofs = [compare(output, theirs, "as written")]
        contestants = {
            "coulis": partial(run_coulis, folder, output),
            "reference, tuned": partial(run_reference, folder, theirs, TUNED),
        }
        runs = harness.run_in_turn(contestants, arguments.rounds)
        proofs.append(compare(output, theirs, "tuned"))
    peak = report.make_peak_figure(runs)
    ours, tuned = runs["coulis"], [run.wall_s for run in runs["reference, tuned"]]
    figures = [
        report.make_figure("reference as written / coulis", "x", [as_written / ours[0]], at_least=40),
        report.make_figure("reference tuned / coulis", "x", report.divide(tuned, ours), at_least=6),
        report.make_figure("coulis", "s", ours),
        report.make_figure("reference as written", "s", [as_written]),
        report.make_figure("reference tuned", "s", tuned),
        peak,
    ]
    report.publish(title, "; ".join(proofs), arguments, machine, figures)


if __name__ == "__main__":
    main()

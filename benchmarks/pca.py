"""The PCA from committed part files, k = 50: `coulis fit` against scikit-learn and Spark MLlib, on two cores.

    python benchmarks/pca.py [FOLDER] [--rows 22688] [--rounds 5] [--json FILE]

Protocol: `coulis run` makes the part files from real photos, repeated if the folder has fewer. All contestants read
these files. First eigenvalues and components are compared. Then all run in turn, and a ratio is taken within a round:

- fit: Parquet files to components. For `coulis fit --threads 2`, its stages "moments" and "pca";
- whole: the process from start to exit, with the projected rows as Parquet and as CSV. `coulis fit` also checks every
  part, and writes the report and the manifest. MLlib stays loaded: its time excludes start-up, and it writes only
  Parquet.

scikit-learn is `PCA(50, svd_solver="covariance_eigh")` in float64, like coulis, with one thread and with two: its
threads spin, so that two can be slower on a busy machine. The goal compares with the faster one of each round.
MLlib: vectors made inside the JVM, cached, local[2]; the first fit of a new session, as in a user's script, and fits of
a warm session. Neither includes the start of the session.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import harness
import numpy as np
import photos
import report
import sklearn
from safetensors.numpy import load_file

K = 50
OURS = "coulis"
SKLEARN = {threads: f"scikit-learn, {threads} thread{'s' * (threads > 1)}" for threads in (1, 2)}
BEST_SKLEARN = "scikit-learn, the faster"
MLLIB = "Spark MLlib"
WARM_MLLIB = "Spark MLlib, warm"
GOALS = {("fit", BEST_SKLEARN): 1, ("whole", BEST_SKLEARN): 1.5, ("fit", MLLIB): 10}


@dataclass(frozen=True)
class Fit:
    fit_s: float
    whole_s: float
    explained: np.ndarray  # float64 [k], share of the variance
    components: np.ndarray  # float64 [k, 1280]


def fit_coulis(output: Path) -> Fit:
    usage = harness.run_measured([harness.COULIS, "fit", output, "-k", str(K), "--threads", "2", "--json", "-q"])
    seconds = json.loads(usage.stdout)["seconds"]
    model = load_file(output / "pca_model.safetensors")
    fit_s = seconds["moments"] + seconds["pca"]
    return Fit(fit_s, usage.wall_s, model["explained_variance_ratio"], model["components"])


def fit_sklearn(output: Path, projected: Path, threads: int) -> Fit:
    """rivals/sklearn_pca.py."""
    script = harness.RIVALS / "sklearn_pca.py"
    usage = harness.run_measured([sys.executable, script, output / "features", str(K), str(threads), projected])
    model = np.load(projected / "model.npz")
    return Fit(json.loads(usage.stdout)["fit_s"], usage.wall_s, model["explained"], model["components"])


class Mllib:
    """rivals/mllib_pca.py as a long-lived process."""

    def __init__(self, output: Path, projected: Path) -> None:
        command = [harness.RIVALS_PYTHON, harness.RIVALS / "mllib_pca.py", output / "features", str(K), projected]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True)
        self.version: str = self._read()["version"]

    def _read(self) -> dict[str, Any]:
        assert self.process.stdout
        return json.loads(self.process.stdout.readline())

    def fit(self) -> Fit:
        assert self.process.stdin
        self.process.stdin.write("fit\n")
        self.process.stdin.flush()
        answer = self._read()
        components = np.array(answer["components"]).T
        return Fit(answer["fit_s"], answer["whole_s"], np.array(answer["explained"]), components)

    def stop(self) -> None:
        self.process.communicate()


def fit_in_new_session(output: Path, projected: Path) -> Fit:
    mllib = Mllib(output, projected)
    try:
        return mllib.fit()
    finally:
        mllib.stop()


def compare(ours: Fit, theirs: Fit, tolerance: float) -> str:
    np.testing.assert_allclose(ours.explained, theirs.explained, rtol=tolerance)
    cosines = np.abs(np.sum(ours.components * theirs.components, axis=1))  # both of length 1, in either direction
    np.testing.assert_allclose(cosines, 1, rtol=0, atol=tolerance)
    return f"to {tolerance:.0e}"


def make_figures(fits: dict[str, list[Fit]]) -> list[dict]:
    figures = []
    for stage in ("fit", "whole"):
        seconds = {name: [getattr(fit, f"{stage}_s") for fit in values] for name, values in fits.items()}
        fastest = [min(times) for times in zip(*(seconds[name] for name in SKLEARN.values()), strict=True)]
        for name, theirs in {**seconds, BEST_SKLEARN: fastest}.items():
            if name != OURS:
                ratio = report.divide(theirs, seconds[OURS])
                goal = GOALS.get((stage, name))
                figures.append(report.make_figure(f"{name} / {OURS}, {stage}", "x", ratio, at_least=goal))
        figures += [report.make_figure(f"{name}, {stage}", "s", values) for name, values in seconds.items()]
    return figures


def main() -> None:
    parser = harness.make_parser(__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=photos.default_folder(), help="JPEG files")
    parser.add_argument("--rows", type=int, default=22_688)
    arguments = harness.parse(parser)
    if arguments.quick:
        arguments.rows = 300

    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        folder, output = photos.link_photos(arguments.folder, arguments.rows, work / "photos"), work / "output"
        harness.run_measured([harness.COULIS, "run", folder, output, "-k", str(K), "--threads", "2", "-q"])
        contestants = {
            OURS: partial(fit_coulis, output),
            **{name: partial(fit_sklearn, output, work / "projected", n) for n, name in SKLEARN.items()},
        }
        ours = contestants[OURS]()
        proofs = [f"explained variances and components: scikit-learn {compare(ours, contestants[SKLEARN[1]](), 1e-9)}"]
        missing = harness.find_missing(harness.RIVALS_PYTHON) or ("" if shutil.which("java") else "java is not there")
        if not missing:
            mllib = Mllib(output, work / "mllib")
            contestants[WARM_MLLIB] = mllib.fit
            contestants[MLLIB] = partial(fit_in_new_session, output, work / "mllib")
            proofs.append(f"MLlib {compare(ours, mllib.fit(), 1e-8)}")
        machine = report.describe_machine()
        fits = harness.run_in_turn(contestants, arguments.rounds)
    peak = report.make_peak_figure(fits)
    del fits[harness.PEAK]
    figures = [*make_figures(fits), *([report.make_note(MLLIB, missing)] if missing else []), peak]
    versions = f"scikit-learn {sklearn.__version__}" + ("" if missing else f", Spark {mllib.version}")
    title = f"PCA of {arguments.rows} x 1280 from part files, k = {K}, two cores ({versions})"
    report.publish(title, ", ".join(proofs), arguments, machine, figures)


if __name__ == "__main__":
    main()

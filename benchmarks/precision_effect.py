"""What bf16 and int8 change in the results, on every photo: the subspace of the PCA and the nearest neighbours.

Each precision is one `coulis run -k 50` on the photos that FRUITS_360_TEST names, compared with float32:

  features    cosine of each row with its float32 row
  subspace    the angles between the two spaces of 50 components (scipy.linalg.subspace_angles)
  neighbours  for each photo of the second series of views (r_*), its nearest photo of the first series, by Euclidean
              distance in the 50 components: the same neighbour as in float32, and a neighbour with the right label

Prints a Markdown page. To publish: `python benchmarks/precision_effect.py > docs/precision.md`.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from agreement import cosines
from harness import COULIS
from photos import default_folder
from safetensors.numpy import load_file
from scipy.linalg import subspace_angles

PHOTOS = default_folder()
COMPONENTS = 50
PRECISIONS = ("fp32", "bf16", "int8")
COLUMNS = (
    "cosine of the rows, mean (lowest)",
    "variance explained",
    "angles of the subspaces, median (largest)",
    "same neighbour",
    "right label",
)


@dataclass
class Result:
    features: np.ndarray  # float32 [photos, 1280]
    projected: np.ndarray  # float32 [photos, 50]
    components: np.ndarray  # float64 [50, 1280]
    explained: float  # share of the variance
    is_query: np.ndarray  # bool [photos]
    labels: np.ndarray


def compute(photos: Path, output: Path, *flags: str, query: str = "r_", k: int = COMPONENTS) -> Result:
    """query: the prefix of the names of query photos."""
    subprocess.run([COULIS, "run", photos, output, "-k", str(k), "--quiet", *flags], check=True)
    features, pca = pq.read_table(output / "features"), pq.read_table(output / "pca")
    model = load_file(output / "pca_model.safetensors")
    return Result(
        np.stack(features["features"].to_numpy()),
        np.stack(pca["pca"].to_numpy()),
        model["components"],
        float(model["explained_variance_ratio"].sum()),
        np.array([Path(path).name.startswith(query) for path in pca["path"].to_pylist()]),
        np.array(pca["label"].to_pylist()),
    )


def find_neighbours(result: Result) -> np.ndarray:
    """For each query, the row of its nearest photo in the other series: int [queries]."""
    queries, others = result.projected[result.is_query], result.projected[~result.is_query]
    squares = (queries**2).sum(1)[:, None] - 2 * queries @ others.T + (others**2).sum(1)
    return np.flatnonzero(~result.is_query)[squares.argmin(1)]


def describe(name: str, result: Result, reference: Result) -> str:
    """A row of the table below (what it is about, *COLUMNS)."""
    cosine = cosines(result.features, reference.features)
    angles = np.degrees(subspace_angles(result.components.T, reference.components.T))
    ours, theirs = find_neighbours(result), find_neighbours(reference)
    labels = result.labels[result.is_query]
    return make_row(
        [
            name,
            f"{cosine.mean():.5f} ({cosine.min():.5f})",
            f"{100 * result.explained:.2f} %",
            f"{np.median(angles):.2f}° ({angles.max():.1f}°)",
            f"{100 * np.mean(ours == theirs):.1f} %",
            f"{100 * np.mean(result.labels[ours] == labels):.1f} %",
        ]
    )


def make_row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def main() -> None:
    if not PHOTOS.exists():
        sys.exit(f"skipped: {PHOTOS} is missing")
    with tempfile.TemporaryDirectory() as folder:
        results = {name: compute(PHOTOS, Path(folder) / name, "--precision", name) for name in PRECISIONS}
    reference = results["fp32"]
    queries = int(reference.is_query.sum())
    print(f"""# How the precision affects the results

`--precision` sets the number format of the network. The PCA is always float64.
`python benchmarks/precision_effect.py` wrote this page, and defines each figure. It uses
{len(reference.labels)} photos of Fruits-360's test set and {COMPONENTS} components.
It compares each precision with float32.
{queries} photos are queries. Their nearest neighbours are
among the other {len(reference.labels) - queries} photos, which show the same fruits from other sides.

{make_row(["precision", *COLUMNS])}
{"|---" * (len(COLUMNS) + 1)}|""")
    for precision, result in results.items():
        print(describe(precision, result, reference))
    print("""
The largest angle belongs to the last components. They carry the least information. Their eigenvalues are so close to
the 51st that a small change swaps components. Consecutive photos are nearly identical, so a different nearest neighbour
is often just as good; compare label accuracy instead.""")


if __name__ == "__main__":
    main()

"""The PCA stage against scikit-learn: fit and project float32 rows [n, 1280], k = 50.

Protocol: seeded rows with a decaying spectrum. First both results are compared (eigenvalues to 1e-9, components to
1e-7, projections to 1e-6), then the rivals run in turn, round by round, and the median of each is taken. We take the
float32 rows and use one thread. scikit-learn (`svd_solver="covariance_eigh"`) gets a float64 copy made beforehand, for
the same precision, and runs with one thread and with as many as it likes; then with the float32 rows, in float32.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from coulis import _core
from sklearn.decomposition import PCA
from threadpoolctl import threadpool_limits

COLUMNS = 1280
K = 50


def make_rows(count: int) -> np.ndarray:
    """[count, 1280] float32, offset, standard deviations falling by 1 % a direction."""
    rng = np.random.default_rng(1)
    turn, _ = np.linalg.qr(rng.standard_normal((COLUMNS, COLUMNS)))
    rows = rng.standard_normal((count, COLUMNS)) * 0.99 ** np.arange(COLUMNS) @ turn
    return (rows + rng.uniform(0, 1, COLUMNS)).astype(np.float32)


def run_coulis(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    pca = _core.fit_pca(rows, K)
    return pca.explained_variance, pca.components, pca.project(rows)


def run_sklearn(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    pca = PCA(n_components=K, svd_solver="covariance_eigh").fit(rows)
    return pca.explained_variance_, pca.components_, pca.transform(rows)


def check_equality(rows: np.ndarray) -> None:
    variance, components, projected = run_coulis(rows)
    expected_variance, expected_components, expected_projected = run_sklearn(rows.astype(np.float64))
    signs = np.sign(np.sum(components * expected_components, axis=1))
    np.testing.assert_allclose(variance, expected_variance, rtol=1e-9)
    np.testing.assert_allclose(components * signs[:, None], expected_components, rtol=0, atol=1e-7)
    np.testing.assert_allclose(projected * signs, expected_projected, rtol=0, atol=1e-6)


def time_in_turn(rivals: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Seconds of each rival, round by round, after one round that does not count."""
    seconds: dict[str, list[float]] = {name: [] for name in rivals}
    for index in range(rounds + 1):
        for name, run in rivals.items():
            start = time.perf_counter()
            run()
            if index > 0:
                seconds[name].append(time.perf_counter() - start)
    return seconds


def run_on_one_thread(run: Callable[[], object]) -> None:
    with threadpool_limits(1):
        run()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=22_688)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    arguments = parser.parse_args()
    if arguments.rounds < 3:
        parser.error("a median needs 3 rounds or more")

    rows = make_rows(arguments.rows)
    check_equality(rows)
    print(f"{arguments.rows} x {COLUMNS}, k = {K}: equal to scikit-learn")
    rows64 = rows.astype(np.float64)
    rivals = {
        "coulis, 1 thread": lambda: run_coulis(rows),
        "scikit-learn float64, 1 thread": lambda: run_on_one_thread(lambda: run_sklearn(rows64)),
        "scikit-learn float64": lambda: run_sklearn(rows64),
        "scikit-learn float32, 1 thread": lambda: run_on_one_thread(lambda: run_sklearn(rows)),
    }
    seconds = time_in_turn(rivals, arguments.rounds)
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    ours = medians["coulis, 1 thread"]
    for name, median in medians.items():
        spread = f"{min(seconds[name]):.3f} to {max(seconds[name]):.3f}"
        print(f"{name:32} {median:7.3f} s ({spread})   {median / ours:5.2f} x coulis")
    if arguments.json:
        figures = {"rows": arguments.rows, "columns": COLUMNS, "k": K, "rounds": arguments.rounds, "seconds": seconds}
        ratios = {name: median / ours for name, median in medians.items()}
        arguments.json.write_text(json.dumps({**figures, "medians": medians, "ratios": ratios}, indent=2) + "\n")


if __name__ == "__main__":
    main()

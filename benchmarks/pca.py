"""The PCA stage against scikit-learn: fit and project float32 rows [n, 1280], k = 50.

    PYTHONPATH=build/release/python python benchmarks/pca.py [--rows 22688] [--rounds 5] [--json FILE]

Protocol: seeded rows with a decaying spectrum. First both results are compared (eigenvalues to 1e-9, components to
1e-7, projections to 1e-6), then all run in turn after one round that does not count, and ratios are taken within a
round. We take the float32 rows and use one thread. scikit-learn (`svd_solver="covariance_eigh"`) gets a float64 copy
made beforehand, for the same precision, and runs with one thread and with as many as it likes; then with the float32
rows, in float32.
"""

import time
from collections.abc import Callable
from functools import partial

import harness
import numpy as np
from coulis import _core
from sklearn.decomposition import PCA
from threadpoolctl import threadpool_limits

COLUMNS = 1280
K = 50
EQUAL_TERMS = "scikit-learn float64, 1 thread"  # what the goal is about


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


def measure_s(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def run_on_one_thread(run: Callable[[], object]) -> None:
    with threadpool_limits(1):
        run()


def main() -> None:
    parser = harness.make_parser(__doc__, rounds=5)
    parser.add_argument("--rows", type=int, default=22_688)
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.rounds, arguments.rows = 2, 3_000

    machine = harness.describe_machine()
    rows = make_rows(arguments.rows)
    check_equality(rows)
    rows64 = rows.astype(np.float64)
    contestants = {
        "coulis, 1 thread": lambda: run_coulis(rows),
        EQUAL_TERMS: lambda: run_on_one_thread(lambda: run_sklearn(rows64)),
        "scikit-learn float64": lambda: run_sklearn(rows64),
        "scikit-learn float32, 1 thread": lambda: run_on_one_thread(lambda: run_sklearn(rows)),
    }
    timed = {name: partial(measure_s, run) for name, run in contestants.items()}
    harness.run_in_turn(timed, 1)
    seconds = harness.run_in_turn(timed, arguments.rounds)
    ours = seconds["coulis, 1 thread"]
    figures = [
        harness.make_figure(
            f"{name} / coulis", "x", harness.divide(theirs, ours), at_least=1 if name == EQUAL_TERMS else None
        )
        for name, theirs in seconds.items()
        if theirs is not ours
    ]
    figures += [harness.make_figure(name, "s", values) for name, values in seconds.items()]
    proof = "eigenvalues to 1e-9, components to 1e-7, projections to 1e-6"
    harness.report(f"PCA of {arguments.rows} x {COLUMNS}, k = {K}", proof, arguments, machine, figures)


if __name__ == "__main__":
    main()

"""scikit-learn's PCA of the features of a run, as a careful user writes it: one process, from its start to its exit.

    python benchmarks/rivals/sklearn_pca.py FEATURES_FOLDER K THREADS OUTPUT

Parquet files -> float64 -> fit -> project -> OUTPUT/pca.parquet and OUTPUT/matrix.csv, both with Arrow, the fastest
writer. Prints {"fit_s"}; OUTPUT/model.npz has "explained" [k] and "components" [k, 1280].
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import csv
from sklearn.decomposition import PCA
from threadpoolctl import threadpool_limits


def fit_and_write(features: str, k: int, output: Path) -> float:
    start = time.perf_counter()
    table = pq.read_table(features, columns=["path", "label", "features"])
    rows = table["features"].combine_chunks().flatten().to_numpy().reshape(table.num_rows, -1).astype(np.float64)
    pca = PCA(n_components=k, svd_solver="covariance_eigh").fit(rows)
    fit_s = time.perf_counter() - start
    projected = pca.transform(rows).astype(np.float32)
    names = table.select(["path", "label"])
    lists = pa.FixedSizeListArray.from_arrays(projected.ravel(), k)
    pq.write_table(names.append_column("pca", lists), output / "pca.parquet")
    columns = {f"pc_{i + 1}": projected[:, i] for i in range(k)}
    csv.write_csv(pa.table({"path": names["path"], "label": names["label"], **columns}), output / "matrix.csv")
    np.savez(output / "model.npz", explained=pca.explained_variance_ratio_, components=pca.components_)
    return fit_s


def main() -> None:
    features, k, threads, output = sys.argv[1:]
    Path(output).mkdir(exist_ok=True)
    with threadpool_limits(int(threads)):
        fit_s = fit_and_write(features, int(k), Path(output))
    print(json.dumps({"fit_s": fit_s}))


if __name__ == "__main__":
    main()

"""coulis in one process with packages that bring an Arrow of their own. check_wheel runs it where they are installed.

python beside_others.py PHOTOS FOLDER [PACKAGE ...]      PACKAGE: datasets, deltalake, pyspark, ray
"""

import os
import sys
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pyarrow as pa


def by_datasets(table: pa.Table, folder: Path) -> np.ndarray:
    import datasets

    datasets.Dataset(table).save_to_disk(folder)
    return np.stack(datasets.load_from_disk(folder).with_format("numpy")["features"][:])


def by_deltalake(table: pa.Table, folder: Path) -> np.ndarray:
    import deltalake

    deltalake.write_deltalake(folder, table)
    return to_rows(deltalake.DeltaTable(folder).to_pyarrow_table())


def by_pyspark(table: pa.Table, folder: Path) -> np.ndarray:
    """A run on Spark, and its results as Arrow tables."""
    import coulis
    import coulis.spark
    from pyspark.sql import SparkSession

    photos = Path(table["path"][0].as_py()).parents[1]
    os.environ["PYSPARK_PYTHON"] = sys.executable
    spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
    coulis.spark.run(spark, str(photos), str(folder), k=20)
    spark.stop()
    return to_rows(coulis.open(folder).features.to_table())


def by_ray(table: pa.Table, folder: Path) -> np.ndarray:
    """In a process of Ray's, which reads the paths as Arrow."""
    import ray

    def featurize(batch: dict) -> dict:
        import coulis

        return {**batch, "features": coulis.featurize(list(batch["path"])).values}

    ray.init(num_cpus=1, include_dashboard=False, log_to_driver=False, _temp_dir=str(folder))
    rows = ray.data.from_arrow(table.select(["path"])).map_batches(featurize).take_all()
    ray.shutdown()
    return to_rows(pa.Table.from_pylist([{"path": row["path"], "features": row["features"]} for row in rows]))


def to_rows(table: pa.Table) -> np.ndarray:
    return np.stack(table.sort_by("path")["features"].to_numpy())


def main() -> None:
    photos, folder, packages = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]
    for package in packages:
        import_module(package)  # its libraries are there before ours
    import coulis

    features = coulis.featurize(photos)
    assert features.shape == (192, 1280)
    assert not features.errors
    in_memory = coulis.featurize([Path(path).read_bytes() for path in features.paths])
    np.testing.assert_array_equal(in_memory.values, features.values)
    table = features.to_arrow().select(["path", "features"])
    for package in packages:
        rows = globals()[f"by_{package}"](table, folder / package)
        np.testing.assert_array_equal(rows, features.values, err_msg=package)
    print(", ".join(f"{package} {version(package)}" for package in ("pyarrow", *packages)))


if __name__ == "__main__":
    main()

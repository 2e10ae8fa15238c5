"""The tables say the same in every program that people open them with."""

from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from cli.command import copy_photos, part_files, read_parts, succeed

VALUES = ["features", "pca"]


def expected(output: Path, values: str) -> list[tuple[str, str, bytes]]:
    table = read_parts(output, values).to_pydict()
    return [as_row(*row) for row in zip(*table.values(), strict=True)]


def as_row(path: str, label: str, numbers) -> tuple[str, str, bytes]:
    """Numbers as the bytes of float32: equal to the bit, or not."""
    return path, label, np.asarray(numbers, np.float32).tobytes()


def test_the_files_are_compressed_as_asked(output):
    wanted = "ZSTD" if "zstd" in str(output) else "SNAPPY"
    for part in [*part_files(output), *part_files(output, "pca")]:
        groups = pq.read_metadata(part).row_group(0)
        assert {groups.column(i).compression for i in range(groups.num_columns)} == {wanted}
        assert part.name.endswith(f".{wanted.lower()}.parquet")


@pytest.mark.parametrize("values", VALUES)
def test_pyarrow_reads_the_folder_as_one_dataset(output, values):
    table = ds.dataset(output / values, format="parquet").to_table().to_pydict()
    assert [as_row(*row) for row in zip(*table.values(), strict=True)] == expected(output, values)


@pytest.mark.parametrize("values", VALUES)
def test_duckdb_reads_the_same_rows(output, values):
    rows = duckdb.sql(f"select path, label, {values} from '{output}/{values}/*.parquet' order by path").fetchall()
    assert [as_row(*row) for row in rows] == expected(output, values)


@pytest.mark.parametrize("values", VALUES)
def test_polars_reads_the_same_rows(output, values):
    frame = pl.read_parquet(f"{output}/{values}/*.parquet").sort("path")
    assert frame.schema == {"path": pl.String, "label": pl.String, values: pl.List(pl.Float32)}
    assert [as_row(*row) for row in frame.iter_rows()] == expected(output, values)


@pytest.mark.parametrize("values", VALUES)
def test_pandas_reads_the_same_rows(output, values):
    frame = pd.read_parquet(output / values)
    assert [as_row(*row) for row in frame.itertuples(index=False)] == expected(output, values)


def test_the_csv_in_pandas_equals_the_pca_files_to_the_bit(output):
    frame = pd.read_csv(output / "matrix.csv")
    assert list(frame.columns) == ["path", "label", "pc_1", "pc_2", "pc_3", "pc_4", "pc_5"]
    assert [as_row(row[0], row[1], row[2:]) for row in frame.itertuples(index=False)] == expected(output, "pca")


def test_the_csv_in_duckdb_and_polars_equals_the_pca_files(output):
    rows = duckdb.sql(f"select * from read_csv('{output}/matrix.csv')").fetchall()
    assert [as_row(row[0], row[1], row[2:]) for row in rows] == expected(output, "pca")
    rows = pl.read_csv(output / "matrix.csv").iter_rows()
    assert [as_row(row[0], row[1], row[2:]) for row in rows] == expected(output, "pca")


def test_an_errors_table_without_rows_has_its_columns(output):
    for frame in (pd.read_parquet(output / "errors.parquet"), pd.read_csv(output / "errors.csv")):
        assert list(frame.columns) == ["path", "stage", "code", "message", "size"]
        assert len(frame) == 0


def test_spark_reads_the_same_rows(tmp_path, monkeypatch):
    """One test, one Spark session for both compressions."""
    from pyspark import sql

    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    photos = copy_photos(tmp_path / "photos", 8)
    outputs = [tmp_path / compression for compression in ("snappy", "zstd")]
    for output in outputs:
        succeed("run", photos, output, "-k", 3, "--images-per-part", 4, "--compression", output.name)
    builder = sql.SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
    session = builder.config("spark.sql.warehouse.dir", str(tmp_path / "warehouse")).getOrCreate()
    try:
        for output in outputs:
            for values in VALUES:
                frame = session.read.parquet(f"file://{output}/{values}")
                assert [field.dataType.simpleString() for field in frame.schema] == ["string", "string", "array<float>"]
                assert sorted(as_row(*row) for row in frame.collect()) == sorted(expected(output, values))
    finally:
        session.stop()

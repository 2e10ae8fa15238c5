"""Collections that WebDataset, Hugging Face's datasets and Spark have written, beside the same photos in a folder."""

from __future__ import annotations

from pathlib import Path

import datasets
import webdataset
from archives.conftest import run_on, write_files
from archives.shelf import Files
from cli.command import rows_by_path, succeed
from spark.conftest import spark  # noqa: F401


def rows_of(example: Files, tmp_path: Path) -> list[tuple]:
    """By label and features, whatever the names."""
    return sorted(run_on(write_files(tmp_path / "loose", example), tmp_path / "out-loose").rows.values())


def test_webdataset(example: Files, tmp_path: Path):
    (tmp_path / "in").mkdir()
    with webdataset.ShardWriter(f"{tmp_path}/in/train-%04d.tar", maxcount=10, verbose=0) as writer:
        for name, data in example.items():
            writer.write({"__key__": name.removesuffix(".jpg"), "jpg": data, "cls": name.split("/")[0]})
    found = run_on(tmp_path / "in", tmp_path / "out")
    assert found.listed == len(example)
    assert sorted(found.rows.values()) == rows_of(example, tmp_path)


def test_datasets(example: Files, tmp_path: Path):
    names = sorted({name.split("/")[0] for name in example})
    table = datasets.Dataset.from_dict(
        {
            "image": [{"bytes": data, "path": name.split("/")[1]} for name, data in example.items()],
            "label": [names.index(name.split("/")[0]) for name in example],
        },
        features=datasets.Features({"image": datasets.Image(), "label": datasets.ClassLabel(names=names)}),
    )
    (tmp_path / "in").mkdir()
    table.to_parquet(tmp_path / "in" / "train.parquet")
    found = run_on(tmp_path / "in", tmp_path / "out")
    assert {label for label, _ in found.rows.values()} == set(names)
    assert found.listed == len(example)


def test_spark(spark, example: Files, tmp_path: Path):  # noqa: F811
    folder = write_files(tmp_path / "photos", example)
    photos = spark.read.format("binaryFile").option("recursiveFileLookup", "true").load(str(folder))
    photos.repartition(3).write.parquet(str(tmp_path / "in"))
    succeed("run", tmp_path / "in", tmp_path / "out", "-k", 2)
    assert sorted(rows_by_path(tmp_path / "out").values()) == rows_of(example, tmp_path)

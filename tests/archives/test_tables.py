"""Photos in Parquet tables, as pyarrow writes them in the schemas of Spark and of Hugging Face."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from archives.conftest import run_on, write_files
from archives.shelf import Files
from cli.command import coulis, succeed

IMAGE = pa.struct({"bytes": pa.binary(), "path": pa.string()})


def spark(files: Files) -> pa.Table:
    """As spark.read.format("binaryFile") gives it."""
    return pa.table(
        {
            "path": [f"file:/data/{name}" for name in files],
            "modificationTime": pa.array([0] * len(files), pa.timestamp("us")),
            "length": [len(data) for data in files.values()],
            "content": list(files.values()),
        }
    )


def hugging_face(files: Files) -> pa.Table:
    """As datasets writes Image and ClassLabel."""
    names = sorted({name.split("/")[0] for name in files})
    labels = [names.index(name.split("/")[0]) for name in files]
    images = [{"bytes": data, "path": name.split("/")[1]} for name, data in files.items()]
    table = pa.table({"image": pa.array(images, IMAGE), "label": pa.array(labels, pa.int64())})
    features = {"image": {"_type": "Image"}, "label": {"names": names, "_type": "ClassLabel"}}
    return table.replace_schema_metadata({"huggingface": json.dumps({"info": {"features": features}})})


def own(files: Files) -> pa.Table:
    return pa.table({"jpg": list(files.values()), "kind": [name.split("/")[0] for name in files]})


TABLES = {
    "spark": (spark, (), lambda row, name: f"{row:08}/data/{name}"),
    "hugging-face": (hugging_face, (), lambda row, name: f"{row:08}/{name}"),
    "own": (
        own,
        ("--photo-column", "jpg", "--label-column", "kind"),
        lambda row, name: f"{row:08}/{name.split('/')[0]}/jpg",
    ),
}


@pytest.mark.parametrize("kind", TABLES)
@pytest.mark.parametrize("alone", [True, False])
def test_a_row_is_a_file_in_the_folder_of_its_label(kind: str, alone: bool, example: Files, tmp_path: Path):
    make, flags, place = TABLES[kind]
    table = tmp_path / "in" / "train.parquet"
    table.parent.mkdir()
    pq.write_table(make(example), table, row_group_size=7, compression="zstd" if alone else "snappy")
    loose = {place(row, name): data for row, (name, data) in enumerate(example.items())}
    write_files(tmp_path / "loose" / "train.parquet", loose)
    where = table if alone else table.parent
    beside = tmp_path / "loose" / "train.parquet" if alone else tmp_path / "loose"
    found = run_on(where, tmp_path / "out", "--images-per-part", 5, *flags)
    expected = run_on(beside, tmp_path / "out-loose", "--images-per-part", 5, "--include", "*")
    assert found == expected
    assert len(found.rows) == len(example)
    assert {label for label, _ in found.rows.values()} == {name.split("/")[0] for name in example}


def test_rows_without_a_photo_and_damaged_tables_are_errors(photos: Files, tmp_path: Path):
    folder = tmp_path / "in"
    folder.mkdir()
    images = [*({"bytes": data, "path": None} for data in photos.values()), None, {"bytes": None, "path": "4.jpg"}]
    images.append({"bytes": b"", "path": None})
    pq.write_table(pa.table({"image": pa.array(images, IMAGE)}), folder / "nulls.parquet")
    pq.write_table(spark(photos), folder / "cut.parquet")
    (folder / "cut.parquet").write_bytes((folder / "cut.parquet").read_bytes()[:-100])
    pq.write_table(pa.table({"x": [1]}), folder / "numbers.parquet")
    (folder / "text.parquet").write_bytes(b"no table")
    found = run_on(folder, tmp_path / "out")
    assert set(found.rows) == {f"nulls.parquet/{row:08}-image" for row in range(3)}
    codes = {path: row["code"] for path, row in found.errors.items()}
    assert codes == {
        "nulls.parquet/00000003-image": "empty",
        "nulls.parquet/00000004-4.jpg": "empty",
        "nulls.parquet/00000005-image": "empty",
        "cut.parquet": "corrupt",
        "text.parquet": "corrupt",
    }
    assert found.listed == 8


def test_a_photo_above_the_limit_is_refused(photos: Files, tmp_path: Path):
    pq.write_table(spark({**photos, "big/1.jpg": bytes(3_000_000)}), tmp_path / "photos.parquet")
    found = run_on(tmp_path / "photos.parquet", tmp_path / "out", "--max-photo-bytes", 2_000_000)
    assert {path: row["code"] for path, row in found.errors.items()} == {"00000003/data/big/1.jpg": "too_large"}


def test_a_table_without_photos_is_no_input(tmp_path: Path):
    pq.write_table(pa.table({"x": [1]}), tmp_path / "numbers.parquet")
    assert coulis("run", tmp_path / "numbers.parquet", tmp_path / "out").code in (4, 5)


def test_the_results_of_coulis_are_no_photos(example: Files, tmp_path: Path):
    write_files(tmp_path / "in", example)
    succeed("run", tmp_path / "in", tmp_path / "in" / "one", "-k", 2)
    assert succeed("plan", tmp_path / "in", tmp_path / "two", "--json").json["images"] == len(example)

"""What a finished OUTPUT holds, file by file."""

import hashlib
import io
import re
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from cli.command import (
    ALL_PHOTOS,
    PHOTOS,
    REPOSITORY,
    copy_photos,
    manifest_parts,
    part_files,
    read_manifest,
    read_parts,
    succeed,
)
from safetensors import safe_open

MODEL = REPOSITORY / "models" / "mobilenet_v2_1.0_224.safetensors"
PART = r"part-0000[0-5]-[0-9a-f]{32}\.snappy\.parquet"
VALUES = ["features", "pca"]


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def names_in(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if not p.is_dir())


def test_the_tree_is_what_the_manual_lists_and_nothing_else(finished):
    parts = [name for name in names_in(finished) if name.startswith(("features/", "pca/", "thumbnails/"))]
    assert len(parts) == 18
    assert all(re.fullmatch(rf"(features|pca|thumbnails)/{PART}", name) for name in parts)
    assert set(names_in(finished)) - set(parts) == {
        ".coulis-lock", "_SUCCESS", "errors.csv", "errors.parquet", "manifest.json", "matrix.csv",
        "parts.jsonl", "pca_model.safetensors", "report.html",
    }  # fmt: skip


@pytest.mark.parametrize("values", VALUES)
def test_each_part_has_path_label_and_a_list_of_floats(finished, values):
    for part in part_files(finished, values):
        schema = pq.read_schema(part)
        assert schema.names == ["path", "label", values]
        assert schema.types[:2] == [pa.string(), pa.string()]
        assert schema.types[2].value_type == pa.float32()


@pytest.mark.parametrize("values", VALUES)
def test_rows_are_all_photos_sorted_by_the_bytes_of_their_path(finished, values):
    paths = read_parts(finished, values)["path"].to_pylist()
    assert paths == sorted((str(photo) for photo in ALL_PHOTOS), key=str.encode)


@pytest.mark.parametrize("values", VALUES)
def test_a_label_is_the_name_of_the_parent_folder(finished, values):
    table = read_parts(finished, values)
    assert table["label"].to_pylist() == [Path(path).parent.name for path in table["path"].to_pylist()]


@pytest.mark.parametrize(("values", "width"), [("features", 1280), ("pca", 20)])
def test_every_row_is_as_wide_as_its_kind(finished, values, width):
    assert {len(row) for row in read_parts(finished, values)[values].to_pylist()} == {width}


def test_the_manifest_counts_every_image_and_every_part(finished):
    manifest = read_manifest(finished)
    assert manifest["counts"] == {"listed": 192, "ok": 192, "failed": 0, "failed_by_code": {}}
    assert manifest["listing"]["images"] == 192
    assert manifest["listing"]["bytes"] == sum(photo.stat().st_size for photo in ALL_PHOTOS)
    parts = manifest_parts(finished)
    assert (manifest["parts"]["count"], manifest["parts"]["turned"]) == (6, 0)
    assert [(p["number"], p["listed"], p["ok"], p["failed"]) for p in parts] == [(n, 32, 32, 0) for n in range(6)]
    assert [manifest["pca"]["k"], len(manifest["pca"]["explained_variance_ratio"])] == [20, 20]


def test_the_manifest_names_every_file_with_its_true_size_and_checksum(finished):
    manifest = read_manifest(finished)
    of_parts = [part[kind] for part in manifest_parts(finished) for kind in [*VALUES, "thumbnails"]]
    entries = [manifest["parts"], *manifest["files"], *of_parts]
    unnamed = {"manifest.json", "report.html", "_SUCCESS", ".coulis-lock"}
    assert {entry["file"] for entry in entries} == set(names_in(finished)) - unnamed
    for entry in entries:
        path = finished / entry["file"]
        assert entry["bytes"] == path.stat().st_size, entry["file"]
        assert entry["file"] == "matrix.csv" or entry["sha256"] == sha256(path), entry["file"]


def test_the_sums_of_the_matrix_are_those_of_its_header_and_of_the_lines_of_each_part(finished):
    manifest = read_manifest(finished)
    matrix = io.BytesIO((finished / "matrix.csv").read_bytes())
    lines = [part["csv"] for part in manifest_parts(finished)]
    assert {piece["file"] for piece in lines} == {"matrix.csv"}
    (whole,) = [entry for entry in manifest["files"] if entry["file"] == "matrix.csv"]
    sums = [hashlib.sha256(matrix.readline()).hexdigest()]
    sums += [hashlib.sha256(matrix.read(piece["bytes"])).hexdigest() for piece in lines]
    assert sums[1:] == [piece["sha256"] for piece in lines]
    assert matrix.read() == b""
    assert whole["sha256_of_sums"] == hashlib.sha256("".join(sums).encode()).hexdigest()


def test_the_manifest_names_input_model_and_version(finished):
    manifest = read_manifest(finished)
    assert manifest["input"] == str(PHOTOS)
    assert manifest["model"] == {"name": MODEL.stem, "sha256": sha256(MODEL), "precision": "fp32"}
    assert manifest["coulis"] == (REPOSITORY / "VERSION").read_text().strip()


@pytest.mark.parametrize("values", VALUES)
def test_each_parquet_file_carries_model_preprocessing_and_version(finished, values):
    for part in [*part_files(finished, values), finished / "errors.parquet"]:
        metadata = pq.read_metadata(part).metadata
        assert metadata[b"coulis.model_sha256"].decode() == sha256(MODEL)
        assert b"224x224 bicubic" in metadata[b"coulis.preprocessing"]
        assert metadata[b"coulis.version"].decode() == (REPOSITORY / "VERSION").read_text().strip()


def test_the_pca_model_opens_in_safetensors(finished):
    with safe_open(finished / "pca_model.safetensors", "np") as model:
        shapes = {name: tuple(model.get_slice(name).get_shape()) for name in model.keys()}  # noqa: SIM118
        metadata = model.metadata()
    assert shapes["mean"] == (1280,)
    assert shapes["components"] == (20, 1280)
    assert shapes["explained_variance"] == shapes["explained_variance_ratio"] == (20,)
    assert metadata["coulis.model_sha256"] == sha256(MODEL)


def test_success_is_empty_and_written_last(finished):
    success = finished / "_SUCCESS"
    assert success.read_bytes() == b""
    others = [path for path in finished.rglob("*") if path.is_file() and path.name not in ("_SUCCESS", ".coulis-lock")]
    times = [path.stat().st_mtime_ns for path in others]  # the lock is wiped when it is let go
    assert success.stat().st_mtime_ns >= max(times)


def test_a_run_writes_nowhere_but_in_its_output(photos, tmp_path):
    places = {name: tmp_path / name for name in ("home", "temporary", "work")}
    for place in places.values():
        place.mkdir()
    before = {name: (photos / name).stat() for name in names_in(photos)}
    succeed(
        "run", photos, tmp_path / "out", cwd=places["work"], HOME=str(places["home"]), TMPDIR=str(places["temporary"])
    )
    assert {name: (photos / name).stat().st_mtime_ns for name in names_in(photos)} == {
        name: stat.st_mtime_ns for name, stat in before.items()
    }
    assert [names_in(place) for place in places.values()] == [[], [], []]


def test_files_of_others_in_the_output_are_left_alone(photos, tmp_path):
    output = tmp_path / "out"
    others = ["notes.txt", "features/README", "features/part-7.parquet", "pca/mine.csv", "sub/x.parquet"]
    for name in others:
        (output / name).parent.mkdir(parents=True, exist_ok=True)
        (output / name).write_text(name)
    succeed("run", photos, output, "-k", 3)
    succeed("run", photos, output, "-k", 3, "--fresh")
    assert [(output / name).read_text() for name in others] == others


def test_input_and_output_may_be_named_relative_to_the_working_folder(photos, tmp_path):
    succeed("run", "photos/", "one/../out", "-k", 3, cwd=tmp_path)
    assert read_manifest(tmp_path / "out")["input"] == str(photos)
    assert succeed("run", photos, tmp_path / "out", "-k", 3, "--json").json["up_to_date"]


def test_the_output_may_lie_in_the_input(photos):
    copy_photos(photos, 12)
    succeed("run", photos, photos / "out", "-k", 3)
    assert succeed("run", photos, photos / "out", "-k", 3, "--json").json["up_to_date"]

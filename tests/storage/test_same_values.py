"""Where photos and results are, bucket or folder, does not change a value."""

import csv
from pathlib import Path

import numpy as np
import pytest
from cli.command import read_manifest, read_parts, succeed
from storage.bucket import FLAGS, Coulis, Place


def read_values(output: Path, root: str) -> dict[str, list]:
    """Every value of an output, with paths below `root`; numbers as their bytes, rows in their order."""
    values: dict[str, list] = {}
    for folder in ("features", "pca"):
        table = read_parts(output, folder).to_pydict()
        values[folder] = [
            (path.removeprefix(root), label, np.array(numbers, np.float32).tobytes())
            for path, label, numbers in zip(*table.values(), strict=True)
        ]
    with (output / "matrix.csv").open(newline="") as file:
        values["csv"] = [[row[0].removeprefix(root), *row[1:]] for row in csv.reader(file)]
    manifest = read_manifest(output)
    values["counts"] = [manifest["counts"]]
    values["explained"] = manifest["pca"]["explained_variance_ratio"]
    return values


def assert_same_values(output: Path, root: str, folders) -> None:
    ours, theirs = read_values(output, root), read_values(folders.output, str(folders.photos))
    assert len(ours["features"]) == 24
    for name, values in theirs.items():
        assert ours[name] == values, name


def test_bucket_to_bucket(run: Coulis, photos: Place, output: Place, folders, tmp_path):
    result = run.succeed("run", photos.uri, output.uri, *FLAGS, "--json").json
    assert (result["ok"], result["computed"], result["output"]) == (24, 24, output.uri)
    assert_same_values(output.download(tmp_path), photos.uri, folders)
    assert read_parts(tmp_path)["path"][0].as_py().startswith("s3://photos/Test/Apricot/")


def test_folder_to_bucket(run: Coulis, output: Place, folders, tmp_path):
    run.succeed("run", folders.photos, output.uri, *FLAGS)
    assert_same_values(output.download(tmp_path), str(folders.photos), folders)
    names = {str(path.relative_to(folders.output)) for path in folders.output.rglob("*") if path.is_file()}
    assert output.names() == names - {".coulis-lock"}


def test_bucket_to_folder(run: Coulis, photos: Place, folders, tmp_path):
    run.succeed("run", photos.uri, tmp_path / "out", *FLAGS)
    assert_same_values(tmp_path / "out", photos.uri, folders)


def test_a_whole_bucket_is_a_place_too(run: Coulis, server, output: Place, folders, tmp_path):
    from storage.bucket import make_bucket, some_photos

    bucket = make_bucket(server, "all-of-it")
    bucket.put({str(photo.relative_to(photo.parents[1])): photo.read_bytes() for photo in some_photos()})
    run.succeed("run", "s3://all-of-it", output.uri, *FLAGS)
    assert_same_values(output.download(tmp_path), "s3://all-of-it", folders)


def test_the_folder_run_is_what_the_command_gives_without_any_bucket(folders, tmp_path):
    """So that the tests above compare with the real thing, not with a file of their own."""
    succeed("run", folders.photos, tmp_path / "out", *FLAGS)
    assert read_values(tmp_path / "out", "") == read_values(folders.output, "")


@pytest.mark.parametrize("threads", [1, 3])
def test_two_runs_on_a_bucket_give_the_same_bytes(run: Coulis, photos: Place, output: Place, threads, tmp_path):
    prints = []
    for name in ("one", "two"):
        place = Place(output.bucket, output.key(name))
        run.succeed("run", photos.uri, place.uri, *FLAGS, "--threads", threads)
        etags = output.bucket.etags(place.prefix)
        prints.append({key: etag for key, (etag, _) in etags.items() if key not in ("report.html", "manifest.json")})
    assert prints[0] == prints[1]
    assert len(prints[0]) == 2 * 6 + 6  # part files, CSV and Parquet tables, parts.jsonl, pca_model, _SUCCESS

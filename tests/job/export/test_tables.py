"""Parquet files for Embedding Atlas and for Hugging Face's datasets, and what an export leaves alone."""

import importlib.util
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from bits import same_bits
from cli.command import coulis, part_files, read_parts
from faults.outputs import content
from job.export.conftest import Finished
from sklearn.neighbors import NearestNeighbors
from tolerance import EPS32, assert_within, distance_bound

FORMATS = ["projector", "embedding-atlas", "huggingface"]


def test_the_map_has_the_first_two_components_and_the_nearest_photos(finished: Finished, tmp_path: Path) -> None:
    table = pq.read_table(finished.export("embedding-atlas", tmp_path / "atlas") / "data.parquet")
    projected, features = read_parts(finished.output, "pca"), read_parts(finished.output)
    assert table.select(["path", "label"]).equals(projected.select(["path", "label"]).combine_chunks())
    first_two = np.array(projected["pca"].to_pylist(), np.float32)[:, :2]
    assert same_bits(np.stack([table["x"], table["y"]], 1), first_two)
    rows = np.array(features["features"].to_pylist())
    distances, nearest = NearestNeighbors(n_neighbors=16, algorithm="brute").fit(rows).kneighbors(rows)
    ours = table["neighbors"].to_pylist()
    assert np.array_equal([row["ids"] for row in ours], nearest[:, 1:])
    bound = distance_bound(rows, distances) + EPS32 * distances
    assert_within([row["distances"] for row in ours], distances[:, 1:], bound[:, 1:])


def test_embedding_atlas_makes_an_application_of_the_map(finished: Finished, tmp_path: Path) -> None:
    if importlib.util.find_spec("embedding_atlas") is None:
        pytest.skip("embedding-atlas is not installed: it asks for PyTorch, 3 GB")
    data = finished.export("embedding-atlas", tmp_path / "atlas") / "data.parquet"
    command = [sys.executable, "-m", "embedding_atlas.cli", data, *["--x", "x", "--y", "y", "--neighbors", "neighbors"]]
    done = subprocess.run([*command, "--export-application", tmp_path / "app.zip"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(tmp_path / "app.zip") as app:
        assert "neighbors" in app.read("data/metadata.json").decode()
        (tmp_path / "dataset.parquet").write_bytes(app.read("data/dataset.parquet"))
    ours, theirs = pq.read_table(data).to_pydict(), pq.read_table(tmp_path / "dataset.parquet").to_pydict()
    assert ours == {name: theirs[name] for name in ours}


def test_datasets_loads_every_row_with_its_types(
    finished: Finished, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    import datasets

    folder = finished.export("huggingface", tmp_path / "dataset")
    assert len(list((folder / "data").iterdir())) == len(part_files(finished.output))
    loaded = datasets.load_dataset(str(folder), split="train", cache_dir=str(tmp_path / "cache"))
    assert loaded.features == datasets.Features(
        {
            "path": datasets.Value("string"),
            "label": datasets.Value("string"),
            "features": datasets.List(datasets.Value("float32")),
        }
    )
    expected = read_parts(finished.output).to_pydict()
    assert loaded.to_dict() == expected
    schema = pq.read_schema(next((folder / "data").iterdir()))
    assert set(json.loads(schema.metadata[b"huggingface"])["info"]["features"]) == set(expected)


@pytest.mark.parametrize("name", FORMATS)
def test_an_export_changes_nothing_in_the_output(finished: Finished, tmp_path: Path, name: str) -> None:
    before = content(finished.output)
    result = coulis("export", finished.output, tmp_path / "out", "--to", name, "--json")
    assert result.json == {"destination": str(tmp_path / "out"), "format": name, "photos": 48, "of": 48}
    assert content(finished.output) == before


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_output_is_exported_to_the_same_bytes(finished: Finished, tmp_path: Path, name: str) -> None:
    one = finished.export(name, tmp_path / "one", "--threads", 1)
    other = finished.export(name, tmp_path / "other", "--threads", 3)
    files = {path.relative_to(one): path.read_bytes() for path in one.rglob("*") if path.is_file()}
    assert files
    assert files == {path.relative_to(other): path.read_bytes() for path in other.rglob("*") if path.is_file()}


def test_a_run_that_has_not_finished_is_refused(finished: Finished, tmp_path: Path) -> None:
    result = coulis("export", tmp_path, tmp_path / "out", "--to", "huggingface")
    assert (result.code, "holds no finished run" in result.stderr) == (1, True)
    assert not (tmp_path / "out").exists()


def test_an_unknown_tool_is_a_usage_error_that_names_the_known_ones(finished: Finished, tmp_path: Path) -> None:
    result = coulis("export", finished.output, tmp_path / "out", "--to", "fiftyone")
    assert result.code == 2
    assert all(name in result.stderr for name in FORMATS)

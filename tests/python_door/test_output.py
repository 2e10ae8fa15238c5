"""coulis.open reads what a run has written, as pyarrow, DuckDB and NumPy read it, and says what is not finished."""

import csv
import json

import coulis
import duckdb
import numpy as np
import pytest
from bits import same_bits
from cli.command import copy_photos, read_parts
from cli.command import coulis as command


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Three parts, two errors."""
    folder = tmp_path_factory.mktemp("output")
    photos = copy_photos(folder / "photos", 12)
    (photos / "a.jpg").write_bytes(b"")
    (photos / "z.jpg").write_bytes(b"no photo at all, not even nearly")
    assert command("run", photos, folder / "out", "-k", 3, "--images-per-part", 5).code == 0
    return folder / "out"


def test_it_says_what_it_is(made):
    output = coulis.open(made)
    assert repr(output) == f"<coulis.Output {made}: 12 photos, 2 errors, 3 components>"
    assert output.manifest == json.loads((made / "manifest.json").read_text())


def test_features_and_pca_are_datasets_of_all_parts_in_order(made):
    output = coulis.open(made)
    for column in ("features", "pca"):
        expected = read_parts(made, column)
        dataset = getattr(output, column)
        assert len(dataset.files) == 3
        assert dataset.to_table() == expected
        assert output.paths == expected["path"].to_pylist() and output.labels == expected["label"].to_pylist()
        values = expected[column].combine_chunks().flatten().to_numpy().reshape(12, -1)
        matrix = output.matrix(column)
        assert matrix.dtype == np.float32 and same_bits(matrix, values)


def test_the_rows_are_those_of_matrix_csv(made):
    with (made / "matrix.csv").open() as file:
        rows = list(csv.reader(file))[1:]
    output = coulis.open(made)
    assert [row[0] for row in rows] == output.paths
    assert same_bits(np.array([row[2:] for row in rows], np.float32), output.matrix("pca"))


def test_errors_are_those_of_errors_csv(made):
    with (made / "errors.csv").open() as file:
        expected = [(row["path"], row["code"]) for row in csv.DictReader(file)]
    errors = coulis.open(made).errors
    assert list(zip(errors["path"].to_pylist(), errors["code"].to_pylist(), strict=True)) == expected
    assert len(expected) == 2


def test_the_model_projects_as_the_run_did(made):
    output = coulis.open(made)
    assert output.pca_model.n_samples_ == 12
    assert same_bits(output.pca_model.transform(output.matrix()).astype(np.float32), output.matrix("pca"))


def test_other_tools_read_the_dataset(made):
    features = coulis.open(made).features  # noqa: F841  (DuckDB finds it by its name)
    counted = duckdb.sql("SELECT label, count(*) FROM features GROUP BY label").fetchall()
    labels = coulis.open(made).labels
    assert dict(counted) == {label: labels.count(label) for label in labels}


def test_what_is_not_finished_or_not_there_is_said(made, tmp_path):
    with pytest.raises(coulis.Error, match="holds no results"):
        coulis.open(tmp_path / "nowhere")
    with pytest.raises(coulis.Error, match="holds no results"):
        coulis.open(tmp_path)
    for name in ("features", "pca", "manifest.json", "parts.jsonl"):
        (tmp_path / name).symlink_to(made / name)
    with pytest.raises(coulis.Error, match="is not finished: it has no _SUCCESS") as raised:
        coulis.open(tmp_path)
    assert "run" in raised.value.remedy
    (tmp_path / "_SUCCESS").touch()
    assert len(coulis.open(tmp_path).paths) == 12

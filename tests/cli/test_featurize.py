"""coulis featurize writes the rows of `coulis run` to stdout, in formats that others read, and nothing else."""

import csv
import io
import os
import pty
import subprocess

import numpy as np
import pyarrow as pa
import pytest
from bits import same_bits
from cli.command import COMMAND, coulis, read_errors, read_parts, succeed


@pytest.fixture
def mixed(photos):
    """12 photos and one that cannot be used, and the rows that a run makes of them."""
    (photos / "b.jpg").write_bytes(b"no photo at all, not even nearly")
    return photos


@pytest.fixture
def expected(mixed, tmp_path):
    succeed("run", mixed, tmp_path / "out", "-k", 2)
    table = read_parts(tmp_path / "out")
    rows = table["features"].combine_chunks().flatten().to_numpy().reshape(len(table), -1)
    return dict(zip(table["path"].to_pylist(), rows, strict=True)), read_errors(tmp_path / "out")


def write(*arguments) -> tuple[bytes, str]:
    done = subprocess.run([COMMAND, "featurize", *map(str, arguments)], capture_output=True, check=True)
    return done.stdout, done.stderr.decode()


def test_arrow_is_what_it_writes(mixed, expected):
    rows, errors = expected
    written, said = write(mixed)
    table = pa.ipc.open_stream(written).read_all()
    table.validate(full=True)
    assert [str(field.type) for field in table.schema] == [
        "string",
        "fixed_size_list<item: float>[1280]",
        "string",
        "string",
    ]
    found = {row["path"]: row for row in table.to_pylist()}
    assert list(found) == sorted([*rows, *errors])
    assert all(same_bits(np.array(found[path]["features"], np.float32), row) for path, row in rows.items())
    for path, error in errors.items():
        assert found[path] == {"path": path, "features": None, "code": error["code"], "message": error["message"]}
    assert "1 of 13 photos cannot be used" in said


def test_npy_has_a_row_for_each_photo(mixed, expected):
    rows, errors = expected
    values = np.load(io.BytesIO(write(mixed, "--format", "npy", "-q")[0]))
    assert (values.dtype, values.shape) == (np.float32, (13, 1280))
    for path, row in zip(sorted([*rows, *errors]), values, strict=True):
        assert np.isnan(row).all() if path in errors else same_bits(row, rows[path])


def test_csv_reads_back_to_the_same_floats(mixed, expected):
    rows, errors = expected
    written, _ = write(mixed, "--format", "csv", "--csv-separator", ";", "--threads", 1)
    found = list(csv.DictReader(io.StringIO(written.decode()), delimiter=";"))
    assert list(found[0]) == ["path", "code", *(f"f{i}" for i in range(1280))]
    assert {row["path"]: row["code"] for row in found if row["code"]} == {path: e["code"] for path, e in errors.items()}
    for row in found:
        if not row["code"]:
            assert same_bits(np.array([row[f"f{i}"] for i in range(1280)], np.float32), rows[row["path"]])


def test_what_goes_wrong_has_the_codes_of_a_run_and_writes_no_row(mixed, tmp_path):
    (tmp_path / "empty").mkdir()
    for arguments, code in [
        ([tmp_path / "nowhere"], 5),
        ([tmp_path / "empty"], 4),
        ([mixed, "--format", "json"], 2),
        ([mixed, "--threads", "-1"], 2),
    ]:
        result = coulis("featurize", *arguments)
        assert (result.code, result.stdout) == (code, "")
        assert result.stderr.startswith("coulis: error: ")
    failed = coulis("featurize", mixed, "--format", "csv", "--on-bad", "fail")
    assert failed.code == 3 and "b.jpg: not_an_image" in failed.stderr


def test_bytes_are_not_for_a_terminal(photos):
    ours, theirs = pty.openpty()
    done = subprocess.run([COMMAND, "featurize", photos], stdout=theirs, stderr=subprocess.PIPE, text=True)
    os.close(theirs)
    os.close(ours)
    assert done.returncode == 2 and "--format csv" in done.stderr


def test_a_reader_that_has_enough_is_no_error(photos):
    with subprocess.Popen([COMMAND, "featurize", photos], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        assert (process.stderr.read(), process.wait()) == (b"", 0)

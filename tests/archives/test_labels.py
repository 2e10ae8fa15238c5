"""Labels from a table beside the photos, as Kaggle's train.csv."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from archives.conftest import run_on, write_files
from archives.shelf import Files, tarred
from archives.test_lists import write_csv
from cli.command import coulis as command
from cli.command import rows_by_path, succeed


@pytest.fixture(scope="module")
def flat(example: Files) -> Files:
    return {f"train/{i:03}.jpg": data for i, data in enumerate(example.values())}


def label_of(i: int) -> str:
    return ["red", "green", "blue"][i % 3]


NAMES: dict[str, Callable[[Path, str], str]] = {
    "id": lambda folder, name: Path(name).stem,
    "file_name": lambda folder, name: Path(name).name,
    "path": lambda folder, name: name,
    "Path": lambda folder, name: f"./{name}",
    "uri": lambda folder, name: f"{folder}/{name}",
}


@pytest.mark.parametrize("title", NAMES)
@pytest.mark.parametrize("packed", [False, True])
def test_labels_from_a_table(title: str, packed: bool, flat: Files, tmp_path: Path):
    folder = tmp_path / "in"
    write_files(folder, {"photos.tar": tarred(flat)} if packed else {f"photos.tar/{n}": d for n, d in flat.items()})
    rows = [(NAMES[title](folder, f"photos.tar/{name}"), label_of(i)) for i, name in enumerate(flat)]
    table = tmp_path / "train.csv"
    with table.open("w", newline="") as file:
        csv.writer(file).writerows([(title, "colour"), *rows])
    found = run_on(folder, tmp_path / "out", "--labels", table)
    labels = {path: label for path, (label, _) in found.rows.items()}
    assert labels == {f"photos.tar/{name}": label_of(i) for i, name in enumerate(flat)}


def test_who_found_no_partner_is_said(flat: Files, tmp_path: Path):
    folder = write_files(tmp_path / "in", flat)
    rows = [(f"{i:03}", label_of(i)) for i in range(2, len(flat) + 3)] + [("004", "another")]
    write_csv(tmp_path / "train.csv", rows, ("id", "label"))
    for verb in ("plan", "run"):
        result = succeed(verb, folder, tmp_path / "out", "-k", 2, "--labels", tmp_path / "train.csv")
        assert f"3 of {len(flat) + 1} photos in {tmp_path / 'train.csv'} are not in INPUT" in result.stderr
        assert f"2 of {len(flat)} photos have no label by the table of labels" in result.stderr
        assert "1 row of" in result.stderr
    labels = {Path(path).stem: label for path, (label, _) in rows_by_path(tmp_path / "out").items()}
    assert labels["000"] == labels["001"] == ""
    assert labels["004"] == label_of(4)


def test_labels_of_a_list_give_way_to_a_table(flat: Files, tmp_path: Path):
    folder = write_files(tmp_path / "in", flat)
    write_csv(folder / "list.csv", [(name, "of the list") for name in flat])
    write_csv(folder / "labels.csv", [(name, "of the table") for name in flat], ("path", "kind"))
    found = run_on(folder / "list.csv", tmp_path / "out", "--labels", folder / "labels.csv", "--label-column", "kind")
    assert {label for label, _ in found.rows.values()} == {"of the table"}


def test_a_table_without_labels_is_refused(flat: Files, tmp_path: Path):
    folder = write_files(tmp_path / "in", flat)
    write_csv(tmp_path / "train.csv", [("000", "red")], ("id", "colour"))
    result = command("run", folder, tmp_path / "out", "--labels", tmp_path / "train.csv")
    assert result.code == 4
    assert "has no column of labels" in result.stderr
    missing = command("run", folder, tmp_path / "out", "--labels", tmp_path / "nothing.csv")
    assert missing.code == 5
    assert "check the spelling of --labels" in missing.stderr

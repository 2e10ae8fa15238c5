"""matrix.csv and errors.csv are RFC 4180, whatever a folder is called."""

import codecs
import csv
import hashlib
import shutil
from pathlib import Path

import coulis as python
import pandas as pd
import pytest
from cli.command import ALL_PHOTOS, coulis, differing, manifest_parts, read_manifest, read_parts, succeed

LABELS = [
    'two "words"',
    "one, two",
    "semi;colon",
    "tab\there",
    "line\nbreak",
    "carriage\rreturn",
    " spaces ",
    "#",
    "NA",
]
CONTROL = {"\t": "\\x09", "\n": "\\x0a", "\r": "\\x0d"}  # control characters are written out


def printed(name: str) -> str:
    for character, text in CONTROL.items():
        name = name.replace(character, text)
    return name


@pytest.fixture(scope="module")
def odd_labels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    photos = tmp_path_factory.mktemp("csv") / "photos"
    for label, photo in zip(LABELS, ALL_PHOTOS, strict=False):
        (photos / label).mkdir(parents=True)
        shutil.copy2(photo, photos / label)
        (photos / label / "broken.jpg").write_text("no photo")
    return photos


@pytest.mark.parametrize(("flag", "separator"), [(",", ","), (";", ";"), ("tab", "\t"), ("|", "|"), (":", ":")])
def test_any_label_comes_back_whatever_the_separator(odd_labels, tmp_path, flag, separator):
    succeed("run", odd_labels, tmp_path, "-k", 2, "--csv-separator", flag)
    wanted = read_parts(tmp_path, "pca").to_pydict()
    assert sorted(wanted["label"]) == sorted(printed(label) for label in LABELS)
    with (tmp_path / "matrix.csv").open(newline="") as file:
        header, *rows = csv.reader(file, delimiter=separator)
    assert header == ["path", "label", "pc_1", "pc_2"]
    assert [row[:2] for row in rows] == [list(pair) for pair in zip(wanted["path"], wanted["label"], strict=True)]
    frame = pd.read_csv(tmp_path / "matrix.csv", sep=separator, keep_default_na=False)
    assert list(frame["label"]) == wanted["label"]
    with (tmp_path / "errors.csv").open(newline="") as file:
        assert sorted(row[0] for row in list(csv.reader(file, delimiter=separator))[1:]) == sorted(
            f"{odd_labels}/{printed(label)}/broken.jpg" for label in LABELS
        )


def test_every_line_ends_with_crlf(odd_labels, tmp_path):
    succeed("run", odd_labels, tmp_path, "-k", 2)
    for name in ("matrix.csv", "errors.csv"):
        lines = (tmp_path / name).read_bytes().split(b"\r\n")
        assert lines[-1] == b""
        assert len(lines) == len(LABELS) + 2
        assert not any(b"\n" in line or b"\r" in line for line in lines)


def test_another_separator_rewrites_the_tables_and_computes_no_photo(odd_labels, tmp_path):
    succeed("run", odd_labels, tmp_path, "-k", 2)
    result = succeed("run", odd_labels, tmp_path, "-k", 2, "--csv-separator", ";", "--json").json
    assert (result["computed"], result["up_to_date"]) == (0, False)
    assert (tmp_path / "matrix.csv").read_text().startswith("path;label;pc_1;pc_2")


def test_a_byte_order_mark_where_asked_and_no_photo_is_computed_for_it(odd_labels, tmp_path):
    def begins_with_mark() -> list[bool]:
        return [(tmp_path / name).read_bytes().startswith(codecs.BOM_UTF8) for name in ("matrix.csv", "errors.csv")]

    succeed("run", odd_labels, tmp_path, "-k", 2)
    assert begins_with_mark() == [False, False]
    result = succeed("run", odd_labels, tmp_path, "-k", 2, "--csv-bom", "--json").json
    assert (result["computed"], result["up_to_date"], begins_with_mark()) == (0, False, [True, True])
    assert succeed("run", odd_labels, tmp_path, "-k", 2, "--csv-bom", "--json").json["up_to_date"]
    succeed("fit", tmp_path, "-k", 1)
    assert begins_with_mark() == [True, True]
    succeed("verify", tmp_path)
    frame = pd.read_csv(tmp_path / "matrix.csv", dtype={"label": str}, keep_default_na=False)
    assert list(frame.columns) == ["path", "label", "pc_1"]
    assert list(frame["label"]) == read_parts(tmp_path, "pca")["label"].to_pylist()
    result = succeed("run", odd_labels, tmp_path, "-k", 1, "--json").json
    assert (result["computed"], result["up_to_date"], begins_with_mark()) == (0, False, [False, False])
    python.run(odd_labels, tmp_path, k=1, csv_bom=True)
    assert begins_with_mark() == [True, True]


def test_one_file_a_part_has_the_lines_of_the_matrix_and_no_photo_is_computed_for_it(odd_labels, tmp_path):
    output, fresh = tmp_path / "out", tmp_path / "fresh"
    flags = ["-k", 2, "--images-per-part", 7]
    succeed("run", odd_labels, output, *flags)
    whole = (output / "matrix.csv").read_bytes()
    result = succeed("run", odd_labels, output, *flags, "--csv", "parts", "--json").json
    assert (result["computed"], result["up_to_date"]) == (0, False)
    assert not (output / "matrix.csv").exists()
    header, *lines = whole.splitlines(keepends=True)
    files = sorted((output / "csv").iterdir())
    assert [file.name for file in files] == [f"part-{number:05}.csv" for number in range(3)]
    assert all(file.read_bytes().startswith(header) for file in files)
    assert b"".join(file.read_bytes().removeprefix(header) for file in files) == b"".join(lines)
    succeed("verify", output)
    assert succeed("run", odd_labels, output, *flags, "--csv", "parts", "--json").json["up_to_date"]
    succeed("run", odd_labels, fresh, *flags, "--csv", "parts", "--threads", 1)
    assert set(differing(output, fresh)) <= {"manifest.json"}  # its options: threads
    files[1].write_bytes(files[1].read_bytes()[:-1])
    assert "csv/part-00001.csv" in coulis("verify", output).stdout
    succeed("run", odd_labels, output, *flags)
    assert (output / "matrix.csv").read_bytes() == whole
    assert list(output.glob("csv/*")) == []


def test_the_manifest_has_a_sum_for_the_lines_of_each_part(odd_labels, tmp_path):
    succeed("run", odd_labels, tmp_path, "-k", 2, "--images-per-part", 7)
    manifest = read_manifest(tmp_path)
    data = (tmp_path / "matrix.csv").read_bytes()
    (matrix,) = [file for file in manifest["files"] if file["file"] == "matrix.csv"]
    parts = manifest_parts(tmp_path)
    sizes = [part["csv"]["bytes"] for part in parts]
    begin = matrix["bytes"] - sum(sizes)
    sums = [hashlib.sha256(data[:begin]).hexdigest()]
    for part, size in zip(parts, sizes, strict=True):
        sums.append(hashlib.sha256(data[begin : begin + size]).hexdigest())
        assert part["csv"]["sha256"] == sums[-1]
        begin += size
    assert begin == len(data) == matrix["bytes"]
    assert hashlib.sha256("".join(sums).encode()).hexdigest() == matrix["sha256_of_sums"]

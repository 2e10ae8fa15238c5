"""Lists of photos, and tables of labels: the same photos in a folder are what must come of them."""

from __future__ import annotations

import csv
import json
import subprocess
import uuid
from collections.abc import Callable
from pathlib import Path

import coulis
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from archives.conftest import Outcome, run_on, write_files
from archives.shelf import Files, tarred, zipped
from cli.command import COMMAND, differing, read_errors, rows_by_path, succeed
from cli.command import coulis as command
from clusters.pool import Pool
from coulis import tasks
from storage.bucket import Coulis, make_bucket
from storage.conftest import proxy, run, server, surroundings  # noqa: F401
from storage.fault_proxy import FaultProxy

Rows = list[tuple[str, str | None]]


def write_csv(path: Path, rows: Rows, titles=("path", "label"), delimiter=",", encoding="utf-8") -> None:
    with path.open("w", newline="", encoding=encoding) as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerows([("row", *titles), *((i, name, label) for i, (name, label) in enumerate(rows))])


def write_json_lines(path: Path, rows: Rows) -> None:
    path.write_text("".join(json.dumps({"n": 1, "image": name, "class": label}) + "\n" for name, label in rows))


def write_parquet(path: Path, rows: Rows, **types: pa.DataType) -> None:
    names, labels = zip(*rows, strict=True)
    table = {"file_name": pa.array(names, types.get("name")), "label": pa.array(labels, types.get("label"))}
    pq.write_table(pa.table(table), path)


def write_lines(path: Path, rows: Rows) -> None:
    path.write_text("\n".join(name for name, _ in rows))


WRITE: dict[str, Callable[[Path, Rows], None]] = {
    "list.csv": write_csv,
    "semicolons.csv": lambda path, rows: write_csv(path, rows, ("File Name", "Category"), ";"),
    "bom.csv": lambda path, rows: write_csv(path, rows, encoding="utf-8-sig"),
    "list.tsv": lambda path, rows: write_csv(path, rows, delimiter="\t"),
    "list.jsonl": write_json_lines,
    "list.parquet": write_parquet,
    "dictionary.parquet": lambda path, rows: write_parquet(path, rows, label=pa.dictionary(pa.int32(), pa.string())),
    "large.parquet": lambda path, rows: write_parquet(path, rows, name=pa.large_string()),
    "without-ending": write_csv,
}


@pytest.fixture
def folder(example: Files, tmp_path: Path) -> Path:
    return write_files(tmp_path / "in", example)


def labelled(example: Files) -> Rows:
    return [(name, f"no {i % 3}, really") for i, name in enumerate(example)]


@pytest.mark.parametrize("name", WRITE)
def test_a_list_names_photos_and_labels(name: str, example: Files, folder: Path, tmp_path: Path):
    rows = labelled(example)[3:]
    WRITE[name](folder / name, rows)
    found = run_on(folder / name, tmp_path / "out")
    expected = run_on(folder, tmp_path / "all")
    assert found.listed == len(rows)
    assert {path.removeprefix(f"{folder}/"): row for path, row in found.rows.items()} == {
        photo: (label, expected.rows[photo][1]) for photo, label in rows
    }


@pytest.mark.parametrize(
    "write", [write_lines, lambda path, rows: path.write_bytes(b"".join(n.encode() + b"\0" for n, _ in rows))]
)
def test_lines_have_the_labels_of_their_folders(write, example: Files, folder: Path, tmp_path: Path):
    write(folder / "list.txt", labelled(example))
    succeed("run", folder / "list.txt", tmp_path / "out", "-k", 2)
    succeed("run", folder, tmp_path / "all", "-k", 2)
    assert rows_by_path(tmp_path / "out") == rows_by_path(tmp_path / "all")


def test_absolute_paths_and_file_uris_are_the_same_photos(example: Files, folder: Path, tmp_path: Path):
    write_files(folder, {"with space/100%.jpg": next(iter(example.values()))})
    names = [*example, "with space/100%.jpg"]
    elsewhere = tmp_path / "lists"
    elsewhere.mkdir()
    write_lines(elsewhere / "absolute.txt", [(f"{folder}/{name}", None) for name in names])
    write_lines(elsewhere / "uris.txt", [((folder / name).as_uri(), None) for name in names])
    write_lines(elsewhere / "relative.txt", [(f"../in/./{name}", None) for name in names])
    succeed("run", folder, tmp_path / "all", "-k", 2)
    for name in ("absolute", "uris", "relative"):
        succeed("run", elsewhere / f"{name}.txt", tmp_path / name, "-k", 2)
        assert rows_by_path(tmp_path / name) == rows_by_path(tmp_path / "all")


def test_a_pipe_is_a_list(folder: Path, example: Files, tmp_path: Path):
    find = subprocess.run(["find", ".", "-name", "*.jpg"], cwd=folder, capture_output=True, check=True)
    done = subprocess.run(
        [COMMAND, "run", "-", tmp_path / "out", "-k", "2"], cwd=folder, input=find.stdout, check=False
    )
    assert done.returncode == 0
    succeed("run", folder, tmp_path / "all", "-k", 2)
    assert rows_by_path(tmp_path / "out") == rows_by_path(tmp_path / "all")
    share = subprocess.run(
        [COMMAND, "run", "-", tmp_path / "share", "--share", "1/1"], cwd=folder, input=find.stdout, check=False
    )
    assert share.returncode == 0
    assert rows_by_path(tmp_path / "share") == rows_by_path(tmp_path / "all")


def test_a_list_that_grows_adds_parts_and_a_new_label_computes_its_part_again(
    example: Files, folder: Path, tmp_path: Path
):
    rows = labelled(example)
    flags = (tmp_path / "out", "-k", 2, "--images-per-part", 5, "--json")
    write_csv(folder / "a.csv", rows[:10])
    assert succeed("run", folder / "a.csv", *flags).json["computed"] == 10
    write_csv(folder / "b.csv", rows[:15])
    assert succeed("run", folder / "b.csv", *flags).json["computed"] == 5
    write_csv(folder / "b.csv", [(rows[0][0], "another"), *rows[1:15]])
    assert succeed("run", folder / "b.csv", *flags).json["computed"] == 5
    assert rows_by_path(tmp_path / "out")[f"{folder}/{rows[0][0]}"][0] == "another"
    succeed("run", folder / "b.csv", tmp_path / "fresh", "-k", 2, "--images-per-part", 5)
    assert rows_by_path(tmp_path / "out") == rows_by_path(tmp_path / "fresh")


def test_photos_that_cannot_be_had_are_rows(photos: Files, tmp_path: Path):
    folder = write_files(tmp_path / "in", photos)
    (folder / "folder.jpg").mkdir()
    (folder / "notes").write_text("no photo")
    names = [*photos, "gone.jpg", "folder.jpg", "notes", None, "", next(iter(photos)), "a\0b.jpg"]
    (folder / "list.jsonl").write_text("".join(json.dumps({"path": name}) + "\n" for name in names))
    result = succeed("run", folder / "list.jsonl", tmp_path / "out", "-k", 2, "--json")
    assert result.json["listed"] == len(names) - 1
    assert "1 row of list.jsonl names a photo that an earlier row names: it is taken once" in result.stderr
    codes = {path.removeprefix(f"{folder}/"): row["code"] for path, row in read_errors(tmp_path / "out").items()}
    blank = {"list.jsonl/00000006": "empty", "list.jsonl/00000007": "empty"}
    assert codes.pop("a\\x00b.jpg") in {"vanished", "unreadable"}
    assert codes.pop("folder.jpg") in {"vanished", "unreadable"}
    assert codes == {"gone.jpg": "vanished", "notes": "not_an_image", **blank}


@pytest.mark.parametrize(
    ("name", "content", "code", "sentence"),
    [
        ("a.csv", "x,y\n1,2\n", 4, "has no column that says where the photos are"),
        ("a.csv", "path,label\n1.jpg\n", 4, "cannot be read"),
        ("a.jsonl", '{"path": "1.jpg"}\n{"path":\n', 4, "line 2 is no JSON object"),
        ("a.jsonl", '{"path": "1.jpg"}\n[1]\n', 4, "line 2 is no JSON object"),
        ("a.txt", "\n\n", 4, "a.txt names no photo"),
        ("a.txt", "s3://a/1.jpg\n/b/2.jpg\n", 2, "names photos in s3://a and in this machine"),
        ("a.txt", "s3://a/1.jpg\ns3://b/2.jpg\n", 2, "names photos in s3://a and in s3://b"),
        ("a.txt", "no photo\nof ours\n", 5, "nothing is where its lines say"),
        ("a.txt", "http://example.com/1.jpg\n", 2, "'http://' is not supported"),
    ],
)
def test_a_list_that_cannot_be_read_is_one_sentence(name: str, content: str, code: int, sentence: str, tmp_path: Path):
    (tmp_path / name).write_text(content)
    result = command("run", tmp_path / name, tmp_path / "out")
    assert result.code == code
    assert sentence in result.stderr
    assert not (tmp_path / "out").exists()


def test_a_damaged_parquet_list_is_one_sentence(tmp_path: Path):
    write_parquet(tmp_path / "a.parquet", [(f"{i}.jpg", "x") for i in range(1000)])
    data = bytearray((tmp_path / "a.parquet").read_bytes())
    data[20:600] = bytes(580)
    (tmp_path / "a.parquet").write_bytes(data)
    result = command("run", tmp_path / "a.parquet", tmp_path / "out")
    assert result.code == 4
    assert "a.parquet cannot be read" in result.stderr


def test_an_asked_column_must_be_there(photos: Files, tmp_path: Path):
    folder = write_files(tmp_path / "in", photos)
    write_csv(folder / "a.csv", [(name, "x") for name in photos], ("where", "what"))
    result = command("run", folder / "a.csv", tmp_path / "out", "--photo-column", "place")
    assert result.code == 2
    assert "its columns are row, where, what" in result.stderr
    found = run_on(folder / "a.csv", tmp_path / "out", "--photo-column", "where", "--label-column", "what")
    assert {label for label, _ in found.rows.values()} == {"x"}


def test_a_list_of_archives_opens_them(example: Files, tmp_path: Path):
    folder = write_files(tmp_path / "in", {"a.zip": zipped(example), "b/0.tar": tarred(example), "c.tar": b"other"})
    write_lines(folder / "shards.txt", [("a.zip", None), ("b/0.tar", None)])
    succeed("run", folder / "shards.txt", tmp_path / "out", "-k", 2)
    (folder / "c.tar").unlink()
    succeed("run", folder, tmp_path / "all", "-k", 2)
    assert rows_by_path(tmp_path / "out") == rows_by_path(tmp_path / "all")


def test_braces_name_shards(example: Files, tmp_path: Path):
    names = list(example)
    shards = {f"s-{i:03}.tar": tarred({name: example[name] for name in names[i::3]}) for i in range(3)}
    folder = write_files(tmp_path / "in", {**shards, "s-007.tar": tarred(example)})
    summary = succeed("run", f"{folder}/s-{{000..002}}.tar", tmp_path / "out", "-k", 2, "--json").json
    assert (summary["listed"], summary["ok"]) == (len(names), len(names))
    missing = succeed("run", f"{folder}/s-{{002..003}}.tar", tmp_path / "missing", "-k", 2, "--json").json
    assert missing["failed"] == 1
    assert list(read_errors(tmp_path / "missing")) == [f"{folder}/s-003.tar"]


def test_photos_below_output_are_not_taken(photos: Files, tmp_path: Path):
    folder = write_files(tmp_path / "in", photos)
    write_files(folder / "out", {"sprite.jpg": next(iter(photos.values()))})
    write_lines(folder / "a.txt", [*((name, None) for name in photos), ("out/sprite.jpg", None)])
    summary = succeed("run", folder / "a.txt", folder / "out", "-k", 2, "--json").json
    assert summary["listed"] == len(photos)


def test_python_takes_lists_and_archives(example: Files, folder: Path, tmp_path: Path):
    write_csv(tmp_path / "a.csv", [(f"in/{name}", label) for name, label in labelled(example)])
    (tmp_path / "a.zip").write_bytes(zipped(example))
    wanted = coulis.featurize(folder)
    for name in ("a.csv", "a.zip"):
        found = coulis.featurize(tmp_path / name)
        assert np.array_equal(found, wanted)
        assert len(found.paths) == len(example)


def test_a_cluster_writes_the_bytes_of_the_command(example: Files, folder: Path, photos: Files, tmp_path: Path):
    write_csv(folder / "a.csv", [*labelled(example), ("gone.jpg", "x"), ("", "y")])
    succeed("run", folder / "a.csv", tmp_path / "out", "-k", 3, "--images-per-part", 10)
    tasks.run(Pool(2).run_stage, str(folder / "a.csv"), str(tmp_path / "by-tasks"), 3, images_per_part=10)
    assert differing(tmp_path / "out", tmp_path / "by-tasks") == []


# Buckets


@pytest.fixture
def bucket(server):  # noqa: F811
    return make_bucket(server, f"lists-{uuid.uuid4().hex[:8]}")


def as_outcome(output: Path, start: str) -> Outcome:
    rows = {path.removeprefix(start): row for path, row in rows_by_path(output).items()}
    return Outcome(rows, read_errors(output), len(rows))


def test_a_list_in_a_bucket_and_one_here_name_objects(
    bucket,
    example: Files,
    folder: Path,
    run: Coulis,  # noqa: F811
    proxy: FaultProxy,  # noqa: F811
    tmp_path: Path,
):
    rows = labelled(example)
    write_csv(folder / "relative.csv", rows)
    write_csv(folder / "absolute.csv", [(bucket.uri(f"in/{name}"), label) for name, label in rows])
    bucket.put({f"in/{name}": data for name, data in example.items()})
    bucket.put({"in/list.csv": (folder / "relative.csv").read_bytes()})
    expected = run_on(folder / "relative.csv", tmp_path / "here")
    start = f"{folder}/"
    rows_here = {path.removeprefix(start): row for path, row in expected.rows.items()}
    for name, place in {"there": bucket.uri("in/list.csv"), "here": folder / "absolute.csv"}.items():
        before = proxy.count("GET object")
        run.succeed("run", place, tmp_path / f"out-{name}", "-k", 2)
        assert as_outcome(tmp_path / f"out-{name}", bucket.uri("in/")).rows == rows_here
        assert all("max-keys=1" in request.query for request in proxy.requests if request.kind == "LIST")
        assert proxy.count("GET object") - before <= len(example) + 2

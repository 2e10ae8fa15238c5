"""A shard of a pack is listed from the index beside it, where that fits. No photo is ever taken for another."""

from __future__ import annotations

import os
import shutil
import tarfile
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from archives.conftest import Outcome, run_on, write_files
from archives.shelf import Files, tarred
from archives.test_pack import SMALL, pack, shards
from cli.command import succeed
from storage.bucket import Coulis, make_bucket
from storage.conftest import proxy, run, server, surroundings  # noqa: F401
from storage.fault_proxy import Fault, FaultProxy


@pytest.fixture
def packed(example: Files, tmp_path: Path) -> Path:
    pack(write_files(tmp_path / "in", example), tmp_path / "pack", *SMALL)
    return tmp_path / "pack"


def index_of(shard: Path) -> Path:
    [index] = (shard.parent / "index").glob(f"part-{int(shard.stem.removeprefix('shard-')):05}-*")
    return index


def names_in(shard: Path) -> list[str]:
    with tarfile.open(shard) as archive:
        return archive.getnames()


def listed(place: Path) -> int:
    return succeed("plan", place, place.parent / "nowhere", "--json").json["images"]


def overwrite(shard: Path, data: bytes, *, keeps_time: bool = False) -> None:
    before = shard.stat()
    shard.write_bytes(data)
    later_s = 0 if keeps_time else 10
    os.utime(shard, ns=(before.st_atime_ns, before.st_mtime_ns + later_s * 10**9))


def of_size(files: Files, size: int) -> bytes:
    data = tarred(files).rstrip(b"\0")
    assert len(data) + 1024 <= size
    return data.ljust(size, b"\0")


def rows_below(found: Outcome) -> dict[str, tuple]:
    return {path.split(".tar/")[1]: row for path, row in found.rows.items()}


def test_listing_reads_nothing_of_the_shards(example: Files, packed: Path):
    for shard in shards(packed):
        overwrite(shard, bytes(shard.stat().st_size), keeps_time=True)
    assert listed(packed) == len(example)


def test_an_index_may_begin_with_an_empty_row_group(example: Files, packed: Path):
    for shard in shards(packed):
        table = pq.read_table(index_of(shard))
        with pq.ParquetWriter(index_of(shard), table.schema) as writer:
            writer.write_table(table.slice(0, 0))
            writer.write_table(table)
        assert pq.ParquetFile(index_of(shard)).metadata.row_group(0).num_rows == 0
        overwrite(shard, bytes(shard.stat().st_size), keeps_time=True)
    assert listed(packed) == len(example)


def test_photos_that_are_not_in_their_place_are_rows_of_errors(example: Files, packed: Path, tmp_path: Path):
    first = shards(packed)[0]
    gone = names_in(first)
    overwrite(first, bytes(first.stat().st_size), keeps_time=True)
    found = run_on(packed, tmp_path / "out")
    assert {path.split(".tar/")[1] for path in found.errors} == set(gone)
    assert {row["code"] for row in found.errors.values()} == {"changed"}
    assert found.listed == len(example) == len(found.rows) + len(found.errors)


def test_a_shard_of_the_same_photos_in_another_order_gives_no_wrong_photo(example: Files, packed: Path, tmp_path: Path):
    first = shards(packed)[0]
    names = names_in(first)
    right = run_on(packed, tmp_path / "right").rows
    data = bytearray(first.read_bytes())
    with tarfile.open(first) as archive:
        one, other = archive.getmembers()[1:3]
    header = slice(one.offset, one.offset + 512)
    data[header], data[other.offset : other.offset + 512] = data[other.offset : other.offset + 512], bytes(data[header])
    overwrite(first, bytes(data), keeps_time=True)
    found = run_on(packed, tmp_path / "out")
    assert {path.split(".tar/")[1] for path in found.errors} == set(names[1:3])
    assert all(right[path] == row for path, row in found.rows.items())
    assert found.listed == len(example)


@pytest.mark.parametrize("size", ["same", "other"])
def test_a_shard_that_was_replaced_is_listed_by_its_headers(size: str, photos: Files, packed: Path, tmp_path: Path):
    first = shards(packed)[0]
    others = set(names_in(first))
    data = of_size(photos, first.stat().st_size) if size == "same" else tarred(photos)
    overwrite(first, data)
    found = run_on(packed, tmp_path / "out")
    assert not found.errors
    assert {path.split("/", 1)[1] for path in found.rows if path.startswith(first.name)} == set(photos) != others


def test_a_shard_that_was_cut_off_is_a_row_of_errors(packed: Path, tmp_path: Path):
    first = shards(packed)[0]
    os.truncate(first, first.stat().st_size // 2)
    found = run_on(packed, tmp_path / "out")
    assert {row["code"] for row in found.errors.values()} == {"truncated"}
    assert first.name in found.errors


@pytest.mark.parametrize(
    "index", ["missing", "empty", "cut", "damaged", "twice", "of another shard", "of another pack"]
)
def test_an_index_that_does_not_fit_changes_nothing(index: str, example: Files, packed: Path, tmp_path: Path):
    right = run_on(packed, tmp_path / "right").rows
    first, second = map(index_of, shards(packed)[:2])
    data = first.read_bytes()
    if index == "missing":
        shutil.rmtree(first.parent)
    elif index == "empty":
        first.write_bytes(b"")
    elif index == "cut":
        first.write_bytes(data[: len(data) // 2])
    elif index == "damaged":
        first.write_bytes(data[:4] + bytes(b ^ 0xFF for b in data[4:2000]) + data[2000:])
    elif index == "twice":
        shutil.copy(first, first.with_name(first.name.replace("snappy", "zstd")))
    elif index == "of another shard":
        shutil.copy(second, first)
    else:
        pack(write_files(tmp_path / "others", dict(list(example.items())[5:])), tmp_path / "other", *SMALL)
        shutil.copy(index_of(shards(tmp_path / "other")[0]), first)
    assert run_on(packed, tmp_path / "out").rows == right


def test_a_pack_that_was_copied_is_still_listed_from_its_index(example: Files, packed: Path, tmp_path: Path):
    for shard in shards(packed):
        data = shard.read_bytes()
        with tarfile.open(shard) as archive:
            first, last = archive.getmembers()[0], archive.getmembers()[-1]
        between = slice(first.offset + 512, last.offset)
        overwrite(shard, data[: between.start] + bytes(between.stop - between.start) + data[between.stop :])
    assert listed(packed) == len(example)


def test_names_of_all_kinds_are_read_as_without_an_index(photos: Files, tmp_path: Path):
    data = next(iter(photos.values()))
    names = [f"{'d' * 120}/1.jpg", "n" * 96 + ".jpg", "n" * 97 + ".jpg", "Äpfel ☃/1.jpg", os.fsdecode(b"\xff\\x41.jpg")]
    pack(write_files(tmp_path / "in", dict.fromkeys(names, data)), tmp_path / "pack")
    with_index = run_on(tmp_path / "pack", tmp_path / "out")
    shutil.rmtree(tmp_path / "pack" / "index")
    without = run_on(tmp_path / "pack", tmp_path / "another")
    assert with_index.rows == without.rows
    assert len(with_index.rows) == len(names)


@pytest.fixture
def in_bucket(packed: Path, server) -> str:  # noqa: F811
    """The address of the pack."""
    bucket = make_bucket(server, f"index-{uuid.uuid4().hex[:8]}")
    bucket.put({f"pack/{path.relative_to(packed)}": path.read_bytes() for path in shards(packed)})
    bucket.put({f"pack/index/{path.name}": path.read_bytes() for path in (packed / "index").iterdir()})
    return bucket.uri("pack")


def test_in_a_bucket_a_shard_is_requested_for_its_photos_alone(
    example: Files,
    packed: Path,
    in_bucket: str,
    run: Coulis,  # noqa: F811
    proxy: FaultProxy,  # noqa: F811
    tmp_path: Path,
):
    count = len(shards(packed))
    before = proxy.count("GET object")
    no_photo = ("--max-photo-bytes", 1)  # plan tries some photos, and these are not read
    planned = run.succeed("plan", in_bucket, tmp_path / "out", *no_photo, "--json").json
    assert planned["images"] == len(example)
    assert proxy.count("GET object") - before == count  # of the indexes
    before = proxy.count("GET object")
    done = run.succeed("run", in_bucket, tmp_path / "out", "-k", 2, "--json", "--no-thumbnails").json
    assert (done["ok"], done["failed"]) == (len(example), 0)
    assert proxy.count("GET object") - before == 2 * count


def test_in_a_bucket_many_indexes_are_requested_at_once(
    packed: Path,
    in_bucket: str,
    run: Coulis,  # noqa: F811
    proxy: FaultProxy,  # noqa: F811
    tmp_path: Path,
):
    count = len(shards(packed))
    assert count > 2
    proxy.inject(Fault("hold", method="GET", key="index/part-"))
    with ThreadPoolExecutor() as threads:
        planned = threads.submit(run.succeed, "plan", in_bucket, tmp_path / "out", "--json")
        proxy.wait_for("GET object", count, "index/part-")  # none has been answered
        proxy.release()
        assert planned.result().json["images"] == 24


def test_shards_between_other_files_and_one_without_an_index(example: Files, packed: Path, tmp_path: Path):
    count = len(shards(packed))
    index_of(shards(packed)[1]).unlink()
    write_files(packed, {"shard-000000.jpg": next(iter(example.values())), "shard-000001x.tar": tarred(example)})
    found = run_on(packed, tmp_path / "out")
    assert count > 2
    assert len(found.rows) == 1 + 2 * len(example)
    assert {path.split(".tar/")[1] for path in found.rows if ".tar/" in path} == example.keys()

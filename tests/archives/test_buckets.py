"""Archives in a bucket are read in windows of 8 MB, whatever the photos in them."""

from __future__ import annotations

import gzip
import random
import uuid
from math import ceil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from archives.conftest import Outcome, run_on, write_files
from archives.shelf import Files, tarred, zipped, zstd
from archives.test_tables import spark
from cli.command import ALL_PHOTOS, PHOTOS, rows_by_path
from storage.bucket import Coulis, make_bucket
from storage.conftest import proxy, run, server, surroundings  # noqa: F401
from storage.fault_proxy import FaultProxy

WINDOW = 8 << 20
FLAGS = ("--images-per-part", 40, "--no-thumbnails")


def parquet(files: Files) -> bytes:
    target = pa.BufferOutputStream()
    pq.write_table(spark(files), target, row_group_size=40)
    return target.getvalue().to_pybytes()


PACK = {
    "photos.zip": zipped,
    "photos.tar": tarred,
    "photos.tar.gz": lambda files: gzip.compress(tarred(files), 1),
    "photos.tar.zst": lambda files: zstd(tarred(files)),
    "photos.parquet": parquet,
}


@pytest.fixture(scope="module")
def many() -> Files:
    """More than a window of them: noise behind the end of a JPEG is no part of it."""
    chosen = ALL_PHOTOS[:: len(ALL_PHOTOS) // 150][:150]
    noise = random.Random(1)
    return {str(photo.relative_to(PHOTOS)): photo.read_bytes() + noise.randbytes(70_000) for photo in chosen}


@pytest.fixture(scope="module")
def loose(many: Files, tmp_path_factory) -> Outcome:
    folder = tmp_path_factory.mktemp("loose")
    return run_on(write_files(folder / "in", many), folder / "out", *FLAGS)


@pytest.mark.parametrize("name", PACK)
@pytest.mark.parametrize("alone", [True, False])
def test_one_request_for_8_mb(
    name: str,
    alone: bool,
    many: Files,
    loose: Outcome,
    run: Coulis,  # noqa: F811
    proxy: FaultProxy,  # noqa: F811
    server,  # noqa: F811
    tmp_path,
):
    data = PACK[name](many)
    assert len(data) > WINDOW
    bucket = make_bucket(server, f"archives-{uuid.uuid4().hex[:8]}")
    bucket.put({f"in/{name}": data})
    place = bucket.uri(f"in/{name}" if alone else "in")
    result = run.succeed("run", place, tmp_path / "out", "-k", 2, *FLAGS, "--json").json
    assert (result["ok"], result["failed"]) == (len(many), 0)
    looks = 2 if alone and name == "photos.parquet" else 0  # does it hold photos, or is it a list of them?
    assert proxy.count("GET object") <= ceil(len(data) / WINDOW) + looks
    assert proxy.count("LIST") <= 3
    assert proxy.count("HEAD object") <= 1 + looks
    features = sorted(tuple(values) for _, values in rows_by_path(tmp_path / "out").values())
    assert features == sorted(tuple(values) for _, values in loose.rows.values())


def test_a_shard_that_was_replaced_by_a_damaged_one_is_one_row(
    example: Files,
    run: Coulis,  # noqa: F811
    server,  # noqa: F811
    tmp_path,
):
    bucket = make_bucket(server, f"archives-{uuid.uuid4().hex[:8]}")
    bucket.put({"in/a.tar": tarred(example), "in/b.zip": zipped(example)})
    first = run.succeed("run", bucket.uri("in"), tmp_path / "out", "-k", 2, *FLAGS, "--json").json
    assert first["ok"] == 2 * len(example)
    bucket.put({"in/b.zip": zipped(example)[:-10]})
    second = run.succeed("run", bucket.uri("in"), tmp_path / "out", "-k", 2, *FLAGS, "--json").json
    assert (second["ok"], second["failed"]) == (len(example), 1)

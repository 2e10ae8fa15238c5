"""An S3 Inventory as INPUT: the same results as from the bucket that it lists, without a listing of it."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote_plus

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from cli.command import ALL_PHOTOS, differing, rows_by_path, succeed
from cli.command import coulis as command
from storage.bucket import Bucket, Coulis, make_bucket
from storage.conftest import proxy, run, server, surroundings  # noqa: F401
from storage.seaweedfs import SeaweedFs

COLUMNS = ["Bucket", "Key", "VersionId", "IsLatest", "IsDeleteMarker", "Size", "LastModifiedDate", "ETag"]
PARQUET_NAMES = ["bucket", "key", "version_id", "is_latest", "is_delete_marker", "size", "last_modified_date", "e_tag"]
NAMES = [
    "Test/Apple Red 1/1_100.jpg",
    "Test/Apple Red 1/a+b%.jpg",
    "Test/Pêche/2_100.jpg",
    'Test/Pear/3,"4".jpg',
    "notes.txt",
]
FOLDER = "inventories/pictures/daily"  # of the inventory, as Amazon lays it out
FLAGS = ("-k", 2, "--no-thumbnails")
Rows = list[list[object]]


def written(value: object) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def write_csv(rows: Rows) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    for bucket, key, *rest in rows:
        writer.writerow([bucket, quote_plus(str(key), safe="/"), *map(written, rest)])
    return gzip.compress(text.getvalue().encode())


def write_parquet(rows: Rows) -> bytes:
    buffer = io.BytesIO()
    columns = [list(column) for column in zip(*rows, strict=True)]
    table = pa.table(dict(zip(PARQUET_NAMES, columns, strict=True)))
    times = table["last_modified_date"].cast(pa.timestamp("ms", "UTC"))
    pq.write_table(table.set_column(PARQUET_NAMES.index("last_modified_date"), "last_modified_date", times), buffer)
    return buffer.getvalue()


WRITE: dict[str, Callable[[Rows], bytes]] = {"CSV": write_csv, "Parquet": write_parquet}


@dataclass
class Written:
    manifest: dict
    files: dict[str, bytes]  # by their keys

    def put(self, bucket: Bucket) -> str:
        key = f"{FOLDER}/2026-11-29T01-00Z/manifest.json"
        bucket.put({**self.files, key: json.dumps(self.manifest).encode()})
        return bucket.uri(key)

    def write(self, folder: Path) -> Path:
        manifest = folder / "2026-11-29T01-00Z" / "manifest.json"
        for path in (manifest.parent, folder / "data"):
            path.mkdir(parents=True)
        manifest.write_text(json.dumps(self.manifest))
        for key, data in self.files.items():
            (folder / "data" / Path(key).name).write_bytes(data)
        return manifest


def write_inventory(rows: Rows, file_format: str = "CSV", **changed: object) -> Written:
    """In two data files."""
    ending = {"CSV": "csv.gz", "Parquet": "parquet"}[file_format]
    halves = rows[: len(rows) // 2], rows[len(rows) // 2 :]
    data = {f"{FOLDER}/data/{i}.{ending}": WRITE[file_format](half) for i, half in enumerate(halves)}
    made = datetime.now(UTC) - timedelta(days=3, hours=1)
    manifest = {
        "sourceBucket": "pictures",
        "destinationBucket": "arn:aws:s3:::lists",
        "version": "2016-11-30",
        "creationTimestamp": str(int(made.timestamp() * 1000)),
        "fileFormat": file_format,
        "fileSchema": ", ".join(COLUMNS) if file_format == "CSV" else "message s3.inventory { required binary key; }",
        "files": [{"key": key, "size": len(d), "MD5checksum": hashlib.md5(d).hexdigest()} for key, d in data.items()],
    }
    return Written({**manifest, **changed}, data)


@pytest.fixture(scope="module")
def pictures(server: SeaweedFs) -> Bucket:  # noqa: F811
    bucket = make_bucket(server, "pictures")
    bucket.put({name: ALL_PHOTOS[i].read_bytes() for i, name in enumerate(NAMES)})
    return bucket


@pytest.fixture(scope="module")
def lists(server: SeaweedFs) -> Bucket:  # noqa: F811
    return make_bucket(server, "lists")


@pytest.fixture(scope="module")
def rows(pictures: Bucket) -> Rows:
    """Of all versions: one was overwritten, one was deleted."""
    found = pictures.client.list_objects_v2(Bucket="pictures")["Contents"]
    now = [["pictures", o["Key"], "v1", True, False, o["Size"], o["LastModified"], o["ETag"].strip('"')] for o in found]
    old = ["pictures", NAMES[0], "v0", False, False, 17, None, "0" * 32]
    deleted = ["pictures", "Test/gone.jpg", "v2", True, True, None, None, None]
    return [now[0], old, *now[1:], deleted]


@pytest.mark.parametrize("form", WRITE)
@pytest.mark.parametrize("place", ["bucket", "folder"])
def test_an_inventory_gives_what_the_bucket_gives(run: Coulis, proxy, pictures, lists, rows, tmp_path, form, place):  # noqa: F811
    run.succeed("run", pictures.uri(), tmp_path / "listed", *FLAGS)
    inventory = write_inventory(rows, form)
    source = inventory.put(lists) if place == "bucket" else inventory.write(tmp_path / "copied")
    asked = len(proxy.requests)
    run.succeed("run", source, tmp_path / "out", *FLAGS)
    assert not [request for request in proxy.requests[asked:] if request.kind == "LIST"]
    assert rows_by_path(tmp_path / "out").keys() == {f"s3://pictures/{name}" for name in NAMES[:-1]}
    assert not differing(tmp_path / "listed" / "features", tmp_path / "out" / "features")
    again = run.succeed("run", pictures.uri(), tmp_path / "out", *FLAGS, "--json").json
    assert again["up_to_date"], "its ETags are those of the bucket"


def test_plan_says_what_it_is_and_how_old(run: Coulis, pictures, lists, rows, tmp_path):  # noqa: F811
    said = run.succeed("plan", write_inventory(rows).put(lists), tmp_path / "out").stderr
    assert "INPUT is the S3 Inventory of s3://pictures of " in said
    assert "3 days old: what has changed since is not seen" in said
    assert "2 rows of the inventory are of earlier versions or deleted objects" in said


def wrong_checksum(inventory: Written) -> None:
    inventory.manifest["files"][1]["MD5checksum"] = "0" * 32


def missing_file(inventory: Written) -> None:
    del inventory.files[f"{FOLDER}/data/1.csv.gz"]


def cut_off(inventory: Written) -> None:
    key = f"{FOLDER}/data/1.csv.gz"
    inventory.files[key] = inventory.files[key][:-20]
    inventory.manifest["files"][1]["MD5checksum"] = hashlib.md5(inventory.files[key]).hexdigest()


def change(**fields: object) -> Callable[[Written], None]:
    return lambda inventory: inventory.manifest.update(fields)


BAD: dict[str, tuple[Callable[[Written], None], str]] = {
    "a missing data file": (missing_file, f"the data file {FOLDER}/data/1.csv.gz of the S3 Inventory"),
    "a wrong checksum": (wrong_checksum, "its MD5 is another one"),
    "a data file that is cut off": (cut_off, "1.csv.gz cannot be read: "),
    "no column of keys": (change(fileSchema="Bucket, Size, ETag"), "has no column Key"),
    "no column of sizes": (change(fileSchema="Bucket, Key, ETag"), "has no column Size"),
    "ORC": (change(fileFormat="ORC"), "is in the format ORC, which coulis does not read"),
    "no data files": (change(files=[]), "lists no object"),
    "no list of files": (change(files=None, fileFormat=None), "cannot be read: "),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_inventory_has_one_sentence(rows, tmp_path, what):
    spoil, sentence = BAD[what]
    inventory = write_inventory(rows)
    spoil(inventory)
    environment = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s"}
    result = command("plan", inventory.write(tmp_path / "copied"), tmp_path / "out", **environment)
    assert result.code == 4, result.stderr
    assert sentence in result.stderr
    assert len([line for line in result.stderr.splitlines() if line.startswith("coulis: error")]) <= 1
    assert not (tmp_path / "out").exists()


def test_an_inventory_without_photos_says_so(rows, tmp_path):
    environment = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s"}
    others = [row for row in rows if row[1] == "notes.txt"] * 2
    result = command("plan", write_inventory(others).write(tmp_path / "copied"), tmp_path / "out", **environment)
    assert result.code == 4
    assert "no photos found in s3://pictures" in result.stderr


def test_another_json_is_no_inventory(tmp_path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "1.jpg").write_bytes(ALL_PHOTOS[0].read_bytes())
    (tmp_path / "photos" / "list.json").write_text('{"path": "1.jpg", "sourceBucketName": "pictures"}\n')
    assert succeed("plan", tmp_path / "photos" / "list.json", tmp_path / "out", "--json").json["images"] == 1

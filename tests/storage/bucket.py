"""A bucket as the tests see it, directly at the server; and coulis told of an endpoint, watched for secrets."""

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from botocore.client import BaseClient
from cli.command import ALL_PHOTOS, COMMAND, PHOTOS, Result, coulis
from storage.seaweedfs import KEYS, READ_WRITE, REGION, SeaweedFs, connect

COUNT = 24
FLAGS = ("-k", "5", "--images-per-part", "4", "--no-thumbnails")  # 6 parts; a thumbnail is a second GET
IN_ROLES = "s3://roles/Test"  # of moto, with the same photos
SECRETS = {*KEYS.values()}  # tests add those that they make up


@dataclass(frozen=True)
class Bucket:
    client: BaseClient
    name: str

    def uri(self, prefix: str = "") -> str:
        return f"s3://{self.name}/{prefix}" if prefix else f"s3://{self.name}"

    def put(self, objects: dict[str, bytes]) -> None:
        with ThreadPoolExecutor(8) as pool:
            list(
                pool.map(
                    lambda item: self.client.put_object(Bucket=self.name, Key=item[0], Body=item[1]), objects.items()
                )
            )

    def put_photos(self, prefix: str, photos: Iterable[Path]) -> list[str]:
        objects = {f"{prefix}/{photo.relative_to(PHOTOS)}": photo.read_bytes() for photo in photos}
        self.put(objects)
        return sorted(objects)

    def get(self, key: str) -> bytes:
        return self.client.get_object(Bucket=self.name, Key=key)["Body"].read()

    def remove(self, key: str) -> None:
        self.client.delete_object(Bucket=self.name, Key=key)

    def keys(self, prefix: str = "") -> list[str]:
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix)
        return [item["Key"] for page in pages for item in page.get("Contents", [])]

    def names(self, prefix: str) -> set[str]:
        """Keys below the prefix, without it."""
        return {key.removeprefix(f"{prefix}/") for key in self.keys(f"{prefix}/")}

    def etags(self, prefix: str) -> dict[str, tuple]:
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix)
        return {
            item["Key"].removeprefix(f"{prefix}/"): (item["ETag"], item["LastModified"])
            for page in pages
            for item in page.get("Contents", [])
        }

    def download(self, prefix: str, folder: Path) -> Path:
        for name in self.names(prefix):
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(self.get(f"{prefix}/{name}"))
        return folder

    def open_uploads(self) -> list[str]:
        """Multipart uploads that were begun and neither completed nor aborted."""
        return [upload["Key"] for upload in self.client.list_multipart_uploads(Bucket=self.name).get("Uploads", [])]


@dataclass(frozen=True)
class Place:
    """Below a prefix of a bucket."""

    bucket: Bucket
    prefix: str

    @property
    def uri(self) -> str:
        return self.bucket.uri(self.prefix)

    def key(self, name: str) -> str:
        return f"{self.prefix}/{name}"

    def names(self) -> set[str]:
        return self.bucket.names(self.prefix)

    def parts(self, folder: str = "features") -> set[str]:
        return {name for name in self.names() if name.startswith(f"{folder}/part-")}

    def download(self, folder: Path) -> Path:
        return self.bucket.download(self.prefix, folder)


def make_bucket(server: SeaweedFs, name: str) -> Bucket:
    client = connect(server.url)
    client.create_bucket(Bucket=name)
    return Bucket(client, name)


@contextmanager
def no_credentials_of_this_machine(home: Path) -> Iterator[None]:
    """Whatever the person who runs the tests has in environment and home."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("AWS_") and name != "AWS_CA_BUNDLE"]:
            patch.delenv(name)
        patch.setenv("AWS_CONFIG_FILE", str(home / "config"))
        patch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(home / "credentials"))
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        patch.setenv("NO_PROXY", "127.0.0.1,localhost,.localhost")
        yield


def some_photos() -> list[Path]:
    """COUNT photos of several labels."""
    return ALL_PHOTOS[:: len(ALL_PHOTOS) // COUNT][:COUNT]


def put_some_photos(server: SeaweedFs) -> Place:
    """COUNT photos of several labels, in a bucket "photos" that is made for them."""
    place = Place(make_bucket(server, "photos"), "Test")
    place.bucket.put_photos(place.prefix, some_photos())
    return place


def assert_no_secret(text: str | bytes) -> None:
    data = text if isinstance(text, bytes) else text.encode(errors="surrogateescape")
    for secret in SECRETS:
        assert secret.encode() not in data, "a secret is in the output"


def run_python(code: str, *arguments: str, **environment: str) -> str:
    """What it says on stderr, in a process of its own with this environment."""
    paths = os.pathsep.join(path for path in sys.path if path)
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        timeout=180,
        env={**os.environ, **environment, "PYTHONPATH": paths},
    )
    assert_no_secret(done.stdout + done.stderr)
    assert done.returncode == 0, done.stderr
    return done.stderr


@dataclass(frozen=True)
class Coulis:
    """The command, with an endpoint and credentials in its environment. No output of it may hold a secret."""

    endpoint: str
    environment: dict[str, str] = field(
        default_factory=lambda: {"AWS_ACCESS_KEY_ID": READ_WRITE, "AWS_SECRET_ACCESS_KEY": KEYS[READ_WRITE]}
    )

    @property
    def variables(self) -> dict[str, str]:
        return {"AWS_ENDPOINT_URL": self.endpoint, "AWS_REGION": REGION, **self.environment}

    def __call__(self, *arguments: object, **environment: str) -> Result:
        result = coulis(*arguments, **{**self.variables, **environment})
        assert_no_secret(result.stdout + result.stderr)
        return result

    def succeed(self, *arguments: object, **environment: str) -> Result:
        result = self(*arguments, **environment)
        assert result.code == 0, result.stderr
        return result

    def start(self, *arguments: object, **environment: str) -> subprocess.Popen:
        return subprocess.Popen(
            [COMMAND, *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **self.variables, **environment},
            start_new_session=True,
        )

    def finish(self, run: subprocess.Popen, timeout_s: float = 120) -> Result:
        stdout, stderr = run.communicate(timeout=timeout_s)
        assert_no_secret(stdout + stderr)
        return Result(run.returncode, stdout, stderr)

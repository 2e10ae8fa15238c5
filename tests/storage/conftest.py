"""A server with photos for each worker of pytest; a fault proxy and an empty place for results for each test."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cli.command import copy_photos, succeed
from storage.bucket import (
    COUNT,
    FLAGS,
    Bucket,
    Coulis,
    Place,
    make_bucket,
    no_credentials_of_this_machine,
    put_some_photos,
    some_photos,
)
from storage.credential_servers import CredentialServer, InstanceMetadata, serve
from storage.fault_proxy import FaultProxy
from storage.moto_server import serve_moto
from storage.seaweedfs import READ_WRITE, SeaweedFs, connect


@pytest.fixture(scope="session", autouse=True)
def surroundings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with no_credentials_of_this_machine(tmp_path_factory.mktemp("home")):
        yield


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeaweedFs]:
    with SeaweedFs(tmp_path_factory.mktemp("seaweedfs")) as server:
        yield server


@pytest.fixture(scope="session")
def photos(server: SeaweedFs) -> Place:
    """24 photos of several labels, in a bucket. Not to be changed."""
    return put_some_photos(server)


@pytest.fixture(scope="session")
def results(server: SeaweedFs) -> Bucket:
    return make_bucket(server, "results")


@pytest.fixture
def output(results: Bucket) -> Place:
    """Nothing is there yet."""
    return Place(results, f"run-{uuid.uuid4().hex[:12]}")


@pytest.fixture
def own_photos(server: SeaweedFs, photos: Place) -> Place:
    """Photos of this test alone, to be changed."""
    place = Place(photos.bucket, f"own-{uuid.uuid4().hex[:12]}")
    place.bucket.put_photos(place.prefix, some_photos())
    return place


@pytest.fixture
def proxy(server: SeaweedFs) -> Iterator[FaultProxy]:
    with FaultProxy(server.port) as proxy:
        yield proxy


@pytest.fixture(scope="session")
def roles() -> Iterator[int]:
    """moto's port, with the photos at IN_ROLES: SeaweedFS takes no session tokens but its own."""
    with serve_moto() as port:
        bucket = Bucket(connect(f"http://127.0.0.1:{port}"), "roles")
        bucket.client.create_bucket(Bucket=bucket.name)
        bucket.put_photos("Test", some_photos())
        yield port


@pytest.fixture
def aws(roles: int) -> Iterator[FaultProxy]:
    with FaultProxy(roles) as proxy:
        yield proxy


@pytest.fixture
def instance() -> Iterator[CredentialServer]:
    with serve(InstanceMetadata, READ_WRITE) as server:
        yield server


@pytest.fixture
def run(proxy: FaultProxy) -> Coulis:
    """The command, through the proxy."""
    return Coulis(proxy.url)


@dataclass(frozen=True)
class InFolders:
    """The same photos and a finished run of them, without any bucket. Not to be changed."""

    photos: Path
    output: Path


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> InFolders:
    folder = tmp_path_factory.mktemp("folders")
    photos = copy_photos(folder / "Test", COUNT)
    succeed("run", photos, folder / "out", *FLAGS)
    return InFolders(photos, folder / "out")

"""A moto server in this process, an AWS account that exists nowhere else, and the command in both ways it is run."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import boto3
import pytest
from coulis_emr.__main__ import main
from moto.server import ThreadedMotoServer

REGION = "eu-west-1"
SECRET = "wJalrXUtnFEMI-this-is-the-secret-and-is-never-said"
TOKEN = "FwoGZXIvYXdzE-this-is-the-token-and-is-never-said"


@dataclass(frozen=True)
class Said:
    status: int
    out: str
    err: str

    @property
    def result(self) -> str:
        return self.out.strip()


Command = Callable[..., Said]


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def no_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of this machine's AWS settings, and no way out: an address where nobody listens."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    boto3.DEFAULT_SESSION = None


@pytest.fixture
def aws(no_aws: None, moto_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The environment of somebody with an account, whose AWS is moto."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", moto_url)
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_SESSION_TOKEN", TOKEN)
    return moto_url


@pytest.fixture
def coulis_emr(no_aws: None, capfd: pytest.CaptureFixture[str]) -> Command:
    """The command, in this process; nothing it says holds a secret."""

    def call(*argv: str) -> Said:
        capfd.readouterr()
        try:
            status = main(list(argv))
        except SystemExit as error:  # argparse
            status = int(error.code or 0)
        said = Said(status, *capfd.readouterr())
        assert SECRET not in said.out + said.err
        assert TOKEN not in said.out + said.err
        return said

    return call

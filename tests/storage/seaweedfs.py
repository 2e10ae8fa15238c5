"""A real S3 server on loopback: SeaweedFS, one process, with ports and a folder of its own."""

import json
import os
import signal
import socket
import subprocess
import sysconfig
import time
from contextlib import ExitStack
from pathlib import Path

import boto3
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

WEED = Path(sysconfig.get_path("scripts")) / "weed"
REGION = "us-east-1"
DOMAIN = "s3.localhost"  # for virtual addressing: BUCKET.s3.localhost
KEYS = {  # access key: secret
    "COULISREADWRITE": "rw-secret-6cd1e59c",
    "COULISROTATED": "rotated-secret-0b7f3aa2",
    "COULISREADONLY": "ro-secret-f52b9d31",
}
READ_WRITE, ROTATED, READ_ONLY = KEYS
ACTIONS = {READ_WRITE: ["Admin"], ROTATED: ["Admin"], READ_ONLY: ["Read", "List"]}
SERVICES = ["master", "filer", "volume", "s3"]
START_TIMEOUT_S = 60


def free_ports(count: int) -> list[int]:
    with ExitStack() as stack:  # held together, so that all differ
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def connect(url: str, access_key: str = READ_WRITE) -> BaseClient:
    config = Config(
        signature_version="s3v4", retries={"max_attempts": 3}, s3={"addressing_style": "path"}, max_pool_connections=16
    )
    return boto3.client(
        "s3",
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id=access_key,
        aws_secret_access_key=KEYS.get(access_key, "unchecked"),
        config=config,
    )


class SeaweedFs:
    """Started by `with`; stopped at its end, and when the process that started it dies."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.port = 0
        self._words: list[str] = []
        self._process: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def process_id(self) -> int:
        assert self._process
        return self._process.pid

    def __enter__(self) -> "SeaweedFs":
        (self.folder / "data").mkdir(parents=True, exist_ok=True)
        identities = [
            {"name": key, "credentials": [{"accessKey": key, "secretKey": secret}], "actions": ACTIONS[key]}
            for key, secret in KEYS.items()
        ]
        (self.folder / "s3.json").write_text(json.dumps({"identities": identities}))
        ports = free_ports(2 * len(SERVICES))
        self._words = [f"-{name}.port={port}" for name, port in zip(SERVICES, ports, strict=False)]
        self._words += [
            f"-{name}.port.grpc={port}" for name, port in zip(SERVICES, ports[len(SERVICES) :], strict=True)
        ]
        self.port = ports[SERVICES.index("s3")]
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        """Again after kill(), with all that it held."""
        command = [
            *("setpriv", "--pdeathsig", "KILL"),  # not left behind by a test process that is killed
            *(WEED, "mini", f"-dir={self.folder / 'data'}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", *self._words),
            *(f"-s3.config={self.folder / 's3.json'}", f"-s3.domainName={DOMAIN}", "-s3.port.iceberg=0"),
            *("-s3.port.lance=0", "-webdav=false", "-admin.ui=false"),
            *(f"-filer.localSocket={self.folder / 'filer.sock'}", f"-s3.localSocket={self.folder / 's3.sock'}"),
        ]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder, start_new_session=True)
        client = connect(self.url)
        deadline = time.monotonic() + START_TIMEOUT_S
        while True:
            try:
                client.list_buckets()
                return
            except (BotoCoreError, ClientError):
                if self._process.poll() is not None or time.monotonic() > deadline:
                    self.kill()
                    raise RuntimeError((self.folder / "log").read_text(errors="replace")[-3000:]) from None
                time.sleep(0.05)

    def kill(self) -> None:
        """Its own orderly end takes four seconds."""
        if self._process and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

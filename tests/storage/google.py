"""Google Cloud Storage on loopback: gcp-storage-emulator, which speaks its JSON API and checks no credentials."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import Request, urlopen

from storage.seaweedfs import START_TIMEOUT_S, free_ports


@dataclass(frozen=True)
class Google:
    """One bucket, "photos"."""

    port: int
    process: subprocess.Popen

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def put(self, name: str, data: bytes) -> None:
        url = f"{self.url}/upload/storage/v1/b/photos/o?uploadType=media&name={quote(name, safe='')}"
        with urlopen(Request(url, data, {"Content-Type": "image/jpeg"}), timeout=10):
            pass

    def names(self, prefix: str) -> list[str]:
        with urlopen(f"{self.url}/storage/v1/b/photos/o?prefix={quote(prefix, safe='')}", timeout=10) as answer:
            return [item["name"] for item in json.load(answer).get("items", [])]

    def get(self, name: str) -> bytes:
        with urlopen(f"{self.url}/storage/v1/b/photos/o/{quote(name, safe='')}?alt=media", timeout=10) as answer:
            return answer.read()


@contextmanager
def serve_google() -> Iterator[Google]:
    (port,) = free_ports(1)
    module = [sys.executable, "-m", "gcp_storage_emulator", "start", "--host", "127.0.0.1", "--port", str(port)]
    command = ["setpriv", "--pdeathsig", "KILL", *module, "--in-memory", "--default-bucket", "photos"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    google = Google(port, process)
    deadline = time.monotonic() + START_TIMEOUT_S
    try:
        while True:
            try:
                google.names("")
                break
            except URLError:
                if process.poll() is not None or time.monotonic() > deadline:
                    process.kill()
                    raise RuntimeError(process.stderr.read().decode() if process.stderr else "") from None
                time.sleep(0.1)
        yield google
    finally:
        process.kill()
        process.wait()

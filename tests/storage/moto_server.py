"""moto, which imitates AWS, for what SeaweedFS has not: roles (STS), keys that are no paths. It checks no signature."""

import os
import subprocess
import sysconfig
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from botocore.exceptions import BotoCoreError
from storage.seaweedfs import connect, free_ports

MOTO = Path(sysconfig.get_path("scripts")) / "moto_server"
START_TIMEOUT_S = 60


@contextmanager
def serve_moto() -> Iterator[int]:
    """Its port."""
    (port,) = free_ports(1)
    command = ["setpriv", "--pdeathsig", "KILL", MOTO, "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=dict(os.environ))
    client = connect(f"http://127.0.0.1:{port}")
    deadline = time.monotonic() + START_TIMEOUT_S
    try:
        while True:
            try:
                client.list_buckets()
                break
            except BotoCoreError:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
        yield port
    finally:
        process.kill()
        process.wait()

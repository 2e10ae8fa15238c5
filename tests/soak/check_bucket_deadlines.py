"""Objects that stall, or come so slowly that they would never end: each ends within its deadline."""

import tempfile
import time
from pathlib import Path

from soak.bucket_of_photos import FLAGS, serve_photos
from soak.row import Row
from storage.bucket import Coulis
from storage.fault_proxy import Fault, FaultProxy

COUNT = 64
MOST_S = 300
FAULTS = {"stall_before": 5, "stall_in_body": 10, "trickle": 20}  # the number of the photo


def check() -> Row:
    with (
        serve_photos(COUNT) as (server, photos, _),
        FaultProxy(server.port) as proxy,
        tempfile.TemporaryDirectory() as folder,
    ):
        keys = sorted(photos.names())
        proxy.inject(*(Fault(what, method="GET", key=f"{keys[number]}$") for what, number in FAULTS.items()))
        start = time.monotonic()
        result = (
            Coulis(proxy.url)
            .succeed("run", photos.uri, Path(folder) / "out", *FLAGS, "--json", AWS_MAX_ATTEMPTS="3")
            .json
        )
        seconds = time.monotonic() - start
        assert proxy.struck.total() >= 3 * len(FAULTS)
        assert seconds < MOST_S, f"{seconds:.0f} s"
        assert result["failed_by_code"] == {"unreadable": len(FAULTS)}
    note = f"{len(FAULTS)} errors rows, {result['ok']} photos read meanwhile, {seconds:.0f} s with 3 tries each"
    return Row(
        "bucket_deadlines",
        "objects that stall before or in their body, or come at 20 bytes/s, every time",
        str(proxy.struck.total()),
        f"{COUNT - len(FAULTS) - result['ok']} photos; {note}",
        "make soak CHECKS=bucket_deadlines",
    )

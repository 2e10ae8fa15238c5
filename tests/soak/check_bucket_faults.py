"""A server that is slow, busy and breaks off: no row of 2,592 is lost, and little is asked twice."""

from soak.bucket_of_photos import FLAGS, fingerprints, serve_photos
from soak.row import Row
from storage.bucket import Coulis, Place
from storage.fault_proxy import Fault, FaultProxy

COUNT = 2592
FAULTS = [
    Fault("latency", seconds=0.1),
    Fault("slow_down", rate=0.05),
    Fault("reset_in_body", rate=0.01),
    Fault("short_body", rate=0.01, method="GET"),
    Fault("flip_byte", rate=0.01, method="GET", key="jpg$"),
]


def check(count: int = COUNT) -> Row:
    with serve_photos(count) as (server, photos, results), FaultProxy(server.port) as proxy:
        calm, stormy = Place(results, "calm"), Place(results, "stormy")
        Coulis(server.url).succeed("run", photos.uri, calm.uri, *FLAGS)
        proxy.inject(*FAULTS)
        run = Coulis(proxy.url).succeed("run", photos.uri, stormy.uri, *FLAGS, "--json").json
        ratio = proxy.count("GET object", "^photos/") / count
        struck = {what: number for what, number in proxy.struck.items() if what != "latency"}
        assert min(struck.values()) > 0, struck
        assert ratio <= 1.3, f"{ratio:.2f} times as many requests as photos"
        assert fingerprints(calm) == fingerprints(stormy), "other bytes than in calm"
        assert results.open_uploads() == []
    faults = ", ".join(f"{number} {what}" for what, number in struck.items())
    note = f"{faults}; {ratio:.2f} requests a photo; output byte-identical to the undisturbed one"
    return Row(
        "bucket_faults",
        f"{count} objects with 100 ms latency, 5 % 503, 1 % resets, 1 % short bodies, 1 % flipped bytes",
        str(sum(struck.values())),
        f"{count - run['ok']} photos; {note}",
        "make soak CHECKS=bucket_faults",
    )

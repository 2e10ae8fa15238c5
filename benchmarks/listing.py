"""How fast a bucket of millions of keys is listed, from a server that answers a page of 1,000 keys after 100 ms.

Protocol: the server is a process of its own on this machine and makes its keys from a rule, in several layouts. One
chain of pages would list 10 pages a second. CPU is that of the listing process, without the server's.

    python benchmarks/listing.py --pages 10000 [--latency-ms 100] [--layout flat ...]
"""

from __future__ import annotations

import json
import os
import sys
import threading

import harness

sys.path.insert(0, str(harness.ROOT / "tests"))
from storage.synthetic_bucket import LAYOUTS, PAGE_KEYS, SyntheticBucket

LIST_ALONE = harness.BUILD / "benchmarks" / "list_alone"
ENVIRONMENT = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "unchecked", "AWS_EC2_METADATA_DISABLED": "true"}


def measure(layout: str, pages: int, latency_ms: float) -> dict[str, object]:
    """The server is in a thread of this process: nothing else runs here."""
    with SyntheticBucket(layout, pages * PAGE_KEYS, latency_ms / 1000) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        environment = {**os.environ, **ENVIRONMENT, "AWS_ENDPOINT_URL": server.url}
        usage = harness.run_measured([LIST_ALONE, "s3://photos"], env=environment)
        server.shutdown()
    listed = json.loads(usage.stdout)
    assert listed["keys"] == pages * PAGE_KEYS, listed
    assert listed["sorted"], layout
    return {
        "layout": layout,
        "pages": pages,
        "requests": server.requests,
        "pages_per_s": round(pages / listed["seconds"], 1),
        "cpu_us_per_key": round(listed["cpu_seconds"] / listed["keys"] * 1e6, 3),
        "peak_mb": round(usage.peak_rss_mb),
    }


def main() -> None:
    parser = harness.make_parser(__doc__)
    parser.add_argument("--pages", type=int, default=10_000)
    parser.add_argument("--latency-ms", type=float, default=100)
    parser.add_argument("--layout", nargs="+", choices=LAYOUTS, default=list(LAYOUTS))
    arguments = harness.parse(parser)
    pages = 200 if arguments.quick else arguments.pages
    rows = []
    for layout in arguments.layout:
        rows.append(measure(layout, pages, arguments.latency_ms))
        print(json.dumps(rows[-1]), flush=True)
    if arguments.json:
        arguments.json.write_text(json.dumps({"rows": rows}, indent=1))


if __name__ == "__main__":
    main()

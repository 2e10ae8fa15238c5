"""How fast a bucket of millions of keys is listed, from a server that answers a page of 1,000 keys after 100 ms.

    python benchmarks/listing.py [--pages 10000] [--latency-ms 100] [--layout flat ...] [--json FILE]

Protocol: a server in this process makes its keys from a rule, in several layouts; a process of its own lists them, and
proves that it got all of them, in order. One chain of pages would list 10 pages a second; 100 million keys in ten
minutes are 167. CPU time is that of the listing process.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from typing import Any

import harness
import report

sys.path.insert(0, str(harness.ROOT / "tests"))
from storage.synthetic_bucket import LAYOUTS, PAGE_KEYS, SyntheticBucket

GOAL = 167  # pages a second
LIST_ALONE = harness.BUILD / "benchmarks" / "list_alone"
ENVIRONMENT = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "unchecked", "AWS_EC2_METADATA_DISABLED": "true"}


def measure(layout: str, pages: int, latency_ms: float) -> dict[str, Any]:
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


def make_figures(rows: list[dict[str, Any]]) -> list[dict]:
    figures = []
    for row in rows:
        layout = row["layout"]
        figures.append(report.make_figure(f"{layout}: pages a second", "pages/s", [row["pages_per_s"]], at_least=GOAL))
        figures.append(report.make_figure(f"{layout}: CPU time of a key", "us", [row["cpu_us_per_key"]]))
        figures.append(report.make_figure(f"{layout}: requests for a page", "", [row["requests"] / row["pages"]]))
        figures.append(report.make_figure(f"{layout}: peak memory", "MB", [row["peak_mb"]]))
    return figures


def main() -> None:
    parser = harness.make_parser(__doc__)
    parser.add_argument("--pages", type=int, default=10_000)
    parser.add_argument("--latency-ms", type=float, default=100)
    parser.add_argument("--layout", nargs="+", choices=LAYOUTS, default=list(LAYOUTS))
    arguments = harness.parse(parser)
    pages = 200 if arguments.quick else arguments.pages
    machine = report.describe_machine()
    rows = [measure(layout, pages, arguments.latency_ms) for layout in arguments.layout]
    title = f"Listing {pages:,} pages of 1,000 keys, {arguments.latency_ms:g} ms each"
    report.publish(title, "all keys, in order", arguments, machine, make_figures(rows))


if __name__ == "__main__":
    main()

"""What `plan` says a bucket costs."""

from __future__ import annotations

import json
import uuid
from math import ceil
from pathlib import Path

import pytest
from archives.conftest import write_files
from archives.shelf import Files, zipped
from cli.command import REPOSITORY, succeed
from storage.bucket import Coulis, make_bucket
from storage.conftest import proxy, run, server, surroundings  # noqa: F401
from storage.fault_proxy import FaultProxy

PRICES = json.loads((REPOSITORY / "deploy" / "emr" / "coulis_emr" / "prices.json").read_text())["s3"]


def test_photos_here_cost_no_requests(example: Files, tmp_path: Path):
    folder = write_files(tmp_path / "in", example)
    plan = succeed("plan", folder, tmp_path / "out", "--json").json
    assert plan["buckets"] == {"gets": 0, "lists": 0, "puts": 0, "result_bytes": 0, "packed_gets": 0}
    usd = plan["usd_per_million_photos"]
    assert usd.pop("compute") > 0
    assert set(usd.values()) == {0}
    assert "buckets:" not in succeed("plan", folder, tmp_path / "out").stdout


@pytest.mark.parametrize("packed", [False, True])
def test_the_requests_of_a_run_are_those_that_were_planned(
    packed: bool,
    example: Files,
    run: Coulis,  # noqa: F811
    proxy: FaultProxy,  # noqa: F811
    server,  # noqa: F811
):
    bucket = make_bucket(server, f"prices-{uuid.uuid4().hex[:8]}")
    bucket.put({"in/photos.zip": zipped(example)} if packed else {f"in/{name}": data for name, data in example.items()})
    arguments = (bucket.uri("in"), bucket.uri("out"), "-k", 2)
    plan = run.succeed("plan", *arguments, "--json").json
    count, planned, usd = len(example), plan["buckets"], plan["usd_per_million_photos"]
    assert planned["gets"] == (1 if packed else count)
    assert planned["packed_gets"] == 1
    assert usd["get"] == pytest.approx(PRICES["million_gets"] * (1 / count if packed else 1), rel=0.01)
    assert usd["put"] == pytest.approx(PRICES["million_puts"] * 3 / 1024, rel=0.01)  # three files a part
    assert usd["list"] == pytest.approx(PRICES["million_lists"] / 1000, rel=0.05)  # 1,000 keys a page
    gb_of_a_million = planned["result_bytes"] / count / 1000
    assert usd["results_a_month"] == pytest.approx(PRICES["gb_month"] * gb_of_a_million)

    assert ("coulis pack --help" in run.succeed("plan", *arguments).stdout) == (not packed)
    before = {kind: proxy.count(kind) for kind in ("GET object", "PUT object", "LIST")}
    run.succeed("run", *arguments)
    done = {kind: proxy.count(kind) - earlier for kind, earlier in before.items()}
    assert planned["gets"] <= done["GET object"]  # and its own files, read back
    assert ceil(done["PUT object"] / 2) <= planned["puts"] <= 2 * done["PUT object"]
    assert ceil(done["LIST"] / 2) <= planned["lists"] <= 2 * done["LIST"]
    kept = sum(len(bucket.get(key)) for key in bucket.keys("out/features/") + bucket.keys("out/pca/"))
    assert kept == pytest.approx(planned["result_bytes"], rel=0.5)

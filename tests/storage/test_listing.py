"""Listings of many pages: by many requests at once, and what one chain of pages would give."""

from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil

import pytest
from storage.bucket import Coulis, make_bucket
from storage.fault_proxy import FaultProxy
from storage.loopback import serving
from storage.synthetic_bucket import LAYOUTS, PAGE_KEYS, SyntheticBucket

PAGES = 60


@contextmanager
def synthetic(layout: str, count: int, latency_s: float = 0.02) -> Iterator[SyntheticBucket]:
    with serving(SyntheticBucket(layout, count, latency_s)) as server:
        yield server


def test_the_synthetic_bucket_has_its_keys_in_order():
    for rule in LAYOUTS.values():
        keys = [rule(i, 100_000) for i in range(0, 100_000, 37)]
        assert keys == sorted(set(keys))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_large_bucket_is_listed_whole_with_few_requests_more(layout, tmp_path):
    count = PAGES * PAGE_KEYS - 17
    with synthetic(layout, count) as server:
        plan = Coulis(server.url).succeed("plan", "s3://synthetic", tmp_path / "out", "--json").json
    assert plan["images"] == count
    assert PAGES <= server.requests <= PAGES * 4 / 3 + 10


@pytest.mark.parametrize("pages", [1, 2, 4])
def test_a_small_bucket_takes_a_request_a_page(pages, tmp_path):
    with synthetic("flat", pages * PAGE_KEYS) as server:
        run = Coulis(server.url)
        assert run.succeed("plan", "s3://synthetic", tmp_path / "out", "--json").json["images"] == pages * PAGE_KEYS
    assert server.requests == pages + 1  # and one that asks whether the bucket is there


def test_a_server_that_sorts_by_paths_gives_every_object(run: Coulis, proxy: FaultProxy, server, tmp_path):
    """SeaweedFS lists all of `Pear/` before `Pear 2/`."""
    bucket = make_bucket(server, "pears")
    names = [f"{folder}/{i:04}.jpg" for folder in ("Apple", "Pear", "Pear 2", "Pear-3", "é") for i in range(1300)]
    bucket.put(dict.fromkeys([*names, "Pear.jpg", "Pear!.jpg"], b"x"))
    plan = run.succeed("plan", "s3://pears", tmp_path / "out", "--json").json
    assert plan["images"] == len(names) + 2
    assert proxy.count("LIST") <= ceil(len(names) / PAGE_KEYS) * 4 / 3 + 3

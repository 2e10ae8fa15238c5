"""More photos than a plan keeps in memory: the listing lies in scratch files, and nothing else changes."""

import csv

import pytest
from cli.command import PHOTOS, differing, succeed

MANY = 131_072  # job/listing/image_list.hpp
REAL = sorted(PHOTOS.rglob("*.jpg"))[:12]
BAD = ["--max-bad", 1, "-k", 2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("many")


def write_list(path, names):
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["path"], *([str(name)] for name in names)])
    return path


def missing(count):
    """Names of photos that are gone, in no order."""
    return [f"/gone/{i * 7919 % count:06}.jpg" for i in range(count)]


@pytest.fixture(scope="module")
def output(folder):
    output = folder / "out"
    scratch = folder / "scratch"
    scratch.mkdir()
    photos = write_list(folder / "list.csv", [*missing(MANY), *REAL])
    summary = succeed("run", photos, output, *BAD, "--json", TMPDIR=str(scratch)).json
    assert (summary["listed"], summary["ok"], summary["failed"]) == (MANY + 12, 12, MANY)
    assert list(scratch.iterdir()) == []
    return output


def test_the_rows_are_those_of_a_few_photos(folder, output):
    few = folder / "few"
    succeed("run", write_list(folder / "few.csv", REAL), few, *BAD)
    for name in ("matrix.csv", "pca_model.safetensors"):
        assert (few / name).read_bytes() == (output / name).read_bytes(), name


def test_nothing_is_done_where_nothing_has_changed(folder, output):
    assert succeed("run", folder / "list.csv", output, *BAD, "--json").json["up_to_date"]


def test_only_what_is_new_is_computed(folder, output):
    more = write_list(folder / "list.csv", [*missing(MANY), "/gone/between.jpg", "/gone/000000a.jpg", *REAL])
    plan = succeed("plan", more, output, *BAD, "--json").json
    to_do = [part for part in plan["parts"] if not part["done"]]
    assert [(part["images"], part["reason"]) for part in to_do] == [(2, "new")]
    assert succeed("run", more, output, *BAD, "--json").json["computed"] == 2


def test_it_is_the_same_without_a_place_for_scratch_files(folder, output):
    here = folder / "no_scratch"
    succeed("run", folder / "list.csv", here, *BAD, TMPDIR="/does/not/exist")
    again = folder / "with_scratch"
    succeed("run", folder / "list.csv", again, *BAD)
    assert differing(here, again) == []

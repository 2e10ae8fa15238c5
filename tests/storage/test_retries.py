"""What could not be read, and has not changed since, is tried again by the next run, after an end with 3 too."""

import pytest
from storage.amazon import Amazon, Answer, Asked, error, serve_amazon
from storage.bucket import FLAGS, Coulis
from storage.test_keys import read_errors
from storage.test_regions import PHOTOS, objects, run_all

REFUSALS = {
    "unreadable": error(403, "InvalidObjectState", message="The object is in Glacier."),
    "vanished": error(404, "NoSuchKey"),
    "changed": error(412, "PreconditionFailed"),
}


@pytest.fixture
def amazon():
    with serve_amazon(objects()) as server:
        yield server


def refuse(amazon: Amazon, keys: list[str], code: str) -> None:
    def rule(asked: Asked) -> Answer | None:
        return REFUSALS[code] if asked.method == "GET" and asked.key in keys else None

    amazon.rules = [rule]


@pytest.mark.parametrize("code", REFUSALS)
def test_an_object_that_was_away_for_a_while(amazon: Amazon, tmp_path, code):
    run, key = Coulis(amazon.url), sorted(amazon.objects)[2]
    for _ in range(2):
        refuse(amazon, [key], code)
        run.succeed("run", "s3://photos/Test", tmp_path / "out", *FLAGS)
        assert read_errors(tmp_path / "out") == {f"s3://photos/{key}": code}
    amazon.rules = []
    assert run_all(run, tmp_path / "out")["computed"] == 4
    assert run_all(run, tmp_path / "out")["up_to_date"]


@pytest.mark.parametrize("code", REFUSALS)
@pytest.mark.parametrize("count", [2, len(PHOTOS)])
def test_too_many_that_were_away_for_a_while(amazon: Amazon, tmp_path, count, code):
    run = Coulis(amazon.url)
    refuse(amazon, sorted(amazon.objects)[:count], code)
    flags = ("--max-bad", "0.2") if count < len(PHOTOS) else ()
    assert run("run", "s3://photos/Test", tmp_path / "out", *FLAGS, *flags).code == 3
    amazon.rules = []
    run_all(run, tmp_path / "out", *flags)

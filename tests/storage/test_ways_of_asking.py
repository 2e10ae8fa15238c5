"""Servers below a path, public buckets, buckets whose readers pay: through every door."""

import pytest
from storage.amazon import Amazon, Answer, Asked, credentials, error, serve_amazon
from storage.bucket import FLAGS, Coulis, run_python
from storage.test_refusals import refused
from storage.test_regions import PHOTOS, objects, run_all

BASE = "/storage/v1/s3"
PYTHON = """
import json, sys
import coulis
place, output, options = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
features = coulis.featurize(place, **options)
addresses = coulis.featurize([path for path in features.paths], **options)
coulis.run(place, output, 3, images_per_part=4, **options)
result = coulis.open(output, **options)
assert (result.matrix() == features.values).all() and (addresses.values == features.values).all()
assert len(result.paths) == len(result.pca.to_table()) == len(features)
assert result.pca_model.n_samples_ == len(features)
"""


@pytest.fixture
def below_a_path():
    with serve_amazon(objects(), BASE) as server:
        yield server


@pytest.fixture
def amazon():
    with serve_amazon(objects()) as server:
        yield server


def in_python(server: Amazon, output: str, options: str, **environment: str) -> None:
    run_python(PYTHON, "s3://photos/Test", output, options, **Coulis(server.url, environment).variables)


def test_a_server_below_a_path_is_asked_and_signed_for_there(below_a_path: Amazon):
    """Its answer to any other path is a page, and to any other signature a refusal."""
    run = Coulis(below_a_path.url)
    run_all(run, "s3://photos/out")
    run.succeed("verify", "s3://photos/out")
    assert {asked.path.startswith(f"{BASE}/photos") for asked in below_a_path.asked} == {True}
    below_a_path.asked.clear()
    Coulis("").succeed("plan", "s3://photos/Test", "s3://photos/out", "--endpoint-url", below_a_path.url + "/")
    assert below_a_path.asked


def test_a_server_below_a_path_from_python(below_a_path: Amazon):
    in_python(below_a_path, "s3://photos/out", "{}", **credentials())


def test_a_public_bucket_needs_no_credentials(amazon: Amazon, tmp_path):
    amazon.is_public = True
    stranger = Coulis(amazon.url, {})
    run_all(stranger, tmp_path / "out", "--no-sign-request")
    stranger.succeed("check", "s3://photos/Test", "--no-sign-request")
    assert {"authorization" in asked.headers for asked in amazon.asked} == {False}
    assert "--no-sign-request" in refused(stranger, "plan", "s3://photos/Test", tmp_path / "out")  # the remedy


def test_a_public_bucket_from_python_in_another_region(amazon: Amazon):
    amazon.is_public = True
    in_python(amazon, "s3://photos/out", '{"no_sign_request": true}')
    assert {"authorization" in asked.headers for asked in amazon.asked} == {False}


def test_a_bucket_that_is_not_public_says_so(amazon: Amazon, tmp_path):
    text = refused(Coulis(amazon.url), "run", "s3://photos/Test", tmp_path / "out", "--no-sign-request")
    assert "leave --no-sign-request out" in text


def refuse_those_who_do_not_pay(asked: Asked) -> Answer | None:
    if asked.headers.get("x-amz-request-payer") == "requester":
        return None
    return error(403, "AccessDenied", message="Access Denied: the bucket is a Requester Pays bucket")


def test_a_reader_pays_where_the_owner_does_not(amazon: Amazon, tmp_path):
    amazon.rules = [refuse_those_who_do_not_pay]
    assert "--request-payer" in refused(Coulis(amazon.url), "run", "s3://photos/Test", tmp_path / "out")
    run_all(Coulis(amazon.url), "s3://photos/out", "--request-payer")
    in_python(amazon, "s3://photos/again", '{"request_payer": true}', **credentials())


@pytest.mark.parametrize("scheme", ["gs://bucket", "abfss://container@account.dfs.core.windows.net"])
def test_other_clouds_refuse_what_they_cannot_do(scheme, tmp_path):
    result = Coulis("")("run", f"{scheme}/x", tmp_path / "out", "--request-payer")
    assert (result.code, "--request-payer" in result.stderr) == (2, True)
    result = Coulis("")("run", f"{scheme}/x", tmp_path / "out", "--endpoint-url", "http://127.0.0.1:1/path")
    assert (result.code, "path" in result.stderr) == (2, True)


def test_the_profiles_endpoint_is_found_by_coulis_open_too(amazon: Amazon, tmp_path):
    Coulis(amazon.url).succeed("run", "s3://photos/Test", "s3://photos/out", *FLAGS)
    (tmp_path / "config").write_text(f"[default]\nendpoint_url = {amazon.url}\n")
    code = f"import coulis; assert len(coulis.open('s3://photos/out').paths) == {len(PHOTOS)}"
    run_python(code, **credentials(), AWS_CONFIG_FILE=str(tmp_path / "config"))


def test_a_process_that_has_read_results_ends_in_peace(amazon: Amazon, tmp_path):
    """Arrow's threads may still hold what they read with when the interpreter ends."""
    Coulis(amazon.url).succeed("run", "s3://photos/Test", "s3://photos/out", *FLAGS)
    for _ in range(12):
        run_python("import coulis; coulis.open('s3://photos/out').paths", **Coulis(amazon.url).variables)

"""A bucket that is elsewhere is followed there, as Amazon tells it, and never to another owner's server."""

import re

import pytest
from storage.amazon import Amazon, Answer, Asked, credentials, error, proxy_variables, serve_amazon
from storage.bucket import FLAGS, Coulis, some_photos
from storage.test_keys import read_errors
from storage.test_refusals import refused

THERE = "eu-west-3"
HOSTS = [f"*.s3.{region}.amazonaws.com" for region in ("us-east-1", THERE)] + [f"*.s3-{THERE}.amazonaws.com"]
PHOTOS = some_photos()[:8]


def objects() -> dict[str, bytes]:
    return {f"Test/{photo.parent.name}/{photo.name}": photo.read_bytes() for photo in PHOTOS}


@pytest.fixture
def amazon():
    with serve_amazon(objects()) as server:
        yield server


@pytest.fixture
def at_amazon(amazon: Amazon, tmp_path):
    """The command, with no endpoint of its own: https://photos.s3.REGION.amazonaws.com."""
    amazon.region = THERE
    return Coulis("", credentials() | proxy_variables(amazon, tmp_path, *HOSTS))


def run_all(run: Coulis, output, *more: object, uri: str = "s3://photos/Test") -> dict:
    result = run.succeed("run", uri, output, *FLAGS, *more, "--json").json
    assert (result["ok"], result["failed"]) == (len(PHOTOS), 0)
    return result


def test_the_region_is_only_in_the_body_of_the_400(amazon: Amazon, tmp_path):
    amazon.region = THERE
    run_all(Coulis(amazon.url), tmp_path / "out")
    assert [asked.scope[0] for asked in amazon.asked].count("us-east-1") == 1
    assert {asked.scope[0] for asked in amazon.gets()} == {THERE}


@pytest.mark.parametrize("teller", ["HEAD", "GET"])
@pytest.mark.parametrize("refusal", [(400, "AuthorizationHeaderMalformed"), (301, "PermanentRedirect")])
def test_the_region_is_only_in_the_answer_to_one_request(amazon: Amazon, tmp_path, teller, refusal):
    amazon.region = THERE

    def say_little(asked: Asked) -> Answer | None:
        if asked.scope[0] == THERE:
            return None
        tells = asked.method == teller and not asked.key and (teller == "HEAD" or asked.query.get("max-keys") == ["1"])
        return error(*refusal, headers={"x-amz-bucket-region": THERE} if tells else {})

    amazon.rules = [say_little]
    run_all(Coulis(amazon.url), tmp_path / "out")
    assert {asked.scope[0] for asked in amazon.gets()} == {THERE}
    assert len([asked for asked in amazon.asked if asked.scope[0] != THERE]) <= 3


def test_amazons_own_hosts_are_followed_to_the_region(amazon: Amazon, at_amazon: Coulis, tmp_path):
    """As Amazon does it: a 301 with the region in a header and the address in the body."""

    def redirect(asked: Asked) -> Answer | None:
        if THERE in asked.host:
            return None
        there = f"photos.s3-{THERE}.amazonaws.com"
        return error(301, "PermanentRedirect", {"x-amz-bucket-region": THERE}, Endpoint=there, Bucket="photos")

    amazon.rules = [redirect]
    run_all(at_amazon, tmp_path / "out")
    assert {asked.host for asked in amazon.gets()} == {f"photos.s3.{THERE}.amazonaws.com"}


def test_a_301_with_nothing_but_an_endpoint(amazon: Amazon, at_amazon: Coulis, tmp_path):
    there = f"photos.s3-{THERE}.amazonaws.com"
    amazon.rules = [
        lambda asked: None if asked.host == there else error(301, "PermanentRedirect", Endpoint=there, Bucket="photos")
    ]
    run_all(at_amazon, tmp_path / "out")
    assert {asked.host for asked in amazon.gets()} == {there}


def test_a_young_buckets_307_is_followed_with_a_signature_of_its_own(amazon: Amazon, at_amazon: Coulis, tmp_path):
    there = f"photos.s3-{THERE}.amazonaws.com"

    def redirect(asked: Asked) -> Answer | None:
        if asked.host == there:
            return None
        return error(307, "TemporaryRedirect", {"Location": f"https://{there}{asked.target}"}, Endpoint=there)

    amazon.rules = [redirect]
    run_all(at_amazon, tmp_path / "out")
    assert {asked.host for asked in amazon.gets()} == {"photos.s3.us-east-1.amazonaws.com", there}


def test_a_307_between_servers_of_ones_own_is_for_one_request(amazon: Amazon, tmp_path):
    with serve_amazon(objects()) as other:
        amazon.rules = [lambda asked: error(307, "TemporaryRedirect", {"Location": f"{other.url}{asked.target}"})]
        run_all(Coulis(amazon.url), tmp_path / "out")
        assert len(amazon.gets()) == len(other.gets()) == len(PHOTOS)


def test_servers_that_send_us_in_circles_are_left(amazon: Amazon, tmp_path):
    with serve_amazon(objects()) as other:
        for one, next_one in ((amazon, other), (other, amazon)):
            one.rules = [
                lambda asked, url=next_one.url: error(307, "TemporaryRedirect", {"Location": url + asked.target})
            ]
        text = refused(Coulis(amazon.url), "run", "s3://photos/Test", tmp_path / "out")
        assert f"another address than {amazon.url} (307, TemporaryRedirect): servers send us in a circle" in text
        assert len(amazon.asked) + len(other.asked) <= 20


@pytest.mark.parametrize("how", ["Location", "Endpoint"])
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_nothing_is_sent_to_another_owners_server(amazon: Amazon, tmp_path, how, status):
    """A signed request may hold a session token. The second server is at another name, though on the same machine."""
    with serve_amazon(objects()) as other:
        host = f"localhost:{other.server_port}"

        def redirect(asked: Asked) -> Answer:
            headers = {"Location": f"http://{host}{asked.target}"} if how == "Location" else {}
            return error(status, "TemporaryRedirect", headers, Endpoint=host)

        amazon.rules = [redirect]
        text = refused(Coulis(amazon.url), "run", "s3://photos/Test", tmp_path / "out")
        assert other.asked == []
        assert re.search(rf"--endpoint-url https?://{host}", text), text


def test_a_login_page_is_not_followed(amazon: Amazon, tmp_path):
    amazon.rules = [lambda asked: Answer(302, headers={"Location": f"{amazon.url}/login"})]
    refused(Coulis(amazon.url), "run", "s3://photos/Test", tmp_path / "out")
    assert {asked.path.split("?")[0] for asked in amazon.asked} <= {"/photos/", "/photos"}


def test_a_bucket_that_moves_in_the_midst_of_a_run_is_followed_by_all_threads(amazon: Amazon, tmp_path):
    def move(asked: Asked) -> None:
        if len(amazon.gets()) > 3:
            amazon.region = THERE

    amazon.rules = [move]
    run_all(Coulis(amazon.url), tmp_path / "out", "--threads", 4)
    assert amazon.region == THERE


def test_an_access_point_is_addressed_by_its_arn(amazon: Amazon, tmp_path):
    host = f"mine-123456789012.s3-accesspoint.{THERE}.amazonaws.com"
    amazon.region = THERE
    run = Coulis("", credentials() | proxy_variables(amazon, tmp_path, host))
    point = f"s3://arn:aws:s3:{THERE}:123456789012:accesspoint/mine"
    amazon.objects["Test/Kiwi/bad.jpg"] = b"no photo, but a file of some length"
    result = run.succeed("run", f"{point}/Test", tmp_path / "out", *FLAGS, "--json").json
    assert (result["ok"], result["failed"]) == (len(PHOTOS), 1)
    assert {asked.host for asked in amazon.asked} == {host}
    assert list(read_errors(tmp_path / "out")) == [f"{point}/Test/Kiwi/bad.jpg"]


def test_an_access_point_of_an_outpost_is_signed_for_its_service(amazon: Amazon, tmp_path):
    host = f"mine-123456789012.op-0123.s3-outposts.{THERE}.amazonaws.com"
    amazon.region, amazon.service = THERE, "s3-outposts"
    run = Coulis("", credentials() | proxy_variables(amazon, tmp_path, host))
    point = f"s3://arn:aws:s3-outposts:{THERE}:123456789012:outpost/op-0123/accesspoint/mine"
    run_all(run, tmp_path / "out", uri=f"{point}/Test")


@pytest.mark.parametrize("bucket", ["arn:aws:s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap", "arn:aws:s3:::photos"])
def test_other_arns_are_an_error_of_usage(bucket, tmp_path):
    result = Coulis("", credentials())("run", f"s3://{bucket}/Test", tmp_path / "out")
    assert result.code == 2 and "access point" in result.stderr

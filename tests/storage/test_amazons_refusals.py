"""What servers and the proxies before them refuse: each has its own sentence, and an archived photo is a row."""

import pytest
from storage.amazon import Amazon, Answer, Asked, error, page, serve_amazon
from storage.bucket import FLAGS, Coulis
from storage.test_keys import read_errors
from storage.test_refusals import refused
from storage.test_regions import PHOTOS, objects

OF_THE_BUCKET = {  # the answer to a listing: a word of the cause, a word of the remedy
    "AllAccessDisabled": (error(403, "AllAccessDisabled"), "closed", "owner"),
    "InvalidBucketName": (error(400, "InvalidBucketName"), "name of a bucket", "3 to 63"),
    "QuotaExceeded": (error(403, "QuotaExceeded"), "no room", "quota"),
    "KMS": (error(400, "KMS.DisabledException"), "KMS key", "enabled"),
    "MethodNotAllowed": (error(405, "MethodNotAllowed"), "does not do this", "console"),
    "RequestTimeTooSkewed": (error(403, "RequestTimeTooSkewed"), "clock", "set the clock"),
    "InvalidToken": (error(400, "InvalidToken"), "session token", "AWS_SESSION_TOKEN"),
    "a policy": (
        error(403, "AccessDenied", message="User: x is not authorized to perform: s3:ListBucket"),
        "s3:ListBucket",
        "rights",
    ),
    "an unknown one": (error(418, "Teapot", message="short and stout"), "short and stout", "documentation"),
    "403 page": (page(403), "firewall", "no_proxy"),
    "407 page": (page(407), "proxy wants", "https_proxy"),
    "404 page": (page(404), "no S3 service", "path"),
    "400 page": (page(400), "no S3 service", "http or https"),
    "401": (Answer(401), "credentials", "keys of S3"),
}


@pytest.fixture
def amazon():
    with serve_amazon(objects()) as server:
        yield server


@pytest.mark.parametrize("name", OF_THE_BUCKET)
def test_a_refusal_has_its_own_cause_and_remedy_and_is_asked_once(amazon: Amazon, tmp_path, name):
    answer, cause, remedy = OF_THE_BUCKET[name]
    amazon.rules = [lambda asked: answer]
    text = refused(Coulis(amazon.url), "run", "s3://photos/Test", tmp_path / "out")
    said, advised = text.split("try: ")
    assert cause in said and remedy in advised, text
    assert len(amazon.asked) <= 2


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_gateway_without_a_server_is_asked_again(amazon: Amazon, tmp_path, status):
    amazon.rules = [lambda asked: page(status) if len(amazon.asked) < 3 else None]
    assert Coulis(amazon.url).succeed("plan", "s3://photos/Test", tmp_path / "out", "--json").json["images"] == len(
        PHOTOS
    )
    amazon.rules = [lambda asked: page(status)]
    text = refused(Coulis(amazon.url), "run", "s3://photos/Test", tmp_path / "out", AWS_MAX_ATTEMPTS="2")
    assert str(status) in text


@pytest.mark.parametrize(
    ("status", "code", "word"),
    [
        (403, "InvalidObjectState", "archived"),
        (403, "AccessDenied", "denied"),
        (400, "KMS.DisabledException", "KMS key"),
        (403, "AllAccessDisabled", "closed"),
        (405, "MethodNotAllowed", "does not do this"),
        (400, "InvalidRequest", "InvalidRequest"),
    ],
)
def test_an_object_that_is_not_given_is_a_row_and_not_the_end(amazon: Amazon, tmp_path, status, code, word):
    closed = sorted(amazon.objects)[3]
    amazon.rules = [lambda asked: error(status, code) if asked.key == closed else None]
    result = Coulis(amazon.url).succeed("run", "s3://photos/Test", tmp_path / "out", *FLAGS, "--json").json
    assert (result["ok"], result["failed_by_code"]) == (len(PHOTOS) - 1, {"unreadable": 1})
    assert read_errors(tmp_path / "out") == {f"s3://photos/{closed}": "unreadable"}
    assert word in (tmp_path / "out" / "errors.csv").read_text()
    assert len(amazon.gets(closed)) == 1


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (error(400, "EntityTooLarge"), "--images-per-part"),
        (page(413), "client_max_body_size"),
        (error(507, "XMinioStorageFull"), "quota"),
    ],
)
def test_an_output_that_is_not_taken_says_why(amazon: Amazon, folders, answer, word):
    def refuse_parts(asked: Asked) -> Answer | None:
        return answer if asked.method == "PUT" and "part-" in asked.key else None

    amazon.rules = [refuse_parts]
    text = refused(
        Coulis(amazon.url), "run", folders.photos, "s3://photos/out", *FLAGS, "--threads", 1, "-q", within_s=60
    )
    assert word in text


@pytest.mark.parametrize(("status", "word"), [(403, "firewall"), (407, "https_proxy"), (502, "gateway")])
def test_a_proxy_that_refuses_to_connect_is_named(amazon: Amazon, tmp_path, status, word):
    from storage.amazon import Handler

    class Refusing(Handler):
        def do_CONNECT(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

    amazon.RequestHandlerClass = Refusing
    proxy = f"http://127.0.0.1:{amazon.server_port}"
    text = refused(
        Coulis(""),
        "run",
        "s3://photos/Test",
        tmp_path / "out",
        https_proxy=proxy,
        HTTPS_PROXY=proxy,
        AWS_MAX_ATTEMPTS="2",
    )
    assert word in text


def test_a_certificate_that_nobody_knows_is_named(amazon: Amazon, tmp_path):
    from storage.amazon import proxy_variables

    variables = proxy_variables(amazon, tmp_path, "*.s3.us-east-1.amazonaws.com")
    del variables["AWS_CA_BUNDLE"]
    text = refused(Coulis(""), "run", "s3://photos/Test", tmp_path / "out", AWS_MAX_ATTEMPTS="1", **variables)
    assert "AWS_CA_BUNDLE" in text

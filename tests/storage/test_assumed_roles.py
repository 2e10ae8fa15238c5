"""Profiles that assume a role: STS is asked for it, in the name of a source that has keys. STS is moto's."""

from pathlib import Path

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from storage.bucket import FLAGS, IN_ROLES, Coulis
from storage.credential_servers import of_instance, write_profile
from storage.fault_proxy import Fault, FaultProxy
from storage.s3_requests import Request, read_header
from storage.seaweedfs import KEYS, READ_WRITE, REGION

STS = "POST bucket"  # how the proxy calls a POST to "/"
ROLE = "arn:aws:iam::123456789012:role/photo-reader"


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    write_profile(tmp_path / "credentials", "base", READ_WRITE)
    variables = {
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"),
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
    }
    return {**variables, "AWS_PROFILE": "camera"}


def configure(files: dict[str, str], *settings: str, **profiles: str) -> None:
    sections = {"camera": "\n".join((f"role_arn = {ROLE}", *settings)), **profiles}
    text = "".join(f"[profile {name}]\n{lines}\n" for name, lines in sections.items())
    Path(files["AWS_CONFIG_FILE"]).write_text(text)


def asked_for_roles(proxy: FaultProxy) -> list[Request]:
    return [request for request in proxy.requests if request.kind == STS]


def assert_signed_for_sts(request: Request) -> None:
    """botocore comes to the same signature."""
    authorization = read_header(request.head, "authorization")
    names = authorization.split("SignedHeaders=")[1].split(",")[0].split(";")
    headers = {name: read_header(request.head, name) for name in names}
    url = f"http://{headers['host']}/"
    again = AWSRequest(method="POST", url=url, headers=headers)
    again.context["timestamp"] = headers["x-amz-date"]
    signer = SigV4Auth(Credentials(READ_WRITE, KEYS[READ_WRITE]), "sts", REGION)
    to_sign = signer.string_to_sign(again, signer.canonical_request(again))
    assert authorization.endswith(f"Signature={signer.signature(to_sign, again)}")
    assert f"/{REGION}/sts/aws4_request" in authorization


def test_a_profile_assumes_its_role_in_the_name_of_its_source(aws, files, tmp_path):
    configure(
        files, "source_profile = base", "role_session_name = a+b=c@d", "external_id = x/y", "duration_seconds = 900"
    )
    Coulis(aws.url, files).succeed("run", IN_ROLES, tmp_path / "out", *FLAGS)
    (asked,) = asked_for_roles(aws)
    assert asked.signed_by == READ_WRITE
    assert_signed_for_sts(asked)
    others = {request.signed_by for request in aws.requests if request != asked}
    assert len(others) == 1
    assert others != {READ_WRITE}
    assert all(b"x-amz-security-token" in request.head for request in aws.requests if request != asked)


def test_the_source_may_be_the_role_of_the_instance(aws, files, instance, tmp_path):
    configure(files, "credential_source = Ec2InstanceMetadata")
    Coulis(aws.url, {**files, **of_instance(instance)}).succeed("run", IN_ROLES, tmp_path / "out", *FLAGS)
    assert [request.signed_by for request in asked_for_roles(aws)] == [READ_WRITE]
    assert len(aws.signers()) == 2


def test_the_source_may_assume_a_role_itself(aws, files, tmp_path):
    configure(files, "source_profile = between", between=f"role_arn = {ROLE}-2\nsource_profile = base")
    Coulis(aws.url, files).succeed("run", IN_ROLES, tmp_path / "out", *FLAGS)
    first, second = asked_for_roles(aws)
    assert first.signed_by == READ_WRITE
    assert len({first.signed_by, second.signed_by} | aws.signers()) == 3


def test_keys_of_the_environment_come_before_a_role(proxy, photos, files, tmp_path):
    configure(files, "source_profile = base")
    keys = {"AWS_ACCESS_KEY_ID": READ_WRITE, "AWS_SECRET_ACCESS_KEY": KEYS[READ_WRITE]}
    Coulis(proxy.url, {**files, **keys}).succeed("plan", photos.uri, tmp_path / "out")
    assert not asked_for_roles(proxy)


def test_a_role_that_expires_is_assumed_again_in_the_midst_of_a_run(aws, files, tmp_path):
    configure(files, "source_profile = base")
    coulis = Coulis(aws.url, files)
    aws.inject(Fault("hold", method="GET", key="jpg$"))
    started = coulis.start("run", IN_ROLES, tmp_path / "out", *FLAGS, "--threads", 1, "--json")
    aws.wait_for("GET object", 8, timeout_s=60)
    (expired,) = aws.signers() - {READ_WRITE}
    aws.inject(Fault("expired_token", signed_by=expired))
    aws.release()
    result = coulis.finish(started)
    assert result.code == 0, result.stderr
    assert (result.json["ok"], result.json["failed"]) == (24, 0)
    assert len(asked_for_roles(aws)) == 2


@pytest.mark.parametrize(
    ("settings", "between", "said"),
    [
        (["source_profile = nobody"], "", "its source_profile 'nobody' holds no keys"),
        (["source_profile = between"], f"role_arn = {ROLE}\nsource_profile = camera", "holds no keys"),  # a circle
        (["source_profile = base", "mfa_serial = arn:aws:iam::1:mfa/me"], "", "mfa_serial"),
        (["source_profile = base", f"role_session_name = {'n' * 65}"], "", "is not given: ValidationError: "),
    ],
)
def test_a_role_that_cannot_be_had_is_one_sentence(aws, files, tmp_path, settings, between, said):
    configure(files, *settings, between=between)
    result = Coulis(aws.url, files)("run", IN_ROLES, tmp_path / "out", *FLAGS)
    assert result.code == 5
    assert said in result.stderr
    assert "camera" in result.stderr or "between" in result.stderr
    assert result.stderr.count("coulis: error: ") == 1


def test_an_sts_that_does_not_answer_is_named(aws, files, tmp_path):
    configure(files, "source_profile = base")
    result = Coulis(aws.url, {**files, "AWS_ENDPOINT_URL_STS": "http://127.0.0.1:1"})(
        "plan", IN_ROLES, tmp_path / "out"
    )
    assert result.code == 5
    assert "AWS_ENDPOINT_URL_STS" in result.stderr

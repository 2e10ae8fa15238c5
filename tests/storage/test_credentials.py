"""Credentials are found where every AWS tool finds them, renewed when they expire, and shown to nobody."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from storage.bucket import FLAGS, IN_ROLES, SECRETS, Coulis, Place, assert_no_secret
from storage.credential_servers import (
    AUTHORIZATION,
    METADATA_TOKEN,
    ROLE,
    ROLE_PATH,
    SESSION_TOKEN,
    ContainerCredentials,
    CredentialServer,
    of_instance,
    serve,
    write_profile,
)
from storage.fault_proxy import Fault, FaultProxy
from storage.seaweedfs import KEYS, READ_WRITE, ROTATED

SECRETS.update({AUTHORIZATION, METADATA_TOKEN, SESSION_TOKEN})
EXPIRED = ["expired_token", "expired_token_403"]


def assert_token_is_signed(proxy: FaultProxy) -> None:
    assert proxy.requests
    for request in proxy.requests:
        head = request.head.decode("latin-1").lower()
        assert f"x-amz-security-token: {SESSION_TOKEN}" in head
        assert "x-amz-security-token" in head.split("signedheaders=")[1].split(",")[0]


@pytest.fixture
def profile(tmp_path: Path) -> dict[str, str]:
    write_profile(tmp_path / "credentials", "camera", READ_WRITE)
    return {"AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"), "AWS_PROFILE": "camera"}


@pytest.fixture
def container() -> Iterator[CredentialServer]:
    with serve(ContainerCredentials, READ_WRITE) as server:
        yield server


def of_container(server: CredentialServer) -> dict[str, str]:
    variables = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{server.url}/credentials"}
    return {**variables, "AWS_CONTAINER_AUTHORIZATION_TOKEN": AUTHORIZATION}


def test_a_profile_of_the_credentials_file(proxy, profile, photos: Place, tmp_path):
    Coulis(proxy.url, profile).succeed("plan", photos.uri, tmp_path / "out")
    assert proxy.signers() == {READ_WRITE}


def test_the_default_profile(proxy, photos: Place, tmp_path):
    write_profile(tmp_path / "credentials", "default", READ_WRITE)
    variables = {"AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials")}
    Coulis(proxy.url, variables).succeed("plan", photos.uri, tmp_path / "out")
    assert proxy.signers() == {READ_WRITE}


def test_a_profile_of_the_config_file_with_its_endpoint_and_region(proxy, photos: Place, tmp_path):
    more = f"endpoint_url = {proxy.url}\nregion = eu-west-3\n"
    write_profile(tmp_path / "config", "profile camera", READ_WRITE, more)
    variables = {"AWS_CONFIG_FILE": str(tmp_path / "config"), "AWS_PROFILE": "camera"}
    Coulis("", {**variables, "AWS_REGION": ""}).succeed("plan", photos.uri, tmp_path / "out")
    assert proxy.signers() == {READ_WRITE}
    assert all("/eu-west-3/s3/" in request.head.decode("latin-1") for request in proxy.requests)


def test_the_environment_comes_before_a_profile(proxy, profile, photos: Place, tmp_path):
    variables = {**profile, "AWS_ACCESS_KEY_ID": ROTATED, "AWS_SECRET_ACCESS_KEY": KEYS[ROTATED]}
    variables.pop("AWS_PROFILE")
    Coulis(proxy.url, variables).succeed("plan", photos.uri, tmp_path / "out")
    assert proxy.signers() == {ROTATED}


def test_a_session_token_is_sent_and_signed(aws, tmp_path):
    keys = {"AWS_ACCESS_KEY_ID": READ_WRITE, "AWS_SECRET_ACCESS_KEY": KEYS[READ_WRITE]}
    Coulis(aws.url, {**keys, "AWS_SESSION_TOKEN": SESSION_TOKEN}).succeed("plan", IN_ROLES, tmp_path / "out")
    assert_token_is_signed(aws)


def test_the_role_of_a_container(aws, container, tmp_path):
    Coulis(aws.url, of_container(container)).succeed("run", IN_ROLES, tmp_path / "out", *FLAGS)
    assert aws.signers() == {READ_WRITE}
    assert_token_is_signed(aws)
    assert 1 <= container.asked.count("GET /credentials") <= 5


def test_the_role_of_an_instance(aws, instance, tmp_path):
    Coulis(aws.url, of_instance(instance)).succeed("run", IN_ROLES, tmp_path / "out", *FLAGS)
    assert aws.signers() == {READ_WRITE}
    assert_token_is_signed(aws)
    assert "PUT /latest/api/token" in instance.asked
    assert f"GET {ROLE_PATH}{ROLE}" in instance.asked
    assert len(instance.asked) <= 12


def test_a_container_that_refuses_is_no_credentials(proxy, container, photos: Place, tmp_path):
    variables = {**of_container(container), "AWS_CONTAINER_AUTHORIZATION_TOKEN": "another"}
    start = time.monotonic()
    result = Coulis(proxy.url, variables)("plan", photos.uri, tmp_path / "out")
    assert (result.code, "credentials" in result.stderr) == (5, True)
    assert time.monotonic() - start < 15


def run_through_expiry(proxy: FaultProxy, what: str, variables: dict, uri: str, output: Path, change) -> None:
    """In the midst of a run the old key expires, and `change` gives another where it came from."""
    coulis = Coulis(proxy.url, variables)
    proxy.inject(Fault("hold", method="GET", key="jpg$"))
    started = coulis.start("run", uri, output, *FLAGS, "--threads", 1, "--json")  # 16 requests at a time
    proxy.wait_for("GET object", 8, timeout_s=60)
    change()
    proxy.inject(Fault(what, signed_by=READ_WRITE))
    proxy.release()
    result = coulis.finish(started)
    assert result.code == 0, result.stderr
    assert (result.json["ok"], result.json["failed"]) == (24, 0)
    assert proxy.signers() == {READ_WRITE, ROTATED}
    assert 1 <= proxy.struck[what] <= 16


@pytest.mark.parametrize("what", EXPIRED)
def test_a_profile_that_was_renewed_is_read_again_in_the_midst_of_a_run(proxy, profile, photos: Place, tmp_path, what):
    def change() -> None:
        write_profile(Path(profile["AWS_SHARED_CREDENTIALS_FILE"]), "camera", ROTATED)

    run_through_expiry(proxy, what, profile, photos.uri, tmp_path / "out", change)


def test_a_containers_role_is_asked_again_in_the_midst_of_a_run(aws, container, tmp_path):
    def change() -> None:
        container.access_key = ROTATED

    run_through_expiry(aws, EXPIRED[0], of_container(container), IN_ROLES, tmp_path / "out", change)


def test_an_instances_role_is_asked_again_in_the_midst_of_a_run(aws, instance, tmp_path):
    def change() -> None:
        instance.access_key = ROTATED

    run_through_expiry(aws, EXPIRED[0], of_instance(instance), IN_ROLES, tmp_path / "out", change)


def test_credentials_that_expire_and_are_not_renewed_end_the_run_and_it_goes_on_from_there(
    proxy, photos: Place, output: Place
):
    coulis = Coulis(proxy.url)
    proxy.inject(Fault("expired_token", method="GET", key="^photos/.*jpg", after=20))
    result = coulis("run", photos.uri, output.uri, *FLAGS, "--threads", 1)
    assert (result.code, "expired" in result.stderr) == (5, True)
    assert result.stderr.count("coulis: error: ") == 1
    assert "errors.csv" not in output.names()  # no photo is bad
    assert "_SUCCESS" not in output.names()
    committed = len(output.parts())
    assert committed < 6
    proxy.inject()
    again = coulis.succeed("run", photos.uri, output.uri, *FLAGS, "--json").json
    assert (again["ok"], again["computed"]) == (24, 24 - 4 * committed)
    coulis.succeed("verify", output.uri)


def test_no_output_of_a_run_holds_a_secret(proxy, photos: Place, output: Place, tmp_path):
    coulis = Coulis(proxy.url)
    proxy.inject(Fault("slow_down", rate=0.3), Fault("access_denied", method="GET", key="Kiwi"))
    for flags in (["-v"], ["--json", "-v", "--fresh"]):
        coulis.succeed("run", photos.uri, output.uri, *FLAGS, *flags)
    proxy.inject()
    for arguments in (["check", photos.uri, output.uri], ["report", output.uri], ["verify", output.uri, "-v"]):
        coulis.succeed(*arguments)
    files = [path for path in output.download(tmp_path).rglob("*") if path.is_file()]
    assert len(files) >= 18
    for file in files:
        assert_no_secret(file.read_bytes())
        assert READ_WRITE.encode() not in file.read_bytes()  # nor whose key it was


def test_a_secret_in_the_endpoint_is_not_repeated(photos: Place, tmp_path):
    """https://USER:PASSWORD@HOST is an address that people have."""
    SECRETS.add("password-in-address-88")
    for code in ({}, {"AWS_MAX_ATTEMPTS": "1"}):
        result = Coulis("http://user:password-in-address-88@127.0.0.1:1")("run", photos.uri, tmp_path / "out", **code)
        assert result.code in (2, 5), result.stderr

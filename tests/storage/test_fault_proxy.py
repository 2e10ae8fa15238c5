"""The fault proxy does what its faults are called, seen with another client: else tests that use it could not fail."""

import socket
import time
import urllib.error
import urllib.request
from http.client import IncompleteRead

import pytest
from botocore.exceptions import ClientError
from storage.bucket import Place
from storage.fault_proxy import ANSWERS, BYTES_PER_S, Fault, FaultProxy
from storage.seaweedfs import KEYS, READ_ONLY, READ_WRITE, connect


@pytest.fixture
def photo(photos: Place) -> tuple[str, bytes]:
    key = photos.bucket.keys("Test/")[0]
    return key, photos.bucket.get(key)


def get(proxy: FaultProxy, key: str, timeout_s: float = 10) -> bytes:
    """One signed try, without a client that tries again."""
    url = connect(proxy.url).generate_presigned_url("get_object", Params={"Bucket": "photos", "Key": key})
    with urllib.request.urlopen(url, timeout=timeout_s) as reply:
        return reply.read()


def test_without_a_fault_it_passes_everything_on_and_counts_it(proxy: FaultProxy, photos: Place, photo, results):
    client = connect(proxy.url)
    key, data = photo
    assert client.get_object(Bucket="photos", Key=key)["Body"].read() == data
    client.put_object(Bucket="results", Key="a b+c%/é.bin", Body=bytes(3_000_000))
    client.head_object(Bucket="results", Key="a b+c%/é.bin")
    client.delete_object(Bucket="results", Key="a b+c%/é.bin")
    assert len(client.list_objects_v2(Bucket="photos", Prefix="Test/")["Contents"]) == 24
    seen = [(request.kind, request.name, request.signed_by) for request in proxy.requests]
    assert seen == [
        ("GET object", f"photos/{key}", READ_WRITE),
        ("PUT object", "results/a b+c%/é.bin", READ_WRITE),
        ("HEAD object", "results/a b+c%/é.bin", READ_WRITE),
        ("DELETE object", "results/a b+c%/é.bin", READ_WRITE),
        ("LIST", "photos", READ_WRITE),
    ]


def test_the_server_behind_it_checks_signatures(proxy: FaultProxy):
    with pytest.raises(ClientError, match="InvalidAccessKeyId"):
        connect(proxy.url, "NOBODYSKEY").list_objects_v2(Bucket="photos")
    client = connect(proxy.url, READ_ONLY)
    with pytest.raises(ClientError, match="AccessDenied"):
        client.put_object(Bucket="photos", Key="x", Body=b"")
    assert KEYS[READ_ONLY] != KEYS[READ_WRITE]


@pytest.mark.parametrize("what", ANSWERS)
def test_an_answer_comes_in_the_place_of_the_servers(proxy: FaultProxy, photo, what):
    proxy.inject(Fault(what, first=1))
    with pytest.raises(urllib.error.HTTPError) as caught:
        get(proxy, photo[0])
    status, code, _ = ANSWERS[what]
    assert (caught.value.code, f"<Code>{code}</Code>" in caught.value.read().decode()) == (status, True)
    assert get(proxy, photo[0]) == photo[1]  # the second attempt
    assert proxy.struck == {what: 1}


@pytest.mark.parametrize(
    ("what", "error"),
    [
        ("reset_before", ConnectionResetError),
        ("reset_after", ConnectionResetError),
        ("reset_in_body", ConnectionResetError),
        ("short_body", IncompleteRead),
        ("stall_before", TimeoutError),
        ("stall_after", TimeoutError),
        ("stall_in_body", TimeoutError),
    ],
)
def test_a_broken_answer_is_broken(proxy: FaultProxy, photo, what, error):
    proxy.inject(Fault(what, first=1))
    with pytest.raises((error, urllib.error.URLError)) as caught:
        get(proxy, photo[0], timeout_s=0.5 if error is TimeoutError else 10)
    assert isinstance(caught.value, error) or isinstance(caught.value.reason, error)
    assert get(proxy, photo[0]) == photo[1]


@pytest.mark.parametrize(("what", "arrives"), [("reset_before", False), ("reset_after", True), ("stall_before", False)])
def test_a_put_arrives_or_does_not_as_the_fault_says(proxy: FaultProxy, results, what, arrives):
    proxy.inject(Fault(what, method="PUT"))
    url = connect(proxy.url).generate_presigned_url("put_object", Params={"Bucket": "results", "Key": what})
    with pytest.raises(OSError):
        urllib.request.urlopen(urllib.request.Request(url, data=b"x", method="PUT"), timeout=2)
    assert (what in results.keys(what)) == arrives


def test_a_flipped_byte_is_one_byte(proxy: FaultProxy, photo):
    proxy.inject(Fault("flip_byte"))
    data = get(proxy, photo[0])
    assert [index for index, (one, other) in enumerate(zip(data, photo[1], strict=True)) if one != other] == [
        len(data) // 2
    ]


def test_slow_and_late_answers_are_slow_and_late(proxy: FaultProxy, photo):
    for fault, least_s in (
        (Fault("slow"), 0.9 * len(photo[1]) / BYTES_PER_S["slow"]),
        (Fault("latency", seconds=0.3), 0.3),
    ):
        proxy.inject(fault)
        start = time.monotonic()
        assert get(proxy, photo[0]) == photo[1]
        assert least_s <= time.monotonic() - start < least_s + 1


def test_the_rate_is_a_share_of_the_requests_and_the_same_for_the_same_seed(server, photo):
    outcomes = []
    for _ in range(2):
        with FaultProxy(server.port, seed=3) as proxy:
            proxy.inject(Fault("slow_down", rate=0.2))
            outcome = []
            for _ in range(200):
                try:
                    outcome.append(get(proxy, photo[0]) == photo[1])
                except urllib.error.HTTPError:
                    outcome.append(False)
            assert outcome.count(False) == proxy.struck["slow_down"]
        outcomes.append(outcome)
    assert outcomes[0] == outcomes[1]
    assert 20 <= outcomes[0].count(False) <= 60


def test_a_server_that_is_down_refuses_and_comes_back_at_its_port(proxy: FaultProxy, photo):
    proxy.go_down()
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", proxy.port), timeout=1)
    proxy.come_up()
    assert get(proxy, photo[0]) == photo[1]

"""A server that is slow, busy, silent or wrong: the run succeeds with every row, and asks no more than it must."""

import time
from pathlib import Path

import pytest
from cli.command import differing
from PIL import Image
from storage.bucket import FLAGS, Coulis, Place
from storage.fault_proxy import Fault, FaultProxy
from storage.test_keys import read_errors

PHOTOS = "^photos/"


@pytest.fixture(scope="module")
def undisturbed(server, photos: Place, tmp_path_factory) -> Path:
    output = tmp_path_factory.mktemp("undisturbed") / "out"
    Coulis(server.url).succeed("run", photos.uri, output, *FLAGS)
    return output


@pytest.mark.parametrize(
    "what", ["slow_down", "internal_error", "too_many", "reset_before", "reset_in_body", "short_body", "flip_byte"]
)
def test_each_photo_that_fails_at_first_is_asked_for_again(
    run, proxy: FaultProxy, photos: Place, undisturbed, tmp_path, what
):
    proxy.inject(Fault(what, method="GET", key=rf"{PHOTOS}.*(Apricot|Kiwi|Plum).*jpg", first=2))
    run.succeed("run", photos.uri, tmp_path / "out", *FLAGS)
    assert proxy.struck[what] >= 6
    assert proxy.count("GET object", PHOTOS) == 24 + proxy.struck[what]
    assert differing(tmp_path / "out", undisturbed) == []


def test_the_fault_matrix_loses_no_row(run: Coulis, proxy: FaultProxy, photos: Place, output: Place, tmp_path):
    """Ten times as many faults as the 5 %, 1 % and 1 % of the long form in tests/soak, on a hundredth of the photos."""
    proxy.inject(
        Fault("latency", seconds=0.02),
        Fault("slow_down", rate=0.15),
        Fault("reset_in_body", rate=0.05),
        Fault("short_body", rate=0.05, method="GET"),
        Fault("reset_after", rate=0.05, method="PUT"),
    )
    result = run.succeed("run", photos.uri, output.uri, *FLAGS, "--json").json
    assert (result["listed"], result["ok"], result["failed"]) == (24, 24, 0)
    assert sum(proxy.struck.values()) - proxy.struck["latency"] >= 10, proxy.struck
    assert proxy.count("GET object", PHOTOS) <= 1.5 * 24
    proxy.inject()
    run.succeed("verify", output.uri)
    assert output.bucket.open_uploads() == []


@pytest.mark.parametrize(
    ("what", "times"),
    [
        ("slow_down", 7),
        ("internal_error", 2),
        ("too_many", 2),
        ("reset_before", 2),
        ("reset_in_body", 2),
        ("short_body", 2),
    ],
)
def test_a_listing_that_fails_at_first_is_whole_in_the_end(
    run, proxy: FaultProxy, photos: Place, tmp_path, what, times
):
    """A server that is busy when a run begins is there, and may be busy for long."""
    proxy.inject(Fault(what, method="GET", key="^photos/?$", first=times))
    assert run.succeed("plan", photos.uri, tmp_path / "out", "--json").json["images"] == 24
    assert proxy.struck[what] == times


@pytest.mark.parametrize("what", ["slow_down", "internal_error", "too_many", "reset_before", "reset_after"])
def test_results_are_written_though_each_put_fails_at_first(run, proxy: FaultProxy, photos: Place, output: Place, what):
    proxy.inject(Fault(what, method="PUT", key="^results/", first=1))
    run.succeed("run", photos.uri, output.uri, *FLAGS)
    assert proxy.struck[what] >= len(output.names())
    run.succeed("verify", output.uri)


def test_waits_between_tries_are_spread_and_grow(run: Coulis, proxy: FaultProxy, photos: Place, tmp_path):
    """No busy retry: with five failures in a row the sixth try comes after waits that double in expectation."""
    proxy.inject(Fault("slow_down", method="GET", key=rf"{PHOTOS}.*jpg", first=4))
    run.succeed("run", photos.uri, tmp_path / "out", "--threads", 4, "--no-thumbnails")
    waits: dict[int, list[float]] = {}
    for name in photos.names():
        times = [request.at_s for request in proxy.requests if request.name == f"photos/Test/{name}"]
        for number in range(len(times) - 1):
            waits.setdefault(number, []).append(times[number + 1] - times[number])
    means = {number: sum(values) / len(values) for number, values in waits.items()}
    assert len(waits) == 4
    assert means[3] > 2 * means[0]
    assert max(waits[3]) > 3 * min(waits[3])  # jitter
    assert max(max(values) for values in waits.values()) < 5


def test_an_object_that_is_damaged_every_time_is_an_errors_row(
    run, proxy: FaultProxy, photos: Place, undisturbed, tmp_path
):
    damaged = sorted(photos.names())[5]
    proxy.inject(Fault("flip_byte", method="GET", key=damaged))
    result = run.succeed("run", photos.uri, tmp_path / "out", *FLAGS, "--json").json
    assert (result["ok"], result["failed"]) == (23, 1)
    assert list(read_errors(tmp_path / "out")) == [f"{photos.uri}/{damaged}"]
    assert 2 <= proxy.count("GET object", damaged) <= 12
    assert proxy.count("GET object", PHOTOS) == 23 + proxy.count("GET object", damaged)


@pytest.mark.parametrize("what", ["slow_down", "short_body", "reset_before", "access_denied"])
def test_an_object_that_is_never_given_is_an_errors_row(run, proxy: FaultProxy, photos: Place, tmp_path, what):
    """The others are given meanwhile: it is the object and not the server."""
    closed = sorted(photos.names())[7]
    proxy.inject(Fault(what, method="GET", key=closed))
    result = run.succeed("run", photos.uri, tmp_path / "out", *FLAGS, "--json", AWS_MAX_ATTEMPTS="4").json
    assert (result["ok"], result["failed"]) == (23, 1)
    assert read_errors(tmp_path / "out") == {f"{photos.uri}/{closed}": "unreadable"}
    if what == "access_denied":
        assert proxy.count("GET object", closed) == 1
    else:
        assert 4 <= proxy.count("GET object", closed) <= 8  # libcurl tries a broken connection once more


@pytest.mark.parametrize("what", ["stall_before", "stall_in_body"])
def test_an_object_that_stalls_is_given_up_and_asked_for_again(run, proxy: FaultProxy, photos: Place, tmp_path, what):
    stalled = sorted(photos.names())[3]
    proxy.inject(Fault(what, method="GET", key=stalled, first=1))
    assert run.succeed("run", photos.uri, tmp_path / "out", *FLAGS, "--json").json["ok"] == 24
    times = [request.at_s for request in proxy.requests if request.name.endswith(stalled)]
    assert len(times) == 2
    assert times[1] - times[0] < 25  # 10 s, and what a busy machine takes; it stalls for ever


def test_an_object_that_stalls_every_time_is_an_errors_row(run, proxy: FaultProxy, photos: Place, tmp_path):
    stalled = sorted(photos.names())[3]
    proxy.inject(Fault("stall_in_body", method="GET", key=stalled))
    run.succeed("run", photos.uri, tmp_path / "out", *FLAGS, AWS_MAX_ATTEMPTS="1")
    assert read_errors(tmp_path / "out") == {f"{photos.uri}/{stalled}": "unreadable"}
    assert proxy.struck["stall_in_body"] == 1


def test_a_slow_server_is_not_a_broken_one(run: Coulis, proxy: FaultProxy, own_photos: Place, tmp_path):
    """20 KB/s: a photo of 150 KB takes 8 s, without ever stalling."""
    path = tmp_path / "large.jpg"
    Image.effect_noise((500, 500), 90).convert("RGB").save(path, quality=90)
    own_photos.bucket.put({own_photos.key("large.jpg"): path.read_bytes()})
    assert 100_000 < path.stat().st_size < 300_000
    proxy.inject(Fault("slow", method="GET", key=own_photos.prefix))
    result = run.succeed("run", own_photos.uri, tmp_path / "out", *FLAGS, "--json").json
    assert (result["ok"], result["failed"]) == (25, 0)
    assert proxy.count("GET object") == 25


def test_a_server_that_is_away_for_20_seconds_is_waited_for(
    run, proxy: FaultProxy, photos: Place, output: Place, tmp_path
):
    proxy.inject(Fault("latency", seconds=0.1))
    started = run.start("run", photos.uri, output.uri, *FLAGS, "--threads", 1, "--json")
    proxy.wait_for("GET object", 8, PHOTOS)
    proxy.go_down()
    time.sleep(20)
    assert started.poll() is None, "it ended while the server was away"
    proxy.come_up()
    result = run.finish(started)
    assert result.code == 0, result.stderr
    assert (result.json["ok"], result.json["failed"]) == (24, 0)
    run.succeed("verify", output.uri)


def test_a_server_that_goes_away_for_good_ends_the_run_and_the_same_command_finishes_it(
    run, proxy: FaultProxy, photos: Place, undisturbed, tmp_path
):
    proxy.inject(Fault("latency", seconds=0.5))
    started = run.start("run", photos.uri, tmp_path / "out", *FLAGS, "--threads", 1, AWS_MAX_ATTEMPTS="3")
    proxy.wait_for("GET object", 9, PHOTOS)
    proxy.go_down()
    result = run.finish(started)
    assert result.code == 5, result.stderr
    assert len(result.stderr.split("coulis: error: ")[1].splitlines()) <= 2
    assert not (tmp_path / "out" / "_SUCCESS").exists()
    proxy.come_up()
    proxy.inject()
    again = run.succeed("run", photos.uri, tmp_path / "out", *FLAGS, "--json").json
    assert again["computed"] <= 24
    assert differing(tmp_path / "out", undisturbed) == []


@pytest.mark.parametrize("what", ["changed", "vanished"])
def test_an_object_that_changes_after_it_was_listed_is_an_errors_row(
    run, proxy: FaultProxy, own_photos: Place, tmp_path, what
):
    key = own_photos.bucket.keys(own_photos.prefix)[10]
    proxy.inject(Fault("hold", method="GET", key=f"{own_photos.prefix}/.*jpg"))
    started = run.start("run", own_photos.uri, tmp_path / "out", *FLAGS, "--json")
    proxy.wait_for("GET object", 1, own_photos.prefix)
    if what == "vanished":
        own_photos.bucket.remove(key)
    else:  # the same size, other bytes: those of the density, which is not looked at
        changed = bytearray(own_photos.bucket.get(key))
        changed[15] ^= 1
        own_photos.bucket.put({key: bytes(changed)})
    proxy.release()
    result = run.finish(started)
    assert result.code == 0, result.stderr
    assert (result.json["ok"], result.json["failed_by_code"]) == (23, {what: 1})
    assert read_errors(tmp_path / "out") == {own_photos.bucket.uri(key): what}
    again = run.succeed("run", own_photos.uri, tmp_path / "out", *FLAGS, "--json").json
    assert (again["failed"], again["up_to_date"]) == (0, False)
    assert again["listed"] == (23 if what == "vanished" else 24)


def test_faults_never_mix_up_photos(run: Coulis, proxy: FaultProxy, photos: Place, undisturbed, tmp_path):
    """Connections are used again after an answer that was cut: what is left of it must not be taken for the next."""
    for seed in range(3):
        proxy._seed = seed
        proxy.inject(
            Fault("short_body", rate=0.2, method="GET"),
            Fault("reset_in_body", rate=0.2),
            Fault("flip_byte", rate=0.1, key="jpg"),
        )
        output = tmp_path / str(seed)
        run.succeed("run", photos.uri, output, *FLAGS, "--threads", 3)
        assert differing(output, undisturbed) == []
    assert min(proxy.struck.values()) >= 3

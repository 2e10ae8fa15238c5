"""Features in shares, by processes that know nothing of each other; the run after them has the bytes of one run."""

import signal
import subprocess
import time
from pathlib import Path

import pytest
from cli.command import (
    COMMAND,
    copy_photos,
    coulis,
    differing,
    manifest_parts,
    part_files,
    read_manifest,
    start,
    succeed,
)

FLAGS = ["-k", 5, "--images-per-part", 5]


@pytest.fixture(scope="module")
def photos(tmp_path_factory) -> Path:
    return copy_photos(tmp_path_factory.mktemp("photos"), 96)


@pytest.fixture(scope="module")
def alone(photos, tmp_path_factory) -> Path:
    output = tmp_path_factory.mktemp("alone") / "results"
    succeed("run", photos, output, *FLAGS)
    return output


def test_shares_by_xargs_and_a_run_give_the_bytes_of_a_run_alone(photos, alone, tmp_path):
    output = tmp_path / "results"
    command = [COMMAND, "run", photos, output, *FLAGS, "--threads", 1, "-q", "--share", "{}/7"]
    xargs = ["xargs", "-P", "4", "-I", "{}", *map(str, command)]
    subprocess.run(xargs, input="\n".join(map(str, range(1, 8))), text=True, check=True, timeout=300)
    assert len(part_files(output)) == len(part_files(alone))
    assert not (output / "_SUCCESS").exists()
    assert succeed("run", photos, output, *FLAGS, "--json").json["computed"] == 0
    assert differing(output, alone) == []
    assert succeed("verify", output).code == 0


@pytest.mark.parametrize("delay_s", [0.02, 0.1, 0.2, 0.3, 0.5])
def test_a_killed_share_is_started_again_beside_others(photos, alone, tmp_path, delay_s):
    output = tmp_path / "results"
    share = ["run", photos, output, *FLAGS, "--threads", 1, "--share"]
    killed, other = start(*share, "1/3"), start(*share, "3/3")
    time.sleep(delay_s)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    twins = [start(*share, "1/3"), start(*share, "1/3")]  # at once, as a scheduler may that has lost sight of one
    for process in [*twins, other]:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    left = succeed("run", photos, output, *FLAGS, "--json").json  # that of nobody, 2/3, is its own
    assert left["computed"] == sum(part["listed"] for part in manifest_parts(output) if part["number"] % 3 == 1)
    assert differing(output, alone) == []


def test_new_photos_are_shared_too(photos, tmp_path):
    mine = tmp_path / "photos"
    copy_photos(mine, 24)
    output = tmp_path / "results"
    succeed("run", mine, output, *FLAGS)
    copy_photos(mine, 48)
    computed = [succeed("run", mine, output, *FLAGS, "--json", "--share", f"{i}/2").json["computed"] for i in (2, 1)]
    added = read_manifest(output)["listing"]["images"]
    assert all(computed) and not (output / "_SUCCESS").exists()
    after = succeed("run", mine, output, *FLAGS, "--json").json
    assert (after["computed"], sum(computed)) == (0, after["listed"] - added)


def test_a_share_with_nothing_to_do_leaves_a_finished_output_alone(photos, alone):
    before = {path: path.stat().st_mtime_ns for path in alone.rglob("*")}
    assert succeed("run", photos, alone, *FLAGS, "--json", "--share", "2/2").json["computed"] == 0
    assert succeed("run", photos, alone, *FLAGS, "--json", "--share", "90/90").json["parts"] == 0
    assert {path: path.stat().st_mtime_ns for path in alone.rglob("*")} == before


@pytest.mark.parametrize("share", ["0/3", "4/3", "3", "a/b", "1/", "/3", "-1/3", "1/3/3", "1.0/3", " 1/3", "1/0"])
def test_what_is_no_share_is_refused(photos, tmp_path, share):
    result = coulis("run", photos, tmp_path / "results", f"--share={share}")
    assert result.code == 2 and f"--share {share} is not a share" in result.stderr and "1/64 to 64/64" in result.stderr
    assert not (tmp_path / "results").exists()


def test_fresh_and_a_share_exclude_each_other(photos, tmp_path):
    result = coulis("run", photos, tmp_path / "results", "--fresh", "--share", "1/2")
    assert result.code == 2 and "another OUTPUT" in result.stderr

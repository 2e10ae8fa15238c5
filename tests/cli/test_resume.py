"""A run that is killed or interrupted at any moment is finished by the same command, to the same bytes."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from cli.command import PHOTOS, content, copy_photos, coulis, differing, part_files, start, succeed

PARTS = 8
FLAGS = ["-k", 6, "--images-per-part", 3, "--threads", 2]
POLL_S = 0.002


@pytest.fixture(scope="module")
def photos(tmp_path_factory) -> Path:
    return copy_photos(tmp_path_factory.mktemp("resume") / "photos", 3 * PARTS)


@pytest.fixture(scope="module")
def undisturbed(photos) -> Path:
    output = photos.parent / "undisturbed"
    succeed("run", photos, output, *FLAGS)
    return output


def wait_for_parts(run: subprocess.Popen, output: Path, count: int, folder: str = "features") -> None:
    """Until that many part files are there, or the run has ended."""
    while run.poll() is None and len(part_files(output, folder)) < count:
        time.sleep(POLL_S)


def kill_at(arguments: list, output: Path, count: int, folder: str) -> bool:
    """Whether the run was still going when it was killed."""
    run = start(*arguments)
    wait_for_parts(run, output, count, folder)
    run.kill()
    run.communicate()
    return run.returncode == -signal.SIGKILL


def assert_unfinished(output: Path) -> None:
    if (output / "_SUCCESS").exists():  # it was killed after its very last act
        assert coulis("verify", output).code == 0
        return
    if output.exists():
        assert coulis("verify", output).code == 1


def temporary_files(output: Path) -> list[Path]:
    return [path for path in output.rglob("*") if path.name.startswith(".coulis-tmp")]


def test_a_run_killed_while_it_projects_is_finished_to_the_same_bytes(photos, undisturbed, tmp_path):
    output = tmp_path / "out"
    kill_at(["run", photos, output, *FLAGS], output, 3, "pca")
    assert_unfinished(output)
    result = succeed("run", photos, output, *FLAGS, "--json").json
    assert result["computed"] == 0
    assert differing(output, undisturbed) == []


def test_a_run_killed_many_times_in_a_row_gets_there(photos, undisturbed, tmp_path):
    output = tmp_path / "out"
    killed = [kill_at(["run", photos, output, *FLAGS], output, count, "features") for count in (1, 2, 4, 5)]
    assert sum(killed) >= 3
    committed = len(part_files(output))
    result = succeed("run", photos, output, *FLAGS, "--json").json
    assert committed >= 4
    assert result["computed"] == 3 * (PARTS - committed)
    assert differing(output, undisturbed) == []
    assert temporary_files(output) == []


def test_a_killed_runs_temporary_files_are_swept_up(photos, undisturbed, tmp_path):
    output = tmp_path / "out"
    for name in ("features/.coulis-tmp-1-part", "pca/.coulis-tmp-1-part", ".coulis-tmp-1-matrix.csv"):
        (output / name).parent.mkdir(parents=True, exist_ok=True)
        (output / name).write_text("half a file")
    succeed("run", photos, output, *FLAGS)
    assert temporary_files(output) == []
    assert differing(output, undisturbed) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl_c", "terminate"])
def test_a_signal_ends_the_run_in_order_and_it_goes_on_from_there(photos, undisturbed, tmp_path, number):
    output = tmp_path / "out"
    run = start("run", photos, output, *FLAGS)
    wait_for_parts(run, output, 1)
    run.send_signal(number)
    _, stderr = run.communicate(timeout=60)
    assert run.returncode == 130, stderr
    assert b"finishing parts" in stderr
    assert b"run the same command again" in stderr
    committed = len(part_files(output))
    assert 1 <= committed < PARTS
    assert temporary_files(output) == []  # what was begun is committed
    assert_unfinished(output)
    result = succeed("run", photos, output, *FLAGS, "--json").json
    assert result["computed"] == 3 * (PARTS - committed)
    assert differing(output, undisturbed) == []


def test_a_second_ctrl_c_ends_at_once(tmp_path):
    output = tmp_path / "out"
    run = start("run", PHOTOS, output, "--threads", 1)  # one part: a second of work
    while run.poll() is None and not (output / ".coulis-lock").exists():
        time.sleep(POLL_S)
    run.send_signal(signal.SIGINT)
    while b"finishing parts" not in run.stderr.readline():  # two at once would be one
        assert run.poll() is None
    run.send_signal(signal.SIGINT)
    run.communicate(timeout=60)
    assert run.returncode == 130
    assert part_files(output) == []
    succeed("run", PHOTOS, output)
    succeed("verify", output)


def test_a_second_run_on_the_same_output_is_refused(photos, tmp_path):
    output = tmp_path / "out"
    first = start("run", photos, output, *FLAGS[:2], "--images-per-part", 1, "--threads", 1)
    wait_for_parts(first, output, 1)
    first.send_signal(signal.SIGSTOP)  # for as long as the others look at it
    os.waitpid(first.pid, os.WUNTRACED)  # every thread has stopped
    try:
        before = content(output)
        for arguments in (["run", photos, output, *FLAGS], ["run", photos, output, "--fresh"]):
            second = coulis(*arguments)
            assert second.code == 1
            assert f"{output} is in use by process {first.pid}" in second.stderr
            assert second.stdout == ""
        assert content(output) == before
    finally:
        first.send_signal(signal.SIGCONT)
    assert first.wait(60) == 0
    assert coulis("verify", output).code == 0

"""By default there are as many threads as the quota of the control groups allows."""

import os
import subprocess
import uuid
from pathlib import Path

import pytest
from cli.command import COMMAND

VERSION_1, VERSION_2 = Path("/sys/fs/cgroup/cpu"), Path("/sys/fs/cgroup")


def make_group(quota_us: int) -> Path | None:
    """A group of this machine with a quota; none where only others may make one."""
    name = f"coulis-test-{uuid.uuid4().hex}"
    for top, file, text in [
        (VERSION_1, "cpu.cfs_quota_us", f"{quota_us}"),
        (VERSION_2, "cpu.max", f"{quota_us} 100000"),
    ]:
        if not (top / "cgroup.procs").exists() or not os.access(top, os.W_OK):
            continue
        group = top / name
        group.mkdir()
        if (group / file).exists():
            (group / file).write_text(text)
            return group
        group.rmdir()
    return None


@pytest.mark.parametrize(("quota_us", "threads"), [(50_000, 1), (100_000, 1), (110_000, 2)])
def test_the_threads_fit_a_real_group(quota_us, threads):
    if len(os.sched_getaffinity(0)) < 2:
        pytest.skip("one CPU: every quota would pass")
    group = make_group(quota_us)
    if group is None:
        pytest.skip("this process may make no control group; tests/job/run/cpu_quota_test.cpp has made ones")
    try:
        inside = f"echo $$ > {group}/cgroup.procs && exec {COMMAND} check"
        done = subprocess.run(["sh", "-c", inside], capture_output=True, text=True, check=True)
    finally:
        group.rmdir()
    assert f"cpu: {threads} thread" in done.stdout
    assert ("threads" in done.stdout) == (threads > 1)

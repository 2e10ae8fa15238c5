"""The process that Python asks: when it starts and ends, and what its death is to who has called."""

import os
import re
import time
from pathlib import Path

import coulis
import pytest
from bits import same_bits
from cli.command import ALL_PHOTOS, PHOTOS, differing, succeed
from faults.io_faults import SHIM

PATHS = [str(photo) for photo in ALL_PHOTOS[:6]]


def processes() -> set[int]:
    """`coulis serve` below this process."""
    found = set()
    for thread in Path("/proc/self/task").iterdir():
        found |= {int(child) for child in (thread / "children").read_text().split()}
    return {child for child in found if b"serve" in Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")}


def test_it_ends_with_the_call():
    before = processes()
    coulis.featurize(PATHS)
    coulis.featurize([Path(path).read_bytes() for path in PATHS])
    with pytest.raises(coulis.Error):
        coulis.featurize("/no/such/folder")
    assert processes() == before


def test_a_featurizer_keeps_one_and_starts_another_in_other_surroundings(monkeypatch, tmp_path):
    before = processes()
    featurizer = coulis.Featurizer(threads=1)
    rows = featurizer.featurize(PATHS).values
    [first] = processes() - before
    assert same_bits(featurizer.featurize(PATHS).values, rows)
    assert processes() - before == {first}
    monkeypatch.chdir(PHOTOS)
    relative = [os.path.relpath(path, PHOTOS) for path in PATHS]
    assert same_bits(featurizer.featurize(relative).values, rows)
    [second] = processes() - before
    assert second != first
    del featurizer
    assert processes() == before


@pytest.fixture
def deadly(monkeypatch):
    """A photo that kills the process that reads it."""
    for name, value in {"FOLDER": PATHS[3], "CALLS": "read", "AT": "1", "KIND": "kill"}.items():
        monkeypatch.setenv(f"COULIS_FAULT_{name}", value)
    monkeypatch.setenv("LD_PRELOAD", str(SHIM))


def test_a_process_that_dies_is_an_error_and_python_goes_on(deadly, monkeypatch, tmp_path):
    featurizer = coulis.Featurizer()
    for call in (lambda: featurizer.featurize(PATHS), lambda: coulis.run(Path(PATHS[3]).parent, tmp_path / "out", k=2)):
        with pytest.raises(coulis.Error, match=r"ended before its work was done \(SIGKILL\)") as raised:
            call()
        assert raised.value.code == 1 and "memory" in raised.value.remedy
    monkeypatch.delenv("LD_PRELOAD")
    assert len(featurizer.featurize(PATHS)) == len(PATHS)
    coulis.run(Path(PATHS[3]).parent, tmp_path / "out", k=2)  # what is locked by a dead process is not locked
    succeed("run", Path(PATHS[3]).parent, tmp_path / "other", "-k", 2)
    assert differing(tmp_path / "out", tmp_path / "other") == []


def test_a_forked_child_does_not_keep_it_alive():
    featurizer = coulis.Featurizer()
    before = processes()
    featurizer.featurize(PATHS[:1])
    [pid] = processes() - before
    child = os.fork()
    if child == 0:
        time.sleep(60)
        os._exit(0)
    try:
        start = time.monotonic()
        del featurizer
        assert not Path(f"/proc/{pid}").exists()
        assert time.monotonic() - start < 5  # it was not waited for in vain, and killed
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)


def test_where_the_command_is_missing_it_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr("coulis.program.COMMAND", tmp_path / "coulis")
    with pytest.raises(coulis.Error, match=re.escape(f"{tmp_path}/coulis cannot be run: No such file")) as raised:
        coulis.featurize(PATHS)
    assert "pip install" in raised.value.remedy

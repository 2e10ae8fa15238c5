"""What a person sees while a run goes on: a bar on a terminal, plain lines elsewhere."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios

import pytest
from cli.command import COMMAND, copy_photos, coulis, succeed

CLEAR_LINE = "\r\x1b[K"


def run_on_terminal(*arguments, columns: int = 80, **environment: str) -> tuple[int, str]:
    """Exit code, and all that the terminal was sent."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    run = subprocess.Popen(
        [COMMAND, *map(str, arguments)], stdout=subprocess.DEVNULL, stderr=theirs, env={**os.environ, **environment}
    )
    os.close(theirs)
    sent = b""
    while True:
        try:
            piece = os.read(ours, 4096)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        sent += piece
    os.close(ours)
    return run.wait(60), sent.decode()


@pytest.fixture
def slow_run(tmp_path) -> list:
    """One thread and the portable instructions: long enough for the bar to be drawn a few times."""
    return ["run", copy_photos(tmp_path / "photos", 6), tmp_path / "out", "-k", 2, "--threads", 1]


def test_without_a_terminal_there_is_no_control_character(tmp_path):
    photos = copy_photos(tmp_path / "photos", 24)
    for flags in ([], ["-v"], ["--fresh"], ["--json"]):
        result = succeed("run", photos, tmp_path / "out", "-k", 30, *flags)
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", result.stdout + result.stderr)
    assert "\x1b" not in coulis("run", photos / "nowhere", tmp_path / "out").stderr


def test_on_a_terminal_a_bar_is_drawn_over_itself_and_cleared(slow_run):
    code, sent = run_on_terminal(*slow_run, COULIS_SIMD="portable")
    assert code == 0
    bars = re.findall(r"\r\x1b\[K(features \[[= ]+\] \d+/6 \d+ %[^\r\n]*)", sent)
    assert bars, sent
    assert all(len(bar) < 80 for bar in bars)
    assert [int(re.search(r"(\d+)/6", bar)[1]) for bar in bars] == sorted(
        int(re.search(r"(\d+)/6", b)[1]) for b in bars
    )
    assert all(re.search(r"/s, (\d\.\d s|\d+:\d\d) left$", bar) for bar in bars), bars
    assert sent.rstrip().split(CLEAR_LINE)[-1].startswith("features [") is False


@pytest.mark.parametrize("columns", [30, 12, 1])
def test_on_a_narrow_terminal_the_bar_fits_its_line(slow_run, columns):
    code, sent = run_on_terminal(*slow_run, columns=columns, COULIS_SIMD="portable")
    assert code == 0
    drawn = [text for text in re.findall(r"\r\x1b\[K([^\r\n]*)", sent) if text.startswith("f")]
    assert columns == 1 or drawn, sent
    assert all(len(text) < columns for text in drawn)


def test_quiet_draws_nothing_on_a_terminal(slow_run):
    assert run_on_terminal(*slow_run, "-q", COULIS_SIMD="portable") == (0, "")


def test_an_error_is_coloured_on_a_terminal_unless_no_color_is_set(tmp_path):
    for environment, coloured in (({}, True), ({"NO_COLOR": "1"}, False)):
        code, sent = run_on_terminal("run", tmp_path / "nowhere", tmp_path / "out", **environment)
        assert code == 5
        assert ("\x1b[" in sent) == coloured
        assert "error:" in sent

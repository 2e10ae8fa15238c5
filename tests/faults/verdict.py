"""What must hold of a run that was stopped: what it says, what it leaves, and that nobody takes it for finished."""

from __future__ import annotations

import re
from pathlib import Path

from cli.command import Result, coulis
from faults.outputs import Content, content, is_temporary, names_in


def assert_one_clear_sentence(result: Result) -> None:
    lines = result.stderr.splitlines()
    errors = [line for line in lines if line.startswith("coulis: error: ")]
    assert len(errors) == 1, result.stderr
    assert not re.search("unexpected|defect|terminate|Traceback", result.stderr), result.stderr
    assert lines[-1].startswith("  try: "), result.stderr
    assert result.stdout == ""


def assert_no_half_file(output: Path | str, *finished: Content) -> None:
    """Each file is that of a finished output; temporary files, which a kill leaves, are nobody's."""
    for name, data in content(output).items():
        whole = is_temporary(name) or any(data == other.get(name) for other in finished)
        assert whole, f"{name} is neither the old file nor the new one"


def assert_a_reader_can_tell(output: Path | str, *finished: Content) -> None:
    """No _SUCCESS, and `coulis verify` says no; or _SUCCESS, and it is one of the finished outputs to the byte."""
    code = coulis("verify", output, "-q").code
    if "_SUCCESS" not in names_in(output):
        assert code != 0, "verify is content with an output that is not finished"
    else:
        assert code == 0, "_SUCCESS is there, but verify finds a problem"
        assert content(output) in finished, "_SUCCESS is there, but the output is not the one wanted"

"""Runs that start on one OUTPUT at the same moment: one gets it, the others are refused with a sentence."""

import tempfile
from pathlib import Path

from cli.command import copy_photos, coulis, start
from faults.outputs import content
from soak.row import Row

ROUNDS = 50
RUNS = 4


def check() -> Row:
    refused = 0
    with tempfile.TemporaryDirectory() as folder:
        photos, wanted = Path(folder) / "photos", Path(folder) / "wanted"
        flags = ("--images-per-part", 4, "--precision", "int8", "-k", 3)
        arguments = ("run", copy_photos(photos, 12))
        assert coulis(*arguments, wanted, *flags).code == 0
        for number in range(ROUNDS):
            output = Path(folder) / f"out-{number}"
            runs = [start(*arguments, output, *flags) for _ in range(RUNS)]
            ended = [(run.communicate()[1].decode(), run.returncode) for run in runs]
            assert any(code == 0 for _, code in ended), ended
            for stderr, code in ended:
                assert code == 0 or (code == 1 and f"{output} is in use by " in stderr), stderr
                refused += code
            assert content(output) == content(wanted)
    assert refused > ROUNDS
    return Row(
        "locks",
        f"{RUNS} runs started at once on one OUTPUT",
        f"{ROUNDS} times {RUNS}: {refused} refused, {ROUNDS * RUNS - refused} ran or found it up to date",
        f"0 rows; {ROUNDS} of {ROUNDS} outputs byte-identical",
        "make soak CHECKS=locks",
    )

"""A listing of 2,000,000 keys: sorted and planned, in a minute and 1.5 GB at most."""

import json
import subprocess
from pathlib import Path

from cli.command import COMMAND
from soak.row import Row

PROGRAM = Path(COMMAND).parents[1] / "tests" / "soak" / "plan_many_keys"
KEYS = 2_000_000
MOST_SECONDS = 60
MOST_MEMORY_MB = 1500


def check() -> Row:
    done = subprocess.run([PROGRAM, str(KEYS)], capture_output=True, text=True, check=True)
    print(done.stdout)
    found = json.loads(done.stdout)
    assert found["images"] == found["second_images"] == KEYS
    assert found["first_parts"] == -(-KEYS // 1024)
    assert found["second_to_do"] == -(-5000 // 1024)  # only what is new
    seconds = found["list_s"] + max(found["first_plan_s"], found["second_plan_s"])
    assert seconds < MOST_SECONDS, f"{seconds:.0f} s"
    assert found["peak_memory_mb"] < MOST_MEMORY_MB, f"{found['peak_memory_mb']} MB"
    return Row(
        "listing",
        f"{KEYS:,} keys listed in no order and planned, on nothing and on an output that lacks the last 5,000",
        f"{found['list_s']:.1f} s to list, {found['first_plan_s']:.1f} s and {found['second_plan_s']:.1f} s to plan",
        f"0 keys; {found['peak_memory_mb']:.0f} MB of memory at most",
        "make soak CHECKS=listing",
    )

"""Keys that no disk holds are listed and planned, in bounded memory, whatever OUTPUT holds."""

import json
import subprocess
import tempfile
from pathlib import Path

from cli.command import COMMAND
from soak.pack_of_nothing import make_pack
from soak.row import Row

PROGRAMS = Path(COMMAND).parents[1] / "tests" / "soak"
KEYS = 5_000_000
PACKED = 1_000_000
PARTS = -(-KEYS // 1024)
MOST_MEMORY_MB = 400  # all the keys would take 1.5 GB


def call(program: str, *words: str) -> dict:
    done = subprocess.run([PROGRAMS / program, *words], capture_output=True, text=True, check=True)
    print(done.stdout, end="", flush=True)
    return json.loads(done.stdout)


def list_pack() -> dict:
    with tempfile.TemporaryDirectory() as folder:
        make_pack(Path(folder) / "pack", PACKED)
        return call("list_pack", f"{folder}/pack")


def check() -> Row:
    found = {
        scenario: call("plan_many_keys", str(KEYS), scenario)
        for scenario in ("empty", "same", "added", "changed", "settings")
    }
    for one in found.values():
        assert one["images"] == one["planned"] == KEYS
        assert one["peak_memory_mb"] < MOST_MEMORY_MB, one
    assert found["empty"]["to_do"] == found["settings"]["to_do"] == PARTS
    assert found["same"]["to_do"] == found["added"]["to_do"] == 0
    assert found["empty"]["hash"] == found["same"]["hash"]  # in no order, and in order
    # One in a hundred has changed, and each is in another part of the first run.
    assert 0.98 * PARTS < found["changed"]["to_do"] < PARTS
    packed = list_pack()
    assert packed["photos"] == PACKED
    cpu = {scenario: one["list_us"] + one["hash_us"] + one["plan_us"] for scenario, one in found.items()}
    return Row(
        "listing",
        f"{KEYS:,} keys listed in no order and planned; and planned on an output with all of them, after an increment, "
        f"after 1 % have changed, and with other settings; a pack of {PACKED:,} photos listed and planned",
        ", ".join(f"{scenario}: {us:.1f} us of CPU a key" for scenario, us in cpu.items())
        + f", a pack: {packed['listing']['cpu_us'] + packed['planning']['cpu_us']:.1f} us of CPU a photo",
        f"0 keys; {max(one['peak_memory_mb'] for one in found.values()):.0f} MB of memory at most",
        "make soak CHECKS=listing",
    )

"""Runs the libFuzzer targets of build/fuzz, each for FUZZ_SECONDS (60) on one core: run.py [TARGET...]

Each starts from the files of the tests, and from what earlier runs found interesting (build/fuzz/corpus). What makes a
target fail is kept in build/fuzz/findings.
"""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "build" / "fuzz"
SEEDS = ROOT / "tests" / "fuzz" / "seeds"
IMAGES = ROOT / "tests" / "core" / "decode"
# 4 GiB of a library's own table fit: only what is touched counts as memory.
LIMITS = ["-timeout=10", "-rss_limit_mb=2048", "-malloc_limit_mb=8192"]


@dataclass(frozen=True)
class Result:
    target: str
    inputs: int  # how many were read
    findings: list[Path]


def list_targets() -> list[str]:
    return sorted(
        path.name.removeprefix("fuzz_") for path in (BUILD / "tests" / "fuzz").glob("fuzz_*") if path.is_file()
    )


def seed_folders(target: str) -> list[Path]:
    reads_images = not (SEEDS / target).is_dir()
    return [IMAGES / name for name in ("good", "bad", "hostile")] if reads_images else [SEEDS / target]


def fuzz(target: str, seconds: int) -> Result:
    corpus, findings = BUILD / "corpus" / target, BUILD / "findings"
    corpus.mkdir(parents=True, exist_ok=True)
    findings.mkdir(exist_ok=True)
    before = set(findings.iterdir())
    seeds = [folder for folder in seed_folders(target) if folder.is_dir()]
    command = [
        BUILD / "tests" / "fuzz" / f"fuzz_{target}",
        f"-max_total_time={seconds}",
        *LIMITS,
        "-print_final_stats=1",
    ]
    run = subprocess.run(
        [*command, f"-artifact_prefix={findings}/{target}-", corpus, *seeds],
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    found = sorted(set(findings.iterdir()) - before)
    executed = re.search(r"number_of_executed_units: *(\d+)", run.stderr)
    if found or run.returncode != 0 or executed is None:
        print(run.stderr[-6000:], file=sys.stderr)
        found = found or [findings / f"{target}-did-not-run"]
    return Result(target, int(executed[1]) if executed else 0, found)


def main() -> int:
    seconds = int(os.environ.get("FUZZ_SECONDS", "60"))
    failed = False
    for target in sys.argv[1:] or list_targets():
        result = fuzz(target, seconds)
        failed |= bool(result.findings)
        print(f"{target:12} {result.inputs:9} inputs, {len(result.findings)} findings", *result.findings, flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

"""Runs every benchmark, writes a JSON file each to benchmarks/results, and their table. `make bench` runs it.

    python benchmarks/run_all.py [--only NAME ...] [the options of all benchmarks, such as --quick or --rounds 1]

A failing benchmark does not stop the others, but the exit status reports it.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

FOLDER = Path(__file__).parent
RESULTS = FOLDER / "results"
# Name of the result -> script and its arguments, in the order of the page.
BENCHMARKS: dict[str, list[str]] = {
    "reference": ["reference.py"],
    "spark": ["spark.py"],
    "large_photos": ["large_photos.py"],
    "pipeline": ["pipeline.py"],
    "bucket": ["bucket.py"],
    "packed_photos": ["packed_photos.py"],
    "listing": ["listing.py"],
    "engine_fp32": ["engine.py", "fp32"],
    "engine_bf16": ["engine.py", "bf16"],
    "engine_int8": ["engine.py", "int8"],
    "engine_fp32_avx2": ["engine.py", "fp32-avx2"],
    "engine_int8_avx2": ["engine.py", "int8-avx2"],
    "decode_resample": ["decode_resample.py"],
    "pca": ["pca.py"],
    "run_versus_engine": ["run_versus_engine.py"],
    "memory": ["memory.py"],
    "startup": ["startup.py"],
    "prediction": ["prediction.py"],
    "scaling": ["scaling.py"],
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=BENCHMARKS, default=list(BENCHMARKS), metavar="NAME")
    arguments, options = parser.parse_known_args()

    failed = []
    start = time.monotonic()
    for name in arguments.only:
        script, *words = BENCHMARKS[name]
        print(f"\n== {name} ({time.monotonic() - start:.0f} s so far)", flush=True)
        command = [sys.executable, FOLDER / script, *words, "--json", RESULTS / f"{name}.json", *options]
        if subprocess.run(command, check=False).returncode != 0:
            failed.append(name)
    files = [file for name in BENCHMARKS if (file := RESULTS / f"{name}.json").exists()]
    (RESULTS / "table.md").unlink(missing_ok=True)
    page = subprocess.run([sys.executable, FOLDER / "table.py", *files], check=False, stdout=subprocess.PIPE)
    if page.returncode == 0:
        (RESULTS / "table.md").write_bytes(page.stdout)
    else:
        failed.append("table")
    print(f"\n{len(arguments.only)} benchmarks in {time.monotonic() - start:.0f} s; see {RESULTS}")
    if failed:
        sys.exit(f"FAILED: {', '.join(failed)}")


if __name__ == "__main__":
    main()

"""libFuzzer on every reader of outside bytes, FUZZ_SECONDS (60) each."""

import os

from fuzz.run import fuzz, list_targets
from soak.programs import build
from soak.row import Row


def check() -> Row:
    seconds = int(os.environ.get("FUZZ_SECONDS", "60"))
    build("fuzz", "fuzz_targets")
    results = [fuzz(target, seconds) for target in list_targets()]
    findings = [str(path) for result in results for path in result.findings]
    assert not findings, ", ".join(findings)
    return Row(
        "fuzz",
        f"libFuzzer, {len(results)} targets for {seconds} s each",
        f"{sum(result.inputs for result in results):,} inputs",
        f"0 findings; {', '.join(f'{result.target} {result.inputs:,}' for result in results)}",
        "make soak CHECKS=fuzz",
    )

"""libFuzzer on every reader of outside bytes, FUZZ_SECONDS (60) each."""

import os

from fuzz.run import fuzz, list_targets
from soak.programs import build


def check() -> dict:
    seconds = int(os.environ.get("FUZZ_SECONDS", "60"))
    build("fuzz", "fuzz_targets")
    results = [fuzz(target, seconds) for target in list_targets()]
    findings = [path.name for result in results for path in result.findings]
    return {
        "what": f"libFuzzer, {len(results)} targets for {seconds} s each",
        "injected": sum(result.inputs for result in results),
        "lost": len(findings),
        "note": ", ".join(findings) or ", ".join(f"{result.target} {result.inputs:,}" for result in results),
    }

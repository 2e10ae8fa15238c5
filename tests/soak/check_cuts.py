"""Every good image file of the tests, cut at every byte, under AddressSanitizer and UndefinedBehaviorSanitizer."""

import re

from soak.programs import ROOT, build, run


def check() -> dict:
    build("asan", "decode_test")
    done = run([ROOT / "build/asan/tests/core/decode/decode_test", "--gtest_filter=cut_file.*"])
    counts = re.search(r"files (\d+) cuts (\d+) refused (\d+) whole (\d+)", done.stdout)
    failures = done.stdout.count("Failure\n")
    return {
        "what": "image files cut at every byte, under ASan and UBSan",
        "injected": int(counts[2]) if counts else 0,
        "lost": failures if counts else 1,
        "note": f"{counts[1]} files; {counts[3]} cuts refused as empty, not an image or truncated; "
        f"{counts[4]} lack nothing but bytes behind the pixels and give the whole image"
        if counts
        else "did not run",
    }

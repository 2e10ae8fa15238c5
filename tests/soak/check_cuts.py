"""Every good image file of the tests, cut at every byte, under AddressSanitizer and UndefinedBehaviorSanitizer."""

import re

from soak.programs import ROOT, build, run
from soak.row import Row


def check() -> Row:
    build("asan", "decode_test")
    done = run([ROOT / "build/asan/tests/core/decode/decode_test", "--gtest_filter=cut_file.*"])
    counts = re.search(r"files (\d+) cuts (\d+) refused (\d+) whole (\d+)", done.stdout)
    assert done.returncode == 0 and counts, "see above"
    files, cuts, refused, whole = (int(count) for count in counts.groups())
    return Row(
        "cuts",
        f"{files} image files cut at every byte, under ASan and UBSan",
        f"{cuts:,} cuts",
        f"0 half images; {refused:,} refused as empty, not an image or truncated; {whole:,} lack nothing but bytes "
        "behind the pixels and give the whole image",
        "make soak CHECKS=cuts",
    )

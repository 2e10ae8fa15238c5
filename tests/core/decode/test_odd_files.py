"""Where Pillow gives the pixels of an odd file, so do we; what Pillow refuses is refused."""

import ctypes
import re

import pytest
from core.decode.oracle import difference, outcome, pillow

from core.decode import odd_files

# Where we differ. Read, though Pillow refuses: what lies behind the pixels, frames that we do not look at, and metadata
# in which Pillow's parser trips.
READ_ALL_THE_SAME = re.compile(
    r".*_(empty|cut)_behind\.png|.*_fcTL_(f+_40|twice)\.png|.*_colours_65536\.bmp"
    r"|(baseline|restarts|grey)_ff02_(before|instead_of)_the_end\.jpg"
    r"|.*_(tem|app0_jfif_cut|app14_short|app2_icc_cut)_before_.*\.jpg"
)
# Refused, though Pillow reads: chunk names that no PNG may have, restarts without their interval (it makes up pixels).
REFUSED = re.compile(r".*_chunk_digits\.png|restarts_dri_0_before_scan\.jpg")
if ctypes.CDLL("libpng16.so.16").png_access_version_number() >= 10648:  # of Debian 13: the reserved bit, too
    REFUSED = re.compile(rf"{REFUSED.pattern}|.*_unknown_chunk_reserved\.png")
# Pillow takes bytes for bits.
MISREAD = re.compile(r"[LP]_colours_1\.(bmp|dib)")


@pytest.mark.parametrize("format_", odd_files.FORMATS)
def test_an_odd_file_is_read_or_refused_as_pillow_does(format_):
    read = refused = 0
    wrong = {}
    for name, data in odd_files.FORMATS[format_]():
        got = outcome(data)
        try:
            want = pillow(data)
        except Exception:  # Pillow raises many kinds
            refused += 1
            if isinstance(got, str) == bool(READ_ALL_THE_SAME.fullmatch(name)):
                wrong[name] = "refused by now" if isinstance(got, str) else "read, and Pillow does not"
            continue
        read += 1
        if MISREAD.fullmatch(name):
            continue
        if REFUSED.fullmatch(name):
            assert isinstance(got, str), name
        elif fault := difference(want, got):
            wrong[name] = fault
    assert wrong == {}
    assert read > 80
    assert refused > 10

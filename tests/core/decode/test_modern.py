"""HEIC, AVIF and JPEG XL equal pillow-heif, Pillow and pillow-jxl-plugin, which bring decoders of their own versions.

HEVC, AV1 and lossless JPEG XL are defined to the bit, and libavif converts to RGB with the integers of libyuv, the same
in all versions. Bounds are for what is not:
- HEVC to RGB: each version of libheif rounds in its own way, once (1) or, where 10 bits are brought to 8 or limited
  range to full, before and after (3).
- JPEG XL with loss: libjxl computes in float32 and rounds once at the end, in versions that sum in another order (1).
"""

import struct
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from core.decode.oracle import difference, outcome, pillow
from PIL import Image

from core.decode import modern, zoo

SIZES = [(33, 21), (64, 48)]
ROUNDED_ONCE, ROUNDED_TWICE = 1, 3
MAKERS = {"heic": modern.heics, "avif": modern.avifs, "jxl": modern.jxls}


def bound_of(name: str) -> int:
    if name.endswith(".heic"):
        return ROUNDED_TWICE if "10_bit" in name or "limited" in name else ROUNDED_ONCE
    return ROUNDED_ONCE if "lossy" in name else 0


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("turned", [False, True], ids=["stored", "turned"])
@pytest.mark.parametrize("format_", MAKERS)
def test_every_mode_equals_the_original(format_, turned, size):
    differences = {
        name: difference(pillow(data, turned), outcome(data, exif_orientation=turned), bound_of(name))
        for name, data in MAKERS[format_](*size)
    }
    assert len(differences) > 10
    assert {name: d for name, d in differences.items() if d} == {}


@pytest.mark.parametrize("format_", ["avif", "jxl"])
@pytest.mark.parametrize("orientation", [2, 5, 6, 8])
def test_the_files_of_this_test_are_turned(format_, orientation):
    """Or the test above could not fail."""
    name = f"{'exif' if format_ == 'jxl' else 'orientation'}_{orientation}.{format_}"
    data = dict(MAKERS[format_](33, 21))[name]
    assert not np.array_equal(outcome(data), outcome(data, exif_orientation=True))


DEEP = sorted(Path(__file__).parent.glob("*/1[02]_bit_*.avif"))  # by libavif's avifenc: Pillow writes 8 bits


@pytest.mark.parametrize("file", DEEP, ids=lambda file: file.stem)
def test_an_avif_of_10_or_12_bits_equals_pillow(file):
    assert difference(pillow(file.read_bytes()), outcome(file.read_bytes())) is None


def test_a_grid_equals_pillow_heif():
    differences = {name: difference(pillow(data), outcome(data), ROUNDED_ONCE) for name, data in modern.grids()}
    assert {name: d for name, d in differences.items() if d} == {}


@pytest.mark.parametrize("options", [{}, {"exif": zoo.exif(6)}, {"progressive": True}, {"subsampling": 2}], ids=str)
def test_a_jpeg_packed_in_jpeg_xl_equals_the_jpeg(tmp_path, options):
    data = modern.jpeg_in_jxl(tmp_path, 45, 37, **options)
    assert b"jbrd" in data
    for turned in (False, True):
        assert difference(pillow(data, turned), outcome(data, exif_orientation=turned)) is None


def test_the_boxes_of_a_packed_jpeg_may_come_in_any_order(tmp_path):
    data = modern.jpeg_in_jxl(tmp_path, 45, 37, exif=zoo.exif(6))
    parts = {kind: data[begin:end] for kind, begin, end in modern.boxes(data)}
    first = [parts.pop(b"JXL "), parts.pop(b"ftyp")]
    bodies = [data[begin:end] for kind, begin, end in modern.boxes(data) if kind in (b"jxlc", b"jxlp")]
    others = [part for kind, part in parts.items() if kind not in (b"jxlc", b"jxlp")]
    for order in ([*others, *bodies], [*others[::-1], *bodies], [bodies[0], *others, *bodies[1:]]):
        moved = b"".join([*first, *order])
        for turned in (False, True):
            assert difference(pillow(data, turned), outcome(moved, exif_orientation=turned)) is None


@pytest.mark.parametrize("name", ["444.heic", "444.avif", "rgb.jxl"])
def test_the_limit_of_pixels_counts_those_that_are_shown(name):
    data = dict(MAKERS[name.rpartition(".")[2]](33, 21))[name]
    assert not isinstance(outcome(data, max_pixels=33 * 21), str)
    assert outcome(data, max_pixels=33 * 21 - 1) == "too_large"


@pytest.mark.parametrize("format_", ["HEIF", "AVIF"])
def test_a_size_that_only_the_bitstream_says_is_refused_before_it_is_decoded(format_):
    data = bytearray(zoo.save(Image.new("RGB", (1200, 1000)), format_, quality=10))
    at = data.index(b"ispe") + 8
    data[at : at + 8] = struct.pack(">II", 33, 21)
    assert outcome(bytes(data), max_pixels=1000 * 1000) == "too_large"


@pytest.mark.parametrize("format_", ["HEIF", "AVIF"])
def test_a_size_of_the_largest_numbers_is_refused(format_):
    data = bytearray(zoo.save(zoo.photo(33, 21), format_))
    at = data.index(b"ispe") + 8
    data[at : at + 8] = b"\xff" * 8
    assert outcome(bytes(data)) == "too_large"


def test_a_grid_whose_canvas_is_larger_than_its_boxes_say_is_refused():
    grid = bytearray(zoo.save(zoo.photo(129, 127), "HEIF", tile_size=64, chroma="444"))
    at = grid.index(struct.pack(">BBBBHH", 0, 0, 1, 2, 129, 127))
    grid[at + 4 : at + 8] = struct.pack(">HH", 30000, 30000)
    assert outcome(bytes(grid)) == "too_large"


def test_a_grid_that_lacks_a_tile_is_refused():
    """Its last tile is said to be another item, which there is not."""
    grid = bytearray(zoo.save(zoo.photo(129, 127), "HEIF", tile_size=64, chroma="444"))
    at = grid.index(b"dimg") + 4
    count = struct.unpack_from(">H", grid, at + 2)[0]
    assert count == 6
    struct.pack_into(">H", grid, at + 4 + 2 * (count - 1), 999)
    assert outcome(bytes(grid)) in ("corrupt", "unsupported")


@pytest.mark.parametrize("name", ["444.heic", "rgba.heic", "444.avif", "rgb.jxl", "rgb_lossy.jxl", "exif_6.jxl"])
def test_a_file_cut_anywhere_is_truncated(name):
    data = dict(MAKERS[name.rpartition(".")[2]](33, 21))[name]
    codes = {outcome(data[:length]) if length < len(data) - 1 else "truncated" for length in range(12, len(data), 7)}
    assert codes == {"truncated"}


@pytest.mark.parametrize("format_", MAKERS)
def test_flipped_bits_crash_nothing(format_):
    rng = np.random.default_rng(7)
    files = list(MAKERS[format_](33, 21))
    accepted = refused = 0
    for i in range(300):
        mutant = bytearray(files[i % len(files)][1])
        for at in rng.integers(0, len(mutant), rng.integers(1, 9)):
            mutant[at] ^= 1 << rng.integers(0, 8)
        got = outcome(bytes(mutant), max_pixels=1_000_000, exif_orientation=True)
        accepted += not isinstance(got, str)
        refused += isinstance(got, str)
    assert accepted > 0
    assert refused > 0


def test_bytes_behind_the_last_box_do_no_harm():
    """Phones append videos."""
    for name in ("444.heic", "444.avif", "rgb_boxed.jxl"):
        data = dict(MAKERS[name.rpartition(".")[2]](33, 21))[name]
        for tail in (b"x", b"and then some bytes that are no box", b"\0\0\xff\xffmpvd" + bytes(40)):
            assert difference(pillow(data), outcome(data + tail), ROUNDED_ONCE) is None, (name, tail)


def test_a_sequence_without_a_still_image_is_unsupported():
    track = struct.pack(">I", 16) + b"ftypmsf1" + bytes(4) + struct.pack(">I", 16) + b"moov" + bytes(8)
    assert outcome(track) == "unsupported"


def test_many_threads_decode_at_once():
    files = [dict(MAKERS[name.rpartition(".")[2]](33, 21))[name] for name in ("420.heic", "444.avif", "rgb_lossy.jxl")]
    want = [outcome(data) for data in files]
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(outcome, files * 40))
    assert all(np.array_equal(want[i % 3], pixels) for i, pixels in enumerate(got))

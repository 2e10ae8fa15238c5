from pathlib import Path

import pytest
from core.decode.oracle import difference, outcome, pillow
from coulis import _core

BAD = Path(__file__).parent / "bad"

EXPECTED = {
    "empty": ["empty.jpg"],
    "not_an_image": ["not_an_image.txt.jpg", "one_byte.jpg", "page.html.jpg", "zeros.jpg"],
    "unsupported": [
        "lab.tiff", "lossless.jpg", "odd_bit_fields.bmp", "old_jpeg.tiff",
        "png_inside.bmp", "psd.jpg", "subsampled_ycbcr.tiff", "twelve_bit.jpg", "twelve_bit.tiff", "two_bits.bmp",
        "unknown_header.bmp",
    ],
    "truncated": [
        "avif.jpg", "early_end_marker.jpg", "heic.jpg", "jpeg_xl.jpg",
        "lying_header.bmp", "lying_header.gif", "lying_header.jpg", "lying_header.png",
        "lying_progressive.jpg", "lying_width.png", "run_lengths_end_early.bmp", "scans_missing.jpg",
        "truncated.bmp", "truncated.gif", "truncated.jpg",
        "truncated.png", "truncated.tiff", "truncated.webp", "truncated_directory.tiff", "truncated_header.bmp",
        "truncated_header.gif", "truncated_header.jpg", "truncated_header.png", "truncated_header.tiff",
        "truncated_header.webp", "truncated_progressive.jpg",
    ],
    "corrupt": [
        "bad_chunk_size.webp", "bad_crc.png", "bad_huffman.jpg", "bad_lossless.webp", "bad_lzw.gif", "bad_zlib.png",
        "bad_zlib.tiff", "huge_strip_count.tiff", "lying_header.tiff", "lying_ycbcr.tiff", "no_frame.gif",
        "no_frame.webp", "no_quantization_table.jpg", "no_palette.png", "scan_bomb.jpg", "strip_too_short.tiff",
        "too_little_data.png",
        "wrong_restart.jpg", "zero_size.bmp", "zero_size.gif", "zero_size.jpg", "zero_size.png", "zero_size.tiff",
    ],
    "too_large": [
        "bomb.bmp", "bomb.gif", "bomb.jpg", "bomb.png", "bomb.tiff", "bomb.webp", "bomb_frame.gif", "huge_tile.tiff",
    ],
}  # fmt: skip
GOOD_THOUGH_ODD = ["cyclic_ifd.tiff", "jpeg_in_png_name.png", "png_in_jpg_name.jpg", "text_bomb.png"]
CODES = {name: code for code, names in EXPECTED.items() for name in names}


def test_every_bad_file_is_in_the_table():
    assert {p.name for p in BAD.iterdir()} == {*CODES, *GOOD_THOUGH_ODD}


@pytest.mark.parametrize("name", sorted(CODES))
def test_a_bad_file_is_refused_with_its_own_code(name):
    with pytest.raises(_core.DecodeFailure) as refusal:
        _core.decode((BAD / name).read_bytes())
    code, message = refusal.value.args
    assert (code, bool(message)) == (CODES[name], True), message


def test_a_refusal_prints_nothing(capfd):
    for name in CODES:
        outcome((BAD / name).read_bytes())
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("name", GOOD_THOUGH_ODD)
def test_an_odd_but_good_file_equals_pillow(name):
    data = (BAD / name).read_bytes()
    if name == "text_bomb.png":  # Pillow unpacks the text
        with pytest.raises(ValueError, match="too large"):
            pillow(data)
        data = data[:33] + data[data.index(b"IDAT") - 4 :]
        assert difference(pillow(data), outcome((BAD / name).read_bytes())) is None
        return
    assert difference(pillow(data), outcome(data)) is None


@pytest.mark.parametrize(("name", "format_"), [("psd.jpg", "PSD"), ("twelve_bit.jpg", "12")])
def test_a_format_that_is_not_read_is_named(name, format_):
    with pytest.raises(_core.DecodeFailure, match=format_):
        _core.decode((BAD / name).read_bytes())


@pytest.mark.parametrize(
    ("name", "format_"),
    [("png_in_jpg_name.jpg", "png"), ("jpeg_in_png_name.png", "jpeg"), ("bomb.webp", "webp"), ("bomb.gif", "gif"),
     ("bomb.bmp", "bmp"), ("bomb.tiff", "tiff"),
     ("heic.jpg", "heif"), ("avif.jpg", "avif"), ("jpeg_xl.jpg", "jxl"), ("page.html.jpg", None), ("empty.jpg", None)],
)  # fmt: skip
def test_the_format_is_found_by_content(name, format_):
    assert _core.sniff_format((BAD / name).read_bytes()) == format_

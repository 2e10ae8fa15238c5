"""What is an image or a video and not read says what it is; what is neither is no image."""

import io
import struct

import numpy as np
import pytest
from core.decode.oracle import difference, outcome, pillow
from coulis import _core
from PIL import Image

from core.decode import handmade_tiff, odd_tiff, zoo


def ftyp(major: bytes, *compatible: bytes, size: int | None = None) -> bytes:
    body = b"ftyp" + major + bytes(4) + b"".join(compatible)
    return struct.pack(">I", size or len(body) + 4) + body + b"\0\0\0\x08free" + bytes(40)


def saved(format_: str, **options) -> bytes:
    out = io.BytesIO()
    zoo.photo(32, 32).save(out, format_, **options)
    return out.getvalue()


VIDEO = [b"isom", b"mp42", b"qt  ", b"M4V ", b"3gp5", b"avc1", b"XAVC"]
XCODE = zoo.save(zoo.photo(4, 4), "PNG")
FILES = {
    **{f"HEIF/{brand}": ftyp(brand.encode(), b"mif1") for brand in ("avci", "avcs", "jpeg", "vvic")},
    "HEIF/of JPEG 2000": ftyp(b"j2ki", b"mif1"),
    "Camera raw/CR3": ftyp(b"crx ", b"crx ", b"isom"),
    "JPEG XL/without its first box": ftyp(b"jxl ", b"jxl "),
    "JPEG 2000/box": saved("JPEG2000"),
    "JPEG 2000/codestream": saved("JPEG2000", no_jp2=True),
    **{f"MP4 and MOV/{brand.decode()}": ftyp(brand, b"isom") for brand in VIDEO},
    "MP4 and MOV/of 256 bytes": ftyp(b"isom", size=256),
    "MP4 and MOV/old": b"\0\0\0\x08wide" + b"\0\0\1\0mdat" + bytes(40),
    "MP4 and MOV/moov": b"\0\0\1\0moov" + bytes(40),
    "AVI": b"RIFF\0\0\1\0AVI LIST" + bytes(40),
    "Matroska": b"\x1a\x45\xdf\xa3" + bytes(40),
    "PSD": b"8BPS\0\1" + bytes(40),
    "ICO": saved("ICO"),
    "ICNS": saved("ICNS"),
    "DDS": saved("DDS"),
    "QOI": saved("QOI"),
    "PDF": saved("PDF"),
    "SVG/plain": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    "SVG/declared": b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- by hand -->\n<!DOCTYPE svg>\n<svg/>',
    "PostScript": saved("EPS"),
    "JPEG XR": b"II\xbc\1" + bytes(40),
    "Radiance": b"#?RADIANCE\n",
    "OpenEXR": b"\x76\x2f\x31\x01" + bytes(40),
    "MNG": b"\x8aMNG\r\n\x1a\n" + bytes(40),
    "XCF": b"gimp xcf v011\0",
    "Camera raw/Olympus": b"IIRO\x08\0\0\0",
    "Camera raw/Panasonic": b"IIU\0\x18\0\0\0",
    "Camera raw/Fujifilm": b"FUJIFILMCCD-RAW 0201",
    "Camera raw/Canon CRW": b"II\x1a\0\0\0HEAPCCDR",
    "Camera raw/Sigma": b"FOVb" + bytes(40),
    "Camera raw/DNG": handmade_tiff.encode(
        np.zeros((8, 8, 1), np.uint16), 32803, 16, compression=1, more={50706: ("I", [260])}
    ),
    "Camera raw/linear DNG": handmade_tiff.encode(np.zeros((8, 8, 3), np.uint16), 34892, 16, compression=1),
    "Xcode": XCODE[:8] + b"\0\0\0\4CgBI\x50\0\x20\2\x2b\xd5\xb3\x7f" + XCODE[8:],
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_format_that_is_not_read_is_unsupported_and_named(name):
    with pytest.raises(_core.DecodeFailure, match=name.split("/", 1)[0]) as refusal:
        _core.decode(FILES[name])
    assert refusal.value.args[0] == "unsupported"
    assert "first" in refusal.value.args[1] or name == "Xcode"


CODING = {
    "heif": ["heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs", "mif1", "mif2", "msf1", "miaf"],
    "avif": ["avif", "avis", "avio"],
}


@pytest.mark.parametrize(("format_", "brand"), [(format_, brand) for format_ in CODING for brand in CODING[format_]])
def test_a_brand_says_the_format_and_a_file_that_ends_behind_it_is_truncated(format_, brand):
    for data in (
        ftyp(brand.encode()),
        ftyp(b"mif1", b"miaf", brand.encode()),
        ftyp(brand.encode(), b"mif1", size=1 << 31),
    ):
        assert _core.sniff_format(data) == format_
        assert outcome(data) == "truncated"


@pytest.mark.parametrize(
    "data",
    [b"ftyp", b"\0\0\0\x18ftyq" + bytes(20), b"<html><body><svg/></body></html>",
     b"<!DOCTYPE html>", b"PK\3\4", b"\x1f\x8b\x08", b"RIFF\0\0\1\0WAVEfmt ", b"{}", b"\x7fELF", b"\0\0\0", b" "],
)  # fmt: skip
def test_what_is_no_image_is_not_called_one(data):
    assert outcome(data) == "not_an_image"
    assert _core.sniff_format(data) is None


def test_a_raw_file_whose_first_page_is_a_picture_gives_it_as_in_pillow():
    pixels = np.asarray(zoo.photo(24, 20))
    data = handmade_tiff.encode(pixels, 2, 8, compression=1, more={50706: ("I", [260]), 330: ("I", [8])})
    assert difference(pillow(data), outcome(data)) is None


@pytest.mark.parametrize("start", [b"MM*\0", b"II\0*"])
def test_a_tiff_whose_byte_order_mark_is_turned_round_is_one(start):
    entries, data = odd_tiff.good("raw", False)
    little = odd_tiff.tiff(entries, data)
    if start == b"II\0*":
        turned = start + little[4:]
    else:
        pixels = np.asarray(zoo.photo(24, 20))
        turned = start + handmade_tiff.encode(pixels, 2, 8, compression=1, order=">")[4:]
    assert difference(pillow(turned), outcome(turned)) is None
    assert _core.sniff_format(turned) == "tiff"


def test_a_dib_is_a_bmp():
    data = zoo.save(zoo.photo(5, 3), "BMP")[14:]
    with Image.open(io.BytesIO(data)) as image:
        assert image.format == "DIB"
    assert _core.sniff_format(data) == "bmp"
    assert difference(pillow(data), outcome(data)) is None

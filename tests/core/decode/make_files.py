"""Writes good/ and bad/, the small files that the tests keep: python -m core.decode.make_files (in tests/)."""

import struct
import zlib
from pathlib import Path

import numpy as np

from core.decode import handmade_bmp, handmade_gif, handmade_png, handmade_tiff, modern, zoo

HERE = Path(__file__).parent
SIZE = (24, 20)

# name: (function of the zoo, name in the zoo)
GOOD = {
    "ycbcr_420.jpg": (zoo.jpegs, "ycbcr_420_q75.jpg"),
    "progressive.jpg": (zoo.jpegs, "ycbcr_420_q75_progressive.jpg"),
    "exif_6.jpg": (zoo.jpegs, "exif_6.jpg"),
    "cmyk.jpg": (zoo.jpegs, "cmyk.jpg"),
    "restarts.jpg": (zoo.jpegs, "restarts.jpg"),
    "rgb.png": (zoo.pngs, "pillow_RGB.png"),
    "grey_16bit.png": (zoo.pngs, "type0_16bit.png"),
    "palette_interlaced.png": (zoo.pngs, "type3_4bit_interlaced.png"),
    "lossy.webp": (zoo.webps, "lossy_q80.webp"),
    "lossless_alpha.webp": (zoo.webps, "lossless_alpha.webp"),
    "small_first_frame.webp": (zoo.webps, "animated_small_first_frame.webp"),
    "plain.gif": (zoo.gifs, "4bit_local_palette.gif"),
    "palette.gif": (zoo.gifs, "pillow_adaptive_1.gif"),
    "small_frame.gif": (zoo.gifs, "4bit_small_transparent_frame.gif"),
    "rgb.bmp": (zoo.bmps, "pillow_RGB.bmp"),
    "rle4.bmp": (zoo.bmps, "4bit_rle.bmp"),
    "fields.bmp": (zoo.bmps, "fields_565_v40.bmp"),
    "lzw.tiff": (zoo.tiffs, "pillow_RGB_tiff_lzw.tiff"),
    "raw.tiff": (zoo.tiffs, "pillow_RGB_raw.tiff"),
    "big.tiff": (zoo.tiffs, "pillow_big.tiff"),
    "deflate.tiff": (zoo.tiffs, "rgb_predictor_mm.tiff"),
    "jpeg.tiff": (zoo.tiffs, "pillow_YCbCr_jpeg_q30.tiff"),
    "group4.tiff": (zoo.tiffs, "pillow_1_group4.tiff"),
    "planar_tiles.tiff": (zoo.tiffs, "rgb_planar_tiles_mm.tiff"),
    "palette.tiff": (zoo.tiffs, "palette_4bit_ii_raw.tiff"),
    "orientation_6.tiff": (zoo.tiffs, "orientation_6.tiff"),
    "ycbcr_444.heic": (modern.heics, "444.heic"),
    "orientation_6.heic": (modern.heics, "orientation_6.heic"),
    "grey.avif": (modern.avifs, "grey.avif"),
    "rgb.jxl": (modern.jxls, "rgb.jxl"),
    "exif_6.jxl": (modern.jxls, "exif_6.jxl"),
}


def patched(data: bytes, at: int, new: bytes) -> bytes:
    return data[:at] + new + data[at + len(new) :]


def bad_jpegs():
    good = zoo.save(zoo.photo(*SIZE), "JPEG")
    grey = zoo.save(zoo.photo(8, 8).convert("L"), "JPEG", progressive=True)
    frame, scan = zoo.segment(good, 0xC0), zoo.segment(good, 0xDA)
    data = scan + 2 + struct.unpack_from(">H", good, scan + 2)[0]
    yield "truncated.jpg", good[: (data + len(good)) // 2]
    yield "truncated_header.jpg", good[:200]
    progressive = zoo.save(zoo.photo(*SIZE), "JPEG", progressive=True)
    yield "truncated_progressive.jpg", progressive[: len(progressive) * 3 // 4]
    wide = patched(progressive, zoo.segment(progressive, 0xC2) + 5, struct.pack(">HH", 9000, 9000))
    yield "lying_progressive.jpg", wide
    last_scan = progressive.rindex(b"\xff\xda")
    yield "scans_missing.jpg", progressive[:last_scan] + b"\xff\xd9"
    yield "early_end_marker.jpg", good[: (data + len(good)) // 2] + b"\xff\xd9"
    yield "lying_header.jpg", patched(good, frame + 5, struct.pack(">HH", 9000, 9000))
    yield "bomb.jpg", patched(good, frame + 5, struct.pack(">HH", 65535, 65535))
    yield "zero_size.jpg", patched(good, frame + 5, struct.pack(">HH", 16, 0))
    yield "twelve_bit.jpg", patched(good, frame + 4, b"\x0c")
    yield "lossless.jpg", patched(good, frame, b"\xff\xc3")
    yield "bad_huffman.jpg", patched(good, data + 8, b"\xff\0" * 6)
    yield "no_quantization_table.jpg", patched(good, zoo.segment(good, 0xDB), b"\xff\xfe")
    restarts = zoo.save(zoo.photo(*SIZE), "JPEG", restart_marker_blocks=1)
    yield "wrong_restart.jpg", restarts.replace(b"\xff\xd0", b"\xff\xd5", 1)
    table = b"\xff\xc4" + struct.pack(">HB16B", 20, 0, 1, *[0] * 15) + b"\0"  # the code "0" for "no change"
    again = b"\xff\xda\0\x08\1\1\0\0\0\0\x7f"
    yield "scan_bomb.jpg", grey[:-2] + table + again * 600 + b"\xff\xd9"


def bad_pngs():
    good = zoo.save(zoo.photo(*SIZE), "PNG")
    pixels = good.index(b"IDAT") + 4
    end = handmade_png.chunk(b"IEND", b"")
    yield "truncated.png", good[: len(good) // 2]
    yield "truncated_header.png", good[:20]
    short = handmade_png.chunk(b"IDAT", zlib.compress(bytes(99)))
    yield "lying_header.png", handmade_png.header(9000, 9000, 8, 2) + short + end
    yield "lying_width.png", handmade_png.header(89_000_000, 1, 16, 6) + short + end
    yield "too_little_data.png", handmade_png.header(10, 10, 8, 2) + short + end
    yield "bomb.png", handmade_png.header(65535, 65535, 8, 2) + short + end
    yield "zero_size.png", handmade_png.header(0, 5, 8, 2) + short + end
    yield "bad_crc.png", patched(good, len(good) - 14, b"\0\0")
    yield "bad_zlib.png", good[: pixels - 4] + b"IDAT" + good[pixels:].replace(good[pixels : pixels + 2], b"\0\0", 1)
    yield "no_palette.png", handmade_png.header(4, 4, 8, 3) + short + end


def bad_webps():
    good = zoo.save(zoo.photo(*SIZE), "WEBP", quality=80)
    lossless = zoo.save(zoo.photo(*SIZE), "WEBP", lossless=True)
    yield "truncated.webp", good[: len(good) // 2]
    yield "truncated_header.webp", good[:16]
    bits = struct.unpack_from("<I", lossless, 21)[0] & 0xF0000000
    yield "bomb.webp", patched(lossless, 21, struct.pack("<I", bits | 16383 << 14 | 16383))
    yield "bad_lossless.webp", patched(lossless, 26, b"\xff" * 30)
    yield "bad_chunk_size.webp", patched(good, 16, b"\xff\xff\xff\x7f")
    yield "no_frame.webp", b"RIFF" + struct.pack("<I", 22) + b"WEBPVP8X\x0a\0\0\0\2\0\0\0\5\0\0\5\0\0"


def bad_gifs():
    palette = handmade_gif.colour_table(4, 1)
    indices = np.arange(24 * 20).reshape(20, 24) % 16
    good = handmade_gif.gif(SIZE, (0, 0, *SIZE), indices, 4, palette)
    yield "truncated.gif", good[: len(good) // 2]
    yield "truncated_header.gif", good[:10]
    yield "lying_header.gif", handmade_gif.gif((9000, 9000), (0, 0, 9000, 9000), indices, 4, palette)
    yield "bomb.gif", handmade_gif.gif((65535, 65535), (0, 0, *SIZE), indices, 4, palette)
    yield "bomb_frame.gif", handmade_gif.gif(SIZE, (65000, 65000, *SIZE), indices, 4, palette)
    yield "zero_size.gif", handmade_gif.gif(SIZE, (0, 0, 0, 20), indices, 4, palette)
    yield "no_frame.gif", good[: 13 + len(palette)] + b";"
    start = good.index(b",") + 10
    yield "bad_lzw.gif", patched(good, start + 3, b"\xff" * 20)


def bad_bmps():
    good = zoo.save(zoo.photo(*SIZE), "BMP")
    runs = handmade_bmp.run_lengths(np.arange(24 * 20).reshape(20, 24) % 16, 8)
    yield "truncated.bmp", good[: len(good) // 2]
    yield "truncated_header.bmp", good[:30]
    yield "lying_header.bmp", patched(good, 18, struct.pack("<ii", 9000, 9000))
    yield "bomb.bmp", patched(good, 18, struct.pack("<ii", 65535, 65535))
    yield "zero_size.bmp", patched(good, 18, struct.pack("<ii", 0, 5))
    yield "unknown_header.bmp", patched(good, 14, struct.pack("<I", 99))
    yield "two_bits.bmp", patched(good, 28, b"\2")
    yield "png_inside.bmp", patched(good, 30, b"\5")
    short = handmade_bmp.bmp(handmade_bmp.info_header(24, 20, 8, 1), bytes(1024), runs[: len(runs) // 2] + b"\0\1")
    yield "run_lengths_end_early.bmp", short
    yield (
        "odd_bit_fields.bmp",
        handmade_bmp.bmp(
            handmade_bmp.info_header(24, 20, 16, 3), struct.pack("<III", 0xF00, 0xF0, 0xF), bytes(24 * 20 * 2)
        ),
    )


def bad_tiffs():
    pixels = np.arange(20 * 24 * 3, dtype=np.uint8).reshape(20, 24, 3)
    good = handmade_tiff.encode(pixels, 2, 8, compression=handmade_tiff.NONE, rows=5)
    pillow = zoo.save(zoo.photo(*SIZE), "TIFF", compression="tiff_lzw")
    yield "truncated.tiff", zoo.save(zoo.photo(*SIZE), "TIFF")[:900]
    yield "truncated_directory.tiff", good[:-60]
    yield "truncated_header.tiff", pillow[:6]

    def changed(tags: dict, samples: np.ndarray = pixels, photometric: int = 2, bits: int = 8, **options) -> bytes:
        return handmade_tiff.encode(samples, photometric, bits, compression=1, more=tags, **options)

    def resized(data: bytes, side: int) -> bytes:
        for tag in (256, 257, 278):  # width, height, rows of a strip
            data = patched(data, data.index(struct.pack("<HHI", tag, 4, 1)) + 8, struct.pack("<I", side))
        return data

    yield "bomb.tiff", resized(handmade_tiff.encode(pixels, 2, 8), 65535)
    yield "lying_header.tiff", resized(handmade_tiff.encode(pixels, 2, 8), 9000)
    yield "lying_ycbcr.tiff", resized(handmade_tiff.encode(pixels, 6, 8, more={530: ("H", [1, 1])}), 9000)
    tiles = handmade_tiff.encode(pixels, 2, 8, tile=16)
    at = tiles.index(struct.pack("<HHI", 322, 4, 1)) + 8
    yield "huge_tile.tiff", patched(patched(tiles, at, struct.pack("<I", 1 << 28)), at + 12, struct.pack("<I", 1 << 28))
    narrow = handmade_tiff.encode(pixels[:, :1], 2, 8, rows=1)
    at = narrow.index(struct.pack("<HHI", 257, 4, 1)) + 8
    yield "huge_strip_count.tiff", patched(narrow, at, struct.pack("<I", 89_000_000))
    deflate = handmade_tiff.encode(pixels, 2, 8)
    yield "bad_zlib.tiff", patched(deflate, 12, b"\xff" * 9)
    yield (
        "strip_too_short.tiff",
        handmade_tiff.encode(pixels[:4], 2, 8, rows=4).replace(
            struct.pack("<HHII", 257, 4, 1, 4), struct.pack("<HHII", 257, 4, 1, 8)
        ),
    )
    yield "zero_size.tiff", changed({257: ("I", [0])})
    yield "lab.tiff", changed({}, photometric=8)
    yield "old_jpeg.tiff", changed({259: ("H", [6])})
    yield "twelve_bit.tiff", changed({258: ("H", [12])}, pixels[:, :, :1], 1)
    yield "subsampled_ycbcr.tiff", changed({}, photometric=6)


def other_bad():
    good = zoo.save(zoo.photo(*SIZE), "PNG")
    yield "empty.jpg", b""
    yield "one_byte.jpg", b"\xff"
    yield "not_an_image.txt.jpg", b"This is a note about a photo, not a photo.\n"
    yield "page.html.jpg", b"<!DOCTYPE html><html><body>404</body></html>"
    yield "zeros.jpg", bytes(1000)
    yield "heic.jpg", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(40)
    yield "avif.jpg", b"\0\0\0\x18ftypavif\0\0\0\0mif1avif" + bytes(40)
    yield "psd.jpg", b"8BPS\0\1" + bytes(40)
    yield "jpeg_xl.jpg", zoo.save(zoo.photo(*SIZE), "JXL", lossless=True)[:60]
    # These are odd, but good.
    yield "png_in_jpg_name.jpg", good
    yield "jpeg_in_png_name.png", zoo.save(zoo.photo(*SIZE), "JPEG")
    bomb = handmade_png.chunk(b"zTXt", b"bomb\0\0" + zlib.compress(bytes(100 << 20), 9)[:60000])
    yield "text_bomb.png", good[:33] + bomb + good[33:]
    tiff = bytearray(handmade_tiff.encode(np.full((5, 4, 3), 9, np.uint8), 2, 8))
    directory = struct.unpack_from("<I", tiff, 4)[0]
    struct.pack_into("<I", tiff, directory + 2 + 12 * tiff[directory], directory)
    yield "cyclic_ifd.tiff", bytes(tiff)


BAD = (bad_jpegs, bad_pngs, bad_webps, bad_gifs, bad_bmps, bad_tiffs, other_bad)


def main() -> None:
    for folder in ("good", "bad"):
        (HERE / folder).mkdir(exist_ok=True)
    for name, (make, source) in GOOD.items():
        (HERE / "good" / name).write_bytes(dict(make(*SIZE))[source])
    for make in BAD:
        for name, data in make():
            (HERE / "bad" / name).write_bytes(data)


if __name__ == "__main__":
    main()

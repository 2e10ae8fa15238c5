"""Files made to cost memory or time, too large to keep. BOMBS[name]: the code that they must get, and their maker."""

import lzma
import struct
import zlib
from collections.abc import Callable

import numpy as np
from core.decode.make_files import patched
from PIL import Image

from core.decode import handmade_bmp, handmade_gif, handmade_png, handmade_tiff, zoo

SIDE = 65535


def deflated_zeros(count: int, before: bytes = b"") -> bytes:
    packer = zlib.compressobj(1)
    block = bytes(1 << 20)
    out = packer.compress(before)
    for _ in range(count >> 20):
        out += packer.compress(block)
    return out + packer.compress(bytes(count % (1 << 20))) + packer.flush()


def png(width: int, height: int, depth: int, colour_type: int, data: bytes, interlaced: bool = False) -> bytes:
    header = handmade_png.header(width, height, depth, colour_type, interlaced)
    return header + handmade_png.chunk(b"IDAT", data) + handmade_png.chunk(b"IEND", b"")


def flat_png() -> bytes:
    """11,000 x 11,000 pixels of one colour, whole and valid."""
    return png(11000, 11000, 8, 2, deflated_zeros(11000 * 33001))


def tall_png(interlaced: bool) -> bytes:
    """One pixel wide, long enough for its size, and then no image."""
    return png(1, 80_000_000, 8, 0, deflated_zeros(1 << 20) + bytes(80_000), interlaced)


def jpeg(size: tuple[int, int], **options) -> bytes:
    data = zoo.save(zoo.photo(16, 16), "JPEG", **options)
    frame = zoo.segment(data, 0xC2 if options.get("progressive") else 0xC0)
    return patched(data, frame + 5, struct.pack(">HH", size[1], size[0]))


def many_scans() -> bytes:
    """Progressive, 65,500 x 400 pixels of one grey: one scan of zeros, then 400 more that say "nothing" 13 times."""
    blocks = 8188 * 50
    frame = b"\xff\xc2" + struct.pack(">HBHHB3B", 11, 8, 400, 65500, 1, 1, 0x11, 0)
    quantisation = b"\xff\xdb\0\x43\0" + b"\1" * 64

    def table(kind: int, symbol: int) -> bytes:  # one symbol, whose code is the bit 0
        return b"\xff\xc4" + struct.pack(">HB16BB", 20, kind, 1, *[0] * 15, symbol)

    def scan(first: int, last: int, bits: str) -> bytes:
        bits += "1" * (-len(bits) % 8)
        data = int(bits, 2).to_bytes(len(bits) // 8, "big").replace(b"\xff", b"\xff\0")
        return b"\xff\xda" + struct.pack(">H6B", 8, 1, 1, 0, first, last, 0) + data

    nothing = ("0" + "1" * 14) * -(-blocks // 32767)  # symbol 0xE0: the next 2^14 + 14 bits blocks end here
    scans = scan(0, 0, "0" * blocks) + scan(1, 63, nothing) * 400
    return b"\xff\xd8" + quantisation + frame + table(0, 0) + table(0x10, 0xE0) + scans + b"\xff\xd9"


def webp_canvas(width: int, height: int) -> bytes:
    """An animation whose canvas is large and whose only frame is small."""
    return handmade_gif.animated_webp((width, height), (0, 0, 8, 8), zoo.save(zoo.photo(8, 8), "WEBP"))


def broken_frame_webp() -> bytes:
    data = zoo.save(zoo.photo(64, 64), "WEBP", lossless=True)
    animation = bytearray(handmade_gif.animated_webp((9400, 9400), (0, 0, 64, 64), data))
    at = animation.index(b"VP8L") + 13
    animation[at + 30 : at + 300] = b"\xff" * 270
    return bytes(animation)


def largest_lossy_webp() -> bytes:
    data = zoo.save(zoo.photo(16, 16), "WEBP", quality=80)
    return patched(data, 26, struct.pack("<HH", 16383, 16383))


def gif(canvas: tuple[int, int], frames: int, cut: int = 0) -> bytes:
    indices = np.zeros((4, 4), dtype=np.uint8)
    still = handmade_gif.gif(canvas, (0, 0, 4, 4), indices, 4, handmade_gif.colour_table(4, 1))
    start = still.index(b",")
    data = still[:start] + still[start:-1] * frames + b";"
    return data[: len(data) - cut]


def skipping_bmp() -> bytes:
    """Run lengths that skip nearly all of 9,400 x 9,400 pixels with a few bytes, and end before the last."""
    skips = b"\0\2\0\xff" * (9400 // 255) + b"\0\1"
    return handmade_bmp.bmp(handmade_bmp.info_header(9400, 9400, 8, 1), bytes(1024), skips)


PIXELS = np.zeros((20, 24, 3), dtype=np.uint8)


def tiff(tags: dict, blocks: list[bytes], tiled: bool = False, big: bool = False) -> bytes:
    plain = {
        256: ("I", [24]),
        257: ("I", [20]),
        258: ("H", [8, 8, 8]),
        259: ("H", [8]),
        262: ("H", [2]),
        277: ("H", [3]),
    }
    return handmade_tiff.tiff(plain | {278: ("I", [20])} | tags, blocks, tiled=tiled, big=big)


def wide_tiff(tiled: bool) -> bytes:
    """Rows of 80 million pixels, of which hardly one is there."""
    size = {322: ("I", [80_000_000]), 323: ("I", [1])} if tiled else {256: ("I", [80_000_000]), 257: ("I", [1])}
    return tiff(size, [zlib.compress(bytes(100))] * (20 if tiled else 1), tiled)


def giant_dictionary_tiff() -> bytes:
    """LZMA whose header asks for a dictionary of 4 GiB, for 1,440 bytes."""
    packed = bytearray(lzma.compress(PIXELS.tobytes(), check=lzma.CHECK_NONE))
    block = 12  # behind the stream's header: length, flags, filter, its length, dictionary size, padding, checksum
    end = block + (packed[block] + 1) * 4 - 4
    packed[block + 4] = 40
    packed[end : end + 4] = struct.pack("<I", zlib.crc32(packed[block:end]))
    return tiff({259: ("H", [34925])}, [bytes(packed)])


def giant_directory_tiff() -> bytes:
    return struct.pack("<2sHHHQQ", b"II", 43, 8, 0, 16, 1 << 60) + bytes(200)


def giant_strip_tiff() -> bytes:
    return tiff({256: ("I", [9000]), 257: ("I", [9000]), 278: ("I", [0xFFFFFFFF])}, [zlib.compress(bytes(1000))])


def tiff_of(bits: int, samples: int) -> bytes:
    return tiff({258: ("H", [bits] * min(samples, 4)), 277: ("H", [samples])}, [zlib.compress(PIXELS.tobytes())])


def side(format_: str, width: int, height: int, **options) -> bytes:
    """A HEIF or AVIF whose boxes say this size."""
    data = zoo.save(zoo.photo(64, 64), format_, **options)
    return patched(data, data.index(b"ispe") + 8, struct.pack(">II", width, height))


def giant_grid() -> bytes:
    """256 x 256 tiles are said to be in a canvas of 65,535 x 65,535."""
    data = zoo.save(zoo.photo(129, 127), "HEIF", tile_size=64, chroma="444")
    at = data.index(struct.pack(">BBBBHH", 0, 0, 1, 2, 129, 127))
    return patched(data, at, struct.pack(">BBBBHH", 0, 0, 255, 255, SIDE, SIDE))


def jxl(width: int, height: int, behind: bytes = bytes(64)) -> bytes:
    """A codestream's header with a size of 30 bits a side; then nothing that makes sense."""
    bits = 0
    position = 0
    for value, count in ((0, 1), (3, 2), (height - 1, 30), (0, 3), (3, 2), (width - 1, 30), (1, 1)):
        bits |= value << position
        position += count
    return b"\xff\x0a" + bits.to_bytes(9, "little") + behind


def flat_jxl() -> bytes:
    """10,000 x 10,000 pixels of one colour, whole and valid."""
    return zoo.save(Image.new("L", (10000, 10000)), "JXL", lossless=True, effort=1)


BOMBS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "flat_11000.png": ("too_large", flat_png),
    "tall.png": ("corrupt", lambda: tall_png(False)),
    "tall_interlaced.png": ("corrupt", lambda: tall_png(True)),
    "side_65535.png": ("too_large", lambda: png(SIDE, SIDE, 8, 2, zlib.compress(b""))),
    "side_65535.jpg": ("too_large", lambda: jpeg((SIDE, SIDE))),
    "side_65535_progressive.jpg": ("too_large", lambda: jpeg((SIDE, SIDE), progressive=True)),
    "side_9400.jpg": ("truncated", lambda: jpeg((9400, 9400))),
    "many_scans.jpg": ("corrupt", many_scans),
    "side_65535.webp": ("too_large", lambda: webp_canvas(SIDE, SIDE)),
    "width_16777216.webp": ("too_large", lambda: webp_canvas(1 << 24, 255)),
    "largest_lossy.webp": ("too_large", largest_lossy_webp),
    "broken_frame.webp": ("corrupt", broken_frame_webp),
    "side_65535.heic": ("too_large", lambda: side("HEIF", SIDE, SIDE)),
    "width_4294967295.heic": ("too_large", lambda: side("HEIF", 0xFFFFFFFF, 0xFFFFFFFF)),
    "grid_65535.heic": ("too_large", giant_grid),
    "side_65535.avif": ("too_large", lambda: side("AVIF", SIDE, SIDE)),
    "side_1073741824.jxl": ("too_large", lambda: jxl(1 << 30, 1 << 30)),
    "side_9400.jxl": ("truncated", lambda: jxl(9400, 9400)),
    "flat_10000.jxl": ("too_large", flat_jxl),
    "side_65535.gif": ("too_large", lambda: gif((SIDE, SIDE), 1)),
    "frames_1000000.gif": ("ok", lambda: gif((4, 4), 1_000_000)),
    "frames_and_canvas.gif": ("too_large", lambda: gif((SIDE, SIDE), 100_000)),
    "cut_frame.gif": ("truncated", lambda: gif((9400, 9400), 1, cut=4)),
    "side_65535.bmp": ("too_large", lambda: handmade_bmp.bmp(handmade_bmp.info_header(SIDE, SIDE, 8, 1), b"", b"")),
    "skips.bmp": ("truncated", skipping_bmp),
    "side_65535.tiff": ("too_large", lambda: tiff({256: ("I", [SIDE]), 257: ("I", [SIDE])}, [b""])),
    "giant_strip.tiff": ("corrupt", giant_strip_tiff),
    "wide_strip.tiff": ("corrupt", lambda: wide_tiff(tiled=False)),
    "wide_tile.tiff": ("corrupt", lambda: wide_tiff(tiled=True)),
    "giant_directory.tiff": ("truncated", giant_directory_tiff),
    "giant_dictionary.tiff": ("ok", giant_dictionary_tiff),
    "inflating_strip.tiff": ("corrupt", lambda: tiff({}, [deflated_zeros(1 << 28)])),
    "bits_64.tiff": ("unsupported", lambda: tiff_of(64, 3)),
    "bits_65535.tiff": ("unsupported", lambda: tiff_of(65535, 3)),
    "samples_65535.tiff": ("unsupported", lambda: tiff_of(8, 65535)),
}

"""TIFFs with sound pixels and one odd tag: any tag, odd in any way, beside strips or tiles of any compression."""

import io
import struct
from collections.abc import Iterator

import numpy as np
from PIL import Image

from core.decode import zoo

W, H, BLOCK = 40, 24, 16
COMPRESSIONS = {"raw": None, "lzw": "tiff_lzw", "deflate": "tiff_adobe_deflate", "packbits": "packbits", "jpeg": "jpeg"}
BYTE, ASCII, SHORT, LONG, RATIONAL, SBYTE, UNDEFINED, SSHORT, SLONG, SRATIONAL, FLOAT, DOUBLE, IFD, LONG8 = (
    *range(1, 14),
    16,
)
CODES = {
    BYTE: "B", ASCII: "B", SHORT: "H", LONG: "I", SBYTE: "b", UNDEFINED: "B", SSHORT: "h", SLONG: "i", FLOAT: "f",
    DOUBLE: "d", IFD: "I", LONG8: "Q",
}  # fmt: skip
Entry = tuple[int, int, int, bytes]  # tag, type, count, the values


def entry(tag: int, kind: int, *values: float) -> Entry:
    if kind in (RATIONAL, SRATIONAL):  # values: numerators and denominators
        return tag, kind, len(values) // 2, struct.pack("<" + ("I" if kind == RATIONAL else "i") * len(values), *values)
    return tag, kind, len(values), struct.pack("<" + CODES[kind] * len(values), *values)


def compressed(block: np.ndarray, compression: str) -> tuple[bytes, bytes]:
    """The block as Pillow writes it, and the tables of JPEG."""
    if COMPRESSIONS[compression] is None:
        return block.tobytes(), b""
    options = {"quality": 90} if compression == "jpeg" else {}
    data = zoo.save(
        Image.fromarray(block), "TIFF", compression=COMPRESSIONS[compression], tiffinfo={278: len(block)}, **options
    )
    with Image.open(io.BytesIO(data)) as image:
        tags = image.tag_v2
        start, length = tags[273][0], tags[279][0]
        return data[start : start + length], tags.get(347, b"")


def good(compression: str, tiled: bool) -> tuple[list[Entry], bytes]:
    """The entries of a good file, and what lies between its header and its directory."""
    pixels = np.asarray(zoo.photo(W, H))
    if tiled:
        pixels = np.pad(pixels, ((0, -H % BLOCK), (0, -W % BLOCK), (0, 0)))
        cut = [pixels[y : y + BLOCK, x : x + BLOCK] for y in range(0, H, BLOCK) for x in range(0, W, BLOCK)]
    else:
        cut = [pixels[y : y + 8] for y in range(0, H, 8)]
    blocks = [compressed(np.ascontiguousarray(block), compression) for block in cut]
    data = b""
    offsets = []
    for block, _ in blocks:
        offsets.append(8 + len(data))
        data += block + bytes(len(block) % 2)
    code = {"raw": 1, "lzw": 5, "deflate": 8, "packbits": 32773, "jpeg": 7}[compression]
    layout = [entry(322, SHORT, BLOCK), entry(323, SHORT, BLOCK)] if tiled else [entry(278, SHORT, 8)]
    entries = [
        entry(254, LONG, 0), entry(256, LONG, W), entry(257, LONG, H), entry(258, SHORT, 8, 8, 8),
        entry(259, SHORT, code), entry(262, SHORT, 2), entry(277, SHORT, 3), entry(282, RATIONAL, 72, 1),
        entry(283, RATIONAL, 72, 1), entry(284, SHORT, 1), entry(296, SHORT, 2),
        entry(324 if tiled else 273, LONG, *offsets),
        entry(325 if tiled else 279, LONG, *[len(block) for block, _ in blocks]), *layout,
    ]  # fmt: skip
    if blocks[0][1]:
        entries.append((347, UNDEFINED, len(blocks[0][1]), blocks[0][1]))
    return entries, data


def tiff(entries: list[Entry], data: bytes) -> bytes:
    """In the order given. Values that do not fit are put behind the directory; a count may say something else."""
    directory = 8 + len(data)
    spill_at = directory + 2 + 12 * len(entries) + 4
    out, spill = b"", b""
    for tag, kind, count, values in entries:
        if len(values) > 4:
            field = struct.pack("<I", spill_at + len(spill))
            spill += values + bytes(len(values) % 2)
        else:
            field = values.ljust(4, b"\0")
        out += struct.pack("<HHI", tag, kind, count) + field
    head = struct.pack("<2sHI", b"II", 42, directory)
    return head + data + struct.pack("<H", len(entries)) + out + bytes(4) + spill


# What readers know: baseline and extensions, then Adobe's, EXIF's, GeoTIFF's, and some that nobody knows.
TAGS = [
    *range(254, 298), 300, 301, 305, 306, 315, 316, 317, 318, 319, 320, 321, 322, 323, 324, 325, 326, 327, 328, 330,
    332, 333, 334, 336, 337, 338, 339, 340, 341, 342, 347, *range(512, 522), 529, 530, 531, 532, 700, 32781, 32995,
    32996, 32997, 32998, 33421, 33422, 33432, 33434, 33550, 33723, 33922, 34016, 34377, 34665, 34675, 34732, 34735,
    34736, 34737, 34853, 34908, 37724, 40965, 42112, 50706, 50707, 50838, 50839, 51043, 60000, 65535, 1, 0,
]  # fmt: skip


def oddities(tag: int, value: int) -> Iterator[tuple[str, Entry]]:
    """An entry that is odd, in each way. value: what a good one says."""
    far = struct.pack("<I", 1 << 24)
    yield "type_0", (tag, 0, 1, struct.pack("<I", value))
    yield "type_99", (tag, 99, 1, struct.pack("<I", value))
    yield "type_ifd", entry(tag, IFD, value)
    yield "type_long8", entry(tag, LONG8, value)
    for kind, name in ((BYTE, "byte"), (ASCII, "ascii"), (UNDEFINED, "undefined"), (SBYTE, "sbyte")):
        yield f"type_{name}", entry(tag, kind, min(value, 127))
        yield f"type_{name}_5", entry(tag, kind, *[min(value, 127)] * 5)
        yield f"count_0_{name}", (tag, kind, 0, b"")
    for kind, name in ((SHORT, "short"), (LONG, "long"), (SSHORT, "sshort"), (SLONG, "slong"), (FLOAT, "float")):
        yield f"type_{name}", entry(tag, kind, min(value, 32767))
    yield "type_double", entry(tag, DOUBLE, value)
    yield "type_rational", entry(tag, RATIONAL, value, 1)
    yield "count_0_short", (tag, SHORT, 0, b"")
    yield "count_0_rational", (tag, RATIONAL, 0, b"")
    yield "count_2", entry(tag, SHORT, min(value, 65535), 1)
    yield "count_9", entry(tag, SHORT, *[min(value, 65535)] * 9)
    yield "zero", entry(tag, SHORT, 0)
    yield "nine", entry(tag, SHORT, 9)
    yield "largest_short", entry(tag, SHORT, 65535)
    yield "largest_long", entry(tag, LONG, (1 << 32) - 1)
    yield "minus_1", entry(tag, SLONG, -1)
    yield "beyond_the_file", (tag, LONG, 2, far)
    yield "beyond_the_file_ascii", (tag, ASCII, 9, far)
    yield "beyond_the_file_rational", (tag, RATIONAL, 1, far)
    yield "count_of_4_billion", (tag, LONG, (1 << 32) - 1, far)
    yield "count_of_a_billion_bytes", (tag, UNDEFINED, 1 << 30, b"\x08\0\0\0")
    yield "nan_rational", entry(tag, RATIONAL, 0, 0)
    yield "infinite_rational", entry(tag, RATIONAL, 1, 0)
    yield "negative_rational", entry(tag, SRATIONAL, -72, 1)
    yield "nan_float", entry(tag, FLOAT, float("nan"))
    yield "unterminated_text", (tag, ASCII, 9, b"no ending")
    yield "text_of_nuls", (tag, ASCII, 6, bytes(6))


def variants(compression: str, tiled: bool, tags: list[int] = TAGS) -> Iterator[tuple[str, bytes]]:
    entries, data = good(compression, tiled)
    values = {tag: int.from_bytes(packed[:2], "little") for tag, _, _, packed in entries}

    def file(changed: list[Entry]) -> bytes:
        return tiff(sorted(changed, key=lambda e: e[0]), data)

    yield "good", file(entries)
    for tag in tags:
        others = [e for e in entries if e[0] != tag]
        mine = [e for e in entries if e[0] == tag]
        if mine:
            yield f"{tag}_missing", file(others)
        for name, odd in oddities(tag, values.get(tag, 6)):
            yield f"{tag}_{name}", file([*others, odd])
        doubled = mine or [entry(tag, SHORT, 6)]
        yield f"{tag}_twice", file([*entries, *doubled, entry(tag, SHORT, 6)])
        yield f"{tag}_twice_odd_first", file([*others, (tag, 0, 0, b""), *doubled])
        yield f"{tag}_first", tiff([*doubled, *sorted(others)], data)
        yield f"{tag}_last", tiff([*sorted(others), *doubled], data)
    yield "out_of_order", tiff(entries[::-1], data)
    yield "no_next_directory", file(entries)[:-4] if not data else file(entries)

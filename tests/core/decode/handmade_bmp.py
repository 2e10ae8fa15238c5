"""BMPs that Pillow does not write: run lengths, bit fields, OS/2 headers, top-down rows."""

import struct

import numpy as np

FIELDS = {
    "bgrx": (32, (0xFF0000, 0xFF00, 0xFF, 0)),
    "xbgr": (32, (0xFF000000, 0xFF0000, 0xFF00, 0)),
    "bgxr": (32, (0xFF000000, 0xFF00, 0xFF, 0)),
    "abgr": (32, (0xFF000000, 0xFF0000, 0xFF00, 0xFF)),
    "rgba": (32, (0xFF, 0xFF00, 0xFF0000, 0xFF000000)),
    "bgra": (32, (0xFF0000, 0xFF00, 0xFF, 0xFF000000)),
    "bgar": (32, (0xFF000000, 0xFF00, 0xFF, 0xFF0000)),
    "none": (32, (0, 0, 0, 0)),
    "bgr": (24, (0xFF0000, 0xFF00, 0xFF, 0)),
    "565": (16, (0xF800, 0x7E0, 0x1F, 0)),
    "555": (16, (0x7C00, 0x3E0, 0x1F, 0)),
}


def info_header(w, h, bits, compression=0, colours=0, size=40, masks=b"") -> bytes:
    header = struct.pack("<IiiHHIIiiII", size, w, h, 1, bits, compression, 0, 2835, 2835, colours, 0) + masks
    return header.ljust(size, b"\0")


def bmp(header: bytes, palette: bytes, pixels: bytes) -> bytes:
    offset = 14 + len(header) + len(palette)
    return b"BM" + struct.pack("<IHHI", offset + len(pixels), 0, 0, offset) + header + palette + pixels


def pack_rows(indices: np.ndarray, bits: int) -> bytes:
    unpacked = np.unpackbits(indices.astype(np.uint8)[:, :, None], axis=2)[:, :, 8 - bits :]
    rows = np.packbits(unpacked.reshape(len(indices), -1), axis=1)
    return np.pad(rows, ((0, 0), (0, -rows.shape[1] % 4))).tobytes()


def run_lengths(indices: np.ndarray, bits: int) -> bytes:
    """Runs, literals where there are at least three pixels left, and ends of rows."""
    out = bytearray()
    for row in indices.tolist():
        x = 0
        while x < len(row):
            run = 1
            while x + run < len(row) and row[x + run] == row[x] and run < 255:
                run += 1
            literal = min(len(row) - x, 7)
            if run >= 3 or literal < 3:
                out += bytes([run, row[x] if bits == 8 else row[x] << 4 | row[x]])
                x += run
                continue
            pixels = row[x : x + literal]
            packed = (
                bytes(pixels)
                if bits == 8
                else bytes(pixels[i] << 4 | (pixels[i + 1] if i + 1 < literal else 0) for i in range(0, literal, 2))
            )
            out += bytes([0, literal]) + packed + bytes(len(packed) % 2)
            x += literal
        out += b"\0\0"
    return bytes(out) + b"\0\1"


def misread_by_pillow(w: int, h: int):
    """(name, file, the same pixels in a file that Pillow reads right)."""
    indices = np.random.default_rng(w * 1000 + h).integers(0, 2, (h, w))
    black_and_white = b"\0\0\0\0\xff\xff\xff\0"
    eight = bmp(info_header(w, h, 8, colours=2), black_and_white, pack_rows(indices, 8))
    one = bmp(info_header(w, h, 1, colours=2), black_and_white, pack_rows(indices, 1))
    yield "8bit_black_and_white_read_as_1bit.bmp", eight, one
    ramp = b"".join(bytes([i, i, i, 0]) for i in range(256))
    four = bmp(info_header(w, h, 4), ramp[: 16 * 4], pack_rows(indices * 9, 4))
    yield "4bit_grey_ramp_read_as_8bit.bmp", four, bmp(info_header(w, h, 8), ramp, pack_rows(indices * 9, 8))


def variants(w: int, h: int):
    rng = np.random.default_rng(w * 1000 + h)
    for bits in (1, 4, 8):
        palette = rng.integers(0, 256, (1 << bits, 4), dtype=np.uint8)
        indices = rng.integers(0, 1 << bits, (h, w), dtype=np.uint8)
        indices[:, w // 3 : w // 2] = 1
        rows = pack_rows(indices, bits)
        yield f"{bits}bit.bmp", bmp(info_header(w, h, bits), palette.tobytes(), rows)
        yield f"{bits}bit_top_down.bmp", bmp(info_header(w, -h, bits), palette.tobytes(), rows)
        os2 = struct.pack("<IHHHH", 12, w, h, 1, bits)
        yield f"{bits}bit_os2.bmp", bmp(os2, palette[:, :3].tobytes(), rows)
        yield f"{bits}bit_os2_v2.bmp", bmp(info_header(w, h, bits, size=64), palette.tobytes(), rows)
        if bits > 1:
            few = palette[: (1 << bits) // 2 + 1]
            yield f"{bits}bit_few_colours.bmp", bmp(info_header(w, h, bits, colours=len(few)), few.tobytes(), rows)
            runs = run_lengths(indices, bits)
            yield f"{bits}bit_rle.bmp", bmp(info_header(w, h, bits, 3 - bits // 4), palette.tobytes(), runs)
            delta = b"\0\2\0\1" + run_lengths(indices[1:], bits)  # skips the first row
            yield f"{bits}bit_rle_delta.bmp", bmp(info_header(w, h, bits, 3 - bits // 4), palette.tobytes(), delta)
    for bits in (16, 24, 32):
        rows = rng.integers(0, 256, (h, (w * bits // 8 + 3) // 4 * 4), dtype=np.uint8).tobytes()
        yield f"{bits}bit.bmp", bmp(info_header(w, h, bits), b"", rows)
        yield f"{bits}bit_top_down.bmp", bmp(info_header(w, -h, bits), b"", rows)
    for name, (bits, masks) in FIELDS.items():
        rows = rng.integers(0, 256, (h, (w * bits // 8 + 3) // 4 * 4), dtype=np.uint8).tobytes()
        packed = struct.pack("<IIII", *masks)
        for size in (56, 108, 124):
            header = info_header(w, h, bits, 3, size=size, masks=packed)
            yield f"fields_{name}_v{size}.bmp", bmp(header, b"", rows)
        if masks[3] == 0:
            yield f"fields_{name}_v40.bmp", bmp(info_header(w, h, bits, 3), packed[:12], rows)

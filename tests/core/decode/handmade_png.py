"""PNGs of every colour type, bit depth and interlacing: Pillow writes only some of them."""

import struct
import zlib

import numpy as np

CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
ADAM7 = (
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)  # x, y, steps


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def header(width: int, height: int, depth: int, colour_type: int, interlaced: bool = False) -> bytes:
    ihdr = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, interlaced)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", ihdr)


def pack_rows(samples: np.ndarray, depth: int) -> bytes:
    """samples [h, w, channels] -> rows, each with the filter "up" from the second on."""
    h = samples.shape[0]
    flat = samples.reshape(h, -1)
    if depth == 16:
        rows = flat.astype(">u2").view(np.uint8).reshape(h, -1)
    else:
        bits = np.unpackbits(flat.astype(np.uint8)[:, :, None], axis=2)[:, :, 8 - depth :]
        rows = np.packbits(bits.reshape(h, -1), axis=1)
    out = b""
    for y in range(h):
        previous = rows[y - 1] if y else np.zeros_like(rows[0])
        out += bytes([2]) + (rows[y] - previous).astype(np.uint8).tobytes()
    return out


def png(samples: np.ndarray, depth: int, colour_type: int, interlaced: bool, extra: bytes = b"") -> bytes:
    """samples: [h, w, channels]. extra: chunks before the pixels."""
    h, w = samples.shape[:2]
    if interlaced:
        passes = [samples[y0::dy, x0::dx] for x0, y0, dx, dy in ADAM7]
        raw = b"".join(pack_rows(p, depth) for p in passes if p.size)
    else:
        raw = pack_rows(samples, depth)
    data = chunk(b"IDAT", zlib.compress(raw))
    return header(w, h, depth, colour_type, interlaced) + extra + data + chunk(b"IEND", b"")


def variants(w: int, h: int):
    rng = np.random.default_rng(w * 1000 + h)
    for colour_type, depths in DEPTHS.items():
        for depth in depths:
            samples = rng.integers(0, 1 << depth, (h, w, CHANNELS[colour_type]), dtype=np.uint16)
            extra = b""
            if colour_type == 3:
                extra = chunk(b"PLTE", rng.integers(0, 256, 3 << depth, dtype=np.uint8).tobytes())
                extra += chunk(b"tRNS", bytes(range(0, 1 << depth)))
            if colour_type in (0, 2):
                extra = chunk(b"tRNS", b"\0\1" * CHANNELS[colour_type])
            for interlaced in (False, True):
                name = f"type{colour_type}_{depth}bit{'_interlaced' if interlaced else ''}.png"
                yield name, png(samples, depth, colour_type, interlaced, extra)
    small = rng.integers(0, 300, (h, w, 1), dtype=np.uint16)
    yield "dark_16bit_grey.png", png(small, 16, 0, False)
    short_palette = chunk(b"PLTE", bytes(range(9)))
    yield "index_beyond_palette.png", png(small % 7, 8, 3, False, short_palette)
    bomb = chunk(b"zTXt", b"bomb\0\0" + zlib.compress(bytes(1 << 20)))
    profile = chunk(b"iCCP", b"nonsense\0\0" + zlib.compress(b"not a profile"))
    yield "text_and_profile.png", png(small % 256, 8, 0, False, profile + bomb)

"""GIFs with every kind of frame, palette and background; and animated WebPs with a small first frame."""

import struct

import numpy as np


def lzw(indices: bytes, bits: int) -> bytes:
    """Codes of constant width: a clear code comes before the table would need wider ones."""
    clear, width = 1 << bits, bits + 1
    codes = []
    for i, index in enumerate(indices):
        if i % ((1 << bits) - 2) == 0:
            codes.append(clear)
        codes.append(index)
    codes.append(clear + 1)
    number = sum(code << (i * width) for i, code in enumerate(codes)) if len(codes) < 4000 else None
    if number is None:
        packed = np.packbits(
            (np.array(codes)[:, None] >> np.arange(width) & 1).astype(np.uint8).ravel(), bitorder="little"
        ).tobytes()
    else:
        packed = number.to_bytes((len(codes) * width + 7) // 8, "little")
    blocks = [packed[i : i + 255] for i in range(0, len(packed), 255)]
    return bytes([bits]) + b"".join(bytes([len(b)]) + b for b in blocks) + b"\0"


def colour_table(bits: int, seed: int) -> bytes:
    return np.random.default_rng(seed).integers(0, 256, 3 << bits, dtype=np.uint8).tobytes()


def gif(canvas, frame, indices, bits, palette=b"", local=b"", transparent=None, interlaced=False) -> bytes:
    """frame: (left, top, width, height). indices: [height, width]."""
    flags = 0x70 | (0x80 | bits - 1 if palette else 0)
    out = b"GIF89a" + struct.pack("<HHBBB", *canvas, flags, 1, 0) + palette
    out += b"\x21\xfe\x05hello\0"
    if transparent is not None:
        out += b"\x21\xf9\x04" + struct.pack("<BHB", 1, 10, transparent) + b"\0"
    frame_flags = (0x80 | bits - 1 if local else 0) | (0x40 if interlaced else 0)
    if interlaced:
        order = [y for first, step in ((0, 8), (4, 8), (2, 4), (1, 2)) for y in range(first, len(indices), step)]
        indices = indices[order]
    out += (
        b","
        + struct.pack("<HHHHB", *frame, frame_flags)
        + local
        + lzw(indices.astype(np.uint8).tobytes(), max(bits, 2))
    )
    return out + b";"


def variants(w: int, h: int):
    rng = np.random.default_rng(w * 1000 + h)
    grey = bytes(i for i in range(256) for _ in range(3))
    for bits in (1, 2, 4, 8):
        indices = rng.integers(0, 1 << bits, (h, w))
        palette, local = colour_table(bits, bits), colour_table(bits, bits + 10)
        whole, inside, beyond = (0, 0, w, h), (2, 1, w, h), (3, 2, w, h)
        yield f"{bits}bit.gif", gif((w, h), whole, indices, bits, palette)
        yield f"{bits}bit_interlaced.gif", gif((w, h), whole, indices, bits, palette, interlaced=True)
        yield f"{bits}bit_local_palette.gif", gif((w, h), whole, indices, bits, palette, local)
        yield f"{bits}bit_no_palette.gif", gif((w, h), whole, indices, bits)
        yield f"{bits}bit_grey_palette.gif", gif((w, h), whole, indices, bits, grey[: 3 << bits])
        yield f"{bits}bit_transparent.gif", gif((w, h), whole, indices, bits, palette, transparent=1)
        yield f"{bits}bit_small_frame.gif", gif((w + 5, h + 4), inside, indices, bits, palette)
        small = gif((w + 5, h + 4), inside, indices, bits, palette, local, transparent=1, interlaced=True)
        yield f"{bits}bit_small_transparent_frame.gif", small
        yield f"{bits}bit_frame_beyond_canvas.gif", gif((w, h), beyond, indices, bits, palette)
    yield "index_beyond_palette.gif", gif((w, h), (0, 0, w, h), rng.integers(0, 4, (h, w)), 1, colour_table(1, 5))


def riff_chunk(kind: bytes, data: bytes) -> bytes:
    return kind + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)


def animated_webp(canvas, frame, still: bytes) -> bytes:
    """still: a WebP of one frame, put at frame = (left, top, width, height) of an animation of two."""

    def u24(value: int) -> bytes:
        return struct.pack("<I", value)[:3]

    left, top, width, height = frame
    place = u24(left // 2) + u24(top // 2) + u24(width - 1) + u24(height - 1) + u24(100) + b"\0"
    body = b"WEBP" + riff_chunk(b"VP8X", b"\x12\0\0\0" + u24(canvas[0] - 1) + u24(canvas[1] - 1))
    body += riff_chunk(b"ANIM", b"\x10\x20\x30\xff\0\0") + riff_chunk(b"ANMF", place + still[12:]) * 2
    return b"RIFF" + struct.pack("<I", len(body)) + body

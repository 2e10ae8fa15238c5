"""TIFFs that Pillow does not write: planes, tiles, predictors, both byte orders, BigTIFF, odd kinds of samples."""

import struct
import zlib

import numpy as np

NONE, DEFLATE = 1, 8
SIZES = {"H": 2, "I": 4, "Q": 8, "f": 4}
TYPES = {"H": 3, "I": 4, "Q": 16, "f": 11}


def tiff(tags: dict, blocks: list[bytes], order: str = "<", tiled: bool = False, big: bool = False) -> bytes:
    """tags: {number: (struct code, [values])}; the blocks are strips or tiles. The directory comes last."""
    word = "Q" if big else "I"
    start = 16 if big else 8
    data, offsets = b"", []
    for block in blocks:
        offsets.append(start + len(data))
        data += block + bytes(len(block) % 2)
    tags = dict(tags)
    tags[324 if tiled else 273] = (word, offsets)
    tags[325 if tiled else 279] = (word, [len(b) for b in blocks])
    directory = start + len(data)
    spill_at = directory + (8 + 20 * len(tags) + 8 if big else 2 + 12 * len(tags) + 4)
    entries, spill = b"", b""
    for number, (code, values) in sorted(tags.items()):
        packed = struct.pack(order + code * len(values), *values)
        if len(packed) > (8 if big else 4):
            value = struct.pack(order + word, spill_at + len(spill))
            spill += packed + bytes(len(packed) % 2)
        else:
            value = packed.ljust(8 if big else 4, b"\0")
        entries += struct.pack(order + "HH" + word, number, TYPES[code], len(values)) + value
    mark = b"II" if order == "<" else b"MM"
    if big:
        head = mark + struct.pack(order + "HHHQ", 43, 8, 0, directory)
        count = struct.pack(order + "Q", len(tags))
    else:
        head = mark + struct.pack(order + "HI", 42, directory)
        count = struct.pack(order + "H", len(tags))
    return head + data + count + entries + struct.pack(order + word, 0) + spill


def pack(block: np.ndarray, order: str, bits: int, predict: bool, compression: int) -> bytes:
    """block: [h, w, samples]."""
    if predict:
        block = np.concatenate([block[:, :1], block[:, 1:] - block[:, :-1]], axis=1)
    if bits < 8:
        flat = block.reshape(len(block), -1).astype(np.uint8)
        rows = np.packbits(np.unpackbits(flat[:, :, None], axis=2)[:, :, 8 - bits :].reshape(len(block), -1), axis=1)
        raw = rows.tobytes()
    else:
        raw = block.astype(block.dtype.newbyteorder(order)).tobytes()
    return zlib.compress(raw) if compression == DEFLATE else raw


def encode(
    samples,
    photometric,
    bits,
    *,
    order="<",
    compression=DEFLATE,
    planar=False,
    tile=None,
    rows=None,
    predict=False,
    extras=(),
    sample_format=1,
    palette=None,
    orientation=None,
    big=False,
    more=None,
) -> bytes:
    """samples: [h, w, samples per pixel]."""
    h, w, n = samples.shape
    tags = {
        256: ("I", [w]), 257: ("I", [h]), 258: ("H", [bits] * n), 259: ("H", [compression]), 262: ("H", [photometric]),
        277: ("H", [n]), 284: ("H", [2 if planar else 1]), 339: ("H", [sample_format] * n), **(more or {}),
    }  # fmt: skip
    if predict:
        tags[317] = ("H", [2])
    if extras:
        tags[338] = ("H", list(extras))
    if palette is not None:
        tags[320] = ("H", palette.T.astype(np.uint16).ravel().tolist())
    if orientation is not None:
        tags[274] = ("H", [orientation])
    planes = [samples[:, :, i : i + 1] for i in range(n)] if planar else [samples]
    if tile:
        tags[322], tags[323] = ("I", [tile]), ("I", [tile])
        pad = ((0, -h % tile), (0, -w % tile), (0, 0))
        planes = [np.pad(p, pad) for p in planes]
        cut = [p[y : y + tile, x : x + tile] for p in planes for y in range(0, h, tile) for x in range(0, w, tile)]
    else:
        rows = rows or h
        tags[278] = ("I", [rows])
        cut = [p[y : y + rows] for p in planes for y in range(0, h, rows)]
    blocks = [pack(block, order, bits, predict, compression) for block in cut]
    return tiff(tags, blocks, order, bool(tile), big)


def last_strip_padded(samples: np.ndarray) -> bytes:
    """Every strip is as high as the first, though the image ends within the last."""
    h, w, n = samples.shape
    rows = h // 2 + 1
    padded = np.pad(samples, ((0, 2 * rows - h), (0, 0), (0, 0)))
    tags = {256: [w], 257: [h], 258: [8] * n, 259: [DEFLATE], 262: [2], 277: [n], 278: [rows]}
    blocks = [pack(padded[y : y + rows], "<", 8, False, DEFLATE) for y in (0, rows)]
    return tiff({number: ("I" if number in (256, 257) else "H", values) for number, values in tags.items()}, blocks)


def misread_by_pillow(w: int, h: int):
    """(name, file, the same pixels in a file that Pillow reads right)."""
    rng = np.random.default_rng(w * 1000 + h)
    rgb = rng.integers(0, 65536, (h, w, 3), dtype=np.uint16)
    signed = rng.integers(-99, 400, (h, w, 1), dtype=np.int16)
    kinds = {
        "swapped_twice_signed_16bit": (signed, 16, 2),
        "swapped_twice_signed_32bit": (signed.astype(np.int32), 32, 2),
        "swapped_twice_float": (signed.astype(np.float32), 32, 3),
    }
    for name, (samples, bits, sample_format) in kinds.items():
        little, big = (encode(samples, 1, bits, order=order, sample_format=sample_format) for order in "<>")
        yield f"{name}.tiff", big, little
    yield "planar_16bit_raw.tiff", encode(rgb, 2, 16, planar=True, compression=NONE), encode(rgb, 2, 16)
    yield "big_tiff_of_big_endian.tiff", encode(rgb, 2, 16, order=">", big=True), encode(rgb, 2, 16)


def variants(w: int, h: int):
    rng = np.random.default_rng(w * 1000 + h)

    def noise(n: int, bits: int = 8) -> np.ndarray:
        return rng.integers(0, 1 << bits, (h, w, n), dtype=np.uint8 if bits <= 8 else np.uint16)

    for order, letter in (("<", "ii"), (">", "mm")):
        for compression in (NONE, DEFLATE):
            tail = f"{letter}_{'raw' if compression == NONE else 'deflate'}.tiff"
            common = {"order": order, "compression": compression}
            for bits in (1, 2, 4, 8):
                yield f"white_is_zero_{bits}bit_{tail}", encode(noise(1, bits), 0, bits, **common)
                yield f"grey_{bits}bit_{tail}", encode(noise(1, bits), 1, bits, rows=3, **common)
                palette = rng.integers(0, 65536, (1 << bits, 3))
                yield f"palette_{bits}bit_{tail}", encode(noise(1, bits), 3, bits, palette=palette, **common)
            yield f"grey_16bit_{tail}", encode(noise(1, 16) >> np.uint16(7), 1, 16, **common)
            signed = (noise(1, 16).astype(np.int32) - 32768 >> 7).astype(np.int16)
            if order == "<" or compression == NONE:  # else misread_by_pillow()
                yield f"grey_signed_16bit_{tail}", encode(signed, 1, 16, sample_format=2, **common)
                yield f"grey_signed_32bit_{tail}", encode(signed.astype(np.int32), 1, 32, sample_format=2, **common)
                yield f"grey_float_{tail}", encode(signed.astype(np.float32) * 1.3, 1, 32, sample_format=3, **common)
            yield f"grey_alpha_{tail}", encode(noise(2), 1, 8, extras=(2,), **common)
            yield f"rgb_{tail}", encode(noise(3), 2, 8, rows=5, **common)
            yield f"rgb_tiles_{tail}", encode(noise(3), 2, 8, tile=16, **common)
            yield f"rgb_16bit_{tail}", encode(noise(3, 16), 2, 16, **common)
            yield f"rgb_planar_{tail}", encode(noise(3), 2, 8, planar=True, rows=4, **common)
            yield f"rgbx_{tail}", encode(noise(4), 2, 8, extras=(0,), **common)
            yield f"rgba_{tail}", encode(noise(4), 2, 8, extras=(2,), **common)
            yield f"rgba_premultiplied_{tail}", encode(noise(4), 2, 8, extras=(1,), **common)
            yield f"rgba_premultiplied_16bit_{tail}", encode(noise(4, 16), 2, 16, extras=(1,), **common)
            yield f"rgba_6_samples_{tail}", encode(noise(6), 2, 8, extras=(2, 0, 0), **common)
            yield f"cmyk_{tail}", encode(noise(4), 5, 8, **common)
            yield f"cmyk_16bit_{tail}", encode(noise(4, 16), 5, 16, **common)
            yield f"cmyk_planar_{tail}", encode(noise(4), 5, 8, planar=True, **common)
        yield f"rgb_predictor_{letter}.tiff", encode(noise(3), 2, 8, order=order, predict=True)
        yield f"rgb_16bit_predictor_{letter}.tiff", encode(noise(3, 16), 2, 16, order=order, predict=True)
        yield f"rgb_planar_tiles_{letter}.tiff", encode(noise(3), 2, 8, order=order, planar=True, tile=32)
        yield f"rgb_16bit_planar_{letter}.tiff", encode(noise(3, 16), 2, 16, order=order, planar=True)
        yield f"rgba_planar_{letter}.tiff", encode(noise(4), 2, 8, order=order, planar=True, extras=(2,))
        yield f"rgba_premultiplied_planar_{letter}.tiff", encode(noise(4), 2, 8, order=order, planar=True, extras=(1,))
        for subsampling in ((1, 1), (2, 2)):
            more = {530: ("H", list(subsampling))}
            if subsampling == (1, 1):
                ycc = encode(noise(3), 6, 8, order=order, compression=DEFLATE, more=more)
                yield f"ycbcr_deflate_{letter}.tiff", ycc
                yield f"ycbcr_raw_{letter}.tiff", encode(noise(3), 6, 8, order=order, compression=NONE, more=more)
    yield "rgb_big.tiff", encode(noise(3), 2, 8, big=True, compression=NONE)
    yield "last_strip_padded.tiff", last_strip_padded(noise(3))
    for orientation in range(1, 9):
        yield f"orientation_{orientation}.tiff", encode(noise(3), 2, 8, orientation=orientation)


def with_counts(data: bytes, tag: int, change, order: str = "<") -> bytes:
    """The same file with other byte counts, or without any. change: counts -> counts."""
    at = struct.unpack_from(order + "I", data, 4)[0]
    n = struct.unpack_from(order + "H", data, at)[0]
    entries = [data[at + 2 + 12 * i : at + 14 + 12 * i] for i in range(n)]
    old = next(e for e in entries if struct.unpack_from(order + "H", e)[0] == tag)
    count, where = struct.unpack(order + "II", old[4:])
    counts = list(
        struct.unpack_from(order + "I" * count, old, 8)
        if count == 1
        else struct.unpack_from(order + "I" * count, data, where)
    )
    new = change(counts) if change else []
    directory = len(data) + len(data) % 2
    values_at = directory + 2 + 12 * n + 4
    field = struct.pack(order + "I", new[0] if len(new) == 1 else values_at)
    changed = [struct.pack(order + "HHI", tag, 4, len(new)) + field if e is old else e for e in entries]
    if not new:
        changed.remove(next(e for e in changed if struct.unpack_from(order + "H", e)[0] == tag))
    head = data[:4] + struct.pack(order + "I", directory) + data[8:]
    body = struct.pack(order + "H", len(changed)) + b"".join(changed) + bytes(4)
    return (
        head.ljust(directory, b"\0")
        + body.ljust(values_at - directory, b"\0")
        + struct.pack(order + "I" * len(new), *new)
    )


def subsampled(rng, w: int, h: int, share: tuple[int, int], tile: int | None = None, more: dict | None = None) -> bytes:
    """Deflated YCbCr, where share[0] x share[1] luma samples have one Cb and one Cr."""
    rows = tile or 8
    tags = {
        256: ("I", [w]), 257: ("I", [h]), 258: ("H", [8, 8, 8]), 259: ("H", [DEFLATE]), 262: ("H", [6]),
        277: ("H", [3]), 530: ("H", list(share)), **(more or {}),
    }  # fmt: skip
    tags |= {322: ("I", [tile]), 323: ("I", [tile])} if tile else {278: ("I", [rows])}
    heights = [rows if tile else min(rows, h - y) for y in range(0, h, rows) for _ in range(0, w, tile or w)]
    units = [-(-(tile or w) // share[0]) * -(-height // share[1]) for height in heights]
    blocks = [
        zlib.compress(rng.integers(0, 256, n * (share[0] * share[1] + 2), dtype=np.uint8).tobytes()) for n in units
    ]
    return tiff(tags, blocks, tiled=bool(tile))

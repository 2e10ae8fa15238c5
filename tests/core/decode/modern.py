"""HEIC, AVIF and JPEG XL files by the encoders of the originals. Each maker yields (name, bytes)."""

import io
import struct
from collections.abc import Iterator

import numpy as np
import pillow_heif
from PIL import Image

from core.decode import oracle, zoo  # noqa: F401  oracle registers the formats

CHROMAS = ("420", "422", "444")


def deep_heic(w: int, h: int, mode: str, **options) -> bytes:
    """More than 8 bits a sample: 10, or 12 with save_to_12bit."""
    channels = {"RGB;16": 3, "RGBA;16": 4, "I;16": 1}[mode]
    pixels = np.asarray(zoo.with_alpha(zoo.photo(w, h)), np.uint16)[..., :channels] * 257
    out = io.BytesIO()
    pillow_heif.encode(mode, (w, h), np.ascontiguousarray(pixels).tobytes(), out, quality=90, **options)
    return out.getvalue()


def heics(w: int, h: int) -> Iterator[tuple[str, bytes]]:
    rgb = zoo.photo(w, h)
    for chroma in CHROMAS:
        yield f"{chroma}.heic", zoo.save(rgb, "HEIF", quality=80, chroma=chroma)
    yield "lossless.heic", zoo.save(rgb, "HEIF", quality=-1, chroma="444", matrix_coefficients=0)
    yield "grey.heic", zoo.save(rgb.convert("L"), "HEIF")
    yield "rgba.heic", zoo.save(zoo.with_alpha(rgb), "HEIF", chroma="444")
    yield "grey_alpha.heic", zoo.save(zoo.with_alpha(rgb.convert("L")), "HEIF", chroma="444")
    yield "limited.heic", zoo.save(rgb, "HEIF", chroma="444", full_range_flag=0)
    yield "bt709.heic", zoo.save(rgb, "HEIF", chroma="444", matrix_coefficients=1)
    for orientation in range(1, 9):
        yield f"orientation_{orientation}.heic", zoo.save(rgb, "HEIF", chroma="444", exif=zoo.exif(orientation))
    yield (
        "second_is_primary.heic",
        zoo.save(zoo.photo(w + 5, h + 3), "HEIF", save_all=True, append_images=[rgb], primary_index=1, chroma="444"),
    )
    yield "thumbnail.heic", zoo.save(rgb, "HEIF", thumbnails=[16], chroma="444")
    if min(w, h) > 1:
        yield "10_bit.heic", deep_heic(w, h, "RGB;16", chroma="444")
        yield "10_bit_420.heic", deep_heic(w, h, "RGB;16")
        yield "10_bit_alpha.heic", deep_heic(w, h, "RGBA;16", chroma="444")
        yield "10_bit_grey.heic", deep_heic(w, h, "I;16")


def grids() -> Iterator[tuple[str, bytes]]:
    for size in ((300, 200), (129, 127), (256, 128)):
        yield f"{size[0]}x{size[1]}.heic", zoo.save(zoo.photo(*size), "HEIF", tile_size=64, chroma="444")
    yield "rgba.heic", zoo.save(zoo.with_alpha(zoo.photo(150, 130)), "HEIF", tile_size=64, chroma="444")


def avifs(w: int, h: int) -> Iterator[tuple[str, bytes]]:
    rgb = zoo.photo(w, h)
    for chroma in CHROMAS:
        subsampling = ":".join(chroma)
        yield f"{chroma}.avif", zoo.save(rgb, "AVIF", subsampling=subsampling)
        yield f"{chroma}_limited.avif", zoo.save(rgb, "AVIF", subsampling=subsampling, range="limited")
        yield f"{chroma}_rgba.avif", zoo.save(zoo.with_alpha(rgb), "AVIF", subsampling=subsampling)
    yield "best.avif", zoo.save(rgb, "AVIF", subsampling="4:4:4", quality=100)
    yield "grey.avif", zoo.save(rgb.convert("L"), "AVIF")
    yield "premultiplied.avif", zoo.save(zoo.with_alpha(rgb), "AVIF", subsampling="4:4:4", alpha_premultiplied=True)
    for orientation in range(1, 9):
        exif = zoo.exif(orientation)
        yield f"orientation_{orientation}.avif", zoo.save(rgb, "AVIF", subsampling="4:4:4", exif=exif)
    frames = {"save_all": True, "append_images": [zoo.photo(w, h, 4)]}
    yield "animated.avif", zoo.save(rgb, "AVIF", subsampling="4:4:4", **frames)


def jxls(w: int, h: int) -> Iterator[tuple[str, bytes]]:
    rgb = zoo.photo(w, h)
    for name, image in {
        "rgb": rgb,
        "grey": rgb.convert("L"),
        "rgba": zoo.with_alpha(rgb),
        "grey_alpha": zoo.with_alpha(rgb.convert("L")),
    }.items():
        yield f"{name}.jxl", zoo.save(image, "JXL", lossless=True)
        yield f"{name}_boxed.jxl", zoo.save(image, "JXL", lossless=True, use_container=True)
        yield f"{name}_lossy.jxl", zoo.save(image, "JXL", quality=80)
    wide = (np.asarray(rgb.convert("L"), np.uint16) * 3).clip(0, 65535)
    yield "grey_16_bit.jxl", zoo.save(Image.fromarray(wide), "JXL", lossless=True)
    yield "float.jxl", zoo.save(rgb.convert("F"), "JXL", lossless=True)
    for orientation in range(1, 9):
        exif = zoo.exif(orientation)
        yield f"exif_{orientation}.jxl", zoo.save(rgb, "JXL", lossless=True, use_container=True, exif=exif)
    packed = zoo.save(rgb, "JXL", lossless=True, use_container=True, exif=zoo.exif(6), compress_metadata=True)
    yield "exif_compressed.jxl", packed


def jpeg_in_jxl(folder, w: int, h: int, **options) -> bytes:
    """A JPEG packed without loss; the plugin does so with files alone."""
    path = folder / "photo.jpg"
    path.write_bytes(zoo.save(zoo.photo(w, h), "JPEG", **options))
    with Image.open(path) as image:
        return zoo.save(image, "JXL", lossless_jpeg=True)


def boxes(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """(type, begin, end) of each box at the top."""
    at = 0
    while at + 8 <= len(data):
        size = struct.unpack_from(">I", data, at)[0] or len(data) - at
        yield data[at + 4 : at + 8], at, at + size
        at += size

"""Good images of every format in many modes. FORMATS[...](w, h) yields (name, bytes).

What Pillow cannot write is made by hand, in the modules beside this one.
"""

import io
import struct
from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageFile

from core.decode import handmade_bmp, handmade_gif, handmade_png, handmade_tiff

ImageFile.MAXBLOCK = 1 << 22  # or Pillow cannot save some progressive JPEGs to memory


def photo(w: int, h: int, seed: int = 1) -> Image.Image:
    """Smooth colours with some noise, so that codecs work as on photos."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:h, 0:w]
    waves = [127 + 120 * np.sin(x / (7 + 5 * c) + seed) * np.cos(y / (11 - 2 * c)) for c in range(3)]
    noisy = np.stack(waves, axis=2) + rng.normal(0, 9, (h, w, 3))
    return Image.fromarray(noisy.clip(0, 255).astype(np.uint8))


def with_alpha(image: Image.Image) -> Image.Image:
    alpha = np.random.default_rng(3).integers(0, 256, (image.height, image.width), dtype=np.uint8)
    alpha[: image.height // 2] = 0
    image = image.copy()
    image.putalpha(Image.fromarray(alpha))
    return image


def save(image: Image.Image, format_: str, **options) -> bytes:
    out = io.BytesIO()
    image.save(out, format_, **options)
    return out.getvalue()


def exif(orientation: int, order: str = "<", wide: bool = False) -> bytes:
    kind, value = (4, "I") if wide else (3, "H")
    mark = b"II" if order == "<" else b"MM"
    entry = struct.pack(order + "HHI", 0x0112, kind, 1) + struct.pack(order + value, orientation).ljust(4, b"\0")
    other = struct.pack(order + "HHII", 0x0100, 4, 1, 77)
    return b"Exif\0\0" + mark + struct.pack(order + "HIH", 42, 8, 2) + other + entry + bytes(4)


def segment(jpeg: bytes, marker: int) -> int:
    """Where the segment with this marker begins."""
    at = 2
    while jpeg[at + 1] != marker:
        at += 2 + struct.unpack_from(">H", jpeg, at + 2)[0]
    return at


def jpeg_440(w: int, h: int, **options) -> bytes:
    """A 4:2:2 file whose header is changed to 4:4:0: both have two luma blocks and one of each chroma in a unit."""
    blocks = photo((w + 7) // 8 * 16, (h + 15) // 16 * 8)
    data = bytearray(save(blocks, "JPEG", subsampling=1, **options))
    frame = segment(data, 0xC2 if options.get("progressive") else 0xC0)
    data[frame + 5 : frame + 9] = struct.pack(">HH", h, w)
    data[frame + 11] = 0x12
    return bytes(data)


def ycck(cmyk_jpeg: bytes) -> bytes:
    data = bytearray(cmyk_jpeg)
    data[segment(data, 0xEE) + 15] = 2  # the transform in Adobe's marker
    return bytes(data)


def without_adobe(jpeg: bytes) -> bytes:
    at = segment(jpeg, 0xEE)
    return jpeg[:at] + jpeg[at + 16 :]


def jpegs(w: int, h: int) -> Iterator[tuple[str, bytes]]:
    rgb = photo(w, h)
    cmyk = Image.merge("CMYK", [*photo(w, h, 2).split(), photo(w, h, 3).getchannel(0)])
    for progressive in (False, True):
        tail = "_progressive.jpg" if progressive else ".jpg"
        for subsampling in ("4:4:4", "4:2:2", "4:2:0"):
            name = subsampling.replace(":", "")
            for quality in (20, 75, 100):
                options = {"subsampling": subsampling, "quality": quality, "progressive": progressive}
                yield f"ycbcr_{name}_q{quality}{tail}", save(rgb, "JPEG", **options)
        yield f"ycbcr_440{tail}", jpeg_440(w, h, progressive=progressive)
        yield f"grey{tail}", save(rgb.convert("L"), "JPEG", progressive=progressive)
        yield f"rgb{tail}", save(rgb, "JPEG", keep_rgb=True, progressive=progressive)
        yield f"cmyk{tail}", save(cmyk, "JPEG", progressive=progressive)
        yield f"ycck{tail}", ycck(save(cmyk, "JPEG", progressive=progressive))
        yield f"cmyk_without_adobe{tail}", without_adobe(save(cmyk, "JPEG", progressive=progressive))
        yield f"restarts{tail}", save(rgb, "JPEG", restart_marker_blocks=2, progressive=progressive)
    yield "exif_6.jpg", save(rgb, "JPEG", exif=exif(6))
    yield "optimized.jpg", save(rgb, "JPEG", optimize=True, comment=b"hello", dpi=(72, 72))
    yield "two_pictures.mpo.jpg", save(rgb, "MPO", save_all=True, append_images=[photo(w, h, 9)])
    plain = save(rgb, "JPEG")
    at = segment(plain, 0xDA)
    yield "fill_bytes.jpg", plain[:at] + b"\xff\xff\xff" + plain[at:]
    yield "bytes_after_the_end.jpg", plain + b"and then some" * 9
    # What libjpeg warns of, though no pixel is lost.
    scans = save(rgb, "JPEG", progressive=True)
    last = scans.rindex(b"\xff\xda")
    yield "bytes_between_scans.jpg", scans[:last] + b"\x12\x34" + scans[last:]
    end = at + 2 + struct.unpack_from(">H", plain, at + 2)[0]
    yield "odd_scan_parameters.jpg", plain[: end - 2] + b"\0" + plain[end - 1 :]
    adobe = bytearray(save(cmyk, "JPEG"))
    adobe[segment(adobe, 0xEE) + 15] = 9
    yield "unknown_adobe_transform.jpg", bytes(adobe)
    yield "unknown_jfif_revision.jpg", plain[:11] + b"\x07" + plain[12:]


def pngs(w: int, h: int) -> Iterator[tuple[str, bytes]]:
    rgb = photo(w, h)
    for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"):
        source = with_alpha(rgb) if mode == "RGBA" else rgb.convert("L") if mode == "I;16" else rgb
        yield f"pillow_{mode.replace(';', '')}.png", save(source.convert(mode), "PNG")
    frames = {"save_all": True, "append_images": [photo(w, h, 5)]}
    yield "animated.png", save(rgb, "PNG", **frames)
    yield "animated_with_default_image.png", save(rgb, "PNG", default_image=True, **frames)
    yield from handmade_png.variants(w, h)


def webps(w: int, h: int) -> Iterator[tuple[str, bytes]]:
    rgb = photo(w, h)
    rgba = with_alpha(rgb)
    for quality in (10, 80, 100):
        yield f"lossy_q{quality}.webp", save(rgb, "WEBP", quality=quality)
    yield "lossless.webp", save(rgb, "WEBP", lossless=True)
    yield "lossy_alpha.webp", save(rgba, "WEBP", quality=80)
    yield "lossless_alpha.webp", save(rgba, "WEBP", lossless=True)
    yield "lossless_alpha_exact.webp", save(rgba, "WEBP", lossless=True, exact=True)
    frames = {"save_all": True, "append_images": [photo(w, h, 5)], "duration": 100}
    yield "animated.webp", save(rgb, "WEBP", **frames)
    yield "animated_alpha.webp", save(rgba, "WEBP", lossless=True, **frames)
    still = save(rgb, "WEBP", quality=80)
    yield "animated_small_first_frame.webp", handmade_gif.animated_webp((w + 9, h + 7), (4, 2, w, h), still)
    transparent = save(rgba, "WEBP", lossless=True, exact=True)
    yield "animated_small_transparent.webp", handmade_gif.animated_webp((w + 9, h + 7), (4, 2, w, h), transparent)


def gifs(w: int, h: int) -> Iterator[tuple[str, bytes]]:
    rgb = photo(w, h)
    for interlace in (0, 1):
        yield f"pillow_palette_{interlace}.gif", save(rgb.convert("P"), "GIF", interlace=interlace)
        yield f"pillow_adaptive_{interlace}.gif", save(rgb.quantize(20), "GIF", interlace=interlace)
    yield "pillow_grey.gif", save(rgb.convert("L"), "GIF")
    yield "pillow_bilevel.gif", save(rgb.convert("1"), "GIF")
    yield "pillow_alpha.gif", save(with_alpha(rgb), "GIF")
    yield "animated.gif", save(rgb, "GIF", save_all=True, append_images=[photo(w, h, 5)])
    yield from handmade_gif.variants(w, h)


def bmps(w: int, h: int) -> Iterator[tuple[str, bytes]]:
    rgb = photo(w, h)
    for mode in ("1", "L", "P", "RGB", "RGBA"):
        yield f"pillow_{mode}.bmp", save((with_alpha(rgb) if mode == "RGBA" else rgb).convert(mode), "BMP")
    yield from handmade_bmp.variants(w, h)


def tiffs(w: int, h: int) -> Iterator[tuple[str, bytes]]:
    rgb = photo(w, h)
    for compression in (None, "tiff_lzw", "tiff_adobe_deflate", "tiff_deflate", "packbits", "lzma", "zstd"):
        for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "I;16", "I", "F"):
            source = with_alpha(rgb) if mode == "RGBA" else rgb.convert("L") if mode in ("I;16", "I", "F") else rgb
            name = f"pillow_{mode.replace(';', '')}_{compression or 'raw'}.tiff"
            yield name, save(source.convert(mode), "TIFF", compression=compression)
    for compression in ("tiff_ccitt", "group3", "group4"):
        yield f"pillow_1_{compression}.tiff", save(rgb.convert("1"), "TIFF", compression=compression)
        yield (
            f"fill_order_2_{compression}.tiff",
            save(rgb.convert("1"), "TIFF", compression=compression, tiffinfo={266: 2}),
        )
    for mode in ("L", "RGB", "CMYK", "YCbCr"):
        for quality in (30, 95):
            name = f"pillow_{mode}_jpeg_q{quality}.tiff"
            yield name, save(rgb.convert(mode), "TIFF", compression="jpeg", quality=quality)
    for predictor in (1, 2):
        options = {"compression": "tiff_lzw", "tiffinfo": {317: predictor, 278: 3}}
        yield f"pillow_lzw_predictor_{predictor}.tiff", save(rgb, "TIFF", **options)
    yield "pillow_big.tiff", save(rgb, "TIFF", big_tiff=True)
    yield from handmade_tiff.variants(w, h)


FORMATS = {"jpeg": jpegs, "png": pngs, "webp": webps, "gif": gifs, "bmp": bmps, "tiff": tiffs}

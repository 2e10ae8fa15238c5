"""Debian's libheif with its own HEVC decoder, libde265, called as core/decode/codecs/heif.cpp calls it."""

import ctypes as c

import numpy as np

RGB, PLANAR, INTERLEAVED = 1, 3, 10  # heif_colorspace, heif_chroma
RED, GREEN, BLUE, ALL = 3, 4, 5, 10  # heif_channel


class Error(c.Structure):
    _fields_ = (("code", c.c_int), ("subcode", c.c_int), ("message", c.c_char_p))


class Options(c.Structure):
    """Their first two versions."""

    _fields_ = (
        ("version", c.c_uint8),
        ("ignore_transformations", c.c_uint8),
        ("progress", c.c_void_p * 4),
        ("convert_hdr_to_8bit", c.c_uint8),
    )


library = c.CDLL("libheif.so.1")
library.heif_context_read_from_memory_without_copy.restype = Error
library.heif_context_get_primary_image_handle.restype = Error
library.heif_decode_image.restype = Error
library.heif_context_alloc.restype = c.c_void_p
library.heif_image_get_plane_readonly.restype = c.c_void_p
library.heif_decoding_options_alloc.restype = c.POINTER(Options)
library.heif_get_version_number.restype = c.c_uint32
INTERLEAVES = library.heif_get_version_number() >= 1 << 24 | 16 << 16  # 1.16


def check(error: Error) -> None:
    if error.code != 0:
        raise ValueError(error.message.decode())


def read_plane(image: c.c_void_p, channel: int, samples: int) -> np.ndarray:
    """[height, width, samples]"""
    height, width = (getattr(library, f"heif_image_get_{what}")(image, channel) for what in ("height", "width"))
    stride = c.c_int()
    start = library.heif_image_get_plane_readonly(image, channel, c.byref(stride))
    rows = np.ctypeslib.as_array(c.cast(start, c.POINTER(c.c_uint8)), (height, stride.value))
    return rows[:, : width * samples].reshape(height, width, samples).copy()


def decode(data: bytes) -> np.ndarray:
    """[height, width, 3]; raises ValueError."""
    context, handle, image = c.c_void_p(library.heif_context_alloc()), c.c_void_p(), c.c_void_p()
    options = library.heif_decoding_options_alloc()
    options.contents.convert_hdr_to_8bit = 1
    try:
        read = library.heif_context_read_from_memory_without_copy
        check(read(context, data, c.c_size_t(len(data)), None))
        check(library.heif_context_get_primary_image_handle(context, c.byref(handle)))
        is_deep = library.heif_image_handle_get_luma_bits_per_pixel(handle) > 8
        chroma = INTERLEAVED if is_deep or INTERLEAVES else PLANAR
        check(library.heif_decode_image(handle, c.byref(image), RGB, chroma, options))
        if chroma == INTERLEAVED:
            return read_plane(image, ALL, 3)
        return np.concatenate([read_plane(image, channel, 1) for channel in (RED, GREEN, BLUE)], axis=2)
    finally:
        library.heif_image_release(image)
        library.heif_image_handle_release(handle)
        library.heif_decoding_options_free(options)
        library.heif_context_free(context)

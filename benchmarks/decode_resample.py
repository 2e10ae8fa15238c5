"""Decode and resample photos to 224x224 (bicubic): Pillow against coulis on one thread, with equal bytes.

    PYTHONPATH=build/release/python python benchmarks/decode_resample.py [FOLDER] [--rounds 7] [--json FILE]

Protocol: the bytes of all results are compared first. Then Pillow and coulis run in turn over the same photos in
memory; the ratio is taken within a round. Pillow's result is an Image (not copied to an array), coulis's an array.
"""

import argparse
import io
import itertools
import sys
import time
from collections.abc import Callable
from pathlib import Path

import harness
import numpy as np
import PIL
import report
from coulis import _core
from PIL import Image

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
SIDE_PX = 224
LOWEST_RATIO = 8  # the goal for both steps together


def read_photos(folder: Path, count: int) -> list[bytes]:
    """The first photos of the folder by name, repeated if it has fewer."""
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in (".jpg", ".jpeg"))
    if not paths:
        sys.exit(f"no JPEG files under {folder}")
    return [path.read_bytes() for path in itertools.islice(itertools.cycle(paths[:count]), count)]


def decode_with_pillow(photo: bytes) -> Image.Image:
    return Image.open(io.BytesIO(photo)).convert("RGB")


def resize_with_pillow(image: Image.Image) -> Image.Image:
    return image.resize((SIDE_PX, SIDE_PX), Image.Resampling.BICUBIC)


def resize_with_coulis(pixels: np.ndarray) -> np.ndarray:
    return _core.resample(pixels, SIDE_PX, SIDE_PX)


def prepare(photos: list[bytes], only: str | None) -> tuple[list, Callable, list, Callable]:
    """Inputs and step of Pillow, inputs and step of coulis."""
    if only == "resample":
        images = [decode_with_pillow(photo) for photo in photos]
        return images, resize_with_pillow, [np.asarray(image) for image in images], resize_with_coulis
    if only == "decode":
        return photos, decode_with_pillow, photos, _core.decode
    return (
        photos,
        lambda photo: resize_with_pillow(decode_with_pillow(photo)),
        photos,
        lambda photo: resize_with_coulis(_core.decode(photo)),
    )


def measure_us(step: Callable, inputs: list) -> float:
    start = time.perf_counter()
    for item in inputs:
        step(item)
    return (time.perf_counter() - start) / len(inputs) * 1e6


def parse_arguments() -> argparse.Namespace:
    parser = harness.make_parser(__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=EXAMPLES, help="photos (default: examples/)")
    parser.add_argument("--photos", type=int, default=256, help="how many photos (default: 256)")
    parser.add_argument("--only", choices=["decode", "resample"], help="measure this step alone")
    parser.add_argument("--simd", default="best", help="limit coulis to portable, avx2 or avx512")
    arguments = harness.parse(parser, rounds=7)
    if arguments.quick:
        arguments.photos = 32
    return arguments


def main() -> None:
    arguments = parse_arguments()
    _core.limit_simd(arguments.simd)
    photos = read_photos(arguments.folder, arguments.photos)
    pillow_inputs, pillow_step, coulis_inputs, coulis_step = prepare(photos, arguments.only)
    for photo, ours in zip(pillow_inputs, coulis_inputs, strict=True):
        np.testing.assert_array_equal(coulis_step(ours), np.asarray(pillow_step(photo)), strict=True)

    machine = report.describe_machine()
    us = harness.run_in_turn(
        {
            "Pillow": lambda: measure_us(pillow_step, pillow_inputs),
            "coulis": lambda: measure_us(coulis_step, coulis_inputs),
        },
        arguments.rounds,
        arguments.simd,
    )
    goal = None if arguments.only else LOWEST_RATIO
    figures = [
        report.make_figure("Pillow / coulis", "x", report.divide(us["Pillow"], us["coulis"]), at_least=goal),
        report.make_figure(f"Pillow {PIL.__version__}", "us per photo", us["Pillow"]),
        report.make_figure(f"coulis ({_core.simd_in_use()})", "us per photo", us["coulis"]),
        report.make_peak_figure(us),
    ]
    title = f"{arguments.only or 'decode and resample'}, one thread".capitalize()
    report.publish(title, f"equal bytes for {len(photos)} photos", arguments, machine, figures)


if __name__ == "__main__":
    main()

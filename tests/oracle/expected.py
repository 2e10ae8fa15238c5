"""What a run should give, by Pillow, ONNX Runtime and LiteRT: a second implementation, slow and without coulis."""

import io
import random
import re
import warnings
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import numpy as np
from core.network.pooled_by_litert import PooledByLiteRT
from originals import published_model
from PIL import Image, ImageOps, UnidentifiedImageError

LISTED = set("jpg jpeg jpe jfif png webp gif bmp dib tif tiff mpo apng heic heif hif avif jxl jp2".split())  # noqa: SIM905
READ = ("JPEG", "MPO", "PNG", "WEBP", "GIF", "BMP", "DIB", "TIFF", "HEIF", "AVIF", "JXL")
KNOWN_STARTS = (b"\x89PNG", b"\xff\xd8\xff", b"BM", b"GIF8", b"RIFF")
FORMULA_STARTS = tuple("=+-@\uff1d\uff0b\uff0d\uff20")


@dataclass
class Options:
    label_level: int = 1
    label_regex: str = ""
    include: list[str] = field(default_factory=list)
    exclude: list[str] = field(default_factory=list)
    precision: str = "fp32"
    k: int = 50
    variance: float = 0
    convention: str = "centred"
    whiten: bool = False
    separator: str = ","
    formulas: str = "quote"
    turned: bool = False
    max_pixels: int = 89478485
    images_per_part: int = 1024

    def flags(self) -> list:
        flags = ["--precision", self.precision, "--csv-formulas", self.formulas]
        flags += ["--images-per-part", self.images_per_part, "--max-pixels", self.max_pixels]
        flags += ["--pca-convention", self.convention] + (["--pca-whiten"] if self.whiten else [])
        flags += ["--csv-separator", {"\t": "tab"}.get(self.separator, self.separator)]
        flags += ["--variance", self.variance] if self.variance else ["-k", self.k]
        flags += ["--label-regex", self.label_regex] if self.label_regex else ["--label-level", self.label_level]
        for name in ("include", "exclude"):
            for glob in getattr(self, name):
                flags += [f"--{name}", glob]
        return flags + (["--exif-orientation"] if self.turned else [])


def choose_options(seed: int) -> Options:
    rng = random.Random(seed)

    def sometimes(values: list, usual):
        return rng.choice(values) if rng.random() < 0.4 else usual

    return Options(
        label_level=sometimes([2, 3, 99], 1),
        label_regex=sometimes([r"([a-z])_[0-9]+", "/([^/]+)/[^/]*$", "(nowhere)", r"_0*([0-9]+)\.(jpg|png)"], ""),
        include=sometimes([["*.jpg", "*.png"], ["[xy]_*"], ["*/*"], ["x*", "z*.gif"]], []),
        exclude=sometimes([["*.gif"], ["?_00[1-3]*"], ["b/*"]], []),
        precision=sometimes(["int8"], "fp32"),
        k=rng.choice([1, 2, 3, 5, 50]),
        variance=sometimes([0.3, 0.8, 0.95], 0),
        convention=sometimes(["spark"], "centred"),
        separator=rng.choice([",", ";", "\t", "|", ":"]),
        formulas=sometimes(["keep"], "quote"),
        turned=rng.random() < 0.5,
        max_pixels=sometimes([200_000], 89478485),
        images_per_part=sometimes([3, 7], 1024),
        whiten=rng.random() < 0.3,
    )


def printable(text: str) -> str:
    return "".join(f"\\x{ord(c):02x}" if ord(c) < 32 or ord(c) == 127 else c for c in text)


def matches(key: str, globs: list[str]) -> bool:
    return any(fnmatchcase(key if "/" in glob else key.rpartition("/")[2], glob) for glob in globs)


def list_photos(folder: Path, options: Options) -> list[Path]:
    found = []
    for path in folder.rglob("*"):
        key = str(path.relative_to(folder))
        wanted = matches(key, options.include) if options.include else path.suffix[1:].lower() in LISTED
        if path.is_file() and wanted and not matches(key, options.exclude):
            found.append(path)
    return sorted(found, key=lambda path: str(path).encode())


def label_of(path: Path, options: Options) -> str:
    if options.label_regex:
        found = re.search(options.label_regex, str(path))
        return printable(found[1]) if found else ""
    folders = path.parts[1:-1][::-1]  # the nearest first
    return printable(folders[options.label_level - 1]) if options.label_level <= len(folders) else ""


def read_pixels(data: bytes, options: Options) -> np.ndarray | str:
    """uint8 [224, 224, 3], or the code of the failure."""
    if not data:
        return "empty"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(io.BytesIO(data))
            if image.format not in READ:
                return "unsupported"
            if image.width * image.height > options.max_pixels:
                return "too_large"
            image = ImageOps.exif_transpose(image) if options.turned else image
            return np.asarray(image.convert("RGB").resize((224, 224), Image.Resampling.BICUBIC))
    except UnidentifiedImageError:
        return "corrupt" if data.startswith(KNOWN_STARTS) else "not_an_image"
    except OSError as error:
        assert "truncated" in str(error), error
        return "truncated"


@cache
def litert() -> PooledByLiteRT:
    return PooledByLiteRT(published_model.PUBLISHED)


@cache
def row_of(pixels: bytes, precision: str) -> np.ndarray:
    image = np.frombuffer(pixels, np.uint8).reshape(1, 224, 224, 3)
    return (litert() if precision == "int8" else published_model).features(image)[0]


@dataclass
class Expected:
    listed: list[Path]
    paths: list[str]  # of the photos with features, in order
    labels: list[str]
    features: np.ndarray  # [n, 1280]
    errors: list[tuple[str, str, int]]  # path, code, size
    flat: list[bool]  # [n]: one colour


def expect(folder: Path, options: Options, before: list[Path]) -> Expected:
    """before: what the last run on this OUTPUT listed, in order. What is new comes after it."""
    listed = list_photos(folder, options)
    listed = [path for path in before if path in listed] + [path for path in listed if path not in before]
    expected, rows = Expected(listed, [], [], np.zeros((0, 1280)), [], []), []
    for path in listed:
        data = path.read_bytes()
        pixels = read_pixels(data, options)
        if isinstance(pixels, str):
            expected.errors.append((printable(str(path)), pixels, len(data)))
            continue
        expected.paths.append(printable(str(path)))
        expected.labels.append(label_of(path, options))
        expected.flat.append(bool((pixels == pixels[0, 0]).all()))
        rows.append(row_of(pixels.tobytes(), options.precision))
    if rows:
        expected.features = np.stack(rows)
    expected.errors.sort(key=lambda row: row[0].encode())
    return expected

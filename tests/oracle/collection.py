"""Folders of photos made at random: formats, colour modes, names, broken files; and what changes between two runs."""

import io
import random
from pathlib import Path

import numpy as np
from PIL import Image

FOLDERS = ["a", "b/c", "Ünï côde", "one, two", 'two "words"', "=sum", "semi;colon", "-dash", "tab\there", "b/c/d", "#"]
# ending, Pillow's name, colour modes
FORMATS = [
    (("jpg", "JPG", "jpeg"), "JPEG", ("RGB", "L", "CMYK")),
    (("png", "Png"), "PNG", ("RGB", "RGBA", "P", "L", "LA", "1")),
    (("webp",), "WEBP", ("RGB", "RGBA")),
    (("gif",), "GIF", ("P", "L")),
    (("bmp",), "BMP", ("RGB", "L", "P")),
    (("tif", "tiff"), "TIFF", ("RGB", "L", "CMYK")),
]
WITH_EXIF = ("JPEG", "PNG", "WEBP")


def make_pixels(seed: int, width: int, height: int) -> Image.Image:
    """Noise of a few scales, so that features differ from photo to photo."""
    rng = np.random.default_rng(seed)
    coarse = Image.fromarray(rng.integers(0, 256, (rng.integers(1, 9), rng.integers(1, 9), 3), np.uint8))
    image = np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC), int)
    return Image.fromarray(np.clip(image + rng.normal(0, 12, image.shape), 0, 255).astype(np.uint8))


def make_photo(rng: random.Random) -> tuple[str, bytes]:
    """ending, content"""
    endings, kind, modes = rng.choice(FORMATS)
    width, height = (rng.choice([1, 7, 100, 224, 301, rng.randint(2, 400)]) for _ in range(2))
    image = make_pixels(rng.getrandbits(32), width, height)
    mode = rng.choice(modes)
    if mode in ("RGBA", "LA"):
        image.putalpha(image.convert("L"))
    options: dict = {"quality": rng.choice([30, 75, 95])} if kind == "JPEG" else {}
    if kind in WITH_EXIF and rng.random() < 0.5:
        exif = Image.Exif()
        exif[0x0112] = rng.randint(1, 8)
        options["exif"] = exif
    stream = io.BytesIO()
    image.convert(mode).save(stream, kind, **options)
    return rng.choice(endings), stream.getvalue()


def make_broken(rng: random.Random) -> tuple[str, bytes]:
    stream = io.BytesIO()
    kind = rng.choice(["empty", "text", "cut", "cut", "checksum", "unread", "large"])
    image = make_pixels(rng.getrandbits(32), 120, 90)
    if kind == "empty":
        return "jpg", b""
    if kind == "text":
        return rng.choice(["jpg", "png", "heic"]), b"no photo at all, whatever its name"
    if kind == "cut":
        ending, name = rng.choice([("jpg", "JPEG"), ("bmp", "BMP")])
        image.save(stream, name)
        data = stream.getvalue()
        return ending, data[: int(len(data) * rng.uniform(0.5, 0.9))]
    if kind == "checksum":
        image.save(stream, "PNG")
        data = bytearray(stream.getvalue())
        data[29] ^= 0xFF  # of the header
        return "png", bytes(data)
    if kind == "unread":
        image.save(stream, "JPEG2000")
        return "jp2", stream.getvalue()
    Image.new("L", (1000, 500), rng.randrange(256)).save(stream, "PNG")
    return "png", stream.getvalue()


class Collection:
    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.rng = random.Random(seed)
        self.folders = self.rng.sample(FOLDERS, self.rng.randint(1, 5)) + self.rng.choice([[], [""]])
        self.count = 0
        folder.mkdir(parents=True)
        for _ in range(self.rng.randint(3, 14)):
            self.add(*make_photo(self.rng))
        for _ in range(self.rng.randint(0, 4)):
            self.add(*make_broken(self.rng))
        for _ in range(self.rng.randint(0, 2)):
            self.add(self.rng.choice(["txt", "db", "jpg.part"]), b"no photo by name")

    def add(self, ending: str, content: bytes) -> None:
        self.count += 1
        path = self.folder / self.rng.choice(self.folders) / f"{self.rng.choice('xyz')}_{self.count:03}.{ending}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def files(self) -> list[Path]:
        return sorted(path for path in self.folder.rglob("*") if path.is_file())

    def change(self, added: int) -> None:
        """Some files are replaced, some removed, some added."""
        for path in self.rng.sample(self.files(), min(2, len(self.files()))):
            if self.rng.random() < 0.5:
                path.unlink()
            else:
                path.write_bytes((make_photo if self.rng.random() < 0.7 else make_broken)(self.rng)[1])
        for _ in range(added):
            self.add(*make_photo(self.rng))

"""Large photos for the benchmarks, made from wallpapers in Debian's packages when a benchmark runs, and not kept.

`apt-get download` and `dpkg -x` fetch the packages. The wallpapers are photos and drawings of up to 24 megapixels.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

PACKAGES = ("mate-backgrounds", "gnome-backgrounds", "ukui-wallpapers", "lomiri-wallpapers-20.04")
PHONE = (4032, 3024)  # 12 megapixels
SMALLEST_PX = 1500  # skips narrower wallpapers
PHOTOS = 31
TILE_PX = 512  # of HEIC, as phones write it
SETS = ("baseline", "on their side", "as they are", "4:4:4", "PNG", "WebP", "HEIC")
ORIENTATION = 0x0112  # of EXIF


def fetch_wallpapers(folder: Path) -> list[Path]:
    """Unpacks the packages; raises subprocess.CalledProcessError without apt or network."""
    folder.mkdir(parents=True)
    subprocess.run(["apt-get", "download", *PACKAGES], cwd=folder, check=True, capture_output=True)
    for package in folder.glob("*.deb"):
        subprocess.run(["dpkg", "-x", package, folder / "root"], check=True)
    suffixes = (".jpg", ".jpeg", ".png", ".webp")
    files = [path for path in (folder / "root").rglob("*") if path.suffix.lower() in suffixes and not path.is_symlink()]
    return sorted(files)


def open_large(files: list[Path]) -> Iterator[Image.Image]:
    for file in files:
        with Image.open(file) as image:
            if image.width >= SMALLEST_PX:
                yield image.convert("RGB")


def as_a_phone(image: Image.Image) -> Image.Image:
    """The middle of an image, 4:3, at 12 megapixels."""
    width, height = min(image.width, image.height * 4 // 3), min(image.height, image.width * 3 // 4)
    left, top = (image.width - width) // 2, (image.height - height) // 2
    middle = image.crop((left, top, left + width, top + height))
    return middle.resize(PHONE, Image.Resampling.LANCZOS)


def save(image: Image.Image, file: Path, kind: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    if kind in ("baseline", "on their side", "4:4:4"):
        exif = Image.Exif()
        if kind == "on their side":
            exif[ORIENTATION] = 6
        subsampling = "4:4:4" if kind == "4:4:4" else "4:2:0"
        image.save(file.with_suffix(".jpg"), quality=90, subsampling=subsampling, exif=exif)
    elif kind == "PNG":
        image.save(file.with_suffix(".png"), compress_level=6)
    elif kind == "WebP":
        image.save(file.with_suffix(".webp"), quality=85, method=2)
    else:
        import pillow_heif

        pillow_heif.from_pillow(image).save(file.with_suffix(".heic"), quality=80, tile_size=TILE_PX)


def make_sets(work: Path, photos: int = PHOTOS, of_others: int = 6) -> dict[str, Path]:
    """A folder for each of SETS; `of_others`: the number of photos in other formats than JPEG."""
    wallpapers = fetch_wallpapers(work / "packages")
    sets = {kind: work / kind.replace(" ", "_").replace(":", "") for kind in SETS}
    for number, image in enumerate(open_large(wallpapers)):
        if number == photos:
            break
        photo = as_a_phone(image)
        for kind, folder in sets.items():
            if kind == "as they are":
                continue
            if kind in ("baseline", "on their side") or number < of_others:
                save(photo, folder / f"{number:03}", kind)
    for number, file in enumerate(file for file in wallpapers if file.suffix.lower() in (".jpg", ".jpeg")):
        sets["as they are"].mkdir(exist_ok=True)
        (sets["as they are"] / f"{number:03}.jpg").symlink_to(file)
    return sets

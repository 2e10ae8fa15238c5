"""What `--decode scaled` changes in the results, on large photos: features, the PCA's subspace and nearest neighbours.

Makes four overlapping views of each wallpaper in Debian's packages (phone_photos.py), each a JPEG of 12 megapixels, and
computes their features with both kinds of decoding. Two views of each wallpaper are queries: each looks for its nearest
neighbour among the other views of all wallpapers. The figures are those of precision_effect.py.

Prints a Markdown page. To publish: `python benchmarks/decoding_effect.py > docs/decoding.md`.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from phone_photos import as_a_phone, fetch_wallpapers, open_large, save
from PIL import Image
from precision_effect import COLUMNS, compute, describe, make_row

SHARE = 0.8  # of each side of the wallpaper, in one view
COMPONENTS = 20


def make_views(folder: Path, work: Path) -> int:
    """One folder of views for each wallpaper; returns the number of wallpapers."""
    count = 0
    for count, image in enumerate(open_large(fetch_wallpapers(work)), 1):
        width, height = int(image.width * SHARE), int(image.height * SHARE)
        for view in range(4):
            left = (view % 2) * (image.width - width)
            top = (view // 2) * (image.height - height)
            crop: Image.Image = image.crop((left, top, left + width, top + height))
            name = f"{'query' if view in (0, 3) else 'other'}_{view}"
            save(as_a_phone(crop), folder / f"wallpaper_{count:03}" / name, "baseline")
    return count


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        wallpapers = make_views(work / "photos", work / "packages")
        ways = ("full", "scaled")
        results = {
            way: compute(work / "photos", work / way, "--decode", way, query="query_", k=COMPONENTS) for way in ways
        }
    photos = len(results["full"].labels)
    print(f"""# Scaled decoding of large photos

A phone's photo has 12 megapixels or more, but the network's input is only 224 x 224 pixels. With `--decode scaled`, the
JPEG decoder produces 1/2, 1/4 or 1/8 of each side: the smallest size that is still at least twice the network's input.
The decoder then skips most of its arithmetic. The bicubic filter resizes the result, as it does after full decoding.
Pillow calls this method `draft`: the pixels equal those of `image.draft("RGB", (448, 448))`, to the byte. Photos too
small to be halved, and formats other than JPEG, do not change. [Figures](benchmarks.md) shows how much faster scaled
decoding is.

The default is `full`, because its features are those of Pillow and Keras. Choose one setting for a collection: the
features of the two settings are not equal, so a change of `--decode` recomputes everything.

The table shows the effect on {photos} photos of {wallpapers} scenes with {COMPONENTS} components.
Half of the photos are queries. The other half shows the same scenes from other sides, and contains the nearest
neighbours.
`python benchmarks/decoding_effect.py` wrote this page, and defines each figure.

{make_row(["decoding", *COLUMNS])}
{"|---" * (len(COLUMNS) + 1)}|""")
    for way, result in results.items():
        print(describe(way, result, results["full"]))


if __name__ == "__main__":
    main()

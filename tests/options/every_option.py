"""Another value for each option of a run, and which files of a finished OUTPUT a change of it may write again."""

import json
import struct
from pathlib import Path
from typing import Any

from cli.command import REPOSITORY, succeed

FEATURES = {"features", "thumbnails"}
OF_PCA = {"pca", "pca_model.safetensors", "matrix.csv", "errors.parquet", "errors.csv", "report.html"}
FILES_OF = {
    "features": FEATURES | OF_PCA,
    "photos": FEATURES | OF_PCA,
    "pca": OF_PCA,
    "tables": {"matrix.csv", "errors.csv"},
    "report": {"report.html"},
    "nothing": set(),
}
ALWAYS = {"manifest.json", "parts.jsonl", "_SUCCESS"}  # written with whatever else is
LOCK = ".coulis-lock"  # each run writes it, and it says nothing about the results


def list_options() -> list[dict[str, Any]]:
    return json.loads(succeed("options").stdout)


def other_values(folder: Path) -> dict[str, Any]:
    """By keyword. `model` is the built-in one with another title, and so with another sum."""
    return {
        "threads": 1,
        "model": str(write_other_model(folder)),
        "precision": "int8",
        "max_pixels": 1_000_000,
        "exif_orientation": True,
        "decode": "scaled",
        "photo_column": "jpg",
        "label_column": "kind",
        "labels": write_labels(folder),
        "include": ["*.jpg", "*.png"],
        "exclude": ["0.jpg"],
        "no_default_excludes": True,
        "label_level": 2,
        "label_regex": "/([^/]+)/[^/]*$",
        "images_per_part": 3,
        "on_bad": "fail",
        "max_bad": 0.5,
        "compression": "zstd",
        "fresh": True,
        "k": 2,
        "variance": 0.5,
        "pca_convention": "spark",
        "pca_whiten": True,
        "csv": "parts",
        "csv_separator": "tab",
        "csv_formulas": "keep",
        "csv_bom": True,
        "no_thumbnails": True,
        "endpoint_url": "http://127.0.0.1:9",
        "region": "eu-west-3",
        "addressing": "path",
        "no_sign_request": True,
        "request_payer": True,
        "max_photo_bytes": 10_000_000,
    }


# What these values do to the photos of the tests, where that is less than the option may do.
LESS = {
    "csv": {"csv", "errors.csv"},  # instead of matrix.csv
    "include": set(),  # all photos end so
    "no_default_excludes": set(),  # there is nothing else
}
# It is an order and no setting: whatever OUTPUT holds is made again.
MORE = {"fresh": FEATURES | OF_PCA}


def expected(option: dict[str, Any]) -> set[str]:
    keyword = option["name"].replace("-", "_")
    return MORE.get(keyword, LESS.get(keyword, FILES_OF[option["affects"]]))


def write_labels(folder: Path) -> str:
    table = folder / "labels.csv"
    table.write_text("file,label\n0.jpg,another\n")
    return str(table)


def write_other_model(folder: Path) -> Path:
    (built_in,) = (REPOSITORY / "models").glob("*.safetensors")
    data = built_in.read_bytes()
    (size,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + size])
    header["__metadata__"]["note"] = "another file"
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    other = folder / "other.safetensors"
    other.write_bytes(struct.pack("<Q", len(text)) + text + data[8 + size :])
    return other


def look(output: Path) -> dict[str, tuple[int, int]]:
    """Each file as it lies there: a file that is written again is another inode, or has another time."""
    stats = {
        path.relative_to(output).as_posix(): path.stat()
        for path in output.rglob("*")
        if path.is_file() and path.name != LOCK
    }
    return {name: (stat.st_ino, stat.st_mtime_ns) for name, stat in stats.items()}


def written(before: dict[str, tuple[int, int]], after: dict[str, tuple[int, int]]) -> set[str]:
    """Top-level names of what was written again or is new."""
    return {name.split("/")[0] for name, state in after.items() if before.get(name) != state}


def as_flags(keyword: str, value: Any) -> list[str]:
    flag = "-k" if keyword == "k" else "--" + keyword.replace("_", "-")
    if value is True:
        return [flag]
    return [word for one in (value if isinstance(value, list) else [value]) for word in (flag, str(one))]

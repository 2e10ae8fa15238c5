"""The coulis command as a person runs it: arguments in; exit code, both streams and files out."""

import csv
import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from faults.outputs import content

REPOSITORY = Path(__file__).parents[2]
COMMAND = os.environ.get("COULIS", str(REPOSITORY / "build" / "release" / "bin" / "coulis"))
PHOTOS = REPOSITORY / "examples" / "fruits"
ALL_PHOTOS = sorted(PHOTOS.rglob("*.jpg"))
# Before a command of root, permissions count for it.
AS_A_USER = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []


@dataclass
class Result:
    code: int
    stdout: str
    stderr: str

    @property
    def json(self) -> dict:
        return json.loads(self.stdout)


def coulis(*arguments, cwd: Path | None = None, **environment: str) -> Result:
    command = [*AS_A_USER, COMMAND, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, timeout=300, env={**os.environ, **environment}, cwd=cwd)
    return Result(
        done.returncode, done.stdout.decode(errors="surrogateescape"), done.stderr.decode(errors="surrogateescape")
    )


def succeed(*arguments, **environment: str) -> Result:
    result = coulis(*arguments, **environment)
    assert result.code == 0, result.stderr
    return result


def start(*arguments) -> subprocess.Popen:
    return subprocess.Popen(
        [COMMAND, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )


def copy_photos(folder: Path, count: int) -> Path:
    """`count` photos of the example, spread over its labels, with their label folders and times."""
    for photo in ALL_PHOTOS[:: len(ALL_PHOTOS) // count][:count]:
        target = folder / photo.relative_to(PHOTOS)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(photo, target)
    return folder


def part_files(output: Path, folder: str = "features") -> list[Path]:
    return sorted((output / folder).glob("part-*.parquet"))


def read_parts(output: Path, folder: str = "features") -> pa.Table:
    return pa.concat_tables([pq.read_table(part) for part in part_files(output, folder)])


def read_errors(output: Path) -> dict[str, dict]:
    with (output / "errors.csv").open(newline="") as file:
        return {row["path"]: row for row in csv.DictReader(file)}


def rows_by_path(output: Path, folder: str = "features") -> dict[str, tuple]:
    table = read_parts(output, folder).to_pydict()
    return {path: (label, values) for path, label, values in zip(*table.values(), strict=True)}


def read_manifest(output: Path) -> dict:
    return json.loads((output / "manifest.json").read_text())


def manifest_parts(output: Path) -> list[dict]:
    return [json.loads(line) for line in (output / "parts.jsonl").read_text().splitlines()]


def differing(one: Path, other: Path) -> list[str]:
    """Names of the files that differ between two outputs: short enough to read in a failure."""
    a, b = content(one), content(other)
    return sorted(name for name in a.keys() | b.keys() if a.get(name) != b.get(name))

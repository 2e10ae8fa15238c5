"""Image files of PngSuite, Pillow, libvips, libjpeg-turbo, libheif, libjxl and Go, each held to its row in corpora.csv.

python tests/soak/check_corpora.py --write     makes the table again; reasons stay where nothing has changed
"""

import csv
import hashlib
import os
import pickle
import resource
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2] / "build" / "release" / "python")]

from core.decode.oracle import outcome, pillow
from soak.corpora import list_files
from soak.row import Row

TABLE = Path(__file__).with_name("corpora.csv")
COLUMNS = ["name", "sha256", "code", "pixels", "pillow", "reason"]
LIMIT_BYTES = 512 << 20
LIMIT_SECONDS = 5


@dataclass(frozen=True)
class Cost:
    seconds: float  # of CPU: a busy machine changes nothing
    peak_bytes: int


def call_alone(function: Callable[[bytes], object], data: bytes) -> tuple[object, Cost]:
    """The result of the call in a process of its own; of one that dies, its signal."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
        result = pickle.dumps(function(data))
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(result)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        result = pipe.read()
    _, status, usage = os.wait4(child, 0)
    cost = Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)
    code = os.waitstatus_to_exitcode(status)
    return (pickle.loads(result) if code == 0 else f"exit {code}"), cost


def decode(data: bytes) -> tuple[str, str]:
    """(code, "width x height")."""
    got = outcome(data)
    return (got, "") if isinstance(got, str) else ("ok", f"{got.shape[1]}x{got.shape[0]}")


def compare(data: bytes) -> str:
    """What Pillow says of the same file."""
    try:
        want = pillow(data)
    except Exception:  # Pillow raises many kinds
        return "refuses"
    got = outcome(data)
    if isinstance(got, str):
        return "opens"
    if want.shape != got.shape:
        return f"{want.shape[1]}x{want.shape[0]}"
    if np.array_equal(want, got):
        return "equal"
    return f"differs by {np.abs(want.astype(int) - got).max()} in {(want != got).mean():.1%}"


def inspect(name: str, path: Path) -> tuple[dict[str, str], Cost]:
    data = path.read_bytes()
    decoded, cost = call_alone(decode, data)
    code, pixels = decoded if isinstance(decoded, tuple) else (str(decoded), "")
    compared, _ = call_alone(compare, data)
    row = {"name": name, "sha256": hashlib.sha256(data).hexdigest()[:12], "code": code, "pixels": pixels}
    return row | {"pillow": str(compared), "reason": ""}, cost


def read_table() -> dict[str, dict[str, str]]:
    with TABLE.open(newline="") as file:
        return {row["name"]: row for row in csv.DictReader(file)}


def write_table(rows: list[dict[str, str]]) -> None:
    with TABLE.open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def find_faults(row: dict[str, str], cost: Cost, golden: dict[str, dict[str, str]]) -> list[str]:
    expected = golden.get(row["name"])
    faults = []
    if expected is None:
        faults.append("not in the table")
    elif row | {"reason": expected["reason"]} != expected:
        faults.append(f"{row} instead of {expected}")
    elif row["pillow"] not in ("equal", "refuses") and row["code"] == "ok" and not expected["reason"]:
        faults.append(f"Pillow {row['pillow']}, and the table gives no reason")
    if row["code"].startswith("exit"):
        faults.append(f"the decoder died: {row['code']}")
    if cost.seconds > LIMIT_SECONDS or cost.peak_bytes > LIMIT_BYTES:
        faults.append(f"{cost}")
    return faults


def check() -> Row:
    golden = read_table()
    inspected = [inspect(name, path) for name, path in list_files()]
    faults = [f"{row['name']}: {fault}" for row, cost in inspected for fault in find_faults(row, cost, golden)]
    missing = golden.keys() - {row["name"] for row, _ in inspected}
    faults += [f"{name}: no such file any more" for name in sorted(missing)]
    for fault in faults:
        print(fault, file=sys.stderr)
    codes = Counter(row["code"] for row, _ in inspected)
    equal = sum(row["pillow"] == "equal" for row, _ in inspected)
    both = sum(row["code"] == "ok" and row["pillow"] != "refuses" for row, _ in inspected)
    assert not faults, f"{len(faults)} faults: see above"
    return Row(
        "corpora",
        "image files of PngSuite, Pillow, libvips, libjpeg-turbo, libheif, libjxl and Go",
        f"{len(inspected)} files",
        f"0 other than the golden table says; {', '.join(f'{count} {code}' for code, count in codes.most_common())}; "
        f"{equal} of the {both} that Pillow reads too are equal to its pixels; "
        f"the slowest took {max(cost.seconds for _, cost in inspected):.1f} s, "
        f"the largest peak was {max(cost.peak_bytes for _, cost in inspected) >> 20} MiB",
        "make soak CHECKS=corpora",
    )


def main() -> None:
    """With --write: makes the table again."""
    if sys.argv[1:] != ["--write"]:
        print(check())
        return
    old = read_table() if TABLE.exists() else {}
    rows = [inspect(name, path)[0] for name, path in list_files()]
    for row in rows:
        was = old.get(row["name"], row)
        row["reason"] = was["reason"] if was["sha256"] == row["sha256"] and was["pillow"] == row["pillow"] else ""
    write_table(rows)


if __name__ == "__main__":
    main()

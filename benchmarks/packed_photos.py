"""Collections compared with the same loose photos: archives in a folder, shards in a bucket, `coulis pack` and `tar`.

Protocol: Python's zipfile and tarfile pack the photos before the timing. Every round runs each contestant once, in
turn. "To features" is the listing and the stage "features" of coulis in int8 on two threads. The bucket is on a real S3
server on this machine; "20 ms" adds a proxy that delays each request by 20 ms. Before the timing, the rows of each
collection are proved equal to those of the loose photos.

`coulis plan`, of which only the listing counts, and Python's zipfile list a zip of a million empty members. The large
tar has 4 GB and is compared with one of 40 MB: photos padded with zeros.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import harness
import photos
import pipeline
import report

WRITE_ZIP = """
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as archive:
    for i in range(1_000_000):
        archive.writestr(zipfile.ZipInfo(f"label{i % 100:02}/{i:07}.jpg"), b"")
"""
MANY = 23_328  # nine times the photos of Fruits-360's Test
LIST_ZIP = "import sys, zipfile; print(len(zipfile.ZipFile(sys.argv[1]).infolist()))"


def run_coulis(
    source: str | Path, output: Path, environment: dict[str, str], *flags: str
) -> tuple[harness.Usage, float]:
    """Also returns the seconds until the features are complete."""
    shutil.rmtree(output, ignore_errors=True)
    words = ["--threads", "2", "--precision", "int8", "--no-thumbnails", "--json", "-q", *flags]
    usage = harness.run_measured([harness.COULIS, "run", source, output, *words], env={**os.environ, **environment})
    result = json.loads(usage.stdout)
    assert result["failed"] == 0, result
    return usage, result["seconds"]["list"] + result["seconds"]["features"]


def run_pack(source: Path, output: Path) -> harness.Usage:
    shutil.rmtree(output, ignore_errors=True)
    return harness.run_measured([harness.COULIS, "pack", source, output, "--threads", "2", "-q"])


def run_tar(source: Path, output: Path) -> harness.Usage:
    output.unlink(missing_ok=True)
    return harness.run_measured(["tar", "--dereference", "-cf", output, "-C", source, "."])


def rows(output: Path) -> list[bytes]:
    return sorted(row.tobytes() for row in pipeline.read_features(output / "features").values())


def write_archives(folder: Path, into: Path) -> dict[str, Path]:
    names = {kind: into / kind / f"photos.{kind}" for kind in ("zip", "tar")}
    for path in names.values():
        path.parent.mkdir()
    with zipfile.ZipFile(names["zip"], "w") as archive:
        for photo in sorted(folder.rglob("*.jpg")):
            archive.write(photo, photo.relative_to(folder))
    with tarfile.open(names["tar"], "w", dereference=True) as archive:
        archive.add(folder, ".")
    return names


def write_large_tar(path: Path, photo: Path, megabytes: int) -> Path:
    """Photos of a megabyte each: decoders ignore zeros after the end of a JPEG."""
    data = photo.read_bytes()
    with tarfile.open(path, "w") as archive:
        for i in range(megabytes):
            whole = path.with_suffix(".jpg")
            whole.write_bytes(data)
            os.truncate(whole, 1 << 20)
            archive.add(whole, f"Plum/{i:06}.jpg")
    whole.unlink()
    return path


@contextmanager
def million_members(path: Path) -> Iterator[Path]:
    subprocess.run([sys.executable, "-c", WRITE_ZIP, path], check=True)  # keeps this process small
    yield path
    path.unlink()


def compare(name: str, runs: dict[str, list[Any]], one: str, other: str, goal: float | None) -> dict[str, Any]:
    values = report.divide([seconds for _, seconds in runs[one]], [seconds for _, seconds in runs[other]])
    return report.make_figure(f"{name}, to features", "x", values, at_least=goal)


def compare_with_tar(name: str, runs: dict[str, list[Any]]) -> dict[str, Any]:
    values = report.divide([run.wall_s for run in runs["tar cf"]], [run.wall_s for run in runs["pack"]])
    return report.make_figure(f"tar cf / pack of {name}", "x", values, at_least=0.7)


def pack_many(folder: Path, work: Path, rounds: int) -> dict[str, Any]:
    """So many that the start of a process counts for little."""
    contestants = {
        "pack": partial(run_pack, folder, work / "pack-many"),
        "tar cf": partial(run_tar, folder, work / "many.tar"),
    }
    for run in contestants.values():
        run()
    return compare_with_tar(f"{MANY:,} photos", harness.run_in_turn(contestants, rounds))


def in_a_folder(folder: Path, work: Path, rounds: int) -> tuple[list[dict], str]:
    archives = write_archives(folder, work)
    contestants: dict[str, Callable[[], Any]] = {
        "loose": partial(run_coulis, folder, work / "out-loose", {}),
        **{kind: partial(run_coulis, path, work / f"out-{kind}", {}) for kind, path in archives.items()},
        "pack": partial(run_pack, folder, work / "pack"),
        "tar cf": partial(run_tar, folder, work / "all.tar"),
    }
    for run in contestants.values():
        run()
    for kind in archives:
        if rows(work / f"out-{kind}") != rows(work / "out-loose"):
            sys.exit(f"the rows from the {kind} are not those of the loose photos")
    runs = harness.run_in_turn(contestants, rounds)
    figures = [compare(f"loose / {kind} in a folder", runs, "loose", kind, 0.98) for kind in archives]
    figures.append(compare_with_tar("loose photos in a folder", runs))
    return figures, "rows of zip and tar equal those of the loose photos"


def in_a_bucket(folder: Path, work: Path, rounds: int) -> tuple[list[dict], str]:
    sys.path.append(str(harness.ROOT / "tests"))
    from storage import bucket, fault_proxy, seaweedfs

    figures: list[dict] = []
    with seaweedfs.SeaweedFs(work / "server") as server, fault_proxy.FaultProxy(server.port) as proxy:
        store = bucket.make_bucket(server, "photos")
        store.put({f"loose/{path.relative_to(folder)}": path.read_bytes() for path in folder.rglob("*.jpg")})
        store.put({f"shards/{path.name}": path.read_bytes() for path in (work / "pack").glob("*.tar")})
        for slow in (False, True):
            if slow:
                proxy.inject(fault_proxy.Fault("latency", seconds=0.02))
            url = proxy.url if slow else server.url
            environment = bucket.Coulis(url).variables | {"AWS_DEFAULT_REGION": seaweedfs.REGION}
            contestants = {
                kind: partial(run_coulis, f"s3://photos/{kind}", work / f"out-bucket-{kind}", environment)
                for kind in ("loose", "shards")
            }
            for run in contestants.values():
                run()
            if rows(work / "out-bucket-shards") != rows(work / "out-bucket-loose"):
                sys.exit("the rows from the shards are not those of the loose objects")
            runs = harness.run_in_turn(contestants, rounds)
            name = "loose / shards in a bucket" + (", 20 ms added to each request" if slow else "")
            figures.append(compare(name, runs, "loose", "shards", 1.3 if slow else 1.1))
    return figures, "rows of shards equal those of the loose objects"


def list_a_million(work: Path, rounds: int) -> list[dict]:
    with million_members(work / "million.zip") as path:
        contestants = {
            "zipfile": partial(harness.run_measured, [sys.executable, "-c", LIST_ZIP, path]),
            "coulis": partial(
                harness.run_measured, [harness.COULIS, "plan", path, work / "nowhere", "--json", "-q"], quiet=True
            ),
        }
        runs = harness.run_in_turn(contestants, rounds)
    listed_s = [json.loads(run.stdout)["list_seconds"] for run in runs["coulis"]]
    speed = report.divide([run.wall_s for run in runs["zipfile"]], listed_s)
    memory = [run.peak_rss_mb for run in runs["coulis"]]
    return [
        report.make_figure("zipfile / coulis, listing a zip of 1,000,000 members", "x", speed, at_least=5),
        report.make_figure("coulis plan, a zip of 1,000,000 members, peak memory", "MB", memory, at_most=400),
    ]


def read_large_tars(photo: Path, work: Path, megabytes: int) -> list[dict]:
    peaks = {}
    for size in (40, megabytes):
        path = write_large_tar(work / "large.tar", photo, size)
        peaks[size] = run_coulis(path, work / "out-large", {}, "-k", "2")[0].peak_rss_mb
        path.unlink()
    ratio = peaks[megabytes] / peaks[40]
    return [report.make_figure(f"peak memory, tar of {megabytes} MB / of 40 MB", "x", [ratio], at_most=1.1)]


def main() -> None:
    parser = harness.make_parser(__doc__)
    photos.add_arguments(parser)
    arguments = harness.parse(parser)
    if arguments.quick:
        arguments.photos = 256
    machine = report.describe_machine()
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        folder = photos.link_photos(arguments.folder, arguments.photos, work / "photos")
        figures, proof = in_a_folder(folder, work, arguments.rounds)
        more, another_proof = in_a_bucket(folder, work, arguments.rounds)
        figures += more
        if not arguments.quick:
            figures.append(pack_many(photos.link_photos(arguments.folder, MANY, work / "many"), work, arguments.rounds))
            figures += list_a_million(work, 3)
            figures += read_large_tars(min(folder.rglob("*.jpg")), work, 4096)
    title = f"Collections, {arguments.photos} photos, int8, two cores"
    report.publish(title, f"{proof}; {another_proof}", arguments, machine, figures)


if __name__ == "__main__":
    main()

"""coulis.spark.run with thousands of parts on a Spark cluster: what a part costs besides its photos, and flat memory.

The photos are tiny, and so is the model (tests/spark/many_parts.py). All else is the product's. A run with few parts is
subtracted, so that starts do not count. Memory: with FEW_PARTS the driver merges the most sums of moments (with more,
tasks merge them first); it keeps up to 65,536 photos in memory (20 MB) before it uses a scratch file.
"""

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import spark.conftest  # noqa: F401  the environment of Spark's processes
from cli.command import succeed
from faults.outputs import content
from soak.row import Row, Skip
from spark.cluster import Cluster
from spark.driver_usage import DRIVER, TASKS, Usage
from spark.many_parts import write_tiny_model, write_tiny_photos

MASTER = "local-cluster[2,1,1024]"
FEW_PARTS, PARTS = 256, 4000
PHOTOS_OF_A_PART = 64
STAGES = ("features", "moments", "projection and tables")
MOST_MB = 256  # of each process of the driver, whatever the parts


@dataclass(frozen=True)
class SizedRun:
    cpu_s: dict[str, float]  # by role
    peak_mb: dict[str, float]  # of the driver's processes
    seconds: dict[str, float]  # by stage


def run_sized(folder: Path, parts: int) -> SizedRun:
    folder.mkdir()
    photos = write_tiny_photos(folder / "photos", parts * PHOTOS_OF_A_PART)
    model = str(write_tiny_model(folder / "tiny.safetensors"))
    options = {"k": 10, "images_per_part": PHOTOS_OF_A_PART, "model": model, "no_thumbnails": True}
    flags = ("-k", 10, "--images-per-part", PHOTOS_OF_A_PART, "--model", model, "--no-thumbnails")
    with Cluster(folder, {"spark.master": MASTER}) as cluster:
        with Usage(cluster.driver) as usage:
            summary = cluster.succeed(photos, folder / "out", **options)
        peak_mb = {role: usage.peak_mb[role] for role in DRIVER[:2]}
        peak_mb["heap of the driver's JVM after a collection"] = usage.heap_mb()
    succeed("run", photos, folder / "command", *flags)
    assert content(folder / "out") == content(folder / "command")
    assert summary["parts"] == parts
    return SizedRun(usage.cpu_s, peak_mb, summary["seconds"])


def describe_costs(few: SizedRun, many: SizedRun) -> str:
    def ms_per_part(at_few: dict[str, float], at_many: dict[str, float], names: tuple[str, ...]) -> float:
        return 1000 * sum(at_many[name] - at_few[name] for name in names) / (PARTS - FEW_PARTS)

    cpu = [f"{name} {ms_per_part(few.cpu_s, many.cpu_s, (name,)):.1f}" for name in (*DRIVER, *TASKS)]
    wall = [f"{name} {ms_per_part(few.seconds, many.seconds, (name,)):.1f}" for name in STAGES]
    return f"ms of CPU a part: {', '.join(cpu)}; ms a part, two tasks at a time: {', '.join(wall)}"


def check() -> Row:
    try:
        import pyspark
    except ImportError as e:
        raise Skip("pyspark is not installed") from e
    if shutil.which("jcmd") is None:
        raise Skip("jcmd is not installed: it comes with a JDK")
    with tempfile.TemporaryDirectory() as temporary:
        few, many = (run_sized(Path(temporary) / str(parts), parts) for parts in (FEW_PARTS, PARTS))
    for run in (few, many):
        assert max(run.peak_mb.values()) < MOST_MB, run.peak_mb
    peaks = ", ".join(f"{name} {mb:.0f}" for name, mb in many.peak_mb.items())
    print(describe_costs(few, many))
    return Row(
        "spark_at_size",
        f"`coulis.spark.run` on {MASTER}, PySpark {pyspark.__version__}: {PARTS:,} parts of {PHOTOS_OF_A_PART} tiny"
        " photos, a model of one block, 1,280 features",
        "1 run",
        f"0 rows; the bytes of `coulis run`; {describe_costs(few, many)}; MB of memory at most: {peaks}",
        "make soak CHECKS=spark_at_size",
    )

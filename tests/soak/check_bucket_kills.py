"""kill -9 at random moments of a run into a bucket; the same command finishes it to the same bytes."""

import random
import signal
import time
from collections import Counter

from soak.bucket_of_photos import FLAGS, fingerprints, serve_photos
from soak.row import Row
from storage.bucket import Coulis, Place

COUNT = 2592
KILLS = 200


def stage_of(names: set[str], parts: int) -> str:
    """Where a killed run had come to, by what it left."""
    features = sum(name.startswith("features/part-") for name in names)
    pca = sum(name.startswith("pca/part-") for name in names)
    if "manifest.json" in names:
        return "manifest"
    if pca:
        return "pca and tables" if pca == parts else f"projection ({pca} parts)"
    return "moments" if features == parts else "features" if features else "before the first part"


def check(count: int = COUNT, kills: int = KILLS) -> Row:
    draw = random.Random(5)
    stages: Counter[str] = Counter()
    different = finished = 0
    with serve_photos(count) as (server, photos, results):
        run = Coulis(server.url)
        calm = Place(results, "calm")
        start = time.monotonic()
        run.succeed("run", photos.uri, calm.uri, *FLAGS)
        whole_s = time.monotonic() - start
        wanted = fingerprints(calm)
        parts = sum(name.startswith("features/") for name in wanted)
        while stages.total() < kills:
            output = Place(results, f"kill-{stages.total()}")
            started = run.start("run", photos.uri, output.uri, *FLAGS)
            time.sleep(draw.uniform(0, whole_s))
            started.kill()
            if run.finish(started).code != -signal.SIGKILL:
                finished += 1  # it was faster: no kill, not counted
                assert finished < 3 * kills
            else:
                names = output.names()
                stage = stage_of(names, parts)
                stages[stage.split(" (")[0]] += 1
                print(f"kill {stages.total()}: {stage}, {len(names)} objects", flush=True)
                assert "_SUCCESS" not in names
                assert run("verify", output.uri).code != 0
            run.succeed("run", photos.uri, output.uri, *FLAGS)
            different += fingerprints(output) != wanted
            for name in output.names():
                results.remove(output.key(name))
        assert results.open_uploads() == []
    note = "killed in " + ", ".join(f"{stage}: {number}" for stage, number in stages.most_common())
    return Row(
        "bucket_kills",
        f"kill -9 of a run of {count} photos into a bucket, {parts} parts, then the same command",
        str(kills),
        f"{different} outputs; {note}",
        "make soak CHECKS=bucket_kills",
    )

"""The server is killed for 20 seconds in the midst of a run, with all that was under way."""

import time

from soak.bucket_of_photos import FLAGS, fingerprints, serve_photos
from soak.row import Row
from storage.bucket import Coulis, Place

COUNT = 2592
AWAY_S = 20


def check(count: int = COUNT, kills: int = 3) -> Row:
    lost = 0
    with serve_photos(count) as (server, photos, results):
        calm = Place(results, "calm")
        run = Coulis(server.url)
        run.succeed("run", photos.uri, calm.uri, *FLAGS)
        for number in range(kills):
            output = Place(results, f"outage-{number}")
            started = run.start("run", photos.uri, output.uri, *FLAGS, "--json")
            while started.poll() is None and len(output.parts()) < 1 + 5 * number:
                time.sleep(0.01)
            assert started.poll() is None, "it had ended before the server was killed"
            server.kill()
            time.sleep(AWAY_S)
            assert started.poll() is None, "it ended while the server was away"
            server.start()
            result = run.finish(started, timeout_s=300)
            assert result.code == 0, result.stderr
            lost += count - result.json["ok"]
            assert fingerprints(output) == fingerprints(calm), "other bytes than in calm"
    note = f"{kills} of {kills} runs succeeded by themselves, byte-identical to the undisturbed one"
    return Row(
        "bucket_outage",
        f"server killed for {AWAY_S} s in the midst of a run over {count} objects",
        str(kills),
        f"{lost} photos; {note}",
        "make soak CHECKS=bucket_outage",
    )

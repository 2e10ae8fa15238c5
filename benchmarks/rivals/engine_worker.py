"""One engine as a long-lived process: answers each line of JSON on stdin with one on stdout, until stdin ends.

    python benchmarks/rivals/engine_worker.py ENGINE PRECISION MODELS IMAGES.npy

First it prints what it runs: {"version", "in_use"}. If it cannot run, it prints {"missing": why} and ends. Requests:
{"rows": FILE}: writes the features of all images, float32 [n, 1280], to a .npy file;
{"sample": LIBRARY}: runs images for a second under sample_avx512.cpp -> {"samples", "avx512"};
{"cores": [..], "seconds": s}: binds the process to these cores and runs one runner per core over the images, again and
again for s seconds -> {"images", "wall_s", "cpu_s"}, where the CPU time is that of all threads of the process.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
from engine_type import MissingError, Runner
from engines import OPENERS

WARM_UP_IMAGES = 3
SAMPLED_S = 1


def bind_process(cores: list[int]) -> None:
    """All threads, including those that a library has already made."""
    for thread in Path("/proc/self/task").iterdir():
        os.sched_setaffinity(int(thread.name), cores)


def race(runners: list[Runner], images: list[np.ndarray], cores: list[int], seconds: float) -> dict[str, float]:
    bind_process(cores)
    counts = [0] * len(runners)

    def loop(i: int) -> None:
        while time.perf_counter() < end:
            runners[i](images[counts[i] % len(images)])
            counts[i] += 1

    threads = [threading.Thread(target=loop, args=(i,)) for i in range(len(runners))]
    cpu_start, start = time.process_time(), time.perf_counter()
    end = start + seconds
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wall_s, cpu_s = time.perf_counter() - start, time.process_time() - cpu_start
    return {"images": sum(counts), "wall_s": wall_s, "cpu_s": cpu_s}


def sample(library: str, runner: Runner, images: list[np.ndarray]) -> dict[str, int]:
    sampler = ctypes.CDLL(library)
    end = time.process_time() + SAMPLED_S
    sampler.start_sampling()
    while time.process_time() < end:
        for image in images:
            runner(image)
    samples, avx512 = ctypes.c_int(), ctypes.c_int()
    sampler.stop_sampling(ctypes.byref(samples), ctypes.byref(avx512))
    return {"samples": samples.value, "avx512": avx512.value}


def serve(arguments: list[str], answer: Any) -> None:
    name, precision, models, images_file = arguments
    try:
        engine = OPENERS[name](Path(models), precision)
    except MissingError as error:
        answer({"missing": str(error).split("\n")[0]})
        return
    images = [engine.prepare(image) for image in np.load(images_file)]
    runners: dict[int, list[Runner]] = {}
    answer({"version": engine.version, "in_use": engine.in_use})
    for line in sys.stdin:
        request = json.loads(line)
        count = len(request.get("cores", [0]))
        if count not in runners:
            runners[count] = engine.make_runners(count)
            for runner in runners[count]:
                for image in images[:WARM_UP_IMAGES]:
                    runner(image)
        if "rows" in request:
            np.save(request["rows"], np.stack([runners[1][0](image) for image in images]))
            answer({})
        elif "sample" in request:
            answer(sample(request["sample"], runners[1][0], images))
        else:
            answer(race(runners[count], images, request["cores"], request["seconds"]))


def main() -> None:
    # Libraries print to stdout. This reserves it for answers and sends everything else to stderr.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def answer(message: dict[str, Any]) -> None:
        print(json.dumps(message), file=answers, flush=True)

    serve(sys.argv[1:], answer)


if __name__ == "__main__":
    main()

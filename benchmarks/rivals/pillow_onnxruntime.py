"""The rival: photos to features in optimized Python, with Pillow and ONNX Runtime.

    python benchmarks/rivals/pillow_onnxruntime.py PHOTOS OUTPUT --model FILE.onnx [--processes 2] [--reader NAME]

One process per core, each with every n-th photo. Pillow, or another reader of careful_photos.py, decodes and resizes
(bicubic, 224 px). ONNX Runtime runs one photo at a time on one thread, without spinning, its fastest mode on a CPU.
Each process writes one Parquet file.
Prints a JSON object: `loop_s` is the time of the slowest process from its first photo to its file, without start-up,
imports and the start of its session; `loop_cpu_s` is the CPU time of all processes in that loop.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from careful_photos import READERS, WIDTH, Featurizer, write_part


@dataclass(frozen=True)
class Share:
    images: int
    loop_s: float
    loop_cpu_s: float


def featurize(number: int, photos: list[Path], model: Path, reader: str, output: Path) -> Share:
    import numpy as np
    import PIL.Image  # noqa: F401 - not in the time
    import pyarrow.parquet  # noqa: F401

    featurizer = Featurizer(model, reader)
    featurizer.read(photos[0])  # its imports
    rows = np.empty((len(photos), WIDTH), np.float32)

    start, cpu_start = time.perf_counter(), time.process_time()
    for row, photo in zip(rows, photos, strict=True):
        row[:] = featurizer.featurize(photo)
    labels = [photo.parent.name for photo in photos]
    write_part(output / f"part-{number}.parquet", [str(photo) for photo in photos], labels, rows)
    return Share(len(photos), time.perf_counter() - start, time.process_time() - cpu_start)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--reader", choices=READERS, default="pillow")
    arguments = parser.parse_args()

    arguments.output.mkdir(parents=True)
    photos = sorted(path for path in arguments.photos.absolute().rglob("*") if path.is_file())
    shares = [photos[number :: arguments.processes] for number in range(arguments.processes)]
    work = partial(featurize, model=arguments.model, reader=arguments.reader, output=arguments.output)
    with multiprocessing.get_context("spawn").Pool(arguments.processes) as pool:
        done = pool.starmap(work, enumerate(shares), chunksize=1)
        pool.close()
        pool.join()
    result = {
        "images": sum(share.images for share in done),
        "loop_s": max(share.loop_s for share in done),
        "loop_cpu_s": sum(share.loop_cpu_s for share in done),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()

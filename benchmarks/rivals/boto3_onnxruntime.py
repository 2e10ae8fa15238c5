"""The rival on a bucket: photos to features in optimized Python, with boto3, Pillow and ONNX Runtime.

    python benchmarks/rivals/boto3_onnxruntime.py s3://BUCKET/PREFIX OUTPUT --model FILE.onnx [--threads 32]

Two processes, each with every other photo. In each, half of the threads prefetch with boto3, a bounded number of
photos. One thread decodes and resizes with Pillow (bicubic, 224 px) and runs ONNX Runtime on one photo at a time,
without spinning. Each process writes one Parquet file.
Prints a JSON object: `loop_s` is the time of the slower process from its first request to its file, without start-up,
imports, the start of its session and the listing; `list_s` is the time of the listing.
"""

from __future__ import annotations

import argparse
import io
import json
import multiprocessing
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from careful_photos import WIDTH, Featurizer, write_part

PROCESSES = 2
AHEAD = 256  # photos


def connect(connections: int):
    import boto3
    from botocore.config import Config

    return boto3.client("s3", config=Config(max_pool_connections=connections, retries={"mode": "standard"}))


def list_photos(bucket: str, prefix: str) -> list[str]:
    pages = connect(1).get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"{prefix}/")
    keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
    return sorted(key for key in keys if key.lower().endswith((".jpg", ".jpeg")))


def featurize(number: int, keys: list[str], bucket: str, model: Path, output: Path, threads: int) -> float:
    """Seconds."""
    import numpy as np
    import PIL.Image  # noqa: F401 - not in the time
    import pyarrow.parquet  # noqa: F401

    featurizer = Featurizer(model)
    rows = np.empty((len(keys), WIDTH), np.float32)
    client = connect(threads)

    def fetch(key: str) -> bytes:
        return client.get_object(Bucket=bucket, Key=key)["Body"].read()

    start = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        fetched = [pool.submit(fetch, key) for key in keys[:AHEAD]]
        for index, row in enumerate(rows):
            data = fetched[index].result()
            fetched[index] = None
            if index + AHEAD < len(keys):
                fetched.append(pool.submit(fetch, keys[index + AHEAD]))
            row[:] = featurizer.featurize(io.BytesIO(data))
    paths = [f"s3://{bucket}/{key}" for key in keys]
    write_part(output / f"part-{number}.parquet", paths, [key.split("/")[-2] for key in keys], rows)
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", help="s3://BUCKET/PREFIX; AWS_ENDPOINT_URL and the rest are in the environment")
    parser.add_argument("output", type=Path)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=32, help="threads that fetch, in both processes together")
    arguments = parser.parse_args()

    arguments.output.mkdir(parents=True)
    bucket, _, prefix = arguments.photos.removeprefix("s3://").partition("/")
    start = time.perf_counter()
    keys = list_photos(bucket, prefix)
    list_s = time.perf_counter() - start
    work = partial(
        featurize, bucket=bucket, model=arguments.model, output=arguments.output, threads=arguments.threads // PROCESSES
    )
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        seconds = pool.starmap(work, enumerate(keys[number::PROCESSES] for number in range(PROCESSES)), chunksize=1)
        pool.close()
        pool.join()
    print(json.dumps({"images": len(keys), "list_s": list_s, "loop_s": max(seconds)}))


if __name__ == "__main__":
    main()

"""Logs that EMR has copied to S3: found, fetched, unpacked."""

from __future__ import annotations

import gzip
from pathlib import Path, PurePosixPath
from typing import Any

from coulis_emr.options import split_s3
from coulis_emr.terminal import hand_over, say

NONE_YET = "no logs below s3://{place} yet: EMR copies them there every five minutes, and at the end"


def fetch_logs(s3: Any, log_uri: str, below: str, folder: Path | None) -> int:
    """Prints what lies below the place in the log folder, or writes it into a folder; returns how many files."""
    bucket, start = split_s3(log_uri)
    prefix = "/".join(part for part in (start, below) if part) + "/"
    count = 0
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for entry in page.get("Contents", []):
            body = s3.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read()
            keep_log(PurePosixPath(entry["Key"][len(prefix) :]), body, folder)
            count += 1
    if count == 0:
        say(NONE_YET.format(place=f"{bucket}/{prefix}"))
    return count


def keep_log(name: PurePosixPath, body: bytes, folder: Path | None) -> None:
    if name.suffix == ".gz":
        name, body = name.with_suffix(""), gzip.decompress(body)
    if folder is None:
        say(f"==> {name} <==")
        hand_over(body.decode(errors="replace"))
        return
    file = folder.joinpath(*(part for part in name.parts if part not in ("..", "/")))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(body)
    say(str(file))

"""A pack of photos that no disk holds: the indexes are whole, and the shards have a size and no bytes.

python -m soak.pack_of_nothing FOLDER PHOTOS
"""

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

PHOTOS_A_SHARD = 14_000  # of 4.4 KB each: 64 MB
BLOCK, END = 512, 1024  # of a tar: POSIX.1-2017, pax, "ustar Interchange Format"


def write_shard(folder: Path, number: int, photos: range) -> None:
    sizes = 4000 + np.arange(photos.start, photos.stop) % 977
    ends = np.cumsum(BLOCK + -(-sizes // BLOCK) * BLOCK)
    offsets = np.concatenate([[0], ends[:-1]]) + BLOCK
    name = f"shard-{number:06}.tar"
    with (folder / name).open("wb") as shard:
        shard.truncate(int(ends[-1]) + END)
    columns = {
        "key": [f"archive/{i // 1000:06}/camera-{i // 500 % 2:02}/DSC_{i:09}.jpg" for i in photos],
        "label": [f"camera-{i // 500 % 2:02}" for i in photos],
        "shard": [name] * len(photos),
        "offset": offsets,
        "size": sizes,
        "sha256": [f"{i * 0x9E3779B97F4A7C15 % 2**64:064x}" for i in photos],
    }
    pq.write_table(pa.table(columns), folder / "index" / f"part-{number:05}-{number:032x}.snappy.parquet")


def make_pack(folder: Path, photos: int) -> None:
    (folder / "index").mkdir(parents=True)
    for number, first in enumerate(range(0, photos, PHOTOS_A_SHARD)):
        write_shard(folder, number, range(first, min(first + PHOTOS_A_SHARD, photos)))
    (folder / "pack.json").write_text("{}\n")


if __name__ == "__main__":
    make_pack(Path(sys.argv[1]), int(sys.argv[2]))

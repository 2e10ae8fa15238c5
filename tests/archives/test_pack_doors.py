"""coulis.pack and coulis.spark.pack write what the command writes."""

from __future__ import annotations

from pathlib import Path

import coulis
import coulis.spark
import pytest
from archives.conftest import write_files
from archives.shelf import Files
from archives.test_pack import SMALL, content, pack
from spark.conftest import spark  # noqa: F401


@pytest.fixture
def folder(example: Files, tmp_path: Path) -> Path:
    return write_files(tmp_path / "in", example)


def test_python(folder: Path, tmp_path: Path):
    wanted = pack(folder, tmp_path / "wanted", *SMALL)
    wanted.pop("output")
    assert coulis.pack(folder, tmp_path / "pack", shard_bytes=65_536) == wanted
    assert content(tmp_path / "pack") == content(tmp_path / "wanted")
    assert coulis.pack(folder, tmp_path / "pack", shard_bytes=65_536)["written"] == 0
    shares = [coulis.pack(folder, tmp_path / "by-share", share=f"{i}/2", shard_bytes=65_536) for i in (1, 2)]
    assert sum(share["written"] for share in shares) == wanted["shards"]


def test_spark(spark, folder: Path, tmp_path: Path):  # noqa: F811
    wanted = pack(folder, tmp_path / "wanted", *SMALL)
    summary = coulis.spark.pack(spark, folder, tmp_path / "pack", tasks=3, shard_bytes=65_536)
    assert (summary["packed"], summary["written"]) == (wanted["packed"], wanted["shards"])
    assert content(tmp_path / "pack") == content(tmp_path / "wanted")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [({"k": 3}, "no option 'k'"), ({"shard_bytes": "many"}, "wrong type"), ({"nonsense": 1}, "no option nonsense")],
)
def test_wrong_options(options: dict, sentence: str, folder: Path, tmp_path: Path):
    with pytest.raises(coulis.Error, match=sentence) as error:
        coulis.pack(folder, tmp_path / "pack", **options)
    assert error.value.code == 2
    assert not (tmp_path / "pack").exists()

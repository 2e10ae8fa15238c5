"""Photos that a build with fewer formats refused are tried again; nothing else is."""

import io
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from cli.command import copy_photos, differing, part_files, read_errors, read_manifest, succeed

from core.decode import modern, zoo

KEY = b"coulis.formats"
FLAGS = ["-k", 2, "--images-per-part", 4]


@pytest.fixture
def photos(tmp_path) -> Path:
    """Two parts of 4 photos. One photo of the second is of a format that no version reads."""
    folder = copy_photos(tmp_path / "photos", 7)
    (folder / "z.jp2").write_bytes(zoo.save(zoo.photo(32, 32), "JPEG2000"))
    return folder


def change_formats(part: Path, formats: bytes | None) -> None:
    table = pq.read_table(part)
    metadata = {key: value for key, value in table.schema.metadata.items() if key != KEY}
    assert len(metadata) + 1 == len(table.schema.metadata)
    out = io.BytesIO()
    pq.write_table(table.replace_schema_metadata(metadata | ({} if formats is None else {KEY: formats})), out)
    part.write_bytes(out.getvalue())


def test_the_part_file_names_the_formats_only_where_one_was_refused(photos, tmp_path):
    succeed("run", photos, tmp_path / "out", *FLAGS)
    first, second = (pq.read_schema(part).metadata for part in part_files(tmp_path / "out"))
    assert KEY not in first
    assert {"jpeg", "heif", "avif", "jxl"} <= set(second[KEY].decode().split())


@pytest.mark.parametrize("formats", [None, b"jpeg png webp gif bmp tiff", b""])
def test_a_part_of_a_build_with_fewer_formats_is_recomputed_alone(photos, tmp_path, formats):
    succeed("run", photos, tmp_path / "fresh", *FLAGS)
    succeed("run", photos, tmp_path / "out", *FLAGS)
    first, second = part_files(tmp_path / "out")
    change_formats(second, formats)
    before = first.stat().st_mtime_ns
    again = succeed("run", photos, tmp_path / "out", *FLAGS)
    assert "1 done, 1 to do" in again.stderr
    assert "1 in a format that was not supported before" in again.stderr
    assert first.stat().st_mtime_ns == before
    assert differing(tmp_path / "out", tmp_path / "fresh") == []
    assert "Nothing has changed" in succeed("run", photos, tmp_path / "out", *FLAGS).stdout


def test_a_run_reads_each_new_format(tmp_path):
    folder = copy_photos(tmp_path / "photos", 3)
    for name, data in [*modern.heics(64, 48), *modern.avifs(64, 48), *modern.jxls(64, 48)]:
        (folder / name).write_bytes(data)
    (folder / "A.HIF").write_bytes(dict(modern.heics(64, 48))["444.heic"])
    succeed("run", folder, tmp_path / "out", "-k", 2)
    assert read_errors(tmp_path / "out") == {}
    assert read_manifest(tmp_path / "out")["counts"]["ok"] == len([p for p in folder.rglob("*") if p.is_file()])

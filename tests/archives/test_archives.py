"""Photos in archives give the rows that they give unpacked; what cannot be had is a row of the errors table."""

from __future__ import annotations

import gzip
import io
import random
import tarfile
import zipfile
from pathlib import Path

import pytest
from archives.conftest import Outcome, run_on, write_files
from archives.shelf import Case, Files, bad_cases, good_cases, tarred, zipped, zstd
from cli.command import coulis, part_files, succeed

NOISE = {f"{label}/1.jpg": random.Random(label).randbytes(5000) for label in "abc"}
NAMES = [*good_cases(NOISE), *bad_cases(NOISE)]


def below(name: str, found: dict[str, object]) -> dict[str, object]:
    return {path: row for path, row in found.items() if path == name or path.startswith(f"{name}/")}


@pytest.mark.parametrize("name", NAMES)
def test_an_archive_is_a_folder_of_its_name(name: str, cases: dict[str, Case], packed: Outcome, loose: Outcome):
    case = cases[name]
    expected = {f"{name}/{file}" for file in case.files}
    assert set(below(name, packed.rows)) == expected
    assert below(name, packed.rows) == below(name, loose.rows)  # labels and features, to the bit
    codes = {f"{name}/{member}".rstrip("/"): code for member, code in case.errors.items()}
    assert {path: row["code"] for path, row in below(name, packed.errors).items()} == codes


def test_nothing_is_lost_in_silence(packed: Outcome, cases: dict[str, Case]):
    assert len(cases) >= 40
    assert packed.listed == len(packed.rows) + len(packed.errors)


@pytest.mark.parametrize("form", ["zip", "tar", "tar.gz", "tar.zst"])
@pytest.mark.parametrize("name", ["photos.{}", "photos-without-an-ending"])
def test_input_may_be_one_archive(form: str, name: str, example: Files, tmp_path: Path):
    pack = {
        "zip": zipped,
        "tar": tarred,
        "tar.gz": lambda files: gzip.compress(tarred(files)),
        "tar.zst": lambda files: zstd(tarred(files)),
    }[form]
    archive = tmp_path / name.format(form)
    archive.write_bytes(pack(example))
    loose = run_on(write_files(tmp_path / "loose", example), tmp_path / "out-loose", "--images-per-part", 5)
    assert run_on(archive, tmp_path / "out", "--images-per-part", 5) == loose
    assert coulis("verify", tmp_path / "out").code == 0
    before = {part.name for part in part_files(tmp_path / "out")}
    again = succeed("run", archive, tmp_path / "out", "-k", 2, "--images-per-part", 5, "--json").json
    assert again["up_to_date"]
    assert {part.name for part in part_files(tmp_path / "out")} == before


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (zipped({"a/1.jpg": b"photo"})[:-30], "the archive ends without its directory"),
        (b"", "a file of 0 bytes"),
        (b"no archive at all", "no archive, table or list"),
        (gzip.compress(b"no tar at all"), "what it packs with gzip is no tar archive"),
        (gzip.compress(bytes(3000))[:15], "INPUT cannot be read"),
        (zipped({}), "no photos found"),
    ],
    ids=["cut_zip", "empty", "text", "gzip_of_text", "cut_gzip", "zip_of_nothing"],
)
def test_an_input_that_cannot_be_read_is_one_sentence(data: bytes, words: str, tmp_path: Path):
    (tmp_path / "photos.zip").write_bytes(data)
    result = coulis("run", tmp_path / "photos.zip", tmp_path / "out")
    assert result.code == 4, result.stderr
    assert words in result.stderr
    assert 1 <= len(result.stderr.strip().splitlines()) <= 2
    assert not (tmp_path / "out" / "_SUCCESS").exists()


class Shards:
    """Parts of 4 photos; a shard has 8."""

    def __init__(self, folder: Path, example: Files) -> None:
        self.folder, self.example = folder, list(example.items())
        self.input = folder / "in"
        self.input.mkdir()

    def write(self, number: int, files: Files) -> None:
        (self.input / f"shard-{number:03}.tar").write_bytes(tarred(files))

    def photos(self, number: int) -> Files:
        return dict(self.example[8 * number : 8 * number + 8])

    def run(self) -> dict:
        return succeed("run", self.input, self.folder / "out", "-k", 2, "--images-per-part", 4, "--json").json


def test_only_shards_that_were_added_or_changed_are_done(example: Files, tmp_path: Path):
    shards = Shards(tmp_path, example)
    for number in (0, 1):
        shards.write(number, shards.photos(number))
    assert shards.run()["computed"] == 16
    shards.write(2, shards.photos(2))
    assert shards.run()["computed"] == 8
    changed = shards.photos(1)
    changed[next(iter(changed))] = shards.example[0][1]
    shards.write(1, changed)
    assert shards.run()["computed"] == 8
    (shards.input / "shard-000.tar").unlink()
    assert shards.run()["computed"] == 0
    fresh = run_on(shards.input, tmp_path / "fresh", "--images-per-part", 4)
    assert fresh.listed == 16


def test_a_zip_that_is_written_again_costs_the_parts_of_what_changed(example: Files, tmp_path: Path):
    archive = tmp_path / "photos.zip"
    archive.write_bytes(zipped(example))
    run = ("run", archive, tmp_path / "out", "-k", 2, "--images-per-part", 4, "--json")
    assert succeed(*run).json["computed"] == 24
    archive.write_bytes(zipped(example, zipfile.ZIP_STORED))  # by the CRC, the same photos
    assert succeed(*run).json["up_to_date"]
    first, second = list(example)[:2]
    archive.write_bytes(zipped({**example, first: example[second]}))
    assert succeed(*run).json["computed"] == 4


def test_a_member_that_changes_while_the_run_lasts_is_no_crash(example: Files, tmp_path: Path):
    archive = tmp_path / "in" / "photos.zip"
    write_files(tmp_path / "in", {"photos.zip": zipped(example)})
    plan = succeed("plan", tmp_path / "in", tmp_path / "out", "--json").json
    assert plan["images"] == 24
    archive.unlink()
    assert coulis("run", tmp_path / "in", tmp_path / "out").code == 4


def test_excluded_archives_are_not_opened(example: Files, tmp_path: Path):
    write_files(tmp_path / "in", {"photos.zip": zipped(example), "bad.zip": b"", **example})
    result = succeed("plan", tmp_path / "in", tmp_path / "out", "--exclude", "*.zip", "--json").json
    assert result["images"] == 24


def test_globs_and_labels_count_in_archives_as_in_folders(example: Files, tmp_path: Path):
    write_files(tmp_path / "in", {"photos.zip": zipped(example)})
    write_files(tmp_path / "loose" / "photos.zip", example)
    for flags in (("--label-level", 2), ("--label-regex", "/([A-Z])[^/]*/[^/]*$"), ("--include", "*1*.jpg")):
        name = flags[0].strip("-")
        packed = run_on(tmp_path / "in", tmp_path / f"out-{name}", *flags)
        assert packed == run_on(tmp_path / "loose", tmp_path / f"out-loose-{name}", *flags)


def test_webdataset_shards(example: Files, tmp_path: Path):
    """As its TarWriter lays them out: key.jpg, key.cls, key.json, one behind the other."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for number, data in enumerate(example.values()):
            for ending, content in (("cls", b"7"), ("jpg", data), ("json", b"{}")):
                info = tarfile.TarInfo(f"{number:06}.{ending}")
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
    write_files(tmp_path / "in", {"{000..000}.tar": target.getvalue()})
    found = run_on(tmp_path / "in", tmp_path / "out")
    assert len(found.rows) == 24
    assert {label for label, _ in found.rows.values()} == {"{000..000}.tar"}

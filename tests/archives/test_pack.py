"""coulis pack: shards that Python's tarfile, WebDataset and coulis read, and an index that says what is in them."""

from __future__ import annotations

import hashlib
import io
import os
import random
import shutil
import subprocess
import tarfile
import time
import uuid
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import webdataset
from archives.conftest import run_on, write_files
from archives.shelf import Files, tarred, zipped
from cli.command import COMMAND, read_errors, rows_by_path, start, succeed
from cli.command import coulis as command
from PIL import Image
from storage.bucket import Coulis, make_bucket
from storage.conftest import proxy, run, server, surroundings  # noqa: F401

SMALL = ("--shard-bytes", 65_536)


@pytest.fixture
def folder(example: Files, tmp_path: Path) -> Path:
    return write_files(tmp_path / "in", example)


def shards(pack: Path) -> list[Path]:
    return sorted(pack.glob("shard-*.tar"))


def members(pack: Path) -> Files:
    found: Files = {}
    for shard in shards(pack):
        with tarfile.open(shard, "r:", errors="surrogateescape") as archive:
            for member in archive:
                assert member.isfile() and member.mtime == 0 and member.mode == 0o644
                found[member.name] = archive.extractfile(member).read()
    return found


def index(pack: Path) -> list[dict]:
    parts = sorted((pack / "index").glob("part-*.parquet"))
    return pa.concat_tables([pq.read_table(part) for part in parts]).to_pylist()


def pack(place: Path | str, output: Path, *flags) -> dict:
    return succeed("pack", place, output, "--json", *flags).json


def state(output: Path) -> dict[str, tuple[int, int]]:
    files = [path for path in output.rglob("*") if path.is_file() and path.name != ".coulis-lock"]
    return {str(path.relative_to(output)): (path.stat().st_ino, path.stat().st_mtime_ns) for path in files}


def content(output: Path) -> Files:
    return {name: (output / name).read_bytes() for name in state(output)}


def test_the_bytes_of_the_photos_are_untouched_and_the_index_finds_them(example: Files, folder: Path, tmp_path: Path):
    summary = pack(folder, tmp_path / "pack", *SMALL)
    assert (summary["listed"], summary["packed"], summary["failed"]) == (len(example), len(example), 0)
    assert summary["shards"] == len(shards(tmp_path / "pack")) > 1
    assert all(shard.stat().st_size <= 65_536 + 1024 for shard in shards(tmp_path / "pack"))
    assert members(tmp_path / "pack") == example
    for row in index(tmp_path / "pack"):
        data = (tmp_path / "pack" / row["shard"]).read_bytes()[row["offset"] : row["offset"] + row["size"]]
        assert data == example[row["key"]]
        assert row["sha256"] == hashlib.sha256(data).hexdigest()
        assert row["label"] == row["key"].split("/")[0]
    assert succeed("verify", tmp_path / "pack").stdout.endswith("all as the manifest says\n")


def test_webdataset_reads_the_shards(example: Files, folder: Path, tmp_path: Path):
    count = pack(folder, tmp_path / "pack", *SMALL)["shards"]
    urls = f"{tmp_path / 'pack'}/shard-{{000000..{count - 1:06}}}.tar"
    samples = list(webdataset.WebDataset(urls, shardshuffle=False))
    assert {f"{sample['__key__']}.jpg": sample["jpg"] for sample in samples} == example


def test_a_run_on_the_pack_gives_the_rows_of_the_photos(example: Files, folder: Path, tmp_path: Path):
    pack(folder, tmp_path / "in-pack" / "pack", *SMALL)
    expected = {path.removeprefix(f"{folder}/"): row for path, row in run_on(folder, tmp_path / "all").rows.items()}
    for place in (tmp_path / "in-pack" / "pack", tmp_path / "in-pack"):  # the pack itself, and a folder that holds it
        output = tmp_path / f"out-{place.name}"
        summary = succeed("run", place, output, "-k", 2, "--json").json
        assert (summary["listed"], summary["failed"]) == (len(example), 0)
        assert {path.split(".tar/")[1]: row for path, row in rows_by_path(output).items()} == expected


def test_names_that_a_header_has_no_room_for(photos: Files, tmp_path: Path):
    data = next(iter(photos.values()))
    folder = tmp_path / "in"
    names = [
        f"{'d' * 120}/{'e' * 120}/1.jpg",
        "n" * 96 + ".jpg",
        "n" * 97 + ".jpg",
        "Äpfel ☃/1.jpg",
        os.fsdecode(b"\xff\xfe.jpg"),
    ]
    write_files(folder, dict.fromkeys(names, data))
    pack(folder, tmp_path / "pack")
    assert members(tmp_path / "pack") == dict.fromkeys(names, data)
    assert succeed("run", tmp_path / "pack", tmp_path / "out", "-k", 2, "--json").json["ok"] == len(names)


def test_increments(example: Files, folder: Path, tmp_path: Path):
    output = tmp_path / "pack"
    first = pack(folder, output, *SMALL)
    before = state(output)
    assert pack(folder, output, *SMALL)["written"] == 0
    assert state(output) == before
    data = next(iter(example.values()))
    write_files(folder, {"Apricot/new.jpg": data, "Zebra/new.jpg": data})
    assert pack(folder, output, *SMALL)["written"] == 1
    after = state(output)
    assert all(after[name] == before[name] for name in before if name.startswith("shard-"))
    assert members(output) == {**example, "Apricot/new.jpg": data, "Zebra/new.jpg": data}
    (folder / "Zebra" / "new.jpg").unlink()
    (folder / "Apricot" / "new.jpg").unlink()
    changed = list(example)[5]
    (folder / changed).write_bytes(data + b"more")
    assert pack(folder, output, *SMALL)["written"] == 1
    assert members(output) == {**example, changed: data + b"more"}
    assert len(shards(output)) == first["shards"]
    assert succeed("verify", output).code == 0
    assert pack(folder, output, *SMALL, "--fresh")["written"] == first["shards"]


def test_a_shard_or_an_index_that_is_gone_is_made_again(folder: Path, tmp_path: Path):
    output = tmp_path / "pack"
    pack(folder, output, *SMALL)
    wanted = content(output)
    shards(output)[1].unlink()
    min((output / "index").iterdir()).unlink()
    assert command("verify", output).code == 1
    assert pack(folder, output, *SMALL)["written"] == 2
    assert content(output) == wanted


@pytest.mark.parametrize("damage", ["bytes", "cut", "other", "mark"])
def test_verify_finds_damage(damage: str, folder: Path, tmp_path: Path):
    output = tmp_path / "pack"
    pack(folder, output, *SMALL)
    shard = shards(output)[0]
    if damage == "bytes":
        data = bytearray(shard.read_bytes())
        data[1000] ^= 1
        shard.write_bytes(data)
    elif damage == "cut":
        os.truncate(shard, shard.stat().st_size // 2)
    elif damage == "other":
        shutil.copy(shard, output / "shard-000099.tar")
    else:
        (output / "pack.json").unlink()
    found = command("verify", output)
    assert found.code == 1
    sentence = {"bytes": "sha256", "cut": "ends before", "other": "has no index", "mark": "pack.json is missing"}[
        damage
    ]
    assert sentence in found.stdout


def test_photos_that_cannot_be_read_are_rows_and_are_tried_again(example: Files, folder: Path, tmp_path: Path):
    names = list(example)
    (folder / "broken.jpg").symlink_to("nowhere")
    (folder / names[3]).chmod(0)
    output = tmp_path / "pack"
    summary = pack(folder, output)
    assert (summary["packed"], summary["failed"]) == (len(example) - 1, 2)
    codes = {path.removeprefix(f"{folder}/"): row["code"] for path, row in read_errors(output).items()}
    assert codes == {"broken.jpg": "vanished", names[3]: "unreadable"}
    (folder / names[3]).chmod(0o644)
    assert pack(folder, output)["failed"] == 1
    assert members(output) == example


def test_archives_and_labels_are_packed_as_they_are_seen(example: Files, tmp_path: Path):
    names = list(example)
    folder = write_files(tmp_path / "in", {"a.zip": zipped(example), "b.tar": tarred(example)})
    pack(folder, tmp_path / "pack")
    both = {f"{archive}/{name}": data for archive in ("a.zip", "b.tar") for name, data in example.items()}
    assert members(tmp_path / "pack") == both
    flat = write_files(tmp_path / "flat", {f"{i}.jpg": example[name] for i, name in enumerate(names)})
    (tmp_path / "labels.csv").write_text("id,label\n" + "".join(f"{i},no/{i % 2}\n" for i in range(len(names))))
    pack(flat, tmp_path / "labelled", "--labels", tmp_path / "labels.csv")
    assert {row["label"] for row in index(tmp_path / "labelled")} == {"no/0", "no/1"}
    found = run_on(tmp_path / "labelled", tmp_path / "out")
    assert {label for label, _ in found.rows.values()} == {"no_0", "no_1"}


def test_resize_writes_upright_jpegs_of_that_side(tmp_path: Path):
    rng = random.Random(1)
    folder = tmp_path / "in"
    folder.mkdir()
    wide = Image.frombytes("RGB", (300, 200), rng.randbytes(300 * 200 * 3))
    wide.save(folder / "wide.png")
    exif = Image.Exif()
    exif[0x0112] = 6
    wide.save(folder / "turned.jpg", exif=exif)
    wide.resize((60, 50)).save(folder / "small.jpg")
    (folder / "bad.jpg").write_bytes(b"\xff\xd8\xff not a photo")
    output = tmp_path / "pack"
    assert pack(folder, output, "--resize", 100)["failed"] == 1
    found = {name: Image.open(io.BytesIO(data)) for name, data in members(output).items()}
    assert {name: image.size for name, image in found.items()} == {
        "wide-png.jpg": (150, 100),
        "turned.jpg": (100, 150),
        "small.jpg": (60, 50),
    }
    assert members(output)["small.jpg"] == (folder / "small.jpg").read_bytes()
    assert pack(folder, output)["written"] == 1  # another set of photos


def test_resize_of_a_name_without_an_ending(tmp_path: Path):
    folder = tmp_path / "in"
    (folder / "2026.05").mkdir(parents=True)
    Image.new("RGB", (30, 20)).save(folder / "2026.05" / "1", format="png")
    pack(folder, tmp_path / "pack", "--resize", 10, "--include", "*")
    assert set(members(tmp_path / "pack")) == {"2026.05/1.jpg"}


def test_a_killed_pack_goes_on_to_the_same_bytes(folder: Path, tmp_path: Path):
    pack(folder, tmp_path / "wanted", *SMALL)
    wanted = content(tmp_path / "wanted")
    output = tmp_path / "pack"
    for delay_s in (0.004, 0.008, 0.012, 0.02, 0.03):
        process = start("pack", folder, output, *SMALL)
        time.sleep(delay_s)
        process.kill()
        process.communicate()
    pack(folder, output, *SMALL)
    assert content(output) == wanted


def test_shares_and_a_pack_after_them(folder: Path, tmp_path: Path):
    pack(folder, tmp_path / "wanted", *SMALL)
    output = tmp_path / "pack"
    xargs = ["xargs", "-P", "3", "-I", "{}", COMMAND, "pack", folder, output, *map(str, SMALL), "-q", "--share", "{}/3"]
    subprocess.run(xargs, input="1\n2\n3\n", text=True, check=True, timeout=300)
    assert not (output / "pack.json").exists()
    assert pack(folder, output, *SMALL)["written"] == 0
    assert content(output) == content(tmp_path / "wanted")


def test_packs_in_a_bucket(
    example: Files,
    folder: Path,
    run: Coulis,  # noqa: F811
    server,  # noqa: F811
    tmp_path: Path,
):
    bucket = make_bucket(server, f"pack-{uuid.uuid4().hex[:8]}")
    bucket.put({f"in/{name}": data for name, data in example.items()})
    summary = run.succeed("pack", bucket.uri("in"), bucket.uri("pack"), *SMALL, "--json").json
    assert summary["packed"] == len(example)
    assert run.succeed("verify", bucket.uri("pack")).code == 0
    assert run.succeed("pack", bucket.uri("in"), bucket.uri("pack"), *SMALL, "--json").json["written"] == 0
    there = run.succeed("run", bucket.uri("pack"), tmp_path / "out", "-k", 2, "--json").json
    assert (there["listed"], there["failed"]) == (len(example), 0)
    pack(folder, tmp_path / "here", *SMALL)
    assert {shard.name: shard.read_bytes() for shard in shards(tmp_path / "here")} == {
        name: bucket.get(f"pack/{name}") for name in (shard.name for shard in shards(tmp_path / "here"))
    }

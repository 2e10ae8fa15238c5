"""Every command of the guide runs as it stands there, beside a folder of photos, and prints what the page says."""

import json
import os
import re
import shutil
import subprocess
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from archives.shelf import Files, tarred, zipped
from archives.test_inventories import write_inventory
from archives.test_tables import spark
from cli.command import COMMAND, PHOTOS, copy_photos
from docs.pages import PAGES, ROOT, Block, assert_printed, name_of, read_blocks
from storage.bucket import Coulis, make_bucket, no_credentials_of_this_machine, put_some_photos
from storage.seaweedfs import SeaweedFs

BLOCKS = {name_of(page): read_blocks(page) for page in PAGES}
SHELL = {"sh", "console"}
OTHER_LANGUAGES = {"json", "python", "text", "yaml"}
RUN = {
    page: run
    for page, blocks in BLOCKS.items()
    if (run := [b for b in blocks if b.language in SHELL and not b.why_not_run])
}
NOT_RUN = {  # page: how many blocks, each with its reason before it
    "README.md": 1,
    "docs/emr.md": 5,
    "docs/export.md": 2,
    "docs/first-run.md": 1,
    "docs/models.md": 3,
    "docs/python.md": 2,
    "docs/shares.md": 1,
    "docs/spark.md": 3,
}


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeaweedFs]:
    """An S3 server with the buckets that the guide speaks of."""
    with SeaweedFs(tmp_path_factory.mktemp("seaweedfs")) as server:
        photos = put_some_photos(server)
        photos.bucket.put({"shards/shard-000.tar": tarred(read_files(PHOTOS, 24))})
        make_bucket(server, "results")
        listed = photos.bucket.client.list_objects_v2(Bucket="photos", Prefix="Test/")["Contents"]
        rows = [
            ["photos", o["Key"], "", True, False, o["Size"], o["LastModified"], o["ETag"].strip('"')] for o in listed
        ]
        inventory = write_inventory(rows, sourceBucket="photos")
        manifest = {"photos/daily/2026-11-29T01-00Z/manifest.json": json.dumps(inventory.manifest).encode()}
        make_bucket(server, "lists").put({**inventory.files, **manifest})
        yield server


def make_folder(folder: Path, page: str) -> None:
    """Where a reader is: with photos/, with new/, photos that came later, and with collections of photos."""
    if any(block.language == "console" for block in RUN[page]):  # which shows what the whole example gives
        shutil.copytree(PHOTOS, folder / "photos")
    else:
        copy_photos(folder / "photos", 48)
    copy_photos(folder / "new", 6)
    files = read_files(PHOTOS, 24)
    (folder / "fruits-360.zip").write_bytes(zipped(files))
    (folder / "shards").mkdir()
    (folder / "shards" / "shard-000.tar").write_bytes(tarred(files))
    pq.write_table(spark(files), folder / "train.parquet")
    for name, data in files.items():
        path = folder / "train" / name.replace("/", "-")
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    rows = [f"{name.replace('/', '-')},{name.split('/')[0]}\n" for name in files]
    (folder / "list.csv").write_text("".join(["path,label\n", *(f"train/{row}" for row in rows)]))
    (folder / "train.csv").write_text("".join(["file,label\n", *rows]))


def read_files(folder: Path, count: int) -> Files:
    photos = sorted(folder.rglob("*.jpg"))
    return {str(photo.relative_to(folder)): photo.read_bytes() for photo in photos[:: len(photos) // count][:count]}


def environment(home: Path) -> dict[str, str]:
    programs = [Path(COMMAND).parent, ROOT / "deploy" / "emr", Path(sysconfig.get_path("scripts"))]
    return {
        **os.environ,
        "PATH": os.pathsep.join([*map(str, programs), os.environ["PATH"]]),
        "PYTHONPATH": str(Path(COMMAND).parents[1] / "python"),
        "HOME": str(home),
    }


def bash(script: str, folder: Path, variables: dict[str, str]) -> str:
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env=variables,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"
    return done.stdout


def run_session(block: Block, folder: Path, variables: dict[str, str]) -> None:
    """`$ command`, then what it prints; `...` stands for anything."""
    for step in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        command, _, expected = step.partition("\n")
        printed = bash(command, folder, variables)
        assert_printed(f"{block}: $ {command}", expected, printed)


@pytest.mark.parametrize("page", RUN)
def test_the_commands_of_a_page_work_one_after_the_other(
    page: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> None:
    make_folder(tmp_path, page)
    home = tmp_path_factory.mktemp("home")
    with no_credentials_of_this_machine(home):
        variables = environment(home)
        if any("s3://" in block.text for block in RUN[page]):
            variables |= Coulis(request.getfixturevalue("server").url).variables
        for block in RUN[page]:
            if block.language == "console":
                run_session(block, tmp_path, variables)
            else:
                bash(block.text, tmp_path, variables)


def test_every_block_says_what_it_is_and_none_hides_by_indentation() -> None:
    unknown = [
        f"{b}: {b.language!r}"
        for blocks in BLOCKS.values()
        for b in blocks
        if b.language not in SHELL | OTHER_LANGUAGES
    ]
    hidden = [
        name_of(page)
        for page in PAGES
        if re.search(r"\n\n    \S", re.sub(r"```.*?```", "", page.read_text(), flags=re.S))
    ]
    assert (unknown, hidden) == ([], [])


def test_a_console_block_begins_with_a_command() -> None:
    sessions = [block for blocks in BLOCKS.values() for block in blocks if block.language == "console"]
    assert sessions
    assert [str(block) for block in sessions if not block.text.startswith("$ ")] == []


def test_no_command_is_left_out_without_being_listed_here() -> None:
    left_out = {page: [b.why_not_run for b in blocks if b.why_not_run] for page, blocks in BLOCKS.items()}
    assert {page: len(reasons) for page, reasons in left_out.items() if reasons} == NOT_RUN

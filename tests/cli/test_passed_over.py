"""What lies beside photos, results of coulis above all, is no photo; and a run says what it did not take."""

import shutil
from pathlib import Path

import coulis as door
import pytest
from cli.command import ALL_PHOTOS, copy_photos, coulis, differing, read_errors, read_manifest, read_parts, succeed

EVERYTHING = ["-k", 3, "--include", "*"]


def listed(output: Path) -> set[str]:
    """All that the run took, below INPUT."""
    paths = read_parts(output)["path"].to_pylist() + list(read_errors(output))
    root = read_manifest(output)["input"]
    return {path.removeprefix(f"{root}/") for path in paths}


def names_below(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def album(tmp_path) -> tuple[Path, set[str]]:
    photos = copy_photos(tmp_path / "photos", 12)
    return photos, names_below(photos)


def test_an_output_in_the_input_is_never_read(album):
    photos, names = album
    output = photos / "results"
    for _ in range(2):
        succeed("run", photos, output, *EVERYTHING)
        assert listed(output) == names
    result = succeed("run", photos, output, *EVERYTHING, "--json").json
    assert result["up_to_date"]
    assert result["passed_over"] == {"coulis": {"files": 0, "folders": 1, "example": "results"}}
    assert "1 folder that coulis has written (results)" in succeed("plan", photos, output, *EVERYTHING).stdout
    shutil.copy2(ALL_PHOTOS[0], output / "mine.jpg")
    assert succeed("run", photos, output, *EVERYTHING, "--json").json["up_to_date"]


def test_an_output_that_a_link_leads_to_is_never_read(album, tmp_path):
    photos, names = album
    (photos / "link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere").mkdir()
    for output in (tmp_path / "elsewhere", photos / "link"):
        for _ in range(2):
            succeed("run", photos, output, *EVERYTHING)
            assert listed(output) == names


@pytest.mark.parametrize("csv", ["one", "parts"])
def test_input_and_output_may_be_one_folder(album, csv):
    photos, names = album
    for _ in range(2):
        succeed("run", photos, photos, *EVERYTHING, "--csv", csv)
        assert listed(photos) == names
    assert succeed("run", photos, photos, *EVERYTHING, "--csv", csv, "--json").json["up_to_date"]


def test_an_input_in_the_output_is_read(album, tmp_path):
    photos, names = album
    for _ in range(2):
        succeed("run", photos, tmp_path, *EVERYTHING)
        assert listed(tmp_path) == names


def test_results_of_other_runs_are_never_read(album, tmp_path):
    photos, names = album
    for number, kind in enumerate(["finished", "killed", "copied"]):
        old = photos / kind / "old"
        succeed("run", photos, old, "-k", 2 + number)
        if kind == "killed":
            for path in [*old.glob("*.*"), old / "_SUCCESS"]:
                if path.name != ".coulis-lock":
                    path.unlink()
        if kind == "copied":
            (old / ".coulis-lock").unlink()
    result = succeed("run", photos, tmp_path / "out", *EVERYTHING, "--json").json
    assert listed(tmp_path / "out") == names
    assert result["passed_over"]["coulis"]["files"] > 20


@pytest.mark.parametrize("tool", ["projector", "embedding-atlas", "huggingface"])
def test_an_export_is_never_read(album, tmp_path, tool):
    photos, names = album
    succeed("run", photos, tmp_path / "out", "-k", 3)
    succeed("export", tmp_path / "out", photos / "deep" / "export", "--to", tool)
    succeed("export", tmp_path / "out", photos, "--to", tool)  # beside the photos
    for flags in (["-k", 3], EVERYTHING):
        succeed("run", photos, tmp_path / "again", *flags)
        assert listed(tmp_path / "again") == names


def test_a_manifest_of_others_marks_nothing(album, tmp_path):
    photos, names = album
    (photos / "manifest.json").write_text('{"name": "an app"}')
    succeed("run", photos, tmp_path / "out", *EVERYTHING)
    assert listed(tmp_path / "out") == names | {"manifest.json"}


@pytest.fixture
def littered(album) -> tuple[Path, set[str]]:
    photos, names = album
    for litter in ("__MACOSX/Kiwi/a.jpg", ".Trash-1000/files/b.jpg", "Kiwi/@eaDir/c.jpg", "lost+found/d.jpg"):
        (photos / litter).parent.mkdir(parents=True)
        shutil.copy2(ALL_PHOTOS[0], photos / litter)
    (photos / "._notes.jpg").write_bytes(b"\0\5\x16\7\0\2\0\0Mac OS X        ")
    (photos / ".hidden").mkdir()
    for name in (".hidden/e.jpg", "._photo.jpg"):
        shutil.copy2(ALL_PHOTOS[1], photos / name)
    (photos / "lost+found").chmod(0)
    return photos, names | {".hidden/e.jpg", "._photo.jpg"}


def test_what_systems_keep_beside_photos_is_passed_over_and_said(littered, tmp_path):
    photos, names = littered
    succeed("run", photos, tmp_path / "out", "-k", 3)
    assert listed(tmp_path / "out") == names
    passed_over = {"default": {"files": 1, "folders": 4, "example": ".Trash-1000"}}
    assert read_manifest(tmp_path / "out")["listing"]["passed_over"] == passed_over
    plan = succeed("plan", photos, tmp_path / "out", "-k", 3)
    assert "1 file and 4 folders that systems and programs keep beside photos (such as .Trash-1000)" in plan.stdout
    assert succeed("plan", photos, tmp_path / "out", "--json").json["passed_over"] == passed_over


def test_no_default_excludes_takes_them_at_every_door(littered, tmp_path):
    photos, names = littered
    (photos / "lost+found").chmod(0o755)
    result = succeed("run", photos, tmp_path / "out", "-k", 3, "--no-default-excludes", "--json").json
    assert (result["listed"], result["failed_by_code"]) == (len(names) + 5, {"not_an_image": 1})
    rows = door.featurize(photos, no_default_excludes=True)
    assert (len(rows.paths), len(rows.errors)) == (len(names) + 5, 1)
    assert len(door.featurize(photos).paths) == len(names)
    summary = door.run(photos, tmp_path / "door", k=3, no_default_excludes=True)
    assert (summary["listed"], summary["passed_over"]) == (len(names) + 5, {})


def test_a_run_says_what_it_passed_over_and_why(album, tmp_path):
    photos, _ = album
    for name in ("notes.txt", "raw.cr2", "bad_1.jpg", "skip/one.jpg"):
        (photos / name).parent.mkdir(exist_ok=True)
        (photos / name).write_text("no photo")
    flags = ["-k", 3, "--exclude", "bad_*", "--exclude", "skip"]
    result = succeed("run", photos, tmp_path / "out", *flags)
    line = "Ignored: 2 files by ending (such as notes.txt), 1 file and 1 folder by --exclude (such as bad_1.jpg)\n"
    assert line in result.stdout
    wanted = {
        "ending": {"files": 2, "folders": 0, "example": "notes.txt"},
        "exclude": {"files": 1, "folders": 1, "example": "bad_1.jpg"},
    }
    assert read_manifest(tmp_path / "out")["listing"]["passed_over"] == wanted
    assert succeed("run", photos, tmp_path / "out", *flags, "--json").json["passed_over"] == wanted
    taken = succeed("run", photos, tmp_path / "out", "-k", 3, "--include", "*.jpg", "--exclude", "skip", "--json").json
    assert taken["passed_over"]["include"] == {"files": 2, "folders": 0, "example": "notes.txt"}
    assert coulis("run", photos, tmp_path / "none", "--include", "*.raw").stderr.count("by --include") == 1


def times_of(folder: Path) -> dict[str, int]:
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != ".coulis-lock"]
    return {str(path.relative_to(folder)): path.stat().st_mtime_ns for path in files}


def test_the_manifest_says_what_the_last_run_passed_over(album, tmp_path):
    """Also where nothing else was to do; no other file is written, and none if nothing has changed."""
    photos, _ = album
    output, fresh = tmp_path / "out", tmp_path / "fresh"
    notes = photos / "notes.txt"
    succeed("run", photos, output, "-k", 3)
    for change in (
        lambda: notes.write_text("no photo"),
        lambda: notes.rename(photos / "b.txt"),
        (photos / "b.txt").unlink,
    ):
        before = times_of(output)
        change()
        assert succeed("run", photos, output, "-k", 3, "--json").json["up_to_date"]
        after = times_of(output)
        assert {name for name in after if after[name] != before.get(name)} == {"manifest.json"}
        assert after.keys() == before.keys()
        succeed("run", photos, fresh, "-k", 3, "--fresh")
        assert differing(output, fresh) == []
        succeed("verify", output)
        succeed("run", photos, output, "-k", 3)
        assert times_of(output) == after


def warnings(*arguments) -> list[str]:
    result = succeed(*arguments)
    return [line.removeprefix("coulis: warning: ") for line in result.stderr.splitlines() if "warning" in line]


def put(photos: Path, names: list[str]) -> Path:
    for name, photo in zip(names, ALL_PHOTOS, strict=False):
        (photos / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(photo, photos / name)
    return photos


SIX = ["A/r_1.jpg", "A/r_2.jpg", "A/r_3.jpg", "B/x1.jpg", "B/x2.jpg", "B/x3.jpg"]
LABELS = {  # names, flags: the warning
    "some": (SIX, ["--label-regex", "/([a-z])_[0-9]"], "3 of 6 photos have no label by --label-regex"),
    "none": (SIX, ["--label-regex", "(zzz)"], "6 of 6 photos have no label by --label-regex"),
    "too high": (SIX, ["--label-level", 40], "6 of 6 photos have no label by --label-level 40"),
    "above": (SIX, ["--label-level", 2], "6 of 6 photos lie less than 2 folders below INPUT: their label is"),
    "beside": ([*SIX, "y.jpg"], [], "1 of 7 photos lies directly in INPUT: its label is the name of INPUT"),
    "singles": ([f"{i}/a.jpg" for i in range(5)], [], "5 of 5 labels have one photo only"),
    "most": ([*SIX, "C/a.jpg", "D/a.jpg", "E/a.jpg"], [], "3 of 5 labels have one photo only"),
    "one": ([*SIX, "C/a.jpg"], [], ""),
    "flat": (["a.jpg", "b.jpg", "c.jpg"], [], ""),
    "good": (SIX, ["--label-regex", "/([AB])/"], ""),
}


@pytest.mark.parametrize(("names", "flags", "warning"), LABELS.values(), ids=LABELS)
def test_a_rule_of_labels_that_looks_like_a_mistake_is_said_once(tmp_path, names, flags, warning):
    photos = put(tmp_path / "photos", names)
    for verb in ("plan", "run"):
        said = [line for line in warnings(verb, photos, tmp_path / "out", "-k", 2, *flags) if "k is" not in line]
        assert len(said) == (1 if warning else 0), said
        assert not warning or said[0].startswith(warning)

"""plan, report, check, models, --help, and what each prints where."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from cli.command import COMMAND, PHOTOS, REPOSITORY, coulis, part_files, read_manifest, succeed

VERBS = ["run", "featurize", "plan", "fit", "project", "verify", "report", "export", "check", "models", "serve"]
VERSION = (REPOSITORY / "VERSION").read_text().strip()


def test_version_is_that_of_the_repository():
    assert succeed("--version").stdout == f"coulis {VERSION}\n"


@pytest.mark.parametrize("verb", [None, *VERBS])
def test_help_exits_with_0_and_goes_to_stdout(verb):
    result = succeed(*([verb] if verb else []), "--help")
    assert result.stderr == ""
    assert "--help" in result.stdout
    if verb is None:
        assert all(re.search(rf"^  {name} ", result.stdout, re.MULTILINE) for name in VERBS)
        assert all(code in result.stdout for code in ("0 done", "2 usage", "130 interrupted"))


def test_plan_says_what_a_run_would_do_and_writes_nothing(photos, tmp_path):
    result = succeed("plan", photos, tmp_path / "out", "--images-per-part", 5)
    assert "12 photos" in result.stdout
    assert "3 parts: 0 done, 3 to do (12 photos)" in result.stdout
    assert "part 2: 2 photos, new" in result.stdout
    assert " s with " in result.stdout
    assert not (tmp_path / "out").exists()


def test_plan_as_json_names_every_part_label_and_ending(photos, tmp_path):
    plan = succeed("plan", photos, tmp_path / "out", "--images-per-part", 5, "--json").json
    assert [(p["number"], p["images"], p["done"], p["reason"]) for p in plan["parts"]] == [
        (0, 5, False, "new"),
        (1, 5, False, "new"),
        (2, 2, False, "new"),
    ]
    files = sorted(photos.rglob("*.jpg"))
    assert plan["labels"] == {p.name: len(list(p.iterdir())) for p in photos.iterdir()}
    assert 0 < plan["seconds"] < 10
    assert 1 < plan["memory_mb"] < 500
    assert (plan["endings"], plan["bytes"]) == ({".jpg": 12}, sum(file.stat().st_size for file in files))
    assert not (tmp_path / "out").exists()


def test_plan_tells_of_a_finished_output_what_is_done(photos, tmp_path):
    flags = ["--images-per-part", 5]
    succeed("run", photos, tmp_path / "out", *flags, "-k", 2)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    assert "3 parts: 3 done, 0 to do" in succeed("plan", photos, tmp_path / "out", *flags).stdout
    assert succeed("plan", photos, tmp_path / "out", *flags, "--json").json["seconds"] == 0
    sorted(photos.rglob("*.jpg"))[0].touch()
    result = succeed("plan", photos, tmp_path / "out", *flags, "--json").json
    assert [part["done"] for part in result["parts"]] == [False, True, True]
    names = [part.name for part in part_files(tmp_path / "out")]
    assert [part["fingerprint"] in name for part, name in zip(result["parts"], names, strict=True)] == [
        False,
        True,
        True,
    ]
    assert all(path.stat().st_mtime_ns == stamp for path, stamp in before.items() if "out" in path.parts[-2:])


def test_plan_takes_the_flags_of_run(photos, tmp_path):
    """A command line is tried by putting plan in the place of run."""
    for flags in (["-k", 5], ["--variance", "0.9"], ["--pca-convention", "spark"], ["--pca-whiten"]):
        succeed("plan", photos, tmp_path / "out", *flags)
    assert coulis("plan", photos, tmp_path / "out", "-k", 0).code == 2


def test_report_writes_the_report_again(finished, tmp_path):
    shutil.copytree(finished, tmp_path / "out")
    report = tmp_path / "out" / "report.html"
    whole = report.read_bytes()
    report.unlink()
    assert succeed("report", tmp_path / "out").stdout == f"{report}\n"
    assert report.read_bytes() == whole
    assert succeed("report", tmp_path / "out", "--json").json == {"report": str(report)}
    succeed("verify", tmp_path / "out")


def test_the_report_asks_nothing_of_the_network_and_escapes_names(photos, tmp_path):
    (photos / "<script>alert(1)<").mkdir()
    (photos / "<script>alert(1)<" / "b.jpg").write_text("no photo")
    succeed("run", photos, tmp_path / "out", "-k", 2)
    html = (tmp_path / "out" / "report.html").read_text()
    assert "<script>alert" not in html
    assert not re.search(r"""(src|href)\s*=\s*["']?(https?:)?//""", html)


def test_check_passes_for_what_is_there_and_fails_for_what_is_not(photos, tmp_path):
    assert "12 files" in succeed("check", photos).stdout
    result = coulis("check", photos, tmp_path / "nowhere", "--json")
    assert result.code == 5
    assert [(item["name"], item["ok"]) for item in result.json["checks"]] == [
        ("model", True), ("cpu", True), (str(photos), True), (str(tmp_path / "nowhere"), False),
    ]  # fmt: skip
    assert not (tmp_path / "nowhere").exists()


def test_models_shows_the_card_of_the_model_built_in_and_of_a_file(finished):
    card = succeed("models", "--json").json
    assert card["sha256"] == read_manifest(finished)["model"]["sha256"]
    assert succeed("models", REPOSITORY / "models" / f"{card['name']}.safetensors", "--json").json == card
    assert card["sha256"] in succeed("models").stdout


def each_verb(photos: Path, folder: Path) -> dict[str, list]:
    """Arguments of every verb, in an order in which all of them work."""
    return {
        "run": ["run", photos, folder / "out", "-k", 3],
        "run again": ["run", photos, folder / "out", "-k", 3],
        "plan": ["plan", photos, folder / "out"],
        "fit": ["fit", folder / "out", "-k", 2],
        "project": ["project", photos, folder / "new", "--pca", folder / "out" / "pca_model.safetensors"],
        "verify": ["verify", folder / "out"],
        "report": ["report", folder / "out"],
        "export": ["export", folder / "out", folder / "projector", "--to", "projector"],
        "check": ["check", photos],
        "models": ["models"],
    }


def test_with_json_stdout_is_one_object_and_nothing_else(photos, tmp_path):
    for verb, arguments in each_verb(photos, tmp_path).items():
        result = succeed(*arguments, "--json")
        assert isinstance(json.loads(result.stdout), dict), verb
        assert result.stdout.count("\n") == 1, verb


def test_quiet_verbs_that_do_something_say_nothing(photos, tmp_path):
    for verb, arguments in each_verb(photos, tmp_path).items():
        if verb in ("plan", "models"):  # what they print is all that they do
            continue
        result = succeed(*arguments, "--quiet")
        assert (result.stdout, result.stderr) == ("", ""), verb


def test_quiet_silences_warnings_but_not_errors(photos, tmp_path):
    assert succeed("run", photos, tmp_path / "out", "-k", 99, "-q").stderr == ""
    assert "coulis: error: " in coulis("run", photos, tmp_path / "out", "-k", 0, "-q").stderr
    (tmp_path / "out" / "matrix.csv").unlink()
    result = coulis("verify", tmp_path / "out", "-q")
    assert (result.code, "matrix.csv" in result.stdout) == (1, True)


def test_quiet_json_is_still_one_object(photos, tmp_path):
    result = succeed("run", photos, tmp_path / "out", "-q", "--json")
    assert (result.json["ok"], result.stderr) == (12, "")


def test_the_json_of_a_run_agrees_with_its_manifest(photos, tmp_path):
    (photos / "broken.jpg").write_text("no photo")
    result = succeed("run", photos, tmp_path / "out", "-k", 4, "--json").json
    manifest = read_manifest(tmp_path / "out")
    counts = manifest["counts"]
    assert {name: result[name] for name in counts} == counts
    assert (result["computed"], result["up_to_date"], result["parts"], result["k"]) == (13, False, 1, 4)
    assert result["explained_variance"] == pytest.approx(sum(manifest["pca"]["explained_variance_ratio"]))
    assert result["output"] == str(tmp_path / "out")


def test_results_that_cannot_be_written_are_an_error(photos, tmp_path):
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([COMMAND, "plan", photos, tmp_path / "out"], stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 5
    assert b"cannot write to standard output: No space left on device" in done.stderr


def test_a_reader_that_leaves_early_is_no_error(tmp_path):
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([COMMAND, "plan", PHOTOS, tmp_path / "out"], stdout=writer, stderr=subprocess.PIPE)
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")


def test_results_go_to_stdout_and_all_else_to_stderr(tmp_path):
    result = succeed("run", PHOTOS / "Kiwi", tmp_path / "out", "-k", 99, "-v")
    assert "components explain" in result.stdout
    assert "warning" not in result.stdout
    assert "warning: k is 12 instead of 99" in result.stderr
    assert "part 0: 12 photos, new" in result.stderr

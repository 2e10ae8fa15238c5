"""Wrong use ends with the code that --help promises and one sentence; nothing is written."""

import subprocess

import pytest
from cli.command import COMMAND, coulis

WRONG = {
    "no verb": ([], "ubcommand"),
    "unknown flag": (["run", "IN", "OUT", "--foo"], "--foo"),
    "no output": (["run", "IN"], "OUTPUT"),
    "one name too many": (["run", "IN", "OUT", "third"], "third"),
    "no components": (["run", "IN", "OUT", "-k", "0"], "-k"),
    "negative k": (["run", "IN", "OUT", "-k", "-3"], "-k"),
    "k no number": (["run", "IN", "OUT", "-k", "many"], "many"),
    "k too large for its type": (["run", "IN", "OUT", "-k", "99999999999"], "99999999999"),
    "variance above one": (["run", "IN", "OUT", "--variance", "2"], "--variance"),
    "no variance": (["run", "IN", "OUT", "--variance", "0"], "--variance"),
    "negative variance": (["run", "IN", "OUT", "--variance", "-10%"], "--variance"),
    "variance no number": (["run", "IN", "OUT", "--variance", "nan"], "--variance"),
    "k and variance": (["run", "IN", "OUT", "-k", "5", "--variance", "0.9"], "--variance"),
    "convention": (["run", "IN", "OUT", "--pca-convention", "none"], "none"),
    "precision": (["run", "IN", "OUT", "--precision", "fp64"], "fp64"),
    "threads": (["run", "IN", "OUT", "--threads", "-1"], "--threads"),
    "images per part": (["run", "IN", "OUT", "--images-per-part", "0"], "--images-per-part"),
    "pixels": (["run", "IN", "OUT", "--max-pixels", "0"], "--max-pixels"),
    "bad share": (["run", "IN", "OUT", "--max-bad", "200%"], "--max-bad"),
    "share no number": (["run", "IN", "OUT", "--max-bad", "few"], "few"),
    "on bad": (["run", "IN", "OUT", "--on-bad", "maybe"], "maybe"),
    "compression": (["run", "IN", "OUT", "--compression", "lz4"], "lz4"),
    "separator": (["run", "IN", "OUT", "--csv-separator", "ab"], "ab"),
    "quote as separator": (["run", "IN", "OUT", "--csv-separator", '"'], '"'),
    "label level": (["run", "IN", "OUT", "--label-level", "0"], "--label-level"),
    "expression": (["run", "IN", "OUT", "--label-regex", "("], "--label-regex"),
    "expression without group": (["run", "IN", "OUT", "--label-regex", "abc"], "group"),
    "both label rules": (["run", "IN", "OUT", "--label-regex", "(a)", "--label-level", "2"], "--label-level"),
    "unknown model": (["run", "IN", "OUT", "--model", "nosuch"], "nosuch"),
    "scheme of the input": (["run", "ftp://host/photos", "OUT"], "ftp://"),
    "scheme of the output": (["run", "IN", "hdfs://host/out"], "hdfs://"),
    "bucket without a name": (["run", "s3:///photos", "OUT"], "bucket"),
    "server address": (["run", "s3://bucket/photos", "OUT", "--endpoint-url", "localhost:9000"], "localhost:9000"),
    "addressing": (["run", "IN", "OUT", "--addressing", "host"], "addressing"),
    "empty name": (["run", "", "OUT"], "empty"),
    "threads of fit": (["fit", "OUT", "--threads", "-1"], "--threads"),
    "fit without components": (["fit", "OUT", "-k", "0"], "k"),
    "fit with too much variance": (["fit", "OUT", "--variance", "2"], "variance"),
    "project without a model": (["project", "IN", "OUT"], "--pca"),
    "project with a missing model": (["project", "IN", "OUT", "--pca", "missing.safetensors"], "missing.safetensors"),
    "format of features": (["featurize", "IN", "--format", "json"], "json"),
    "option of a run alone": (["featurize", "IN", "-k", "5"], "-k"),
    "threads of verify": (["verify", "OUT", "--threads", "-1"], "--threads"),
    "instruction set": (["models"], "mmx", {"COULIS_SIMD": "mmx"}),
}


def assert_one_clear_sentence(result, named: str) -> None:
    assert named in result.stderr
    assert result.stderr.startswith("coulis: error: ")
    assert "unexpected" not in result.stderr
    assert len(result.stderr.splitlines()) <= 2
    assert result.stdout == ""


@pytest.mark.parametrize("case", WRONG.values(), ids=WRONG)
def test_wrong_use_exits_with_2_and_writes_nothing(photos, tmp_path, case):
    arguments, named, *environment = case
    places = {"IN": photos, "OUT": tmp_path / "out"}
    result = coulis(*(places.get(a, a) for a in arguments), cwd=tmp_path, **(environment or [{}])[0])
    assert_one_clear_sentence(result, named)
    assert result.code == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["photos"]


def test_an_unknown_verb_is_named(tmp_path):
    result = coulis("frobnicate", cwd=tmp_path)
    assert result.code == 2
    assert_one_clear_sentence(result, "frobnicate")


@pytest.mark.parametrize("name", ["nowhere", "file.txt", "file.txt/below"])
def test_an_input_that_is_no_folder_exits_with_5(tmp_path, name):
    (tmp_path / "file.txt").write_text("a file")
    result = coulis("run", tmp_path / name, tmp_path / "out")
    assert result.code == 5
    assert_one_clear_sentence(result, name)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["file.txt", "file.txt/below", "/proc/out", "/dev/null"])
def test_an_output_that_cannot_be_written_exits_with_5(photos, tmp_path, name):
    (tmp_path / "file.txt").write_text("a file")
    result = coulis("run", photos, tmp_path / name)
    assert result.code == 5
    assert_one_clear_sentence(result, name)


@pytest.mark.parametrize("verb", ["fit", "verify"])
def test_a_verb_for_an_output_that_is_not_there_says_so_and_makes_none(tmp_path, verb):
    result = coulis(verb, tmp_path / "out")
    assert result.code == 5
    assert_one_clear_sentence(result, "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("verb", ["fit", "report"])
def test_a_verb_for_a_folder_without_a_run_says_so(photos, verb):
    result = coulis(verb, photos)
    assert result.code == 1
    assert_one_clear_sentence(result, "no finished run")
    assert not (photos / "report.html").exists()


def test_an_empty_input_exits_with_4_and_makes_no_output(tmp_path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "LICENSE").write_text("text")
    for verb in ("run", "plan"):
        result = coulis(verb, tmp_path / "photos", tmp_path / "out")
        assert result.code == 4
        assert_one_clear_sentence(result, "no photos found")
        assert "(1 file by ending (LICENSE))" in result.stderr
        assert not (tmp_path / "out").exists()


def test_a_reader_that_leaves_is_no_defect(photos, tmp_path):
    command = f"{COMMAND} plan {photos} {tmp_path / 'out'} --json | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert "defect" not in done.stderr

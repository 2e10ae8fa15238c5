"""PCA again from the same features, and new photos through a given PCA."""

import numpy as np
import pytest
from cli.command import (
    REPOSITORY,
    content,
    copy_photos,
    coulis,
    differing,
    part_files,
    read_manifest,
    read_parts,
    rows_by_path,
    succeed,
)
from safetensors.numpy import load_file
from tolerance import EPS32, assert_within, sum_bound

MODEL = REPOSITORY / "models" / "mobilenet_v2_1.0_224.safetensors"


def projection_rounding(output) -> float:
    """Of two float64 products of the same rows and components, before they are rounded to float32."""
    features = np.array(read_parts(output)["features"].to_pylist())
    return sum_bound(1280, 2 * np.linalg.norm(features, axis=1).max())


@pytest.mark.parametrize(
    "flags",
    [["-k", 7], ["--variance", "60%"], ["-k", 4, "--pca-convention", "spark"], ["-k", 4, "--pca-whiten"]],
    ids=["k", "variance", "spark", "whiten"],
)
def test_fit_gives_the_files_of_a_run_with_these_flags(small, output, tmp_path, flags):
    features = {part.name: part.stat().st_mtime_ns for part in part_files(output)}
    succeed("fit", output, *flags)
    succeed("run", small.photos, tmp_path / "fresh", "--images-per-part", 4, *flags)
    assert differing(output, tmp_path / "fresh") == []
    assert {part.name: part.stat().st_mtime_ns for part in part_files(output)} == features
    succeed("verify", output)


def test_fit_there_and_back_changes_no_byte(small, output):
    succeed("fit", output, "--variance", "0.5")
    succeed("fit", output, "-k", 5)
    assert differing(output, small.output) == []


@pytest.mark.parametrize(
    "flags",
    [
        ["-k", 3],
        ["--variance", "0.7"],
        ["-k", 4, "--pca-convention", "spark", "--csv-separator", ";"],
        ["-k", 4, "--pca-whiten"],
    ],
    ids=["k", "variance", "spark", "whiten"],
)
def test_fit_without_flags_uses_the_options_of_the_run(photos, tmp_path, flags):
    """None of them is a default."""
    output = tmp_path / "out"
    succeed("run", photos, output, *flags)
    before = content(output)
    (output / "matrix.csv").write_text("to be written again")
    result = succeed("fit", output, "--json").json
    assert (result["computed"], result["up_to_date"]) == (0, False)
    assert content(output) == before


def test_fit_tells_the_seconds_of_each_of_its_stages(output):
    seconds = succeed("fit", output, "--json").json["seconds"]
    assert list(seconds) == ["moments", "pca", "projection and tables", "report"]
    assert min(seconds.values()) > 0


def test_a_fit_that_is_refused_leaves_the_output_finished(small, output):
    for flags in (["-k", 0], ["--variance", "2"], ["--threads", "-1"]):
        assert coulis("fit", output, *flags).code == 2
        assert differing(output, small.output) == []


def test_a_run_after_a_fit_goes_back_to_its_own_components(small, output):
    succeed("fit", output, "-k", 3)
    result = small.again(output, "--json").json
    assert (result["computed"], result["up_to_date"], result["k"]) == (0, False, 5)
    assert differing(output, small.output) == []


def test_fit_keeps_compression_and_separator(photos, tmp_path):
    flags = ["--compression", "zstd", "--csv-separator", ";"]
    for name, k in (("out", 5), ("fresh", 2)):
        succeed("run", photos, tmp_path / name, "-k", k, *flags)
    succeed("fit", tmp_path / "out", "-k", 2)
    assert differing(tmp_path / "out", tmp_path / "fresh") == []


def test_the_same_photos_through_their_own_pca_give_the_same_projections(small, output, tmp_path):
    succeed(
        "project", small.photos, tmp_path / "new", "--pca", output / "pca_model.safetensors", "--images-per-part", 7
    )
    ours, theirs = rows_by_path(tmp_path / "new", "pca"), rows_by_path(output, "pca")
    assert ours.keys() == theirs.keys()
    rounding = projection_rounding(output)
    for path, (label, values) in theirs.items():
        assert ours[path][0] == label
        assert_within(ours[path][1], values, EPS32 * np.abs(values) + rounding)
    succeed("verify", tmp_path / "new")


def test_new_photos_are_projected_with_the_mean_and_components_given(output, photos, tmp_path):
    given = output / "pca_model.safetensors"
    succeed("project", photos, tmp_path / "new", "--pca", given)
    model = load_file(given)
    features = np.array(read_parts(tmp_path / "new")["features"].to_pylist(), np.float64)
    wanted = (features - model["mean"]) @ model["components"].T
    ours = read_parts(tmp_path / "new", "pca")["pca"].to_pylist()
    assert_within(ours, wanted, EPS32 * np.abs(wanted) + projection_rounding(tmp_path / "new"))
    assert read_manifest(tmp_path / "new")["pca"]["k"] == 5
    assert succeed("project", photos, tmp_path / "new", "--pca", given, "--json").json["up_to_date"]


def test_new_photos_through_a_whitened_pca_are_whitened(photos, tmp_path):
    succeed("run", photos, tmp_path / "out", "-k", 4, "--pca-whiten")
    given = tmp_path / "out" / "pca_model.safetensors"
    alone = tmp_path / "alone.safetensors"
    alone.write_bytes(given.read_bytes())
    succeed("project", photos, tmp_path / "new", "--pca", alone)
    model = load_file(given)
    features = np.array(read_parts(tmp_path / "new")["features"].to_pylist(), np.float64)
    scale = np.sqrt(model["explained_variance"])
    wanted = (features - model["mean"]) @ model["components"].T / scale
    ours = read_parts(tmp_path / "new", "pca")["pca"].to_pylist()
    assert_within(ours, wanted, 2 * EPS32 * np.abs(wanted) + projection_rounding(tmp_path / "new") / scale)
    for output in ("out", "new"):
        assert read_manifest(tmp_path / output)["pca"]["whiten"] is True
        assert "centred, whiten" in (tmp_path / output / "report.html").read_text()


def test_one_photo_can_be_projected(output, tmp_path):
    photos = copy_photos(tmp_path / "photos", 1)
    result = succeed("project", photos, tmp_path / "new", "--pca", output / "pca_model.safetensors", "--json")
    assert result.json["k"] == 5
    assert "warning" not in result.stderr


def test_a_pca_of_another_model_is_refused_and_nothing_is_written(output, photos, tmp_path):
    other = tmp_path / "other.safetensors"
    data = bytearray(MODEL.read_bytes())
    data[-1] ^= 1  # one weight: a model of another checksum
    other.write_bytes(data)
    given = output / "pca_model.safetensors"
    result = coulis("project", photos, tmp_path / "new", "--pca", given, "--model", other)
    assert result.code == 2
    assert "another model" in result.stderr
    assert not (tmp_path / "new").exists()


def test_a_pca_fitted_with_a_model_file_goes_with_that_file(photos, tmp_path):
    other = tmp_path / "other.safetensors"
    data = bytearray(MODEL.read_bytes())
    data[-1] ^= 1
    other.write_bytes(data)
    succeed("run", photos, tmp_path / "out", "-k", 2, "--model", other)
    given = tmp_path / "out" / "pca_model.safetensors"
    succeed("project", photos, tmp_path / "new", "--pca", given, "--model", other)
    succeed("project", photos, tmp_path / "new2", "--pca", given)  # the manifest beside it names the model
    assert differing(tmp_path / "new", tmp_path / "new2") == []
    alone = tmp_path / "alone.safetensors"
    alone.write_bytes(given.read_bytes())
    assert coulis("project", photos, tmp_path / "new3", "--pca", alone).code == 2


@pytest.mark.parametrize("kind", ["no safetensors", "a network"])
def test_a_file_that_holds_no_pca_is_refused_by_name(photos, tmp_path, kind):
    file = REPOSITORY / "VERSION" if kind == "no safetensors" else MODEL
    result = coulis("project", photos, tmp_path / "new", "--pca", file)
    assert result.code in (1, 2)
    assert file.name in result.stderr
    assert "unexpected" not in result.stderr
    assert content(tmp_path / "new") == {}

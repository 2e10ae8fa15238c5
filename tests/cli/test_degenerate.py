"""Few photos, or all the same: a result that is defined, and a warning where it is not what was asked for."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from cli.command import ALL_PHOTOS, copy_photos, read_manifest, read_parts, succeed
from PIL import Image
from tolerance import EPS32, assert_within, pca_bounds, sum_bound


def projections(output: Path) -> np.ndarray:
    return np.array(read_parts(output, "pca")["pca"].to_pylist(), np.float32)


def test_one_photo_has_one_component_and_lies_at_its_mean(tmp_path):
    photos = copy_photos(tmp_path / "photos", 1)
    result = succeed("run", photos, tmp_path / "out")
    assert "coulis: warning: k is 1 instead of 50" in result.stderr
    assert projections(tmp_path / "out").tolist() == [[0]]
    assert read_manifest(tmp_path / "out")["pca"]["explained_variance_ratio"] == [0]
    succeed("verify", tmp_path / "out")


def test_two_photos_lie_on_opposite_sides_of_their_mean(tmp_path):
    photos = copy_photos(tmp_path / "photos", 2)
    succeed("run", photos, tmp_path / "out", "-k", 1)
    one, two = projections(tmp_path / "out")[:, 0]
    features = np.array(read_parts(tmp_path / "out")["features"].to_pylist())
    bounds = pca_bounds(features, 1)
    apart = np.linalg.norm(features[0] - features[1])
    assert_within([one, -one], [-two, np.sign(two) * apart / 2], bounds.projected + EPS32 * apart)
    assert_within(read_manifest(tmp_path / "out")["pca"]["explained_variance_ratio"], 1, bounds.ratio)


@pytest.mark.parametrize(("k", "got", "warned"), [(12, 12, False), (13, 12, True), (5000, 12, True), (11, 11, False)])
def test_k_is_lowered_to_the_number_of_photos_with_a_warning(photos, tmp_path, k, got, warned):
    result = succeed("run", photos, tmp_path / "out", "-k", k)
    assert read_manifest(tmp_path / "out")["pca"]["k"] == got
    assert (f"warning: k is {got} instead of {k}" in result.stderr) == warned
    assert projections(tmp_path / "out").shape == (12, got)


def test_more_components_than_features_are_not_to_be_had(output):
    succeed("fit", output, "-k", 1281)
    assert read_manifest(output)["pca"]["k"] == 24


@pytest.mark.parametrize("flags", [["-k", 3], ["--variance", "95%"]], ids=["k", "variance"])
def test_copies_of_one_photo_have_no_variance_to_explain(tmp_path, flags):
    photos = tmp_path / "photos"
    photos.mkdir()
    for i in range(5):
        shutil.copy2(ALL_PHOTOS[0], photos / f"{i}.jpg")
    succeed("run", photos, tmp_path / "out", *flags)
    assert np.array_equal(projections(tmp_path / "out"), np.zeros_like(projections(tmp_path / "out")))
    assert set(read_manifest(tmp_path / "out")["pca"]["explained_variance_ratio"]) == {0}
    succeed("verify", tmp_path / "out")
    succeed("report", tmp_path / "out")


def test_photos_of_one_colour_and_of_one_pixel_have_finite_features(tmp_path):
    photos = tmp_path / "photos"
    photos.mkdir()
    for i, colour in enumerate([(0, 0, 0), (255, 255, 255), (127, 127, 127)]):
        Image.new("RGB", (64, 48), colour).save(photos / f"{i}.png")
    Image.new("RGB", (1, 1), (9, 90, 200)).save(photos / "pixel.png")
    Image.new("L", (3000, 1), 77).save(photos / "line.png")
    succeed("run", photos, tmp_path / "out", "-k", 2)
    assert np.isfinite(projections(tmp_path / "out")).all()
    assert len(projections(tmp_path / "out")) == 5


@pytest.mark.parametrize(("share", "fewest", "most"), [("0.5", 1, 11), ("99%", 2, 12), ("1", 11, 12), ("100%", 11, 12)])
def test_variance_takes_as_many_components_as_it_needs(photos, tmp_path, share, fewest, most):
    succeed("run", photos, tmp_path / "out", "--variance", share)
    ratio = np.array(read_manifest(tmp_path / "out")["pca"]["explained_variance_ratio"])
    target = float(share.rstrip("%")) / (100 if "%" in share else 1)
    assert fewest <= len(ratio) <= most
    assert ratio.sum() >= target - sum_bound(len(ratio) + 1280, 1)
    assert ratio[:-1].sum() < target


def test_photos_right_in_the_input_are_labelled_with_its_name(tmp_path):
    photos = tmp_path / "holiday"
    photos.mkdir()
    shutil.copy2(ALL_PHOTOS[0], photos)
    succeed("run", photos, tmp_path / "out")
    assert read_parts(tmp_path / "out")["label"].to_pylist() == ["holiday"]


@pytest.mark.parametrize(
    ("flags", "label"),
    [
        (["--label-level", 2], "photos"),
        (["--label-level", 99], ""),
        (["--label-regex", r"/([A-Z])[a-z]+/"], "first letter"),
        (["--label-regex", "/(nothing here)/"], ""),
    ],
    ids=["level_2", "above_the_root", "regex", "no_match"],
)
def test_a_label_rule_decides_the_label(photos, tmp_path, flags, label):
    succeed("run", photos, tmp_path / "out", "-k", 1, *flags)
    for path, got in zip(*read_parts(tmp_path / "out").select(["path", "label"]).to_pydict().values(), strict=True):
        assert got == (Path(path).parent.name[0] if label == "first letter" else label)

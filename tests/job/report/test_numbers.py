"""The numbers in the report against scikit-learn on the features; its thumbnails against Pillow."""

import shutil
from collections import Counter

import numpy as np
import pytest
from cli.command import coulis, read_manifest, read_parts, succeed
from job.report.report_file import Report
from PIL import Image, ImageOps
from sklearn.neighbors import NearestNeighbors
from tolerance import assert_within, distance_bound


@pytest.fixture(params=["fruits", "mixed"])
def report(request):
    return request.getfixturevalue(request.param)


def columns(report, folder):
    table = read_parts(report.output, folder)
    rows = np.array(table[folder].to_pylist(), np.float64)  # the column has the folder's name
    return rows, table["path"].to_pylist(), np.array(table["label"].to_pylist())


def neighbours(rows, count):
    distances, indices = NearestNeighbors(n_neighbors=count, algorithm="brute").fit(rows).kneighbors()
    return indices, distances


def agreement(rows, labels):
    indices, _ = neighbours(rows, 1)
    asked = np.array([np.count_nonzero(labels == label) > 1 for label in labels])
    return np.mean((labels[indices[:, 0]] == labels)[asked])


def typical(rows):
    return np.sort(np.linalg.norm(rows - np.roll(rows, -(len(rows) // 2), axis=0), axis=1))[len(rows) // 2]


def test_every_photo_of_a_small_run_is_in_the_report_in_order(report):
    _, paths, labels = columns(report, "features")
    data = report.data
    assert [f"{data['input']}/{path}" for path in data["photos"]["paths"]] == paths
    names = data["labels"]["names"]
    assert [names[label] for label in data["photos"]["labels"]] == labels.tolist()
    counts = Counter(labels)
    assert data["labels"]["photos"] == data["labels"]["sampled"] == [counts[name] for name in names]


def test_neighbours_are_those_of_scikit_learn(report):
    rows, _, _ = columns(report, "features")
    photos = report.data["photos"]
    shape = (len(rows), photos["neighbours"])
    indices, distances = neighbours(rows, photos["neighbours"])
    ours = np.reshape(photos["nearest"], shape)
    ours_far = np.take_along_axis(np.linalg.norm(rows[:, None] - rows[None], axis=2), ours, axis=1)
    assert_within(ours_far, distances, distance_bound(rows, distances))
    assert np.mean(ours == indices) > 0.9
    np.testing.assert_allclose(np.reshape(photos["distances"], shape), 1000 * distances / typical(rows), atol=0.51)


def test_agreement_is_that_of_scikit_learn_at_every_width(report):
    features, _, labels = columns(report, "features")
    projected, _, _ = columns(report, "pca")
    ours = dict(report.data["likeness"]["agreement"])
    k = projected.shape[1]
    assert list(ours) == [*(width for width in (2, 5, 10) if width < k), k, 1280]
    for width, share in ours.items():
        rows = features if width == 1280 else projected[:, :width]
        assert share == pytest.approx(agreement(rows, labels), abs=1e-6), width


def test_agreement_by_chance_is_the_share_of_pairs_with_one_label(report):
    _, _, labels = columns(report, "features")
    same = labels[:, None] == labels[None]
    others = same.sum() - len(labels)
    assert report.data["likeness"]["by_chance"] == pytest.approx(others / (len(labels) * (len(labels) - 1)), abs=1e-6)


def test_confused_labels_are_those_of_the_nearest_neighbours(report):
    rows, _, labels = columns(report, "features")
    indices, _ = neighbours(rows, 1)
    pairs = Counter(
        frozenset((labels[i], labels[j])) for i, j in enumerate(indices[:, 0]) if labels[i] != labels[j]
    )  # fmt: skip
    data = report.data
    names, confused = data["labels"]["names"], data["likeness"]["confused"]
    ours = {frozenset(names[label] for label in pair["labels"]): pair["photos"] for pair in confused}
    assert len(confused) == min(12, len(pairs))
    # Where a photo lies there twice, either copy may be named the nearest.
    assert sum(abs(ours[pair] - pairs[pair]) for pair in ours) <= (0 if "fruits" in str(report.output) else 8)
    counts = Counter(labels)
    for pair in confused:
        assert pair["of"] == sum(counts[names[label]] for label in pair["labels"])
    shares = [pair["photos"] / pair["of"] for pair in confused]
    assert shares == sorted(shares, reverse=True)


def test_near_duplicates_are_all_pairs_across_labels_that_are_near(report):
    rows, _, labels = columns(report, "features")
    far = np.linalg.norm(rows[:, None] - rows[None], axis=2) / typical(rows)
    theirs = {(i, j) for i, j in np.argwhere(far <= 0.1) if i < j and labels[i] != labels[j]}
    likeness = report.data["likeness"]
    ours = {(a, b) for a, b, _ in likeness["twins"]}
    assert likeness["twins_found"] == len(theirs)
    assert ours <= theirs and len(ours) == min(24, len(theirs))
    for a, b, distance in likeness["twins"]:
        assert distance == pytest.approx(far[a, b], abs=1e-6)


def test_a_photo_under_two_labels_is_found(mixed):
    data = mixed.data
    same = {
        tuple(data["photos"]["paths"][photo] for photo in pair[:2])
        for pair in data["likeness"]["twins"]
        if pair[2] == 0
    }
    moved = [path for path in data["photos"]["paths"] if "moved_" in path]
    assert len(moved) == 8
    assert same == {(path, f"Plum/{path.split('moved_')[1]}") for path in moved}


def test_outliers_are_the_photos_far_from_their_neighbours(report):
    rows, _, _ = columns(report, "features")
    _, distances = neighbours(rows, 5)
    mean = distances.mean(axis=1)
    order = np.argsort(-mean, kind="stable")
    ours = report.data["likeness"]["outliers"]
    assert_within(mean[[photo for photo, _ in ours]], mean[order[: len(ours)]], distance_bound(rows, mean).max())
    usual = mean[order[len(order) // 2]]
    np.testing.assert_allclose([times for _, times in ours], mean[order[: len(ours)]] / usual, atol=1e-3)


def test_the_map_is_the_pca(report):
    projected, _, _ = columns(report, "pca")
    photos = report.data["photos"]
    assert len(photos["axes"]) == 10
    for component, axis in enumerate(photos["axes"]):
        ours = axis["low"] + np.array(axis["steps"]) / photos["coordinate_steps"] * (axis["high"] - axis["low"])
        np.testing.assert_allclose(ours, projected[:, component], atol=(axis["high"] - axis["low"]) / 9999)


def test_thumbnails_are_the_photos(report):
    data, thumbnails = report.data, report.thumbnails()
    assert sorted(thumbnails) == list(range(len(data["photos"]["paths"])))
    for photo, ours in list(thumbnails.items())[::20]:
        original = Image.open(f"{data['input']}/{data['photos']['paths'][photo]}")
        theirs = ImageOps.fit(original.convert("RGB"), ours.size, Image.Resampling.BILINEAR)
        assert np.abs(np.asarray(ours, int) - np.asarray(theirs, int)).mean() < 5, data["photos"]["paths"][photo]


def test_thumbnails_are_upright_and_cut_to_the_middle(tmp_path):
    picture = np.zeros((120, 320, 3), np.uint8)
    picture[:, 100:160], picture[:, 160:220] = (200, 30, 30), (30, 30, 200)  # the middle square: red, then blue
    exif = Image.Exif()
    exif[0x0112] = 6  # turn it clockwise by a quarter: red above blue
    (tmp_path / "a").mkdir()
    Image.fromarray(picture).save(tmp_path / "a" / "turned.jpg", exif=exif, quality=95)
    Image.fromarray(picture[:, ::-1].copy()).save(tmp_path / "a" / "zz.jpg", quality=95)
    succeed("run", tmp_path / "a", tmp_path / "out", "-k", 1)
    turned, mirrored = (np.asarray(image, int) for _, image in sorted(Report(tmp_path / "out").thumbnails().items()))
    assert np.abs(turned[:40, 10:86] - (200, 30, 30)).mean() < 20
    assert np.abs(turned[-40:, 10:86] - (30, 30, 200)).mean() < 20
    assert np.abs(mirrored[10:86, :40] - (30, 30, 200)).mean() < 20


def test_a_resumed_run_gives_the_same_report_but_for_its_times(mixed, tmp_path):
    output = tmp_path / "out"
    shutil.copytree(mixed.output, output)
    (output / "_SUCCESS").unlink()
    for part in sorted((output / "features").glob("part-*.parquet"))[::2]:
        part.unlink()
    photos = read_manifest(output)["input"]
    succeed("run", photos, output, "-k", 12, "--images-per-part", 10, "--threads", 1)
    last_run = '<script type="application/json" id="last-run">'

    def without_last_run(path):
        before, after = (path / "report.html").read_text().split(last_run)
        return before + after.split("</script>", 1)[1]

    assert without_last_run(output) == without_last_run(mixed.output)
    assert read_manifest(output)["last_run"]["computed"] < read_manifest(mixed.output)["last_run"]["computed"]


def test_a_report_is_written_again_with_its_thumbnails_where_the_photos_are_gone(fruits, tmp_path):
    photos, output = tmp_path / "photos", tmp_path / "out"
    shutil.copytree(read_manifest(fruits.output)["input"], photos)
    succeed("run", photos, output, "-k", 5)
    before = Report(output).data
    assert len(Report(output).thumbnails()) == 192
    shutil.rmtree(photos)
    for verb in ("report", "fit"):
        assert succeed(verb, output).stderr.count("thumbnails") == 0
        assert Report(output).data == before


def test_thumbnails_that_were_not_kept_are_made_of_the_photos_that_are_there(fruits, tmp_path):
    photos, output = tmp_path / "photos", tmp_path / "out"
    shutil.copytree(read_manifest(fruits.output)["input"], photos)
    succeed("run", photos, output, "-k", 5)
    shutil.rmtree(output / "thumbnails")
    succeed("report", output)
    before = Report(output).data
    assert len(Report(output).thumbnails()) == 192
    some = sorted(photos.rglob("*.jpg"))[::3]
    for photo in some:
        photo.unlink()
    assert succeed("report", output).stderr == ""
    assert len(Report(output).thumbnails()) == 192 - len(some)
    shutil.rmtree(photos)
    assert f"the photos in {photos} cannot be read" in succeed("report", output).stderr
    after = Report(output).data
    assert after.pop("thumbnails") == {"columns": 16, "photos": [], "sheets": []}
    del before["thumbnails"]
    assert after == before


def test_a_photo_that_was_replaced_has_no_thumbnail_but_that_which_was_kept(fruits, tmp_path):
    photos, output = tmp_path / "photos", tmp_path / "out"
    shutil.copytree(read_manifest(fruits.output)["input"] + "/Plum", photos / "Plum")
    succeed("run", photos, output, "-k", 2)
    kept = Report(output).data["thumbnails"]
    first, *_, last = sorted((photos / "Plum").iterdir())
    first.write_bytes(last.read_bytes() + b" " * 100)
    succeed("report", output)
    assert Report(output).data["thumbnails"] == kept
    shutil.rmtree(output / "thumbnails")
    succeed("report", output)
    assert 0 not in Report(output).thumbnails()


def test_a_report_needs_a_finished_run(tmp_path):
    assert coulis("report", tmp_path).code == 1

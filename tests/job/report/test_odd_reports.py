"""Reports of one photo, of very many, and without thumbnails."""

import shutil

import numpy as np
from cli.command import ALL_PHOTOS, PHOTOS, succeed
from job.report.browsing import opened, point_at_a_photo, seconds_to_open
from job.report.report_file import Report
from PIL import Image
from spark.many_parts import write_tiny_model


def test_a_report_without_thumbnails_says_so(browser, tmp_path):
    shutil.copytree(PHOTOS / "Plum", tmp_path / "photos" / "Plum")
    succeed("run", tmp_path / "photos", tmp_path / "out", "-k", 2)
    shutil.rmtree(tmp_path / "photos")
    shutil.rmtree(tmp_path / "out" / "thumbnails")
    succeed("report", tmp_path / "out")
    with opened(browser, Report(tmp_path / "out")) as page:
        page.focus("#plot")
        page.keyboard.press("ArrowRight")
        assert "The photos could not be read again" in page.inner_text("#map")
        assert page.get_attribute("#photo > canvas", "aria-label") == "No thumbnail"


def test_one_photo_makes_a_report(browser, tmp_path):
    (tmp_path / "photos").mkdir()
    shutil.copy2(ALL_PHOTOS[0], tmp_path / "photos")
    succeed("run", tmp_path / "photos", tmp_path / "out")
    with opened(browser, Report(tmp_path / "out")) as page:
        assert page.inner_text("h1") == "1 photo of 1 label"
        assert page.inner_text("#labels-text") == "1 label with 1 photo each."
        assert "NaN" not in page.inner_text("body") and "undefined" not in page.inner_text("body")


def test_a_large_run_is_sampled_and_says_so(browser, tmp_path):
    """Of 4,100 photos, each another picture: fewer than all on the map, a small file, quickly open."""
    random = np.random.default_rng(3)
    for label in range(41):
        (tmp_path / "photos" / f"label {label:02}").mkdir(parents=True)
        for i in range(100):
            colours = random.integers(0, 256, (8, 8, 3), np.uint8)
            Image.fromarray(colours).save(tmp_path / "photos" / f"label {label:02}" / f"{i}.bmp")
    model = write_tiny_model(tmp_path / "tiny.safetensors")
    succeed("run", tmp_path / "photos", tmp_path / "out", "-k", 10, "--model", model)
    report = Report(tmp_path / "out")
    assert report.path.stat().st_size < 5_000_000
    sampled = report.data["labels"]["sampled"]
    assert sum(sampled) == 4000 and max(sampled) - min(sampled) <= 1
    assert seconds_to_open(browser, report) < 2
    with opened(browser, report) as page:
        assert "Of 4,100 photos, 4,000 are shown" in page.inner_text("#map")
        point_at_a_photo(page)

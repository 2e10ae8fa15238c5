"""Reports of real runs; Chromium, where there is one."""

import shutil
from collections.abc import Iterator

import pytest
from cli.command import PHOTOS, succeed
from job.report.report_file import Report


@pytest.fixture(scope="session")
def fruits(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """192 photos of 16 labels, 6 parts, 20 components. Not to be changed."""
    output = tmp_path_factory.mktemp("fruits") / "out"
    succeed("run", PHOTOS, output, "-k", 20, "--images-per-part", 32)
    return Report(output)


@pytest.fixture(scope="session")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Two thirds of the photos, some under a second label too, and two files that are no photos. Not to be changed."""
    folder = tmp_path_factory.mktemp("mixed")
    for i, photo in enumerate(sorted(PHOTOS.rglob("*.jpg"))):
        if i % 3 == 0:
            continue
        target = folder / "photos" / photo.relative_to(PHOTOS)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(photo, target)
    for i, photo in enumerate(sorted((folder / "photos" / "Plum").iterdir())):
        shutil.copy2(photo, folder / "photos" / ("Lemon" if i % 2 else "Kiwi") / f"moved_{photo.name}")
    (folder / "photos" / "Plum" / "empty.jpg").touch()
    (folder / "photos" / "Plum" / "text.jpg").write_text("no photo")
    succeed("run", folder / "photos", folder / "out", "-k", 12, "--images-per-part", 10)
    return Report(folder / "out")


@pytest.fixture(scope="session")
def browser() -> Iterator:
    from playwright import sync_api

    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Chromium is not installed")
    flags = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        yield browser
        browser.close()

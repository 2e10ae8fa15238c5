"""Takes the pictures of the guide anew: the report of examples/fruits in Chromium.

PYTHONPATH=tests python tests/docs/take_pictures.py
"""

import io
import shutil
import tempfile
from pathlib import Path

from cli.command import PHOTOS, succeed
from PIL import Image
from playwright.sync_api import sync_playwright

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
SIZE = {"width": 1200, "height": 780}
COLOURS = 200  # of the palette: a screenshot of photos below 200 kB


def take_report(folder: Path) -> bytes:
    succeed("run", PHOTOS, folder, "-k", 20)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--headless", "--no-sandbox"]
        )
        page = browser.new_page(viewport=SIZE)
        page.goto((folder / "report.html").as_uri())
        page.wait_for_selector("#plot canvas")
        page.check("#as-photos")
        page.fill("#search", "Pineapple/r_100")
        page.locator("#found button").first.click()
        page.fill("#search", "")
        page.evaluate("document.activeElement.blur(); document.querySelector('#map').scrollIntoView()")
        page.wait_for_timeout(1000)  # thumbnails are decoded after the first drawing
        return page.screenshot()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        picture = Image.open(io.BytesIO(take_report(Path(folder) / "out"))).convert("RGB")
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(PICTURES / "report.png", optimize=True)


if __name__ == "__main__":
    main()

"""A report in a browser, and how a person points at its photos."""

import io
from contextlib import contextmanager

import numpy as np
from PIL import Image, ImageOps


@contextmanager
def opened(browser, report, width=1280, height=900, may_complain=False, **settings):
    """The page; nothing may go wrong on its console, and it may ask for nothing."""
    context = browser.new_context(viewport={"width": width, "height": height}, **settings)
    page = context.new_page()
    page.set_default_timeout(120_000)  # a busy machine
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: (said.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(report.path.as_uri())
    page.wait_for_selector("#plot canvas")
    yield page
    assert may_complain or said == []
    assert [url for url in asked if not url.startswith("data:")] == [report.path.as_uri()]
    context.close()


def pixels(element):
    return np.asarray(Image.open(io.BytesIO(element.screenshot())).convert("RGB"), int)


def shown_photo(page):
    return int(page.get_attribute("#photo", "data-photo"))


def point_at_a_photo(page):
    """Moves the mouse over the map until it lies on a photo."""
    page.locator("#plot").scroll_into_view_if_needed()
    box = page.locator("#plot .u-over").bounding_box()
    for y in np.linspace(0.2, 0.8, 13):
        for x in np.linspace(0.2, 0.8, 13):
            page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
            if shown_photo(page) >= 0:
                return shown_photo(page)
    raise AssertionError("no photo anywhere on the map")


def assert_shows(element, path):
    original = ImageOps.fit(Image.open(path).convert("RGB"), (96, 96))
    ours = Image.fromarray(pixels(element).astype(np.uint8)).resize((96, 96))
    difference = np.abs(np.asarray(ours, int)[8:-8, 8:-8] - np.asarray(original, int)[8:-8, 8:-8]).mean()
    assert difference < 12, path


def seconds_to_open(browser, report):
    """CPU time of the page's process: the machine may be busy with something else."""
    with opened(browser, report) as page:
        page.wait_for_timeout(300)  # thumbnails are decoded after the first drawing
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable")
        metrics = {metric["name"]: metric["value"] for metric in session.send("Performance.getMetrics")["metrics"]}
        assert metrics["ProcessTime"] > 0
        return metrics["ProcessTime"]

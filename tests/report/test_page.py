"""The report in a browser, as a person meets it: what is seen, pointed at, searched for and typed."""

import io
import json
import re
import shutil
from contextlib import contextmanager

import numpy as np
import pytest
from cli.command import ALL_PHOTOS, PHOTOS, succeed
from PIL import Image, ImageOps
from report.report_file import Report


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


def test_the_page_opens_quickly_and_says_what_was_run(browser, fruits):
    assert seconds_to_open(browser, fruits) < 2
    with opened(browser, fruits) as page:
        assert page.inner_text("h1") == "192 photos of 16 labels"
        text = page.inner_text("body")
        for expected in (
            "In short",
            "fp32",
            "mobilenet_v2",
            "photos a second",
            "Adding up",
            "2 threads",
            "Speed of a core",
        ):
            assert expected in text, expected
        for section in page.locator("section").all():
            assert len(section.inner_text().splitlines()) > 1, section.get_attribute("id")


def test_a_run_on_a_cluster_says_what_tasks_cost(browser, fruits, tmp_path):
    last_run = fruits.script("last-run") | {"threads": 8, "computed": 192}
    last_run["seconds"] = [["features", 10], ["workers: network", 70], ["task overhead", 1.25]]
    html = re.sub('(?s)(id="last-run">).*?(</script>)', rf"\g<1>{json.dumps(last_run)}\2", fruits.path.read_text())
    (tmp_path / "report.html").write_text(html)
    with opened(browser, Report(tmp_path)) as page:
        facts = page.inner_text("#run-facts")
        assert "8 cores" in facts
        assert "2.4 photos a second; of the 10.0 s for the features, 1.25 s were overhead of tasks" in facts
        assert "10.0 s in all" in page.inner_text("#time-text")  # what was lost is a part of it


def test_pointing_at_a_mark_shows_the_photo_and_its_neighbours(browser, fruits):
    data = fruits.data
    with opened(browser, fruits) as page:
        photo = point_at_a_photo(page)
        path = f"{data['input']}/{data['photos']['paths'][photo]}"
        assert data["photos"]["paths"][photo] in page.inner_text("#photo")
        assert_shows(page.locator("#photo > canvas"), path)
        near = data["photos"]["nearest"][photo * 5 : photo * 5 + 5]
        assert page.locator("#photo li canvas").count() == 5
        for canvas, other in zip(page.locator("#photo li canvas").all(), near, strict=True):
            assert canvas.get_attribute("title") == data["photos"]["paths"][other]
        page.mouse.move(2, 2)
        assert shown_photo(page) == -1


def test_a_click_keeps_the_photo_and_a_neighbour_can_be_followed(browser, fruits):
    with opened(browser, fruits) as page:
        photo = point_at_a_photo(page)
        page.mouse.down()
        page.mouse.up()
        page.mouse.move(2, 2)
        assert shown_photo(page) == photo
        page.locator("#photo li button").first.click()
        assert shown_photo(page) == fruits.data["photos"]["nearest"][photo * 5]


def test_a_label_or_a_file_is_found(browser, fruits):
    data = fruits.data
    with opened(browser, fruits) as page:
        before = pixels(page.locator("#plot"))
        page.fill("#search", "apric")
        assert "1 label and 12 photos" in page.inner_text("#found")
        assert np.abs(pixels(page.locator("#plot")) - before).mean() > 0.5  # the others have faded
        page.fill("#search", "Lemon/r_33_100")
        page.locator("#found button canvas").click()
        assert data["photos"]["paths"][shown_photo(page)] == "Lemon/r_33_100.jpg"
        page.fill("#search", "no such thing")
        assert "0 labels and 0 photos" in page.inner_text("#found")
        page.fill("#search", "")
        assert page.inner_text("#found") == ""


def test_the_map_zooms_moves_and_shows_photos(browser, fruits):
    with opened(browser, fruits) as page:
        plot = page.locator("#plot")
        plot.scroll_into_view_if_needed()
        whole = pixels(plot)
        page.click("#zoom-in")
        assert np.abs(pixels(plot) - whole).mean() > 0.5
        page.click("#zoom-all")
        assert np.array_equal(pixels(plot), whole)
        box = page.locator("#plot .u-over").bounding_box()
        page.mouse.move(box["x"] + 300, box["y"] + 200)
        page.mouse.down()
        page.mouse.move(box["x"] + 400, box["y"] + 220, steps=4)
        page.mouse.up()
        assert np.abs(pixels(plot) - whole).mean() > 0.5
        page.click("#zoom-all")
        page.uncheck("#as-photos")
        assert np.abs(pixels(plot) - whole).mean() > 5
        page.check("#as-photos")
        assert np.array_equal(pixels(plot), whole)
        page.select_option("#axis-x", "3")
        assert np.abs(pixels(plot) - whole).mean() > 0.5


def test_the_map_is_usable_with_the_keyboard_alone(browser, fruits):
    with opened(browser, fruits) as page:
        page.focus("#search")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.id") == "plot"
        seen = set()
        for key in ["ArrowRight"] * 4 + ["ArrowDown"] * 4 + ["ArrowLeft"] * 4 + ["ArrowUp"] * 4:
            page.keyboard.press(key)
            seen.add(shown_photo(page))
        assert len(seen) > 5 and -1 not in seen
        before = pixels(page.locator("#plot"))
        page.keyboard.press("+")
        assert np.abs(pixels(page.locator("#plot")) - before).mean() > 0.5
        page.keyboard.press("0")
        page.keyboard.press("Escape")
        assert shown_photo(page) == -1


def test_failures_and_near_duplicates_are_shown(browser, mixed):
    with opened(browser, mixed) as page:
        failures = page.inner_text("#failures")
        assert "Empty files: 1 file" in failures and "empty.jpg" in failures and "text.jpg" in failures
        assert "the same to the model" in page.inner_text("#twins")
        figure = page.locator("#twins figure").first
        photos = [int(photo) for photo in figure.get_attribute("data-photos").split()]
        for canvas, photo in zip(figure.locator("canvas").all(), photos, strict=True):
            canvas.scroll_into_view_if_needed()
            assert_shows(canvas, f"{mixed.data['input']}/{mixed.data['photos']['paths'][photo]}")


HOSTILE = [
    "<script>hacked=1<",
    "</script><img src=x onerror=alert(2)>".replace("/", "\u2215"),
    "\" onmouseover='alert(3)' \"",
    "\u202egpj.exe\u2028",
    "{{script}} `${alert(4)}` &lt;",
]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    for i, name in enumerate(HOSTILE):
        (folder / "photos" / name).mkdir(parents=True)
        for photo in ALL_PHOTOS[i * 12 : i * 12 + 3]:
            shutil.copy2(photo, folder / "photos" / name / f"{name} {photo.name}")
        (folder / "photos" / name / f"{name}.jpg").write_text("no photo")
    succeed("run", folder / "photos", folder / "out", "-k", 4)
    return Report(folder / "out")


def test_hostile_names_are_only_names(browser, hostile):
    with opened(browser, hostile) as page:
        assert page.locator("script").count() == 3
        assert page.locator("img, [onerror], [onmouseover]").count() == 0
        assert page.evaluate("typeof hacked") == "undefined"
        text = page.inner_text("body")
        for name in [*HOSTILE[:3], r"\xe2\x80\xaegpj.exe\xe2\x80\xa8", HOSTILE[4]]:
            assert name in text
        assert not {"\u202e", "\u2028"} & set(text)
        assert "\u202e" not in page.content().split('id="data"')[0] + page.evaluate("document.title")
        page.fill("#search", "<script>hacked")
        assert "1 label and 3 photos" in page.inner_text("#found")
        page.locator("#found button canvas").first.click()
        assert shown_photo(page) >= 0


def test_the_page_could_not_ask_the_network_if_it_wanted_to(browser, fruits):
    with opened(browser, fruits, may_complain=True) as page:
        blocked = page.evaluate("""new Promise((done) => {
          document.addEventListener('securitypolicyviolation', (event) => done(event.violatedDirective));
          fetch('http://127.0.0.1:9/').then(() => done('sent'), () => {});
        })""")
        assert blocked == "connect-src"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_meets_wcag_aa(browser, mixed, scheme):
    from axe_playwright_python import sync_playwright as axe

    with opened(browser, mixed, color_scheme=scheme, bypass_csp=True) as page:
        point_at_a_photo(page)
        page.fill("#search", "l")
        for details in page.locator("details").all():
            details.evaluate("element => { element.open = true; }")
        found = axe.Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
        assert found.response["violations"] == [], found.generate_report()


def test_the_colours_of_the_marks_stand_out_in_both_schemes(browser, fruits):
    def luminance(colour):
        channels = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
        linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
        return linear @ (0.2126, 0.7152, 0.0722)

    for scheme in ("light", "dark"):
        with opened(browser, fruits, color_scheme=scheme) as page:
            value = "(name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim()"
            paper = page.evaluate(value, "--paper")
            marks = [page.evaluate(value, f"--mark-{i}") for i in range(8)]
            for mark in marks:
                light, dark = sorted((luminance(paper), luminance(mark)))[::-1]
                assert (light + 0.05) / (dark + 0.05) >= 3, (scheme, mark)


@pytest.mark.parametrize("report_name", ["mixed", "hostile"])
def test_a_phone_shows_the_page_without_sideways_scrolling(browser, request, report_name):
    with opened(browser, request.getfixturevalue(report_name), 360, 740, device_scale_factor=2, has_touch=True) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        page.locator("#plot").scroll_into_view_if_needed()
        page.focus("#plot")
        page.keyboard.press("ArrowRight")
        box = page.locator("#plot .u-over").bounding_box()
        assert shown_photo(page) >= 0
        page.keyboard.press("Escape")
        for x in np.linspace(0.2, 0.8, 9):
            page.touchscreen.tap(box["x"] + x * box["width"], box["y"] + box["height"] / 2)
            if shown_photo(page) >= 0:
                return
        raise AssertionError("no photo under a finger")


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
        assert "NaN" not in page.inner_text("body") and "undefined" not in page.inner_text("body")


def test_a_large_run_is_sampled_and_says_so(browser, tmp_path):
    """Of 4,100 photos, each another picture: fewer than all on the map, a small file, quickly open."""
    random = np.random.default_rng(3)
    for label in range(41):
        (tmp_path / "photos" / f"label {label:02}").mkdir(parents=True)
        for i in range(100):
            colours = random.integers(0, 256, (8, 8, 3), np.uint8)
            Image.fromarray(colours).save(tmp_path / "photos" / f"label {label:02}" / f"{i}.bmp")
    succeed("run", tmp_path / "photos", tmp_path / "out", "-k", 10, "--precision", "int8")
    report = Report(tmp_path / "out")
    assert report.path.stat().st_size < 5_000_000
    sampled = report.data["labels"]["sampled"]
    assert sum(sampled) == 4000 and max(sampled) - min(sampled) <= 1
    assert seconds_to_open(browser, report) < 2
    with opened(browser, report) as page:
        assert "Of 4,100 photos, 4,000 are shown" in page.inner_text("#map")
        point_at_a_photo(page)

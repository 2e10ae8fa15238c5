"""The report in a browser, as a person meets it: what is seen, pointed at, searched for and typed."""

import json
import re

import numpy as np
from job.report.browsing import assert_shows, opened, pixels, point_at_a_photo, seconds_to_open, shown_photo
from job.report.report_file import Report


def test_the_page_opens_quickly_and_says_what_was_run(browser, fruits):
    assert seconds_to_open(browser, fruits) < 2
    with opened(browser, fruits) as page:
        assert page.inner_text("h1") == "192 photos of 16 labels"
        text = page.inner_text("body")
        for expected in (
            "Summary",
            "fp32",
            "mobilenet_v2",
            "photos a second",
            "Mean and covariance",
            "2 threads",
            "Speed per core",
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
        assert "2.4 photos a second; task overhead (start-up, scheduling, waiting): 1.25 s of the 10.0 s" in facts
        assert "10.0 s in total" in page.inner_text("#time-text")  # what was lost is a part of it


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
        assert "identical features" in page.inner_text("#twins")
        figure = page.locator("#twins figure").first
        photos = [int(photo) for photo in figure.get_attribute("data-photos").split()]
        for canvas, photo in zip(figure.locator("canvas").all(), photos, strict=True):
            canvas.scroll_into_view_if_needed()
            assert_shows(canvas, f"{mixed.data['input']}/{mixed.data['photos']['paths'][photo]}")

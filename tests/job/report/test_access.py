"""The page for everybody: hostile names, no network, contrast, screen readers, phones."""

import shutil

import numpy as np
import pytest
from cli.command import ALL_PHOTOS, succeed
from job.report.browsing import opened, point_at_a_photo, shown_photo
from job.report.report_file import Report

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

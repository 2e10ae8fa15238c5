"""The guide as a site: built without a warning, nothing in it comes from elsewhere, and every link leads somewhere."""

import re
import subprocess
import sys
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from docs.pages import PAGES, ROOT, name_of


@dataclass
class Page(HTMLParser):
    links: list[str] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)  # scripts, styles, pictures, fonts
    anchors: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        elif tag == "link" and values.get("rel") not in ("next", "prev", "canonical"):
            self.loaded.append(values["href"])
        self.loaded += [values[name] for name in ("src", "srcset", "poster", "data") if name in values]
        self.anchors |= {values[name] for name in ("id", "name") if name in values}


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", folder]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="session")
def pages(site: Path) -> dict[Path, Page]:
    pages = {}
    for file in site.rglob("*.html"):
        if file.name != "404.html":  # its links begin at the root of a server
            pages[file] = Page()
            pages[file].feed(file.read_text())
    return pages


def test_every_page_of_the_repository_is_a_page_of_the_guide(site: Path) -> None:
    outside = {
        "README.md": "index",
        "ARCHITECTURE.md": "architecture",
        "CONTRIBUTING.md": "contributing",
        "CHANGELOG.md": "changelog",
    }
    names = [
        outside.get(name, name.removeprefix("docs/").removesuffix(".md"))
        for name in map(name_of, PAGES)
        if "examples" not in name
    ]
    assert [name for name in names if not (site / f"{name}.html").is_file()] == []


def test_every_link_between_pages_leads_to_a_place_that_is_there(pages: dict[Path, Page]) -> None:
    broken = []
    for file, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or not link:
                continue
            target = (file.parent / unquote(parts.path)).resolve() if parts.path else file
            if not target.is_file() or (parts.fragment and unquote(parts.fragment) not in pages[target].anchors):
                broken.append(f"{file.name}: {link}")
    assert broken == []


def test_every_link_between_files_of_the_repository_leads_to_a_file() -> None:
    broken = []
    for page in PAGES:
        text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
        for target in re.findall(r"\]\(([^)\s#]+)[^)]*\)", text):
            if ":" not in target and not (page.parent / target).exists():
                broken.append(f"{name_of(page)}: {target}")
    assert broken == []


def test_no_page_or_style_asks_another_host(site: Path, pages: dict[Path, Page]) -> None:
    loaded = {source for page in pages.values() for source in page.loaded}
    assert loaded
    assert {source for source in loaded if urlsplit(source).netloc} == set()
    styles = [style.read_text() for style in site.rglob("*.css")]
    assert styles
    assert [
        url for style in styles for url in re.findall(r"(?:url\(|@import\s)[\"']?((?:https?:)?//[^\"')\s]+)", style)
    ] == []


def test_pictures_are_small(site: Path) -> None:
    pictures = list((ROOT / "docs" / "pictures").iterdir())
    assert pictures
    assert [picture.name for picture in pictures if picture.stat().st_size > 200_000] == []

"""MkDocs hook: adds pages from outside docs/, and makes links work both in the repository and in the guide."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGES = {
    "README.md": "index.md",
    "ARCHITECTURE.md": "architecture.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
}
LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s#]+)(#[^)\s]*)?\)")


def uri_in_guide(file: Path) -> str | None:
    """The page of a repository's file in the guide, if it has one."""
    name = file.relative_to(ROOT).as_posix()
    return PAGES.get(name) or (name.removeprefix("docs/") if name.startswith("docs/") and file.is_file() else None)


def turn_links(markdown: str, source: Path) -> str:
    """Links between files of the repository -> links between pages. A file without a page loses its link."""
    page = uri_in_guide(source) or source.name

    def turn(match: re.Match[str]) -> str:
        image, text, target, anchor = match[1], match[2], match[3], match[4] or ""
        if ":" in target:
            return match[0]
        file = (source.parent / target).resolve()
        if not file.exists():
            return match[0]  # MkDocs reports the broken link
        uri = uri_in_guide(file)
        return f"{image}[{text}]({os.path.relpath(uri, Path(page).parent)}{anchor})" if uri else text

    return LINK.sub(turn, markdown)


def on_files(files: Any, config: Any) -> Any:
    from mkdocs.structure.files import File

    for source, uri in PAGES.items():
        files.append(File.generated(config, uri, abs_src_path=str(ROOT / source)))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    return turn_links(markdown, Path(page.file.abs_src_path).resolve())

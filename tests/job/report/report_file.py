"""Report: a report.html, and the data in it."""

import base64
import io
import json
import re
from dataclasses import dataclass
from pathlib import Path

from PIL import Image


@dataclass(frozen=True)
class Report:
    output: Path

    @property
    def path(self) -> Path:
        return self.output / "report.html"

    def script(self, name: str) -> dict:
        found = re.search(f'<script type="application/json" id="{name}">(.*?)</script>', self.path.read_text(), re.S)
        return json.loads(found[1])

    @property
    def data(self) -> dict:
        return self.script("data")

    def thumbnails(self) -> dict[int, Image.Image]:
        """Photo -> its thumbnail, cut from the sheets."""
        thumbnails, found = self.data["thumbnails"], {}
        photos = iter(thumbnails["photos"])
        for sheet in thumbnails["sheets"]:
            image, side = Image.open(io.BytesIO(base64.b64decode(sheet["jpeg"]))).convert("RGB"), sheet["side"]
            for slot in range(sheet["photos"]):
                row, column = divmod(slot, thumbnails["columns"])
                box = (column * side, row * side, (column + 1) * side, (row + 1) * side)
                found[next(photos)] = image.crop(box)
        assert next(photos, None) is None
        return found

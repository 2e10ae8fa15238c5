"""What weights do not say: name, licence and input, from flags, the catalogue or defaults."""

from __future__ import annotations

from dataclasses import dataclass

from coulis.models.catalogue import Published, find_published
from coulis.models.model_file import Card, ModelError

FILTERS = ("nearest", "bilinear", "bicubic", "lanczos")
MAX_INPUT_PX = 4096


@dataclass(frozen=True)
class Preparation:
    """Network input = u8 * scale + offset, one number or one for each of red, green, blue."""

    scale: list[float]
    offset: list[float]
    filter: str = "bicubic"


def normalise(mean: list[float], std: list[float], filter: str = "bicubic") -> Preparation:
    """(u8 / 255 - mean) / std, PyTorch's convention."""
    scale = [1 / (255 * s) for s in std]
    return Preparation(scale, [-m / s for m, s in zip(mean, std, strict=True)], filter)


TENSORFLOW = Preparation([1 / 127.5], [-1.0])  # [-1, 1]
EFFICIENTNET_LITE = Preparation([1 / 128], [-127 / 128])
TORCH = normalise([0.485, 0.456, 0.406], [0.229, 0.224, 0.225], "bilinear")  # torchvision's, of ImageNet


@dataclass(frozen=True)
class Wishes:
    """The flags of `coulis models import` that describe a model; None: not given."""

    name: str | None = None
    title: str | None = None
    licence: str | None = None
    input_size: tuple[int, int] | None = None  # width, height
    filter: str | None = None
    scale: list[float] | None = None
    offset: list[float] | None = None
    mean: list[float] | None = None
    std: list[float] | None = None
    cut: str | None = None
    whole: bool = False

    def preparation(self, default: Preparation) -> Preparation:
        if (self.mean or self.std) and (self.scale or self.offset):
            raise ModelError("--mean and --std exclude --scale and --offset", "give one pair or the other")
        if self.mean or self.std:
            default = normalise(spread(self.mean or [0.0]), spread(self.std or [1.0]), default.filter)
        return Preparation(self.scale or default.scale, self.offset or default.offset, self.filter or default.filter)

    def size(self, width_px: int = 224, height_px: int = 224) -> tuple[int, int]:
        return self.input_size or (width_px, height_px)


def spread(values: list[float]) -> list[float]:
    return values * 3 if len(values) == 1 else values


def describe(
    wishes: Wishes, sha256: str, name: str, title: str, preparation: Preparation, size: tuple[int, int]
) -> Card:
    """The card without its layers. name and title: for a file that is neither published nor named by flags."""
    published = find_published(sha256) or Published(name, title, "unknown", "", sha256)
    chosen = wishes.preparation(preparation)
    return {
        "name": wishes.name or published.name,
        "title": wishes.title or published.title,
        "architecture": "inverted_residual",
        "licence": wishes.licence or published.licence,
        "input": {
            "width_px": size[0],
            "height_px": size[1],
            "filter": chosen.filter,
            "scale": collapse(chosen.scale),
            "offset": collapse(chosen.offset),
        },
    }


def collapse(values: list[float]) -> float | list[float]:
    """One number if the channels agree."""
    return values[0] if len(set(values)) == 1 else values

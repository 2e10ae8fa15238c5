"""The types of the options, for `**keywords`. Written by tools/write_options.py: do not edit."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TypedDict


class RunOptions(TypedDict, total=False):
    """Of coulis.run."""

    threads: int
    model: str | os.PathLike[str]
    precision: str
    max_pixels: int
    exif_orientation: bool
    decode: str
    photo_column: str
    label_column: str
    labels: str
    include: str | Sequence[str]
    exclude: str | Sequence[str]
    no_default_excludes: bool
    label_level: int
    label_regex: str
    images_per_part: int
    on_bad: str
    max_bad: float
    compression: str
    fresh: bool
    k: int
    variance: float
    pca_convention: str
    pca_whiten: bool
    csv: str
    csv_separator: str
    csv_formulas: str
    csv_bom: bool
    no_thumbnails: bool
    endpoint_url: str
    region: str
    addressing: str
    no_sign_request: bool
    request_payer: bool
    max_photo_bytes: int


class FeaturizeOptions(TypedDict, total=False):
    """Of coulis.featurize."""

    threads: int
    model: str | os.PathLike[str]
    precision: str
    max_pixels: int
    exif_orientation: bool
    decode: str
    labels: str
    include: str | Sequence[str]
    exclude: str | Sequence[str]
    no_default_excludes: bool
    endpoint_url: str
    region: str
    addressing: str
    no_sign_request: bool
    request_payer: bool
    max_photo_bytes: int


class StorageOptions(TypedDict, total=False):
    """Of coulis.open, for buckets."""

    endpoint_url: str
    region: str
    addressing: str
    no_sign_request: bool
    request_payer: bool
    max_photo_bytes: int

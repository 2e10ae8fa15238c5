"""The options of `coulis run`, as the command has them. Written by tools/write_options.py: do not edit."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TypedDict

from coulis.keywords import Option


class RunOptions(TypedDict, total=False):
    """Of coulis.run."""

    threads: int
    model: str | os.PathLike[str]
    precision: str
    max_pixels: int
    exif_orientation: bool
    decode: str
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
    csv_separator: str
    csv_formulas: str
    csv_bom: bool
    no_thumbnails: bool
    endpoint_url: str
    region: str
    addressing: str
    no_sign_request: bool
    request_payer: bool


class FeaturizeOptions(TypedDict, total=False):
    """Of coulis.featurize."""

    threads: int
    model: str | os.PathLike[str]
    precision: str
    max_pixels: int
    exif_orientation: bool
    decode: str
    include: str | Sequence[str]
    exclude: str | Sequence[str]
    no_default_excludes: bool
    endpoint_url: str
    region: str
    addressing: str
    no_sign_request: bool
    request_payer: bool


class StorageOptions(TypedDict, total=False):
    """Of coulis.open, for buckets."""

    endpoint_url: str
    region: str
    addressing: str
    no_sign_request: bool
    request_payer: bool


OPTIONS = (
    Option(
        name="threads",
        type="integer",
        help="Worker threads; 0: one per CPU",
        affects="nothing",
        group="machine",
        default=0,
    ),
    Option(
        name="model",
        type="text",
        help="Model: a known name, or a .safetensors file",
        affects="features",
        group="network",
        default="",
    ),
    Option(
        name="precision",
        type="word",
        help="Network precision: fp32, bf16 or int8 (faster, less accurate)",
        affects="features",
        group="network",
        default="fp32",
        choices=("fp32", "bf16", "int8"),
    ),
    Option(
        name="max-pixels",
        type="integer",
        help="Refuse photos with more pixels than this",
        affects="features",
        group="decode",
        default=89478485,
    ),
    Option(
        name="exif-orientation",
        type="flag",
        help="Rotate photos as their EXIF orientation says",
        affects="features",
        group="decode",
        default=False,
    ),
    Option(
        name="decode",
        type="word",
        help="Decode large JPEGs in full, or scaled to at least twice the network's input: faster, less exact",
        affects="features",
        group="decode",
        default="full",
        choices=("full", "scaled"),
    ),
    Option(
        name="include",
        type="list",
        help="Take files that match this glob, whatever their extension (repeatable)",
        affects="photos",
        group="listing",
        default=[],
    ),
    Option(
        name="exclude",
        type="list",
        help="Leave out files and folders that match this glob (repeatable)",
        affects="photos",
        group="listing",
        default=[],
    ),
    Option(
        name="no-default-excludes",
        type="flag",
        help="Take what lies in __MACOSX, @eaDir, .thumbnails, .Trash and the like, and macOS's ._ files",
        affects="photos",
        group="listing",
        default=False,
    ),
    Option(
        name="label-level",
        type="integer",
        help="Use this folder above the photo as its label: 1 is its folder, 2 the one above",
        affects="features",
        group="listing",
        default=1,
    ),
    Option(
        name="label-regex",
        type="text",
        help="Use the first group of this regular expression in the path as the label",
        affects="features",
        group="listing",
        default="",
    ),
    Option(
        name="images-per-part",
        type="integer",
        help="Photos in one part, the unit of work and of resuming",
        affects="features",
        group="features",
        default=1024,
    ),
    Option(
        name="on-bad",
        type="word",
        help="What to do with a photo that cannot be used: skip (a row in the errors table) or fail",
        affects="nothing",
        group="features",
        default="skip",
        choices=("skip", "fail"),
    ),
    Option(
        name="max-bad",
        type="share",
        help="Stop when more than this share of the photos is bad: 0.01 or 1%",
        affects="nothing",
        group="features",
        default=1.0,
    ),
    Option(
        name="compression",
        type="word",
        help="Parquet compression: snappy or zstd",
        affects="features",
        group="features",
        default="snappy",
        choices=("snappy", "zstd"),
    ),
    Option(
        name="fresh",
        type="flag",
        help="Compute everything again, whatever OUTPUT holds",
        affects="nothing",
        group="features",
        default=False,
    ),
    Option(name="k", type="integer", help="Number of components", affects="pca", group="pca", default=50),
    Option(
        name="variance",
        type="share",
        help="Keep as many components as explain this share of the variance, such as 0.95; overrides -k",
        affects="pca",
        group="pca",
        default=0.0,
    ),
    Option(
        name="pca-convention",
        type="word",
        help="centred: subtract the mean, as scikit-learn does; spark: do not, as Spark MLlib",
        affects="pca",
        group="pca",
        default="centred",
        choices=("centred", "spark"),
    ),
    Option(
        name="csv-separator",
        type="word",
        help="Column separator of the CSV files: , ; | : space or tab",
        affects="tables",
        group="csv",
        default=",",
        choices=(",", ";", "|", ":", "space", "tab"),
    ),
    Option(
        name="csv-formulas",
        type="word",
        help="CSV fields that a spreadsheet would evaluate as formulas: quote (prefix with ') or keep",
        affects="tables",
        group="csv",
        default="quote",
        choices=("quote", "keep"),
    ),
    Option(
        name="csv-bom",
        type="flag",
        help="Begin the CSV files with a byte order mark, so that Excel reads them as UTF-8",
        affects="tables",
        group="csv",
        default=False,
    ),
    Option(
        name="no-thumbnails",
        type="flag",
        help="Keep no thumbnails of photos, neither in the report nor beside it",
        affects="report",
        group="report",
        default=False,
    ),
    Option(
        name="endpoint-url",
        type="text",
        help="Storage server, such as http://127.0.0.1:9000; overrides AWS_ENDPOINT_URL",
        affects="nothing",
        group="storage",
        default="",
    ),
    Option(
        name="region",
        type="text",
        help="S3 region; overrides AWS_REGION",
        affects="nothing",
        group="storage",
        default="",
    ),
    Option(
        name="addressing",
        type="word",
        help="Where the bucket name goes in an S3 address: auto, path or virtual",
        affects="nothing",
        group="storage",
        default="auto",
        choices=("auto", "path", "virtual"),
    ),
    Option(
        name="no-sign-request",
        type="flag",
        help="Send no credentials, for public buckets",
        affects="nothing",
        group="storage",
        default=False,
    ),
    Option(
        name="request-payer",
        type="flag",
        help="Pay for the requests to a requester-pays S3 bucket",
        affects="nothing",
        group="storage",
        default=False,
    ),
)
DEFAULTS = {option.keyword: option.default for option in OPTIONS}

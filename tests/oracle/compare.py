"""An OUTPUT beside what the second implementation expects."""

import csv
import io
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from oracle.expected import FORMULA_STARTS, Expected, Options
from originals import published_model
from safetensors.numpy import load_file
from tolerance import EPS32, FLAT, assert_within, float32_network_bound, orthonormal_bound, pca_bounds


def read_column(output: Path, name: str) -> tuple[list[str], list[str], np.ndarray]:
    table = pa.concat_tables([pq.read_table(part) for part in sorted((output / name).glob("part-*.parquet"))])
    return table["path"].to_pylist(), table["label"].to_pylist(), np.array(table[name].to_pylist(), np.float32)


def compare_features(output: Path, expected: Expected, options: Options) -> np.ndarray:
    paths, labels, features = read_column(output, "features")
    assert list(zip(paths, labels, strict=True)) == list(zip(expected.paths, expected.labels, strict=True))
    if options.precision == "int8":
        assert features.tobytes() == expected.features.astype(np.float32).tobytes()
    else:
        bound = float32_network_bound(published_model.sum_terms(), expected.features.max())
        bound = bound * np.where(expected.flat, FLAT, 1)[:, None]
        assert_within(features, expected.features, bound, "a feature")
    return features.astype(np.float64)


def compare_errors(output: Path, expected: Expected, options: Options) -> None:
    rows = pq.read_table(output / "errors.parquet").to_pylist()
    assert [(row["path"], row["code"], row["size"]) for row in rows] == expected.errors
    names = ["path", "stage", "code", "message", "size"]
    text = write_csv([names, *([str(row[name]) for name in names] for row in rows)], options)
    assert (output / "errors.csv").read_bytes() == text


def choose_k(features: np.ndarray, variances: np.ndarray, ratio_bound: float, options: Options) -> tuple[int, int]:
    """The fewest and the most components that are right: two numbers where round-off decides."""
    most = min(features.shape)
    if not options.variance:
        return min(options.k, most), min(options.k, most)
    total = variances.sum()
    if total == 0:
        return 1, 1
    shares = np.cumsum(variances / total)
    slack = len(shares) * ratio_bound
    fewest, enough = (1 + int(np.argmax(np.append(shares, 2) >= options.variance + s)) for s in (-slack, slack))
    return min(fewest, most), min(enough, most)


def compare_pca(output: Path, features: np.ndarray, options: Options) -> np.ndarray:
    model = load_file(output / "pca_model.safetensors")
    components, projected = model["components"], read_column(output, "pca")[2]
    k, bounds = len(components), pca_bounds(features, len(components), options.convention)
    mean = features.mean(axis=0)
    _, singular, directions = np.linalg.svd(features - mean, full_matrices=False)
    variances = singular**2 / max(len(features) - 1, 1)
    fewest, most = choose_k(features, variances, bounds.ratio, options)
    assert fewest <= k <= most
    assert_within(model["mean"], mean, bounds.mean, "the mean")
    assert_within(model["explained_variance"], variances[:k], bounds.variance, "a variance")
    assert_within(components @ components.T, np.eye(k), orthonormal_bound(1280), "a product of components")
    assert (components[range(k), np.abs(components).argmax(axis=1)] > 0).all()
    clear = bounds.components < 0.01  # others have no direction to compare
    signs = np.sign(np.sum(components * directions[:k], axis=1))
    apart = np.linalg.norm(components - signs[:, None] * directions[:k], axis=1)
    assert_within(apart[clear], 0, bounds.components[clear], "a component")
    wanted = (features - (mean if options.convention == "centred" else 0)) @ components.T
    scale = np.maximum(np.sqrt(model["explained_variance"]), np.finfo(float).eps) if options.whiten else np.ones(k)
    wanted = wanted / scale
    assert_within(projected, wanted, 2 * EPS32 * np.abs(wanted) + rounding(features) / scale, "a projection")
    return projected


def rounding(features: np.ndarray) -> float:
    """Of two float64 products of the same rows and components."""
    return float(3 * features.shape[1] * np.finfo(float).eps * np.linalg.norm(features, axis=1).max())


def write_csv(rows: list[list[str]], options: Options) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=options.separator, lineterminator="\r\n")
    for row in rows:
        quoted = options.formulas == "quote"
        writer.writerow([f"'{text}" if quoted and is_formula(text) else text for text in row])
    return stream.getvalue().encode()


def is_formula(text: str) -> bool:
    """A number is none."""
    try:
        float(text)
    except ValueError:
        return text.startswith(FORMULA_STARTS)
    return False


def count_digits(text: str) -> int:
    return len(text.lower().partition("e")[0].replace(".", "").lstrip("-").strip("0"))


def compare_matrix(output: Path, expected: Expected, projected: np.ndarray, options: Options) -> None:
    """Its numbers are the shortest that give the float32 of the Parquet file back, its text what csv.writer writes."""
    data = (output / "matrix.csv").read_bytes()
    header, *rows = csv.reader(io.StringIO(data.decode(), newline=""), delimiter=options.separator)
    assert header == ["path", "label", *(f"pc_{i + 1}" for i in range(projected.shape[1]))]
    numbers = [row[2:] for row in rows]
    assert np.array(numbers, np.float32).tobytes() == projected.tobytes()
    shortest = [[count_digits(np.format_float_scientific(value, unique=True)) for value in row] for row in projected]
    assert [[count_digits(text) for text in row] for row in numbers] == shortest
    texts = [[path, label, *row] for path, label, row in zip(expected.paths, expected.labels, numbers, strict=True)]
    assert data == write_csv([header, *texts], options)


def compare(output: Path, expected: Expected, options: Options) -> None:
    features = compare_features(output, expected, options)
    compare_errors(output, expected, options)
    compare_matrix(output, expected, compare_pca(output, features, options), options)

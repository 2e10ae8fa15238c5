"""What `_core.fit_pca` and `_core.Pca` take, refuse and give; the model file against the safetensors package."""

import numpy as np
import pytest
import safetensors
from bits import same_bits
from coulis import _core
from safetensors import numpy as numpy_door
from tolerance import sum_bound


@pytest.fixture
def rows(make_low_rank_rows):
    return make_low_rank_rows(300, 40)


def test_the_result_says_what_it_is(rows):
    pca = _core.fit_pca(rows, k=5, pca_convention="spark")
    assert (pca.count, pca.k, pca.projection["convention"]) == (300, 5, "spark")
    assert pca.components.shape == (5, 40)
    total = rows.astype(np.float64).var(axis=0, ddof=1).sum()
    assert pca.total_variance == pytest.approx(total, rel=sum_bound(300 + 40, 1), abs=0)


def test_arrays_are_read_only_and_outlive_the_pca(rows):
    components = _core.fit_pca(rows, k=5).components
    copy = components.copy()
    _core.fit_pca(rows[::-1].copy(), k=5)
    assert same_bits(components, copy)
    with pytest.raises(ValueError, match="read-only"):
        components[0, 0] = 1


def test_the_same_rows_give_the_same_bits(rows):
    files = {_core.fit_pca(rows, k=10, rows_per_part=64).to_safetensors() for _ in range(5)}
    assert len(files) == 1


def test_no_rows_are_an_error_that_says_so():
    with pytest.raises(_core.Error, match="no feature row"):
        _core.fit_pca(np.empty((0, 40), np.float32))
    with pytest.raises(_core.Error, match="no feature row"):
        _core.fit_pca(np.empty((5, 0), np.float32))


@pytest.mark.parametrize("count", [1, 2, 5])
def test_equal_rows_project_to_zero(count):
    rows = np.full((count, 4), 0.1, np.float32)
    pca = _core.fit_pca(rows, k=3, rows_per_part=2)
    assert pca.k == min(3, count)
    assert pca.total_variance == 0
    assert not pca.explained_variance.any() and not pca.explained_variance_ratio.any()
    assert np.array_equal(pca.components, np.eye(4)[: pca.k])
    assert not pca.project(rows).any()


def test_a_pca_projects_no_rows_to_no_rows(rows):
    assert _core.fit_pca(rows, k=5).project(np.empty((0, 40), np.float32)).shape == (0, 5)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_value_that_is_not_finite_is_an_error(rows, bad):
    rows[17, 3] = bad
    with pytest.raises(_core.Error, match="not finite"):
        _core.fit_pca(rows, k=5, rows_per_part=10)


@pytest.mark.parametrize(
    "options",
    [
        {"k": 0},
        {"k": -3},
        {"variance": -0.1},
        {"variance": 1.5},
        {"variance": float("nan")},
        {"pca_convention": "x"},
        {"rows_per_part": 0},
        {"rows_per_part": -1},
    ],
)
def test_options_out_of_range_are_an_error(rows, options):
    with pytest.raises(_core.Error):
        _core.fit_pca(rows, **options)


def test_rows_of_another_type_or_layout_are_refused_rather_than_rounded(rows):
    pca = _core.fit_pca(rows, k=5)
    for other in (rows.astype(np.float16), rows.astype(np.int32), rows.T, rows[0]):
        with pytest.raises(TypeError):
            _core.fit_pca(other)
        with pytest.raises(TypeError):
            pca.project(other)


def test_rows_of_another_width_are_an_error(rows):
    with pytest.raises(_core.Error, match="39 features"):
        _core.fit_pca(rows, k=5).project(np.ascontiguousarray(rows[:, :39]))


def test_the_model_file_is_read_by_the_safetensors_package(rows, tmp_path):
    pca = _core.fit_pca(rows, k=7, pca_convention="spark")
    path = tmp_path / "pca_model.safetensors"
    path.write_bytes(pca.to_safetensors())
    tensors = numpy_door.load(path.read_bytes())
    assert set(tensors) == {"mean", "components", "explained_variance", "explained_variance_ratio"}
    for name, values in tensors.items():
        assert values.dtype == np.float64
        assert same_bits(values, getattr(pca, name))
    with safetensors.safe_open(path, framework="np") as file:
        metadata = file.metadata()
    assert metadata == {
        "convention": "spark",
        "whiten": "false",
        "count": "300",
        "total_variance": repr(pca.total_variance),
    }


def test_a_model_file_of_the_safetensors_package_is_read_by_us(rows):
    pca = _core.fit_pca(rows, k=7)
    names = ["mean", "components", "explained_variance", "explained_variance_ratio"]
    metadata = {"convention": "centred", "count": "300", "total_variance": repr(pca.total_variance)}
    theirs = numpy_door.save({name: np.array(getattr(pca, name)) for name in names}, metadata)
    assert _core.Pca.from_safetensors(theirs).to_safetensors() == pca.to_safetensors()


def test_a_model_read_back_projects_to_the_same_bits(rows):
    pca = _core.fit_pca(rows, k=7)
    again = _core.Pca.from_safetensors(pca.to_safetensors())
    assert same_bits(again.project(rows), pca.project(rows))


def test_bytes_that_are_no_model_are_an_error():
    for data in (b"", b"\x89PNG", b"\x02" + bytes(7) + b"{}"):
        with pytest.raises(_core.Error, match="the PCA model"):
            _core.Pca.from_safetensors(data)

"""Features as an array, an Arrow table, a data frame: the same numbers, and no copy of them."""

import pickle

import coulis
import numpy as np
import polars
import pyarrow as pa
import pytest
from bits import same_bits
from cli.command import ALL_PHOTOS


@pytest.fixture(scope="module")
def features():
    """Three rows, of which the second is of a bad photo."""
    return coulis.featurize([ALL_PHOTOS[0], "/no/such/photo.jpg", ALL_PHOTOS[1]])


def address(array):
    return array.__array_interface__["data"][0]


def test_it_passes_for_an_array(features):
    assert address(np.asarray(features)) == address(features.values)
    assert np.asarray(features, np.float64).dtype == np.float64
    assert len(features) == 3
    assert repr(features) == "<coulis.Features: 3 photos, 1280 features each, 1 cannot be used>"


def test_the_arrow_table_has_a_null_and_its_cause_for_a_bad_photo(features):
    table = features.to_arrow()
    assert table.schema.names == ["path", "features", "code", "message"]
    assert table["features"].type == pa.list_(pa.float32(), 1280)
    assert [row is None for row in table["features"].to_pylist()] == [False, True, False]
    assert table["code"].to_pylist() == [None, "vanished", None]
    assert table["message"].to_pylist() == [None, "the file is no longer there", None]
    assert table["features"][2].as_py() == features.values[2].tolist()
    assert table["features"].chunk(0).values.buffers()[1].address == address(features.values)


def test_the_pandas_frame_has_a_column_for_each_feature(features):
    frame = features.to_pandas()
    assert frame.shape == (3, 1280)
    assert list(frame.index) == features.paths and list(frame.columns[[0, -1]]) == ["f0", "f1279"]
    assert same_bits(frame.to_numpy(), features.values)
    assert address(frame.to_numpy()) == address(features.values)


def test_the_polars_frame_has_an_array_column(features):
    frame = features.to_polars()
    assert frame.schema["features"] == polars.Array(polars.Float32, 1280)
    assert frame["features"].null_count() == 1
    assert same_bits(frame["features"][2].to_numpy(), features.values[2])


def test_photos_in_memory_have_no_paths():
    features = coulis.featurize([ALL_PHOTOS[0].read_bytes()])
    assert features.to_arrow().schema.names == ["features", "code", "message"]
    assert list(features.to_pandas().index) == [0]


def test_they_can_be_sent_to_another_process(features):
    again = pickle.loads(pickle.dumps(features))
    assert same_bits(again.values, features.values)
    assert again.paths == features.paths
    assert [(str(error), error.index) for error in again.errors] == [(str(error), 1) for error in features.errors]

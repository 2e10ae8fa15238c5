"""featurize: the rows of the command to the bit, for photos however they come; what is no photo is refused by name."""

import csv
import os
from pathlib import Path

import coulis
import numpy as np
import pytest
from cli.command import ALL_PHOTOS, read_parts, succeed
from cli.command import coulis as command
from PIL import Image


@pytest.fixture(scope="module")
def expected(finished):
    """path -> row, as the command has written them."""
    table = read_parts(finished)
    rows = table["features"].combine_chunks().flatten().to_numpy().reshape(len(table), -1)
    return dict(zip(table["path"].to_pylist(), rows, strict=True))


def same_bits(rows, others):
    rows, others = np.asarray(rows), np.asarray(others)
    return rows.dtype == others.dtype and rows.shape == others.shape and rows.tobytes() == others.tobytes()


def test_a_folder_gives_the_rows_of_the_command_in_its_order(photos, expected):
    features = coulis.featurize(photos)
    assert features.paths == list(expected)
    assert features.values.dtype == np.float32 and features.values.shape == (24, 1280)
    assert same_bits(features.values, list(expected.values()))
    assert features.errors == []


@pytest.mark.parametrize("threads", [1, 3])
def test_a_list_of_paths_gives_them_in_the_order_of_the_list(expected, threads):
    paths = list(expected)[::-1]
    features = coulis.featurize(paths, threads=threads)
    assert features.paths == paths
    assert same_bits(features.values, [expected[path] for path in paths])


def test_paths_may_be_relative_and_path_objects_and_come_from_a_generator(photos, expected, monkeypatch):
    monkeypatch.chdir(photos)
    features = coulis.featurize(path for path in sorted(photos.rglob("*.jpg")))
    assert same_bits(features.values, list(expected.values()))
    relative = [os.path.relpath(path, photos) for path in expected]
    assert same_bits(coulis.featurize(relative).values, features.values)


def test_one_path_is_one_photo(expected):
    path, row = next(iter(expected.items()))
    assert same_bits(coulis.featurize(path).values, [row])


def test_bytes_give_the_same(expected):
    files = [Path(path).read_bytes() for path in expected]
    for photos in (files, [bytearray(file) for file in files], [memoryview(file) for file in files]):
        features = coulis.featurize(photos)
        assert same_bits(features.values, list(expected.values()))
        assert features.paths == []
    assert same_bits(coulis.featurize(files[0]).values, features.values[:1])


def test_pixels_give_the_same(expected):
    arrays = [np.asarray(Image.open(path).convert("RGB")) for path in expected]
    assert same_bits(coulis.featurize(arrays).values, list(expected.values()))
    assert same_bits(coulis.featurize(arrays[0]).values, [expected[next(iter(expected))]])
    assert same_bits(coulis.featurize(np.stack(arrays)).values, list(expected.values()))


@pytest.mark.parametrize("mode", ["L", "LA", "RGBA"])
def test_grey_and_alpha_are_taken_as_pillow_takes_them(mode):
    image = Image.open(ALL_PHOTOS[0]).resize((150, 97)).convert(mode)
    if mode.endswith("A"):
        image.putalpha(Image.effect_noise(image.size, 90))
    by_pillow = np.asarray(image.convert("RGB"))
    assert same_bits(coulis.featurize([np.asarray(image)]).values, coulis.featurize([by_pillow]).values)


def test_views_with_gaps_and_negative_strides_are_read_as_numpy_shows_them():
    pixels = np.asarray(Image.open(ALL_PHOTOS[0]).convert("RGB").resize((201, 151)))
    views = [pixels[..., ::-1], pixels[::-1], pixels[:, ::2], pixels[3:90, 5:99], pixels.transpose(1, 0, 2)]
    views += [np.asfortranarray(pixels), pixels[..., 1], pixels[::2, ::-3, 2]]
    packed = [np.ascontiguousarray(view) for view in views]
    assert same_bits(coulis.featurize(views).values, coulis.featurize(packed).values)


def test_what_is_asked_of_the_command_is_had_here(photos, tmp_path):
    flags = {"precision": "int8", "include": ["*_100.jpg"], "exclude": "r_*", "exif_orientation": True}
    arguments = ["--precision", "int8", "--include", "*_100.jpg", "--exclude", "r_*", "--exif-orientation"]
    succeed("run", photos, tmp_path / "out", "-k", 2, *arguments)
    table = read_parts(tmp_path / "out")
    features = coulis.featurize(photos, **flags)
    assert 0 < len(features) < 24
    assert features.paths == table["path"].to_pylist()
    assert same_bits(features.values, table["features"].combine_chunks().flatten().to_numpy().reshape(len(table), -1))


def test_a_featurizer_gives_the_same_in_every_call(expected):
    featurizer = coulis.Featurizer(threads=1)
    assert featurizer.width == 1280
    for path, row in list(expected.items())[:3]:
        assert same_bits(featurizer.featurize([path]).values, [row])


@pytest.fixture
def mixed(tmp_path):
    """A folder with four good photos and four that cannot be used, and their names in order."""
    good = ALL_PHOTOS[0].read_bytes()
    contents = {"b": good[: len(good) // 2], "d": b"", "f": b"no photo at all, not even nearly", "h": good[:300]}
    for name in "abcdefgh":
        (tmp_path / "mixed").mkdir(exist_ok=True)
        (tmp_path / "mixed" / f"{name}.jpg").write_bytes(contents.get(name, good))
    return tmp_path / "mixed"


def test_bad_photos_are_rows_of_nan_with_the_errors_of_the_command(mixed, tmp_path):
    assert command("run", mixed, tmp_path / "out", "-k", 1).code == 0
    with (tmp_path / "out" / "errors.csv").open() as file:
        expected = [(row["path"], row["stage"], row["code"], row["message"]) for row in csv.DictReader(file)]
    assert len(expected) == 4
    features = coulis.featurize(mixed)
    assert [(error.path, error.stage, error.code, error.message) for error in features.errors] == expected
    assert [error.index for error in features.errors] == [1, 3, 5, 7]
    assert list(features.ok) == [True, False] * 4
    assert np.isnan(features.values[1::2]).all() and not np.isnan(features.values[::2]).any()
    assert [error.code for error in coulis.featurize([p.read_bytes() for p in sorted(mixed.iterdir())]).errors] == [
        code for _, _, code, _ in expected
    ]


@pytest.mark.parametrize("threads", [1, 4])
def test_asked_to_raise_the_first_bad_photo_is_raised_on_any_number_of_threads(mixed, threads):
    for _ in range(5):
        with pytest.raises(coulis.BadPhoto, match=r"b\.jpg: truncated: ") as raised:
            coulis.featurize(mixed, threads=threads, on_bad="raise")
        assert (raised.value.index, raised.value.code) == (1, "truncated")
    assert len(coulis.featurize([mixed / "a.jpg", mixed / "c.jpg"], on_bad="raise")) == 2


def test_a_path_that_is_not_there_is_a_bad_photo_and_not_the_end(expected):
    path, row = next(iter(expected.items()))
    features = coulis.featurize(["/no/such/photo.jpg", path])
    assert [(error.index, error.code) for error in features.errors] == [(0, "vanished")]
    assert same_bits(features.values[1:], [row])


def test_an_array_without_pixels_is_a_bad_photo():
    features = coulis.featurize([np.zeros((0, 5, 3), np.uint8)])
    assert [error.code for error in features.errors] == ["empty"] and np.isnan(features.values).all()


def test_no_photos_are_no_rows():
    assert coulis.featurize([]).values.shape == (0, 1280)


@pytest.mark.parametrize(
    ("photos", "message"),
    [
        ([np.zeros((4, 4, 3), np.float32)], r"photo 0 is float32 \[4, 4, 3\]"),
        ([np.zeros((4, 4, 5), np.uint8)], r"photo 0 is uint8 \[4, 4, 5\]"),
        ([np.zeros(4, np.uint8)], r"photo 0 is uint8 \[4\]"),
        ([np.zeros((4, 4, 3), np.uint8), "a.jpg"], "photo 0 is an array and photo 1 a path"),
        ([b"", "a.jpg"], "photo 0 is bytes and photo 1 a path"),
        ([None], "photo 0 is of type NoneType"),
        ([Image.new("RGB", (4, 4))], r"asarray\(image\.convert\('RGB'\)\)"),
    ],
)
def test_what_is_no_photo_is_refused_by_its_place_and_type(photos, message):
    with pytest.raises(TypeError, match=message):
        coulis.featurize(photos)


def test_what_cannot_be_computed_is_an_error_with_a_remedy(tmp_path):
    for photos, options, code in [
        (tmp_path / "nowhere", {}, 5),
        (tmp_path, {}, 4),
        ([], {"model": "no_such_model"}, 2),
        ([], {"precision": "fp8"}, 2),
        ([], {"threads": -1}, 2),
    ]:
        with pytest.raises(coulis.Error) as raised:
            coulis.featurize(photos, **options)
        assert raised.value.code == code
        assert raised.value.remedy and raised.value.__notes__ == [raised.value.remedy]
    with pytest.raises(ValueError, match="on_bad"):
        coulis.featurize([], on_bad="skip")


def test_a_name_that_is_not_utf_8_is_read_and_shown(tmp_path):
    name = os.fsencode(tmp_path) + b"/caf\xe9.jpg"
    Path(os.fsdecode(name)).write_bytes(ALL_PHOTOS[0].read_bytes())
    listed, given = coulis.featurize(tmp_path), coulis.featurize([os.fsdecode(name)])
    assert listed.errors == given.errors == []
    assert listed.paths == [f"{tmp_path}/caf\\xe9.jpg"] and given.paths == [os.fsdecode(name)]
    assert given.to_arrow()["path"].to_pylist() == listed.paths

import pytest
from core.decode.oracle import difference, outcome, pillow

from core.decode import handmade_bmp, handmade_tiff, zoo

SIZES = [(1, 1), (1, 9), (7, 1), (33, 21), (333, 217)]


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("format_", zoo.FORMATS)
def test_every_mode_equals_pillow_to_the_byte(format_, size):
    differences = {name: difference(pillow(data), outcome(data)) for name, data in zoo.FORMATS[format_](*size)}
    assert len(differences) > 10
    assert {name: d for name, d in differences.items() if d} == {}


@pytest.mark.parametrize("size", [(7, 1), (33, 21)], ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("maker", [handmade_bmp, handmade_tiff], ids=["bmp", "tiff"])
def test_the_files_that_pillow_misreads_are_read_right(maker, size):
    """The only differences from Pillow. Each file has a twin of the same pixels that Pillow reads right."""
    for name, data, twin in maker.misread_by_pillow(*size):
        assert difference(pillow(twin), outcome(data)) is None, name
        try:
            misread = difference(pillow(twin), pillow(data))
        except OSError:
            continue  # Pillow does not open it at all
        assert misread, f"Pillow reads {name} right by now: move it to variants()"


@pytest.mark.parametrize("orientation", range(10))  # 0 and 9 do not exist: nothing is turned
@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP"])
def test_exif_orientation_turns_as_pillow_does_and_only_when_asked(format_, orientation):
    for order in "<>":
        data = zoo.save(zoo.photo(31, 17), format_, exif=zoo.exif(orientation, order))
        assert difference(pillow(data, turned=True), outcome(data, exif_orientation=True)) is None
        assert difference(pillow(data), outcome(data)) is None
        assert (outcome(data).shape != outcome(data, exif_orientation=True).shape) == (5 <= orientation <= 8)


def test_exif_orientation_is_found_behind_other_segments_and_as_a_long():
    photo = zoo.photo(31, 17)
    data = zoo.save(photo, "JPEG", exif=zoo.exif(6, wide=True), comment=b"before" * 99, icc_profile=bytes(70000))
    assert outcome(data, exif_orientation=True).shape == (31, 17, 3)
    assert difference(pillow(data, turned=True), outcome(data, exif_orientation=True)) is None


def test_a_broken_exif_turns_nothing():
    photo = zoo.photo(31, 17)
    whole = zoo.exif(6)
    for length in range(6, len(whole) - 8):
        data = zoo.save(photo, "JPEG", exif=whole[:length])
        assert difference(pillow(data), outcome(data, exif_orientation=True)) is None


def test_a_tiff_is_turned_always_and_once_as_in_pillow():
    for name, data in handmade_tiff.variants(31, 17):
        if name.startswith("orientation"):
            assert difference(pillow(data), outcome(data)) is None, name
            assert difference(pillow(data, turned=True), outcome(data, exif_orientation=True)) is None, name


def test_a_large_progressive_photo_equals_pillow():
    data = zoo.save(zoo.photo(1500, 1100), "JPEG", progressive=True, quality=90)
    assert difference(pillow(data), outcome(data)) is None

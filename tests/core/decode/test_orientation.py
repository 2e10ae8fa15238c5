"""Orientation is found where Pillow's ImageOps.exif_transpose finds it, and nowhere else."""

import struct
import warnings
import zlib
from collections.abc import Iterator

import pytest
from core.decode.oracle import difference, outcome, pillow

from core.decode import handmade_png, odd_tiff, zoo

PHOTO = zoo.photo(31, 17)
TYPES = range(1, 20)
NUMBERS = {3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 11: "f", 12: "d", 13: "I", 16: "Q"}


def directory(kind: int, value: int, order: str = "<", count: int = 1, other: bytes = b"") -> bytes:
    """EXIF without its prefix, with one orientation. other: entries before it."""
    if kind in (5, 10):
        packed = struct.pack(order + "ii", value * 3, 3)
    else:
        packed = struct.pack(order + NUMBERS.get(kind, "B"), value)
    packed *= max(count, 1)
    n = 1 + len(other) // 12
    field = packed.ljust(4, b"\0") if len(packed) <= 4 else struct.pack(order + "I", 8 + 2 + 12 * n + 4)
    head = (b"II" if order == "<" else b"MM") + struct.pack(order + "HIH", 42, 8, n)
    return head + other + struct.pack(order + "HHI", 274, kind, count) + field + bytes(4) + packed


def xmp(value: object, form: str = "attribute") -> bytes:
    return {
        "attribute": f'<x:xmpmeta><rdf:Description tiff:Orientation="{value}"/></x:xmpmeta>',
        "element": f"<x:xmpmeta><tiff:Orientation>{value}</tiff:Orientation></x:xmpmeta>",
        "single_quotes": f"<x:xmpmeta><rdf:Description tiff:Orientation='{value}'/></x:xmpmeta>",
        "other_prefix": f'<x:xmpmeta><rdf:Description exif:Orientation="{value}"/></x:xmpmeta>',
        "blanks": f'<x:xmpmeta><rdf:Description tiff:Orientation = "{value}"/></x:xmpmeta>',
        "second": f"<x:xmpmeta tiff:Orientation=''><tiff:Orientation>{value}</tiff:Orientation></x:xmpmeta>",
        "two": f'<x:xmpmeta tiff:Orientation="{value}"><tiff:Orientation>3</tiff:Orientation></x:xmpmeta>',
    }[form].encode()


FORMS = ("attribute", "element", "single_quotes", "other_prefix", "blanks", "second", "two")


def app1(data: bytes) -> bytes:
    return b"\xff\xe1" + struct.pack(">H", len(data) + 2) + data


def jpeg(*segments: bytes) -> bytes:
    data = zoo.save(PHOTO, "JPEG")
    return data[:20] + b"".join(segments) + data[20:]


def jpeg_of(exif: bytes | None = None, packet: bytes | None = None) -> bytes:
    parts = [] if exif is None else [app1(b"Exif\0\0" + exif)]
    return jpeg(*parts, *([] if packet is None else [app1(b"http://ns.adobe.com/xap/1.0/\0" + packet)]))


def png(*chunks: tuple[bytes, bytes], behind: bool = False) -> bytes:
    data = zoo.save(PHOTO, "PNG")
    at = len(data) - 12 if behind else 33
    return data[:at] + b"".join(handmade_png.chunk(*c) for c in chunks) + data[at:]


def itxt(key: bytes, value: bytes, compressed: bool = False) -> tuple[bytes, bytes]:
    value = zlib.compress(value) if compressed else value
    return b"iTXt", key + b"\0" + bytes([compressed]) + b"\0en\0key\0" + value


def png_of(exif: bytes | None = None, packet: bytes | None = None) -> bytes:
    parts = [] if exif is None else [(b"eXIf", exif)]
    return png(*parts, *([] if packet is None else [itxt(b"XML:com.adobe.xmp", packet)]))


def webp_of(exif: bytes | None = None, packet: bytes | None = None) -> bytes:
    options = {} if exif is None else {"exif": exif}
    return zoo.save(PHOTO, "WEBP", **options, **({} if packet is None else {"xmp": packet}))


def tiff_of(kind: int | None, values: bytes = b"", count: int = 1, packet: bytes | None = None) -> bytes:
    entries, data = odd_tiff.good("lzw", False)
    extra = [] if kind is None else [(274, kind, count, values)]
    extra += [] if packet is None else [(700, 1, len(packet), packet)]
    return odd_tiff.tiff(sorted([*entries, *extra], key=lambda e: e[0]), data)


def raw_profile(exif: bytes, line: int = 36) -> bytes:
    digits = exif.hex()
    lines = "\n".join(digits[i : i + line * 2] for i in range(0, len(digits), line * 2))
    return f"\nexif\n{len(exif):8}\n{lines}\n".encode()


def compare(name: str, data: bytes) -> str | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        want = pillow(data, turned=True)
    flag = difference(want, outcome(data, exif_orientation=True))
    without = difference(pillow(data), outcome(data))
    return f"{name}: {flag}" if flag else f"{name} without the flag: {without}" if without else None


MAKERS = {"jpeg": jpeg_of, "png": png_of, "webp": webp_of}


@pytest.mark.parametrize("format_", MAKERS)
def test_exif_of_any_type_and_order_counts_as_in_pillow(format_):
    faults = []
    turned = 0
    for order in "<>":
        for kind in TYPES:
            for value in (0, 1, 6, 8, 9):
                for count in (0, 1, 2):
                    data = MAKERS[format_](directory(kind, value, order, count))
                    faults.append(compare(f"type {kind}, {value} {count} times, {order}", data))
                    turned += pillow(data, turned=True).shape[0] == 31
    assert [fault for fault in faults if fault] == []
    assert turned > 20


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("format_", MAKERS)
def test_xmp_counts_where_exif_says_nothing(format_, form):
    make = MAKERS[format_]
    faults = [compare(f"{value}", make(packet=xmp(value, form))) for value in (0, 1, 2, 5, 6, 8, 9, 66, "", "x", -1)]
    faults += [
        compare("EXIF says 1", make(directory(3, 1), xmp(6, form))),
        compare("EXIF says 3", make(directory(3, 3), xmp(6, form))),
        compare("EXIF says 9", make(directory(3, 9), xmp(6, form))),
        compare("EXIF says it in bytes", make(directory(1, 6), xmp(8, form))),
        compare("EXIF says nothing, by type 0", make(directory(0, 6), xmp(8, form))),
        compare("EXIF says nothing, by count 0", make(directory(3, 6, count=0), xmp(8, form))),
        compare("EXIF without entries", make(b"II*\0\x08\0\0\0\0\0\0\0\0\0", xmp(8, form))),
    ]
    assert [fault for fault in faults if fault] == []


def odd_directories() -> Iterator[tuple[str, bytes]]:
    far = struct.pack("<HHII", 271, 2, 99, 1 << 20)
    yield "a value beyond the end before it", directory(3, 6, other=far)
    yield "an unknown type before it", directory(3, 6, other=struct.pack("<HHII", 271, 99, 1, 0))
    yield "an empty value before it", directory(3, 6, other=struct.pack("<HHII", 271, 2, 0, 0))
    yield "twice", directory(3, 6, other=struct.pack("<HHII", 274, 3, 1, 8))
    yield "twice, the first of type 0", directory(3, 6, other=struct.pack("<HHII", 274, 0, 1, 8))
    yield "twice, the first empty", directory(3, 6, other=struct.pack("<HHII", 274, 3, 0, 8))
    yield "a count of 4 billion before it", directory(3, 6, other=struct.pack("<HHII", 271, 2, (1 << 32) - 1, 0))
    yield "the byte order said wrong", b"II\0*" + directory(3, 6)[4:]
    yield "the byte order said wrong, big", b"MM*\0" + directory(3, 6, ">")[4:]
    yield "the prefix twice", b"Exif\0\0" + directory(3, 6)
    yield "the directory elsewhere", b"II*\0" + struct.pack("<I", 20) + bytes(12) + directory(3, 6)[8:]
    for length in range(8, 26):
        yield f"cut at {length}", directory(3, 6)[:length]


@pytest.mark.parametrize("format_", MAKERS)
def test_odd_exif_counts_as_in_pillow(format_):
    faults = [compare(name, MAKERS[format_](exif)) for name, exif in odd_directories()]
    assert [fault for fault in faults if fault] == []


def test_segments_of_a_jpeg_count_as_in_pillow():
    exif, prefix = directory(3, 6), b"http://ns.adobe.com/xap/1.0/\0"
    wide = directory(3, 6, other=struct.pack("<HHII", 271, 2, 40, 60))
    cases = {
        "two of EXIF": jpeg(app1(b"Exif\0\0" + exif), app1(b"Exif\0\0" + directory(3, 3))),
        "EXIF cut in two": jpeg(app1(b"Exif\0\0" + exif[:12]), app1(b"Exif\0\0" + exif[12:])),
        "EXIF of three": jpeg(
            *[app1(b"Exif\0\0" + wide[i : i + 30]) for i in (0, 30, 60)], app1(b"Exif\0\0" + bytes(99))
        ),
        "two of XMP": jpeg(app1(prefix + xmp(6)), app1(prefix + xmp(3))),
        "extended XMP": jpeg(app1(b"http://ns.adobe.com/xmp/extension/\0" + xmp(6))),
        "bytes between": jpeg(b"junk", app1(b"Exif\0\0" + exif)),
        "fill bytes": jpeg(b"\xff" * 5, app1(b"Exif\0\0" + exif)),
        "an escaped byte": jpeg(b"\xff\0", app1(b"Exif\0\0" + exif)),
        "a restart": jpeg(b"\xff\xd3", app1(b"Exif\0\0" + exif)),
        "EXIF in APP2": jpeg(app1(b"Exif\0\0" + exif).replace(b"\xff\xe1", b"\xff\xe2")),
        "EXIF behind the scan": jpeg() + app1(b"Exif\0\0" + exif),
        "an empty EXIF, then XMP": jpeg(app1(b"Exif\0\0"), app1(prefix + xmp(6))),
    }
    faults = [compare(name, data) for name, data in cases.items()]
    assert [fault for fault in faults if fault] == []


@pytest.mark.parametrize("behind", [False, True], ids=["before_the_pixels", "behind_the_pixels"])
def test_chunks_of_a_png_count_as_in_pillow(behind):
    exif, key = directory(3, 6), b"Raw profile type exif"
    other = b"Raw profile type exif\0" + raw_profile(b"Exif\0\0" + directory(3, 8))
    packed = zlib.compress(raw_profile(b"Exif\0\0" + exif))
    xml = b"XML:com.adobe.xmp"
    cases = {
        "eXIf": [(b"eXIf", exif)],
        "eXIf with the prefix": [(b"eXIf", b"Exif\0\0" + exif)],
        "two of eXIf": [(b"eXIf", exif), (b"eXIf", directory(3, 3))],
        "raw profile": [(b"tEXt", key + b"\0" + raw_profile(b"Exif\0\0" + exif))],
        "raw profile in capitals": [
            (b"tEXt", key + b"\0" + raw_profile(b"Exif\0\0" + exif).upper().replace(b"EXIF", b"exif"))
        ],
        "raw profile without the prefix": [(b"tEXt", key + b"\0" + raw_profile(exif))],
        "raw profile, compressed": [(b"zTXt", key + b"\0\0" + packed)],
        "raw profile, international": [itxt(key, raw_profile(b"Exif\0\0" + exif))],
        "raw profile, international and compressed": [itxt(key, raw_profile(b"Exif\0\0" + exif), True)],
        "raw profile of three lines": [(b"tEXt", key + b"\0\nexif\n")],
        "raw profile APP1": [(b"tEXt", b"Raw profile type APP1\0" + raw_profile(b"Exif\0\0" + exif))],
        "raw profile xmp": [(b"tEXt", b"Raw profile type xmp\0" + raw_profile(xmp(6)))],
        "two raw profiles": [(b"tEXt", other), (b"zTXt", key + b"\0\0" + packed)],
        "eXIf and raw profile": [(b"eXIf", exif), (b"tEXt", other)],
        "raw profile and eXIf": [(b"tEXt", other), (b"eXIf", exif)],
        "text exif": [(b"tEXt", b"exif\0" + exif)],
        "text Exif": [(b"tEXt", b"Exif\0" + exif)],
        "XMP": [itxt(xml, xmp(6))],
        "XMP, compressed": [itxt(xml, xmp(6), True)],
        "XMP as plain text": [(b"tEXt", xml + b"\0" + xmp(6))],
        "XMP as compressed text": [(b"zTXt", xml + b"\0\0" + zlib.compress(xmp(6)))],
        "XMP in Latin-1": [itxt(xml, b"\xe9" + xmp(6))],
        "XMP twice": [itxt(xml, xmp(3)), itxt(xml, xmp(6))],
        "XMP, its compression broken": [(b"zTXt", xml + b"\0\0" + zlib.compress(xmp(6))[:9] + b"\xff" * 9)],
        "another key": [itxt(b"XML:com.adobe", xmp(6))],
        "XMP and eXIf": [itxt(xml, xmp(3)), (b"eXIf", exif)],
    }
    faults = [compare(name, png(*chunks, behind=behind)) for name, chunks in cases.items()]
    assert [fault for fault in faults if fault] == []


def test_chunks_of_a_webp_count_as_in_pillow():
    whole = webp_of(directory(3, 6), xmp(3))
    at = whole.index(b"VP8X") + 8
    cases = {f"flags {flags:#04x}": whole[:at] + bytes([flags]) + whole[at + 1 :] for flags in range(0, 64, 4)}
    plain = zoo.save(PHOTO, "WEBP")
    chunk = b"EXIF" + struct.pack("<I", 26) + directory(3, 6)[:26]
    cases["EXIF without a VP8X"] = b"RIFF" + struct.pack("<I", len(plain) - 8 + len(chunk)) + plain[8:] + chunk
    cases["EXIF behind the file"] = plain + chunk
    readable = {name: data for name, data in cases.items() if not isinstance(outcome(data), str)}
    assert len(readable) > 10
    faults = [compare(name, data) for name, data in readable.items()]
    assert [fault for fault in faults if fault] == []


def test_a_tiff_is_turned_always_by_its_tag_or_its_xmp():
    faults = []
    for kind in TYPES:
        if kind in NUMBERS or kind in (1, 2, 5, 7, 10):
            packed = struct.pack("<ii", 18, 3) if kind in (5, 10) else struct.pack("<" + NUMBERS.get(kind, "B"), 6)
            for packet in (None, xmp(8)):
                faults.append(compare(f"type {kind}, {packet}", tiff_of(kind, packed, 1, packet)))
                faults.append(compare(f"two of type {kind}, {packet}", tiff_of(kind, packed * 2, 2, packet)))
    for form in FORMS:
        faults += [
            compare(f"XMP {form} {value}", tiff_of(None, packet=xmp(value, form))) for value in (0, 1, 2, 6, 9, "x")
        ]
    for value in (0, 1, 9, 65535):
        faults.append(compare(f"tag {value}", tiff_of(3, struct.pack("<H", value), 1, xmp(6))))
    assert [fault for fault in faults if fault] == []

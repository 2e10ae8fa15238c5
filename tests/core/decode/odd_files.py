"""Sound pixels in files whose headers, blocks or ends are odd. FORMATS[...]() yields (name, bytes)."""

import struct
import zlib
from collections.abc import Iterator

import numpy as np

from core.decode import handmade_bmp, handmade_gif, handmade_png, zoo

chunk = handmade_png.chunk
SIZE = (31, 17)


def bad_crc(name: bytes, data: bytes) -> bytes:
    whole = chunk(name, data)
    return whole[:-1] + bytes([whole[-1] ^ 1])


def pngs() -> Iterator[tuple[str, bytes]]:
    good = {mode: zoo.save(zoo.photo(*SIZE).convert(mode), "PNG") for mode in ("RGB", "L", "P", "1", "LA")}
    end = chunk(b"IEND", b"")
    for mode, data in good.items():
        pixels = data.index(b"IDAT") - 4
        start = pixels + 8
        size = struct.unpack_from(">I", data, pixels)[0]
        packed = data[start : start + size]
        head, before = data[:33], data[33:pixels]

        def png(idat: bytes = chunk(b"IDAT", packed), extra: bytes = b"", tail: bytes = end, head=head, before=before):
            return head + before + extra + idat + tail

        for window in range(8):  # of 256 << window bytes; the check bits follow
            header = window << 12 | 8 << 8
            header += 31 - header % 31
            yield f"{mode}_window_{256 << window}.png", png(chunk(b"IDAT", struct.pack(">H", header) + packed[2:]))
        yield f"{mode}_no_end.png", png(tail=b"")
        yield f"{mode}_end_without_checksum.png", png(tail=end[:-4])
        yield f"{mode}_no_checksum_of_pixels.png", png(chunk(b"IDAT", packed)[:-4], tail=b"")
        yield f"{mode}_half_a_checksum_of_pixels.png", png(chunk(b"IDAT", packed)[:-2], tail=b"")
        yield f"{mode}_bytes_after_the_end.png", png() + b"and then some" * 99
        yield f"{mode}_bytes_behind_the_pixels.png", png(chunk(b"IDAT", packed + b"\0junk"))
        yield f"{mode}_chunk_behind_the_pixels.png", png(chunk(b"IDAT", packed) + chunk(b"IDAT", b"junk"))
        yield (
            f"{mode}_empty_chunks.png",
            png(b"".join(chunk(b"IDAT", part) for part in (b"", packed[:9], b"", b"", packed[9:], b""))),
        )
        yield (
            f"{mode}_chunk_amid_pixels.png",
            png(chunk(b"IDAT", packed[:9]) + chunk(b"tEXt", b"a\0b") + chunk(b"IDAT", packed[9:])),
        )
        yield f"{mode}_no_checksum_in_zlib.png", png(chunk(b"IDAT", packed[:-4]))
        yield f"{mode}_wrong_checksum_in_zlib.png", png(chunk(b"IDAT", packed[:-4] + bytes(4)))
        yield f"{mode}_unknown_chunk_critical.png", png(extra=chunk(b"ABCD", b"what"))
        yield f"{mode}_unknown_chunk_reserved.png", png(extra=chunk(b"abcd", b"what"))
        yield f"{mode}_unknown_chunk_digits.png", png(extra=chunk(b"ab12", b"what"))
        yield f"{mode}_chunk_name_of_blanks.png", png(extra=chunk(b"    ", b"what"))
        yield f"{mode}_two_ends.png", png(tail=end + end)
        for name in (b"gAMA", b"cHRM", b"sRGB", b"pHYs", b"iCCP", b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"bKGD", b"hIST",
                     b"sBIT", b"tIME", b"acTL", b"fcTL", b"sPLT", b"vpAg", b"cICP"):  # fmt: skip
            for data_ in (
                b"",
                b"\0",
                b"\xff" * 4,
                bytes(9),
                b"\xff" * 40,
                b"name\0\0" + zlib.compress(b"profile" * 99)[:-3],
            ):
                yield f"{mode}_{name.decode()}_{data_[:9].hex()}_{len(data_)}.png", png(extra=chunk(name, data_))
            yield f"{mode}_{name.decode()}_bad_checksum.png", png(extra=bad_crc(name, bytes(40)))
            yield f"{mode}_{name.decode()}_bad_checksum_behind.png", png(tail=bad_crc(name, bytes(40)) + end)
            yield f"{mode}_{name.decode()}_empty_behind.png", png(tail=chunk(name, b"") + end)
            yield f"{mode}_{name.decode()}_cut_behind.png", png(tail=chunk(name, bytes(40))[:-9])
            yield f"{mode}_{name.decode()}_twice.png", png(extra=chunk(name, bytes(40)) * 2)
        for data_ in (b"", b"\0", bytes(2), bytes(3), bytes(6), bytes(300)):
            yield f"{mode}_tRNS_{len(data_)}.png", png(extra=chunk(b"tRNS", data_))
            yield f"{mode}_tRNS_{len(data_)}_first.png", png(before=chunk(b"tRNS", data_) + before)
        if mode == "P":
            for size in (0, 3, 9, 10, 11, 765, 768, 769, 770, 771, 999):
                yield f"PLTE_{size}.png", png(before=chunk(b"PLTE", before[8:-4].ljust(999, b"x")[:size]))
        elif mode != "RGB":
            yield f"{mode}_PLTE.png", png(extra=chunk(b"PLTE", bytes(9)))
        else:
            yield f"{mode}_PLTE.png", png(extra=chunk(b"PLTE", bytes(9)))
            yield f"{mode}_PLTE_10.png", png(extra=chunk(b"PLTE", bytes(10)))
            yield f"{mode}_PLTE_behind.png", png(tail=chunk(b"PLTE", bytes(9)) + end)


def gifs() -> Iterator[tuple[str, bytes]]:
    palette = handmade_gif.colour_table(4, 1)
    indices = np.random.default_rng(2).integers(0, 16, (17, 31))
    for name, data in (
        ("plain", handmade_gif.gif(SIZE, (0, 0, *SIZE), indices, 4, palette)),
        ("pillow", zoo.save(zoo.photo(*SIZE).quantize(200), "GIF")),
        ("pillow_interlaced", zoo.save(zoo.photo(*SIZE).quantize(200), "GIF", interlace=1)),
    ):
        at = data.index(b",", 13 + 3 * (2 << (data[10] & 7)))
        colours = 3 * (2 << (data[at + 9] & 7)) if data[at + 9] & 0x80 else 0
        blocks_at = at + 10 + colours + 1
        head, frame, rest = data[:at], data[at:blocks_at], data[blocks_at:]
        blocks, place = [], 0
        while rest[place]:
            blocks.append(rest[place + 1 : place + 1 + rest[place]])
            place += 1 + rest[place]
        codes = b"".join(blocks)

        def cut(size: int, between: bytes = b"", codes=codes) -> bytes:
            parts = [codes[i : i + size] for i in range(0, len(codes), size)]
            return between.join(bytes([len(part)]) + part for part in parts)

        whole = cut(255) + b"\0"
        yield f"{name}.gif", head + frame + whole + b";"
        for junk in (b"\0", b"\0\0\0\0", b"\1", b"x", b"junk", b"\xff" * 20, b"GIF89a"):
            yield f"{name}_{junk.hex()}_before_the_frame.gif", head + junk + frame + whole + b";"
            yield f"{name}_{junk.hex()}_after_the_frame.gif", head + frame + whole + junk + b";"
            comment = b"!\xfe\5hello\0"
            yield f"{name}_{junk.hex()}_after_a_comment.gif", head + comment + junk + frame + whole + b";"
            yield f"{name}_{junk.hex()}_before_a_comment.gif", head + junk + comment + frame + whole + b";"
        yield f"{name}_no_end.gif", head + frame + whole
        yield f"{name}_no_terminator.gif", head + frame + whole[:-1]
        yield f"{name}_end_early.gif", head + b";" + frame + whole
        yield f"{name}_last_block_cut.gif", head + frame + whole[:-2]
        yield f"{name}_no_end_code.gif", head + frame + cut(255, codes=codes[:-1]) + b"\0;"
        yield f"{name}_bytes_after_the_end.gif", head + frame + whole + b";" + b"and then some" * 99
        yield f"{name}_codes_behind_the_pixels.gif", head + frame + cut(255, codes=codes + b"junk" * 99) + b"\0;"
        for size in (1, 7, 254):
            yield f"{name}_blocks_of_{size}.gif", head + frame + cut(size) + b"\0;"
            yield f"{name}_empty_blocks_between_{size}.gif", head + frame + cut(size, b"\0\0") + b"\0;"
        yield f"{name}_empty_block_first.gif", head + frame + b"\0" + whole + b";"
        for kind in (0x01, 0x55, 0xF9, 0xFE, 0xFF):
            for block in (
                b"",
                b"\0",
                b"ab",
                b"abc",
                bytes(4),
                b"\1\0\0\5",
                b"\1\0\0\5more",
                b"NETSCAPE2.0",
                b"XMP DataXMP",
            ):
                for tail in (b"\0", b"\3\1\0\0\0", b"\2\1\0\0", b""):
                    extension = b"!" + bytes([kind, len(block)]) + block + tail
                    yield (
                        f"{name}_extension_{kind:02x}_{block.hex()}_{tail.hex()}.gif",
                        head + extension + frame + whole + b";",
                    )
            yield f"{name}_extension_{kind:02x}_cut.gif", head + b"!" + bytes([kind]) + b"\xffcut"
        for left, top in ((5, 3), (300, 0), (0, 200)):
            moved = b"," + struct.pack("<HH", left, top) + frame[5:]
            yield f"{name}_outside_{left}_{top}.gif", head + moved + whole + b";"
        for w, h in ((0, 0), (1, 1), (5, 99)):
            yield f"{name}_canvas_{w}_{h}.gif", head[:6] + struct.pack("<HH", w, h) + head[10:] + frame + whole + b";"
        for place, value in ((4, b"0a"), (11, b"\xff"), (12, b"\x31")):  # version, background, aspect
            yield f"{name}_header_{place}.gif", head[:place] + value + head[place + len(value) :] + frame + whole + b";"
        for bits in (0, 1, 9, 12, 13, 255):
            yield f"{name}_code_size_{bits}.gif", head + frame[:-1] + bytes([bits]) + whole + b";"


def jpegs() -> Iterator[tuple[str, bytes]]:
    photo = zoo.photo(*SIZE)
    for name, data in (
        ("baseline", zoo.save(photo, "JPEG")),
        ("progressive", zoo.save(photo, "JPEG", progressive=True)),
        ("restarts", zoo.save(photo, "JPEG", restart_marker_blocks=1)),
        ("grey", zoo.save(photo.convert("L"), "JPEG")),
    ):
        frame = zoo.segment(data, 0xC2 if name == "progressive" else 0xC0)
        places = {"soi": 2, "tables": zoo.segment(data, 0xDB), "frame": frame,
                  "scan": zoo.segment(data, 0xDA)}  # fmt: skip
        for where, at in places.items():
            for what, junk in {
                "fill": b"\xff", "fills": b"\xff" * 9, "zeros": bytes(5), "text": b"junk", "escaped": b"\xff\0",
                "escaped_text": b"\xff\0junk\xff\0", "byte": b"\xd8", "soi": b"\xff\xd8", "eoi": b"\xff\xd9",
                "rst": b"\xff\xd3", "tem": b"\xff\x01", "jpg": b"\xff\xc8", "jpg0": b"\xff\xf0", "jpg13": b"\xff\xfd",
                "reserved": b"\xff\x02", "reserved_bf": b"\xff\xbf",
                "app15": b"\xff\xef\0\5abc", "app_empty": b"\xff\xe9\0\2",
                "app_length_0": b"\xff\xe9\0\0", "app_length_1": b"\xff\xe9\0\1",
                "app_length_beyond": b"\xff\xe9\xff\xff", "com_empty": b"\xff\xfe\0\2", "com_length_0": b"\xff\xfe\0\0",
                "app0_short": b"\xff\xe0\0\4JF", "app0_jfif_cut": b"\xff\xe0\0\7JFIF\0", "app0_jfif_again": data[2:20],
                "app0_jfxx": b"\xff\xe0\0\x08JFXX\0\x13", "app14_short": b"\xff\xee\0\7Adobe",
                "app14": b"\xff\xee\0\x0eAdobe\0\x64\0\0\0\0\1",
                "app2_icc_cut": b"\xff\xe2\0\x0eICC_PROFILE\0",
                "app2_icc_1_of_3": b"\xff\xe2\0\x13ICC_PROFILE\0\1\3abc",
                "app1_exif_empty": b"\xff\xe1\0\x08Exif\0\0", "app1_exif_junk": b"\xff\xe1\0\x0eExif\0\0junk!!",
                "app13_cut": b"\xff\xed\0\x15Photoshop 3.0\x008BIM\x03",
                "dri_0": b"\xff\xdd\0\4\0\0", "dnl": b"\xff\xdc\0\4\0\x11",
                "exp": b"\xff\xdf\0\3\x11", "dac": b"\xff\xcc\0\4\0\x10",
                "dqt_empty": b"\xff\xdb\0\2", "dht_empty": b"\xff\xc4\0\2", "dqt_short": b"\xff\xdb\0\5\0ab",
            }.items():  # fmt: skip
                yield f"{name}_{what}_before_{where}.jpg", data[:at] + junk + data[at:]
        yield f"{name}_no_end.jpg", data[:-2]
        yield f"{name}_half_an_end.jpg", data[:-1]
        for junk in (
            b"\0",
            b"\0" * 9,
            b"junk",
            b"\xff\0",
            b"\xff\xff",
            b"\xff\xd0",
            b"\xff\xe5\0\5abc",
            b"\xff\xfe\0\5abc",
            b"\xff\x01",
            b"\xff\x02",
        ):
            yield f"{name}_{junk.hex()}_before_the_end.jpg", data[:-2] + junk + b"\xff\xd9"
            yield f"{name}_{junk.hex()}_instead_of_the_end.jpg", data[:-2] + junk
            yield f"{name}_{junk.hex()}_after_the_end.jpg", data + junk
        yield f"{name}_two_pictures.jpg", data + data
        yield f"{name}_without_jfif.jpg", data[:2] + data[20:]
        for place, value in ((9, b"X"), (11, b"\3\x09"), (13, b"\7"), (14, bytes(4)), (18, b"\xff\xff")):
            yield f"{name}_jfif_{place}.jpg", data[:place] + value + data[place + len(value) :]


def bmps() -> Iterator[tuple[str, bytes]]:
    for mode in ("1", "L", "P", "RGB"):
        data = zoo.save(zoo.photo(*SIZE).convert(mode), "BMP")
        yield f"{mode}_bytes_after_the_end.bmp", data + b"and then some"
        yield f"{mode}.dib", data[14:]
        yield f"{mode}_bytes_after_the_end.dib", data[14:] + b"and then some"
        yield f"{mode}_cut.dib", data[14:-5]
        for what, at, value in (
            ("file_size_0", 2, bytes(4)), ("file_size_large", 2, b"\xff" * 4), ("reserved", 6, b"\xff" * 4),
            ("offset_0", 10, bytes(4)), ("offset_of_palette", 10, struct.pack("<I", 54)),
            ("offset_beyond", 10, b"\xff\xff\xff\0"),
            ("planes_0", 26, b"\0\0"), ("planes_9", 26, b"\x09\0"), ("size_0", 34, bytes(4)),
            ("size_wrong", 34, b"\xff" * 4),
            ("resolution", 38, b"\xff" * 8), ("important", 50, b"\xff" * 4), ("colours_1", 46, b"\1\0\0\0"),
            ("colours_256", 46, b"\0\1\0\0"), ("colours_65536", 46, b"\0\0\1\0"), ("colours_many", 46, b"\0\0\2\0"),
        ):  # fmt: skip
            changed = data[:at] + value + data[at + len(value) :]
            yield f"{mode}_{what}.bmp", changed
            if at > 14:
                yield f"{mode}_{what}.dib", changed[14:]
        yield f"{mode}_last_byte_of_padding_cut.bmp", data[:-1]
    for name, data in handmade_bmp.variants(*SIZE):
        if struct.unpack_from("<I", data, 10)[0] == 14 + struct.unpack_from("<I", data, 14)[0] + 0:
            continue
        yield name.replace(".bmp", ".dib"), data[14:]


def webps() -> Iterator[tuple[str, bytes]]:
    photo = zoo.photo(*SIZE)
    rgba = zoo.with_alpha(photo)
    for name, data in (
        ("lossy", zoo.save(photo, "WEBP")),
        ("lossless", zoo.save(photo, "WEBP", lossless=True)),
        ("alpha", zoo.save(rgba, "WEBP")),
        ("exif", zoo.save(photo, "WEBP", exif=zoo.exif(6))),
        ("animated", zoo.save(photo, "WEBP", save_all=True, append_images=[zoo.photo(*SIZE, 4)])),
    ):
        size = struct.unpack_from("<I", data, 4)[0]

        def riff(n: int, body: bytes = data[8:]) -> bytes:
            return b"RIFF" + struct.pack("<I", n) + body

        yield f"{name}.webp", data
        yield f"{name}_bytes_after_the_end.webp", data + b"and then some" * 9
        yield f"{name}_byte_after_the_end.webp", data + b"x"
        yield f"{name}_bytes_within.webp", riff(size + 12, data[8:] + b"and then som")
        for what, junk in {
            "chunk": b"abcd\4\0\0\0what", "odd_chunk": b"abcd\3\0\0\0who\0", "odd_chunk_unpadded": b"abcd\3\0\0\0who",
            "empty_chunk": b"abcd\0\0\0\0", "cut_chunk": b"abcd\xff\0\0\0what", "exif": b"EXIF\4\0\0\0what",
            "half_a_chunk": b"abcd\4",
        }.items():  # fmt: skip
            yield f"{name}_{what}_within.webp", riff(size + len(junk), data[8:] + junk)
            yield f"{name}_{what}_behind.webp", data + junk
        for n in (0, 4, size - 2, size - 1, size + 1, size + 2, size + 100, 0xFFFFFFF6, 0xFFFFFFFF):
            yield f"{name}_riff_size_{n - size}.webp", riff(n)
        yield f"{name}_chunk_first.webp", riff(size + 12, b"WEBPabcd\4\0\0\0what" + data[12:])
        if data[12:16] == b"VP8X":
            for bit in range(8):
                yield f"{name}_flag_{bit}.webp", data[:20] + bytes([data[20] ^ 1 << bit]) + data[21:]
            yield f"{name}_reserved.webp", data[:21] + b"\xff\xff\xff" + data[24:]
            for place in (24, 27):
                yield f"{name}_canvas_{place}.webp", data[:place] + bytes([data[place] + 3]) + data[place + 1 :]
                yield f"{name}_canvas_smaller_{place}.webp", data[:place] + bytes([data[place] - 3]) + data[place + 1 :]


FORMATS = {"png": pngs, "gif": gifs, "jpeg": jpegs, "bmp": bmps, "webp": webps}

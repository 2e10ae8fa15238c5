"""Archives as other programs write them, good and bad, with what must come of each."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field

import pyarrow as pa

Files = dict[str, bytes]
TIME = (2026, 1, 2, 3, 4, 6)


@dataclass
class Case:
    data: bytes
    files: Files  # as they would lie unpacked
    errors: dict[str, str] = field(default_factory=dict)  # name in the archive, "" for the archive itself -> code


def zipped(files: Files, method: int = zipfile.ZIP_DEFLATED, comment: bytes = b"", **options: bool) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        archive.comment = comment
        for name, data in files.items():
            with archive.open(zipfile.ZipInfo(name, TIME) if method == 0 else deflated(name), "w", **options) as file:
                file.write(data)
    return target.getvalue()


def deflated(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, TIME)
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


class Pipe(io.RawIOBase):
    """Cannot be sought: zipfile writes sizes behind the data."""

    def __init__(self) -> None:
        self.data = b""

    def writable(self) -> bool:
        return True

    def write(self, data) -> int:
        self.data += bytes(data)
        return len(data)


def streamed_zip(files: Files) -> bytes:
    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return pipe.data


def tarred(
    files: Files, form: int = tarfile.PAX_FORMAT, extra: Callable[[tarfile.TarFile], None] | None = None
) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w", format=form) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        if extra:
            extra(archive)
    return target.getvalue()


def link(name: str, target: str, kind: bytes) -> Callable[[tarfile.TarFile], None]:
    def add(archive: tarfile.TarFile) -> None:
        info = tarfile.TarInfo(name)
        info.type, info.linkname = kind, target
        archive.addfile(info)

    return add


def zstd(data: bytes) -> bytes:
    return pa.Codec("zstd").compress(data, asbytes=True)


def patched(data: bytes, mark: bytes, offset: int, value: bytes) -> bytes:
    """Every record that begins with the mark gets other bytes at an offset."""
    result, at = bytearray(data), data.find(mark)
    while at >= 0:
        result[at + offset : at + offset + len(value)] = value
        at = data.find(mark, at + 4)
    return bytes(result)


CENTRAL, LOCAL = b"PK\1\2", b"PK\3\4"


def encrypted(data: bytes) -> bytes:
    return patched(patched(data, CENTRAL, 8, b"\1\0"), LOCAL, 6, b"\1\0")


def with_size(data: bytes, size: int) -> bytes:
    return patched(data, CENTRAL, 24, struct.pack("<I", size))


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]


def bomb(size: int) -> bytes:
    return zipped({"bomb/1.jpg": bytes(size)})


def twice(first: Files, second: Files) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for files in (first, second):
            for name, data in files.items():
                archive.writestr(zipfile.ZipInfo(name, TIME), data)
    return target.getvalue()


def good_cases(files: Files) -> dict[str, Case]:
    """Each holds the same photos."""
    deep = {f"{'d' * 90}/{'e' * 90}/{'f' * 90}/{name}": data for name, data in files.items()}
    odd = {f"Äpfel \u2603/{name.rpartition('/')[2]}": data for name, data in files.items()}
    first = next(iter(files))
    plain = tarred(files)
    half = len(plain) // 2
    with_notes = {**files, "Apricot/notes.txt": b"no photo", "__MACOSX/Apricot/._1.jpg": b"notes"}
    return {
        "stored.zip": Case(zipped(files, zipfile.ZIP_STORED), files),
        "deflated.zip": Case(zipped(files), files),
        "zip64.zip": Case(zipped(files, force_zip64=True), files),
        "comment.zip": Case(zipped(files, comment=b"PK\5\6 is not the end of it"), files),
        "streamed.zip": Case(streamed_zip(files), files),
        "names.zip": Case(zipped(odd), odd),
        "upper.ZIP": Case(zipped(files), files),
        "dots.zip": Case(zipped({f"./{name}": data for name, data in files.items()}), files),
        "windows.zip": Case(
            patched(zipped({name.replace("/", "\\"): data for name, data in files.items()}), CENTRAL, 5, b"\0"), files
        ),
        "notes.zip": Case(zipped(with_notes), files),
        "empty.zip": Case(zipped({}), {}),
        "ustar.tar": Case(tarred(files, tarfile.USTAR_FORMAT), files),
        "gnu.tar": Case(tarred(deep, tarfile.GNU_FORMAT), deep),
        "pax.tar": Case(tarred(deep, tarfile.PAX_FORMAT), deep),
        "names.tar": Case(tarred(odd), odd),
        "prefix.tar": Case(
            tarred({f"{'d' * 60}/{'e' * 60}/{name}": data for name, data in files.items()}, tarfile.USTAR_FORMAT),
            {f"{'d' * 60}/{'e' * 60}/{name}": data for name, data in files.items()},
        ),
        "hard-link.tar": Case(
            tarred(files, extra=link("Linked/1.jpg", first, tarfile.LNKTYPE)), {**files, "Linked/1.jpg": files[first]}
        ),
        "soft-link.tar": Case(
            tarred(files, extra=link("Linked/1.jpg", f"../{first}", tarfile.SYMTYPE)),
            {**files, "Linked/1.jpg": files[first]},
        ),
        "device.tar": Case(tarred(files, extra=link("Linked/1.jpg", "", tarfile.CHRTYPE)), files),
        "empty.tar": Case(tarred({}), {}),
        "sub/shard-000.tar": Case(plain, files),
        "one.tar.gz": Case(gzip.compress(plain), files),
        "two-streams.tar.gz": Case(gzip.compress(plain[:half]) + gzip.compress(plain[half:]), files),
        "zeros-behind.tgz": Case(gzip.compress(plain) + bytes(1000), files),
        "one.tar.zst": Case(zstd(plain), files),
        "two-frames.tar.zst": Case(zstd(plain[:half]) + zstd(plain[half:]), files),
        "zip-in-disguise.tar": Case(zipped(files), files),
        "tar-in-disguise.zip": Case(plain, files),
    }


def bad_cases(files: Files) -> dict[str, Case]:
    """Each has lost something, or lies."""
    names = list(files)
    first, last = names[0], names[-1]
    others = {name: data for name, data in files.items() if name != first}
    stored, packed, plain = zipped(files, zipfile.ZIP_STORED), zipped(files), tarred(files)
    zipped_gz = gzip.compress(plain)
    end_of_first = 512 + -(-len(files[first]) // 512) * 512
    to_last = plain.rfind(b"ustar", 0) - 257
    all_but_last = {name: data for name, data in files.items() if name != last}
    only_first = {first: files[first]}
    return {
        "encrypted.zip": Case(encrypted(packed), {}, dict.fromkeys(files, "unsupported")),
        "bzip2.zip": Case(zipped_by(files, zipfile.ZIP_BZIP2), {}, dict.fromkeys(files, "unsupported")),
        "cut.zip": Case(packed[: len(packed) // 2], {}, {"": "truncated"}),
        "no-end.zip": Case(packed[:-22], {}, {"": "truncated"}),
        "crc.zip": Case(flipped(stored, 200), others, {first: "corrupt"}),
        "damaged.zip": Case(flipped(packed, 1000), others, {first: "corrupt"}),
        "says-less.zip": Case(with_size(packed, 10), {}, dict.fromkeys(files, "corrupt")),
        "says-more.zip": Case(with_size(packed, 1_500_000), {}, dict.fromkeys(files, "corrupt")),
        "says-4-gb.zip": Case(with_size(packed, 0xFFFFFFFE), {}, dict.fromkeys(files, "too_large")),
        "elsewhere.zip": Case(patched(stored, CENTRAL, 42, b"\7\0\0\0"), {}, dict.fromkeys(files, "corrupt")),
        "behind.zip": Case(patched(stored, CENTRAL, 42, b"\0\0\0\x70"), {}, dict.fromkeys(files, "corrupt")),
        "bomb.zip": Case(bomb(50_000_000), {}, {"bomb/1.jpg": "too_large"}),
        "twice.zip": Case(twice(only_first, files), files, {first.replace(".jpg", "#1.jpg"): "corrupt"}),
        "up.zip": Case(
            zipped({f"../../{first}": files[first], f"/etc/{last}": files[last]}),
            {first: files[first], f"etc/{last}": files[last]},
        ),
        "zip-in.zip": Case(zipped({**files, "inner.zip": packed}), files, {"inner.zip": "unsupported"}),
        "zip-in.tar": Case(tarred({**files, "inner.zip": packed}), files, {"inner.zip": "unsupported"}),
        "members.zip": Case(patched(packed, b"PK\5\6", 10, b"\x63\0"), files, {"": "corrupt"}),
        "volume.zip": Case(patched(packed, b"PK\5\6", 4, b"\2\0"), {}, {"": "unsupported"}),
        "nothing.zip": Case(b"", {}, {"": "empty"}),
        "nothing.tar": Case(b"", {}, {"": "empty"}),
        "text.zip": Case(b"this is no archive" * 100, {}, {"": "corrupt"}),
        "text.tar": Case(b"this is no archive" * 100, {}, {"": "corrupt"}),
        "empty-photo.zip": Case(zipped({first: b""}), {}, {first: "empty"}),
        "twice.tar": Case(
            tarred(only_first, extra=lambda archive: add_all(archive, files)),
            files,
            {first.replace(".jpg", "#1.jpg"): "corrupt"},
        ),
        "up.tar": Case(
            tarred({f"../../{first}": files[first], f"/etc/{last}": files[last]}),
            {first: files[first], f"etc/{last}": files[last]},
        ),
        "dead-link.tar": Case(
            tarred(files, extra=link("Linked/1.jpg", "../../etc/1.jpg", tarfile.SYMTYPE)),
            files,
            {"Linked/1.jpg": "vanished"},
        ),
        "ring.tar": Case(
            tarred(files, extra=link("ring/1.jpg", "1.jpg", tarfile.SYMTYPE)), files, {"ring/1.jpg": "vanished"}
        ),
        "cut.tar": Case(plain[: to_last + 512 + 1000], all_but_last, {last: "truncated", "": "truncated"}),
        "cut-between.tar": Case(plain[:end_of_first], only_first, {"": "truncated"}),
        "cut-header.tar": Case(plain[: end_of_first + 100], only_first, {"": "truncated"}),
        "header.tar": Case(flipped(plain, end_of_first + 3), only_first, {"": "corrupt"}),
        "size.tar": Case(huge_size(plain), {}, {first: "too_large", "": "truncated"}),
        "cut.tar.gz": Case(zipped_gz[:-4], files, {"": "truncated"}),
        "crc.tar.gz": Case(flipped(zipped_gz, len(zipped_gz) - 6), files, {"": "corrupt"}),
        "text.tar.gz": Case(gzip.compress(b"this is no archive" * 100), {}, {"": "unsupported"}),
        "cut.tar.zst": Case(zstd(plain)[:-2000], {}, {"": "truncated"}),  # a block is all or nothing
        "second-frame.tar.zst": Case(
            zstd(plain[:to_last]) + zstd(plain[to_last:])[:-2000], all_but_last, {"": "truncated"}
        ),
        "text.tar.zst": Case(zstd(b"this is no archive" * 100), {}, {"": "unsupported"}),
        "noise.tar.gz": Case(zipped_gz[:20] + bytes(500), {}, {"": "corrupt"}),
    }


def zipped_by(files: Files, method: int) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return target.getvalue()


def add_all(archive: tarfile.TarFile, files: Files) -> None:
    for name, data in files.items():
        info = tarfile.TarInfo(name)
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))


def huge_size(plain: bytes) -> bytes:
    """The first member says that it has 8 GB."""
    header = bytearray(plain[:512])
    header[124:136] = b"77777777777\0"
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header) + plain[512:]

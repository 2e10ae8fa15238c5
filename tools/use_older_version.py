"""Makes a library require an older version of its symbols instead of a newer one that does the same.

usage: use_older_version.py LIBRARY NEWER OLDER      such as GLIBC_2.35 GLIBC_2.2.5; LIBRARY is changed in place

Every symbol of NEWER must also exist in OLDER, or the loader refuses the library. Written for hypot of libm, whose
newer version does not set errno.
"""

from __future__ import annotations

import struct
import sys
from pathlib import Path

SECTIONS_AT, SECTION_SIZE_AT = 0x28, 0x3A  # in the header of an ELF64 file
VERNEED = 0x6FFFFFFE  # the type of the section .gnu.version_r


def hash_of(name: bytes) -> int:
    """ELF's hash of the name of a version."""
    value = 0
    for byte in name:
        value = (value << 4) + byte
        high = value & 0xF0000000
        value = (value ^ (high >> 24)) & ~high & 0xFFFFFFFF
    return value


def read_sections(data: bytearray) -> list[tuple[int, ...]]:
    """name, type, flags, address, offset, size, link, info, alignment, entry size."""
    [start] = struct.unpack_from("<Q", data, SECTIONS_AT)
    size, count = struct.unpack_from("<HH", data, SECTION_SIZE_AT)
    return [struct.unpack_from("<IIQQQQIIQQ", data, start + i * size) for i in range(count)]


def use_older(data: bytearray, newer: bytes, older: bytes) -> int:
    """How many entries have changed."""
    sections = read_sections(data)
    [needed] = [section for section in sections if section[1] == VERNEED]
    _, _, _, _, names_at, names_size, *_ = sections[needed[6]]
    name_of_older = data.index(b"\0" + older + b"\0", names_at, names_at + names_size) + 1 - names_at
    changed = 0
    at = needed[4]
    for _ in range(needed[7]):
        _, entries, _, first, following = struct.unpack_from("<HHIII", data, at)
        entry = at + first
        for _ in range(entries):
            _, _, _, name, step = struct.unpack_from("<IHHII", data, entry)
            if data[names_at + name :].startswith(newer + b"\0"):
                struct.pack_into("<I", data, entry, hash_of(older))
                struct.pack_into("<I", data, entry + 8, name_of_older)
                changed += 1
            entry += step
        at += following
    return changed


def main() -> None:
    file, newer, older = Path(sys.argv[1]), sys.argv[2].encode(), sys.argv[3].encode()
    data = bytearray(file.read_bytes())
    if use_older(data, newer, older):
        file.write_bytes(data)


if __name__ == "__main__":
    main()

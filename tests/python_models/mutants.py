"""Feeds damaged copies of a model file to its reader; a program, since a reader may crash. Prints how they ended.

usage: mutants.py FILE COUNT SEED    FILE: a source for `coulis models import`, or a model file of coulis
"""

import contextlib
import io
import json
import random
import resource
import sys
from collections import Counter
from pathlib import Path

from coulis import _core
from coulis.models.arguments import make_parser
from coulis.models.import_model import execute

MEMORY_BYTES = 3 << 30  # a file of some kilobytes must not ask for this much


def mutate(data: bytes, choose: random.Random) -> bytes:
    """Cut, or with a few bits, bytes or numbers changed; more often near the front, where the structure is."""
    if choose.random() < 0.25:
        return data[: choose.randrange(len(data))]
    mutant = bytearray(data)
    for _ in range(choose.choice((1, 1, 2, 5))):
        at = int(len(mutant) * choose.random() ** choose.choice((1, 4)))
        kind = choose.randrange(4)
        if kind == 0:
            mutant[at] ^= 1 << choose.randrange(8)
        elif kind == 1:
            mutant[at] = choose.choice((0, 255, 127, 128, choose.randrange(256)))
        elif kind == 2:
            number = choose.choice((-1, 1 << 31, (1 << 31) - 1, 1 << 20, 1 << 40))
            mutant[at : at + 8] = (number % (1 << 64)).to_bytes(8, "little")[: len(mutant[at : at + 8])]
        else:
            del mutant[at : at + choose.randrange(1, 9)]
    return bytes(mutant)


def mutate_header(data: bytes, choose: random.Random) -> bytes:
    """A safetensors file with numbers of its header replaced, the header's length kept right."""
    if choose.random() < 0.5:
        return mutate(data, choose)
    length = int.from_bytes(data[:8], "little")
    header = bytearray(data[8 : 8 + length])
    digits = [i for i, byte in enumerate(header) if chr(byte).isdigit()]
    for _ in range(choose.choice((1, 2, 4))):
        at = choose.choice(digits)
        header[at : at + 1] = choose.choice(
            (b"-1", b"0", b"9999999999", b"1e9", b"18446744073709551615", b"2", b"null", b"4096")
        )
        digits = [i for i, byte in enumerate(header) if chr(byte).isdigit()]
    return len(header).to_bytes(8, "little") + bytes(header) + data[8 + length :]


def read_with_engine(path: Path) -> str:
    try:
        _core.Network(str(path))
    except _core.Error:
        return "refused"
    return "read"


def read_with_importer(path: Path) -> str:
    errors = io.StringIO()
    arguments = make_parser().parse_args([str(path), str(path.with_name("imported.safetensors"))])
    with contextlib.redirect_stderr(errors), contextlib.redirect_stdout(io.StringIO()):
        code = execute(arguments)
    assert code in (0, 1), f"exit code {code}: {errors.getvalue()}"
    assert code == 0 or "coulis: error: " in errors.getvalue(), errors.getvalue()
    return "refused" if code else "read"


def main() -> None:
    source, count, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    choose, data = random.Random(seed), source.read_bytes()
    own = source.suffix == ".safetensors"
    read = read_with_engine if own else read_with_importer
    assert read(source) == "read"
    results: Counter[str] = Counter()
    mutant = source.with_name(f"mutant{source.suffix}")
    for i in range(count):
        mutant.write_bytes(mutate_header(data, choose) if own else mutate(data, choose))
        try:
            results[read(mutant)] += 1
        except BaseException:
            print(f"mutant {i} is {mutant}", file=sys.stderr)
            raise
    print(json.dumps(results))


if __name__ == "__main__":
    main()

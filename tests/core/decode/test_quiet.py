"""Codecs that print about damaged photos do not print into the process of whoever called coulis."""

import os
import subprocess
import sys

PROGRAM = """
import ctypes, random, sys
from concurrent.futures import ThreadPoolExecutor
from core.decode import modern
from core.decode.oracle import outcome

libc = ctypes.CDLL(None)
stream = ctypes.c_void_p.in_dll(libc, "stderr")
dice = random.Random(3)

def mutants():
    for make, name in ((modern.avifs, "444.avif"), (modern.jxls, "rgb_lossy.jxl")):
        whole = dict(make(64, 48))[name]
        for _ in range(60):
            data = bytearray(whole)
            for _ in range(3):
                data[dice.randrange(len(data) // 4, len(data))] ^= 1 << dice.randrange(8)
            yield bytes(data)

def print_line(_):
    libc.fprintf(stream, b"a line of another thread\\n")

before = stream.value
with ThreadPoolExecutor(4) as pool:
    lines = pool.map(print_line, range(200))
    codes = {got for got in pool.map(outcome, list(mutants()) * 5) if isinstance(got, str)}
    list(lines)
assert "corrupt" in codes
assert stream.value == before
"""


def test_only_codecs_are_silenced_and_only_at_work():
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stderr == "a line of another thread\n" * 200

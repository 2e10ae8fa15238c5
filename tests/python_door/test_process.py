"""featurize in a process that has other things to do: signals, threads, forks, memory, imports that are not there."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time

import coulis
import cpu
import pytest
from bits import same_bits
from cli.command import ALL_PHOTOS, PHOTOS, REPOSITORY, succeed

MANY = [str(photo) for photo in ALL_PHOTOS] * 100  # a minute of work


def python(code: str, *arguments: object, **options):
    """A process of its own, with the same path."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=REPOSITORY, **options)


COUNT_THREADS = """
import os, numpy
before = len(os.listdir("/proc/self/task"))  # of NumPy's own OpenBLAS
from coulis import _core
print(len(os.listdir("/proc/self/task")) - before)
"""


def test_the_import_makes_no_threads():
    assert python(COUNT_THREADS).communicate(timeout=60)[0] == "0\n"


INTERRUPTED_RUN = """
import sys, coulis
print("ready", flush=True)
try:
    coulis.run(*sys.argv[1:], k=2, images_per_part=32)
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


def test_ctrl_c_ends_a_run_and_the_same_call_goes_on(tmp_path):
    photos = tmp_path / "photos"
    photos.mkdir()
    for copy in range(20):
        (photos / str(copy)).symlink_to(PHOTOS)
    with python(INTERRUPTED_RUN, photos, tmp_path / "out") as process:
        assert process.stdout.readline() == "ready\n"
        while not list((tmp_path / "out" / "features").glob("part-*.parquet")):
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=60)[0] == "interrupted\n"
    with pytest.raises(coulis.Error, match="not finished"):
        coulis.open(tmp_path / "out")
    plan = json.loads(succeed("plan", photos, tmp_path / "out", "-k", 2, "--images-per-part", 32, "--json").stdout)
    assert {part["done"] for part in plan["parts"]} == {True, False}


INTERRUPTED = """
import sys, time, coulis
paths = sys.argv[2:] * 100
work = {
    "featurize": lambda: coulis.featurize(paths),
    "bytes": lambda: coulis.featurize([open(path, "rb").read() for path in sys.argv[2:]] * 100),
}[sys.argv[1]]
print("ready", flush=True)
try:
    work()
except KeyboardInterrupt:
    print(time.monotonic(), flush=True)
"""


@pytest.mark.parametrize("kind", ["featurize", "bytes"])
def test_ctrl_c_ends_it_within_a_second(kind):
    with python(INTERRUPTED, kind, *ALL_PHOTOS) as process:
        assert process.stdout.readline() == "ready\n"
        time.sleep(1.5)
        sent = time.monotonic()
        process.send_signal(signal.SIGINT)
        answer = process.communicate(timeout=20)[0]
    assert answer, "it was not interrupted"
    assert float(answer) - sent < 1
    assert process.returncode == 0


def test_other_threads_of_python_go_on():
    turns, stop = [0], threading.Event()

    def count():
        while not stop.is_set():
            turns[0] += 1
            time.sleep(0.001)

    counter = threading.Thread(target=count)
    counter.start()
    start = time.monotonic()
    coulis.featurize(MANY[:192], threads=1)
    seconds = time.monotonic() - start
    stop.set()
    counter.join()
    assert turns[0] > 50 * seconds  # of 1,000 a second, on a machine that has other things to do


def test_threads_may_share_a_featurizer():
    featurizer = coulis.Featurizer(threads=1)
    expected = featurizer.featurize(MANY[:16]).values
    found = [None] * 4

    def work(number):
        found[number] = featurizer.featurize(MANY[:16]).values

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(same_bits(rows, expected) for rows in found)


def send_rows(connection):
    features = coulis.featurize(MANY[:8])
    connection.send((features.values, coulis.PCA(2).fit(features).components_))


def test_a_child_that_was_forked_after_use_computes_the_same():
    expected = coulis.featurize(MANY[:8])
    components = coulis.PCA(2).fit(expected).components_
    receiver, sender = multiprocessing.Pipe(duplex=False)
    child = multiprocessing.get_context("fork").Process(target=send_rows, args=(sender,))
    child.start()
    try:
        assert receiver.poll(30), "the child hangs"
        values, components_there = receiver.recv()
    finally:
        child.kill()
        child.join()
    assert same_bits(values, expected.values) and same_bits(components_there, components)


PEAK = """
import resource, coulis, numpy
coulis.featurize(numpy.zeros((300, 300, 3), numpy.uint8))
photo = numpy.full((8000, 8000, 3), 7, numpy.uint8)  # 192 MB
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
coulis.featurize([photo])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_pixels_are_read_where_they_are():
    with python(PEAK) as process:
        grown_kb = int(process.communicate(timeout=60)[0])
    assert grown_kb < 60_000


WITHOUT = """
import sys
for name in sys.argv[2:]:
    sys.modules[name] = None
import coulis
try:
    exec(sys.argv[1])
except ImportError as error:
    print(error)
"""


@pytest.mark.parametrize(
    ("code", "missing", "printed"),
    [
        (
            "print(coulis.featurize('examples/fruits/Apricot').shape[1], coulis.featurize([]).shape)",
            ["sklearn", "pandas", "polars", "pyspark", "pyarrow"],
            "1280 (0, 1280)\n",
        ),
        (
            "coulis.open('results')",
            ["pyarrow"],
            "coulis.open needs pyarrow 14 or later: pip install 'coulis[arrow]' (import of pyarrow halted; "
            "None in sys.modules)\n",
        ),
        (
            "coulis.PCA",
            ["sklearn"],
            "coulis.PCA is an estimator of scikit-learn 1.6 or later: pip install scikit-learn\n",
        ),
        ("print(coulis.__name__)", ["numpy", "pyarrow"], "coulis\n"),
    ],
)
def test_what_is_not_installed_is_not_missed_before_it_is_used(code, missing, printed):
    with python(WITHOUT, code, *missing) as process:
        assert process.communicate(timeout=60)[0] == printed


def test_every_public_name_is_there():
    assert all(getattr(coulis, name) is not None for name in coulis.__all__)
    assert set(coulis.__all__) <= set(dir(coulis))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = coulis.nothing


GUARDED = """
import ctypes, mmap, coulis, numpy
PAGE = mmap.PAGESIZE
rng = numpy.random.default_rng(0)
for height, width in [(100, 100), (1, 1), (3, 1000), (1000, 3), (224, 224), (300, 17), (17, 300), (223, 225)]:
    for shape in [(height, width, 3), (height, width, 4), (height, width)]:
        size = int(numpy.prod(shape))
        pages = -(-size // PAGE)
        memory = mmap.mmap(-1, (pages + 1) * PAGE)
        address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
        assert ctypes.CDLL(None).mprotect(ctypes.c_void_p(address + pages * PAGE), PAGE, 0) == 0
        photo = numpy.frombuffer(memory, numpy.uint8, size, pages * PAGE - size).reshape(shape)
        photo[...] = rng.integers(0, 256, shape)
        here, copied = coulis.featurize([photo, photo.copy()], threads=1).values
        assert here.tobytes() == copied.tobytes()
print("done")
"""


SAME_LEVEL = """
import sys
import coulis
from coulis import _core
paths = sys.argv[1:]
in_memory = coulis.featurize([open(path, "rb").read() for path in paths]).values
assert in_memory.tobytes() == coulis.featurize(paths).values.tobytes()  # by the program
print(_core.simd_in_use())
"""


@pytest.mark.parametrize("level", cpu.LEVELS)
def test_the_extension_heeds_the_limit_of_the_environment(level, monkeypatch):
    cpu.need(level)
    monkeypatch.setenv("COULIS_SIMD", level)
    with python(SAME_LEVEL, *map(str, ALL_PHOTOS[:3])) as process:
        assert process.communicate(timeout=120)[0] == f"{level}\n"


@pytest.mark.parametrize("level", ["portable", "avx2", "best"])
def test_no_byte_behind_the_pixels_is_read(level, monkeypatch):
    if level != "best":
        monkeypatch.setenv("COULIS_SIMD", level)
    with python(GUARDED) as process:
        assert process.communicate(timeout=120)[0] == "done\n"

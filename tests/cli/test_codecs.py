"""The libraries of HEIC, AVIF and JPEG XL are loaded with the first such photo, and not at the start."""

import os
import subprocess
import sys

import pytest
from cli.command import REPOSITORY, copy_photos, succeed

from core.decode import modern

LIBRARIES = ("libcoulis_codecs", "libheif", "libavif", "libjxl")


def opened(trace: str) -> set[str]:
    """What the loader opened, of a trace by LD_DEBUG=files."""
    return {name for name in LIBRARIES for line in trace.splitlines() if "calling init" in line and name in line}


@pytest.mark.parametrize("name", ["420.heic", "420.avif", "rgb.jxl", None])
def test_the_codecs_are_loaded_with_the_first_photo_that_needs_them(name, tmp_path):
    folder = copy_photos(tmp_path / "photos", 3)
    if name:
        makers = {"heic": modern.heics, "avif": modern.avifs, "jxl": modern.jxls}
        (folder / name).write_bytes(dict(makers[name.rpartition(".")[2]](64, 48))[name])
    run = succeed("run", folder, tmp_path / "out", "-k", 2, LD_DEBUG="files")
    assert opened(run.stderr) == (set(LIBRARIES) if name else set())


def test_a_run_with_nothing_to_do_loads_none(tmp_path):
    folder = copy_photos(tmp_path / "photos", 3)
    succeed("run", folder, tmp_path / "out", "-k", 2)
    assert opened(succeed("run", folder, tmp_path / "out", "-k", 2, LD_DEBUG="files").stderr) == set()


def test_the_extension_loads_them_as_late():
    code = """
import coulis, pathlib
def loaded(): return "libcoulis_codecs" in pathlib.Path("/proc/self/maps").read_text()
def featurize(name): coulis.featurize([pathlib.Path("tests/core/decode/good", name).read_bytes()])
featurize("rgb.png")
print(loaded())
featurize("ycbcr_444.heic")
print(loaded())
"""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    said = subprocess.check_output([sys.executable, "-c", code], cwd=REPOSITORY, env=environment, text=True)
    assert said.split() == ["False", "True"]

"""tools/check_layers.py finds each kind of breach in a small tree, and none in this repository."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TABLE = """# Map

| not | this | table | here |
|---|---|---|---|
| core/base | | core/pca | fmt |

## Who may include whom

Words before the table.

| folder | hands on | may include | third party, only there |
|---|---|---|---|
| core/base | Failure | - | fmt |
| core/decode | Image | core/base | fmt, jpeglib |
| core/network | row | core/base, core/decode | hwy |
| core/network/fused | row | core/network | immintrin |
| core/pca | model | core/base | lapack |
| job/run | - | core/*, job/* | arrow |
| job/report | html | core/base | fmt |
| python/bindings | - | core/* | nanobind |
| python/coulis | - | - | - |
| python/coulis/models | - | python/coulis | numpy |

## Errors
"""


def check(root: Path, files: dict[str, str], table: str = TABLE) -> list[str]:
    """What the checker prints for a tree of these files; its exit status must agree."""
    for name, text in {"ARCHITECTURE.md": table, **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    done = subprocess.run(
        [sys.executable, ROOT / "tools/check_layers.py", root], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    assert done.returncode == (1 if done.stdout else 0)
    return done.stdout.splitlines()


def test_this_repository_keeps_its_own_rules() -> None:
    done = subprocess.run([sys.executable, ROOT / "tools/check_layers.py"], capture_output=True, text=True, check=False)
    assert done.stdout == ""
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("core/base/a.cpp", "#include <fmt/format.h>"),
        ("core/base/a.cpp", "#include <vector>"),
        ("core/base/a.cpp", "#include <sys/mman.h>"),
        ("core/base/a.cpp", '// #include "core/pca/pca.hpp"'),
        ("core/decode/a.cpp", '#include "core/decode/image.hpp"'),
        ("core/decode/a.cpp", '#include "core/base/failure.hpp"'),
        ("core/decode/a.cpp", "#include <jpeglib.h>"),
        ("core/network/layers/a.cpp", '#include "core/network/network.hpp"'),
        ("core/network/layers/a.cpp", '#  include "core/decode/image.hpp"'),
        ("core/network/fused/a.cpp", '#include "core/network/network.hpp"'),
        ("core/network/fused/a.cpp", "#include <immintrin.h>"),
        ("job/run/a.cpp", '#include "core/pca/pca.hpp"'),
        ("job/run/a.cpp", '#include "job/report/report.hpp"'),
        ("python/bindings/a.cpp", '#include "core/pca/pca.hpp"'),
        ("python/coulis/a.py", "import json\nfrom . import b\nfrom coulis import _core"),
        ("python/coulis/models/a.py", "import numpy.linalg"),
        ("python/coulis/models/a.py", "from coulis import _core\nfrom ..b import c\nfrom .d import e"),
        ("tests/core/a.cpp", '#include "job/run/run.hpp"\n#include <anything/at/all.h>'),
        ("benchmarks/a.cpp", '#include "core/pca/pca.hpp"'),
    ],
)
def test_what_the_table_allows_passes(tmp_path: Path, file: str, line: str) -> None:
    assert check(tmp_path, {file: line + "\n"}) == []


@pytest.mark.parametrize(
    ("file", "line", "message"),
    [
        ("core/base/a.cpp", '#include "core/pca/pca.hpp"', "core/base may not include core/pca"),
        (
            "core/network/a.cpp",
            '#include "core/network/fused/x.hpp"',
            "core/network may not include core/network/fused",
        ),
        ("core/network/fused/a.cpp", '#include "core/decode/x.hpp"', "core/network/fused may not include core/decode"),
        ("core/pca/a.cpp", '  # include "job/run/run.hpp"', "core/pca may not include job/run"),
        ("job/report/a.hpp", '#include "job/run/run.hpp"', "job/report may not include job/run"),
        ("python/bindings/a.cpp", '#include "job/run/run.hpp"', "python/bindings may not include job/run"),
        ("core/pca/a.cpp", '#include "tests/core/x.hpp"', "core may not include tests"),
    ],
)
def test_an_include_that_the_table_does_not_allow_is_found(tmp_path: Path, file: str, line: str, message: str) -> None:
    assert check(tmp_path, {file: f"// first line\n{line}\n"}) == [f"{file}:2: {message}"]


@pytest.mark.parametrize(
    ("file", "header", "library"),
    [
        ("core/pca/a.cpp", "fmt/format.h", "fmt"),
        ("core/base/a.cpp", "jpeglib.h", "jpeglib"),
        ("core/decode/a.cpp", "png.h", "png"),
        ("core/decode/a.cpp", "webp/decode.h", "webp"),
        ("core/decode/a.cpp", "libheif/heif.h", "libheif"),
        ("core/decode/a.cpp", "jxl/decode.h", "jxl"),
        ("core/decode/a.cpp", "tiffio.h", "tiff"),
        ("core/network/a.cpp", "immintrin.h", "immintrin"),
        ("core/network/fused/a.cpp", "hwy/highway.h", "hwy"),
        ("core/network/a.cpp", "nlohmann/json.hpp", "nlohmann"),
        ("core/network/a.cpp", "openssl/evp.h", "openssl"),
        ("core/pca/a.cpp", "cblas.h", "cblas"),
        ("core/pca/a.cpp", "arrow/api.h", "arrow"),
        ("job/run/a.cpp", "parquet/arrow/writer.h", "parquet"),
        ("job/run/a.cpp", "xxhash.h", "xxhash"),
        ("job/run/a.cpp", "CLI/CLI.hpp", "CLI11"),
        ("core/base/a.cpp", "xxhash.h", "xxhash"),
        ("core/base/a.cpp", "nanobind/nanobind.h", "nanobind"),
    ],
)
def test_a_library_outside_its_folder_is_found(tmp_path: Path, file: str, header: str, library: str) -> None:
    folder = file.rsplit("/", 1)[0]
    assert check(tmp_path, {file: f"#include <{header}>\n"}) == [
        f"{file}:1: {folder} may not use {library} (<{header}>)"
    ]


def test_an_unknown_library_is_found_wherever_it_is(tmp_path: Path) -> None:
    [finding] = check(tmp_path, {"job/run/a.cpp": "#include <boost/any.hpp>\n"})
    assert finding.startswith("job/run/a.cpp:1: <boost/any.hpp> belongs to no library")


@pytest.mark.parametrize("path", ["image.hpp", "../base/failure.hpp", "core/../core/base/failure.hpp"])
def test_a_relative_include_is_found_even_in_tests(tmp_path: Path, path: str) -> None:
    for file in ("core/base/a.cpp", "tests/core/a.cpp"):
        [finding] = check(tmp_path / file, {file: f'#include "{path}"\n'})
        assert finding == f'{file}:1: "{path}": write the path from the root of the repository'


def test_an_include_through_a_macro_is_found(tmp_path: Path) -> None:
    [finding] = check(tmp_path, {"core/base/a.cpp": "#include HEADER\n"})
    assert finding.startswith("core/base/a.cpp:1: #include HEADER")


def test_two_headers_that_include_each_other_are_found(tmp_path: Path) -> None:
    files = {
        "core/base/a.hpp": '#include "core/base/b.hpp"\n',
        "core/base/b.hpp": '\n#include "core/base/a.hpp"\n',
    }
    cycle = "a cycle: core/base/a.hpp includes core/base/b.hpp, core/base/b.hpp includes core/base/a.hpp"
    assert check(tmp_path, files) == [f"core/base/a.hpp:1: {cycle}"]


def test_folders_that_include_each_other_are_found_though_the_table_allows_both(tmp_path: Path) -> None:
    table = TABLE.replace("| core/base | Failure | - |", "| core/base | Failure | core/pca |")
    files = {"core/base/a.cpp": '#include "core/pca/p.hpp"\n', "core/pca/b.cpp": '#include "core/base/c.hpp"\n'}
    [finding] = check(tmp_path, files, table)
    assert "a cycle: core/base/a.cpp includes core/pca/p.hpp, core/pca/b.cpp includes core/base/c.hpp" in finding


@pytest.mark.parametrize("file", ["core/colour/a.cpp", "job/cloud/a.hpp", "core/loose.cpp", "python/other/a.py"])
def test_a_folder_without_a_row_is_found(tmp_path: Path, file: str) -> None:
    assert check(tmp_path, {file: "\n"}) == [f"{file}:1: its folder has no row in ARCHITECTURE.md"]


def test_a_table_that_is_gone_is_found(tmp_path: Path) -> None:
    assert check(tmp_path, {}, table="# Map\n") == [
        'ARCHITECTURE.md:1: no table under the title "Who may include whom"'
    ]


def test_a_library_name_that_the_checker_does_not_know_is_found(tmp_path: Path) -> None:
    [finding] = check(tmp_path, {}, table=TABLE.replace("| lapack |", "| eigen |"))
    assert finding.startswith("ARCHITECTURE.md:17: eigen:")


@pytest.mark.parametrize(
    ("file", "text", "finding"),
    [
        ("python/coulis/a.py", "import numpy", "a.py:1: python/coulis may not import numpy"),
        (
            "python/coulis/a.py",
            "def f():\n    from pyarrow import fs",
            "a.py:2: python/coulis may not import pyarrow.fs",
        ),
        ("python/coulis/a.py", "from coulis import models", "a.py:1: python/coulis may not import coulis.models"),
        ("python/coulis/a.py", "from .models import b", "a.py:1: python/coulis may not import coulis.models.b"),
        ("python/coulis/models/a.py", "from torch import nn", "a.py:1: python/coulis/models may not import torch.nn"),
        ("python/coulis/models/a.py", "import torch.nn", "a.py:1: python/coulis/models may not import torch.nn"),
    ],
)
def test_an_import_that_the_table_does_not_allow_is_found(tmp_path: Path, file: str, text: str, finding: str) -> None:
    assert check(tmp_path, {file: text}) == [file.removesuffix("a.py") + finding]


@pytest.mark.parametrize("file", ["core/base/a.cpp", "python/coulis/a.py", "tools/a.sh", "tests/a.py", "cli/a.hpp"])
def test_a_file_over_300_lines_is_found(tmp_path: Path, file: str) -> None:
    table = TABLE.replace("| python/bindings |", "| cli | - | - | - |\n| python/bindings |")
    assert check(tmp_path, {file: "\n" * 300}, table) == []
    assert check(tmp_path, {file: "\n" * 301}, table) == [f"{file}:301: 301 lines; a file has at most 300"]


@pytest.mark.parametrize(
    "name", ["utils.cpp", "string_utils.hpp", "common/a.hpp", "TestHelpers.cpp", "part_manager/a.cpp"]
)
def test_a_name_that_says_nothing_is_found(tmp_path: Path, name: str) -> None:
    [finding] = check(tmp_path, {f"core/base/{name}": "\n"})
    assert finding.startswith(f"core/base/{name.split('/')[0]}:1: a name with")

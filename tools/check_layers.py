"""Checks the tree against the table "Who may include whom" of ARCHITECTURE.md: includes, imports, sizes and names.

usage: check_layers.py [ROOT]      prints `file:line: message` for each finding; exit status 1 if there is one.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

TABLE_FILE = "ARCHITECTURE.md"
TABLE_TITLE = "Who may include whom"
LAYERED = ("core", "job", "cli", "python")  # folders whose C++ needs a row in the table
FREE = ("tests", "benchmarks")  # may include anything
SIZED = ("core", "job", "cli", "python", "tools", "tests")
MAX_LINES = 300
SOURCE_SUFFIXES = (".cpp", ".hpp", ".h", ".py", ".sh")
EMPTY_NAMES = ("utils", "common", "helper", "manager")

# Names of the table's last column -> what an include of that library starts with. LAPACK has no header of its own.
THIRD_PARTY = {
    "CLI11": ("CLI/",),
    "arrow": ("arrow/",),
    "avif": ("avif/",),
    "avcodec": ("libavcodec/", "libavutil/"),
    "cblas": ("cblas.h",),
    "fmt": ("fmt/",),
    "hwy": ("hwy/",),
    "immintrin": ("immintrin.h", "cpuid.h"),
    "jpeglib": ("jpeglib.h", "jerror.h"),
    "lapack": (),
    "nanobind": ("nanobind/",),
    "nlohmann": ("nlohmann/",),
    "curl": ("curl/",),
    "openssl": ("openssl/",),
    "pugixml": ("pugixml.hpp",),
    "openvino": ("openvino/",),
    "parquet": ("parquet/",),
    "png": ("png.h",),
    "tiff": ("tiff.h", "tiffio.h"),
    "webp": ("webp/",),
    "libheif": ("libheif/",),
    "jxl": ("jxl/",),
    "xxhash": ("xxhash.h",),
    "zlib": ("zlib.h",),
    "zstd": ("zstd.h", "zstd_errors.h"),
}
# The C++ standard library's headers have no suffix. The headers of C and POSIX:
STANDARD_HEADER = re.compile(r"[a-z_]+")
# fmt: off
C_AND_POSIX = {
    "assert.h", "dirent.h", "dlfcn.h", "errno.h", "fcntl.h", "fenv.h", "fnmatch.h", "glob.h", "inttypes.h",
    "limits.h", "malloc.h", "math.h", "poll.h", "pthread.h", "sched.h", "setjmp.h", "signal.h", "stddef.h",
    "stdint.h", "stdio.h", "stdlib.h", "string.h", "strings.h", "sys/auxv.h", "sys/file.h", "sys/ioctl.h",
    "sys/mman.h", "sys/resource.h", "sys/stat.h", "sys/statvfs.h", "sys/time.h", "sys/types.h", "sys/utsname.h",
    "sys/wait.h", "termios.h", "time.h", "unistd.h",
}
# fmt: on
INCLUDE = re.compile(r'\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>|(\w+))')


@dataclass(frozen=True, order=True)
class Finding:
    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


@dataclass(frozen=True)
class Row:
    folder: str
    may_include: tuple[str, ...]  # folders; `core/*` means any folder below core
    third_party: tuple[str, ...]
    line: int

    def allows(self, folder: str) -> bool:
        return folder == self.folder or any(fnmatchcase(folder, pattern) for pattern in self.may_include)


Table = dict[str, Row]


@dataclass(frozen=True)
class Include:
    file: str  # relative to the root, like all paths here
    line: int
    ours: str  # for "...", else empty
    theirs: str  # for <...>, else empty


def read_table(text: str) -> Table:
    """Rows by folder, from the first table below the title."""
    rows: Table = {}
    in_section = False
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("#"):
            in_section = line.lstrip("# ") == TABLE_TITLE
        elif in_section and line.startswith("|"):
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            if len(cells) == 4 and cells[0] != "folder" and set(cells[0]) != {"-"}:
                rows[cells[0]] = Row(cells[0], split_names(cells[2]), split_names(cells[3]), number)
    return rows


def split_names(cell: str) -> tuple[str, ...]:
    return tuple(name for name in re.split(r"[,\s]+", cell) if name not in ("", "-"))


def find_row(table: Table, file: str) -> Row | None:
    """The row of the nearest folder above the file that has one: a sub-folder may have its own."""
    return next((table[str(folder)] for folder in PurePosixPath(file).parents if str(folder) in table), None)


def list_files(root: Path, folders: Iterable[str], suffixes: tuple[str, ...]) -> list[str]:
    found = (
        path for folder in folders for path in (root / folder).rglob("*") if path.suffix in suffixes and path.is_file()
    )
    return sorted(path.relative_to(root).as_posix() for path in found)


def read_includes(root: Path, files: Iterable[str]) -> Iterator[Include | Finding]:
    for file in files:
        for number, line in enumerate((root / file).read_text().splitlines(), start=1):
            match = INCLUDE.match(line)
            if match and match[3]:
                yield Finding(file, number, f"#include {match[3]}: name the file, so that it can be checked")
            elif match:
                yield Include(file, number, match[1] or "", match[2] or "")


def check_table(table: Table) -> Iterator[Finding]:
    if not table:
        yield Finding(TABLE_FILE, 1, f'no table under the title "{TABLE_TITLE}"')
    for row in table.values():
        if row.folder.startswith("python/coulis"):  # its third parties are Python modules
            continue
        for name in row.third_party:
            if name not in THIRD_PARTY:
                yield Finding(
                    TABLE_FILE, row.line, f"{name}: tools/check_layers.py does not know this library's headers"
                )


def check_rows(table: Table, files: Iterable[str]) -> Iterator[Finding]:
    for file in files:
        if file.split("/")[0] in LAYERED and find_row(table, file) is None:
            yield Finding(file, 1, f"its folder has no row in {TABLE_FILE}")


def check_include(table: Table, include: Include) -> Iterator[Finding]:
    top = include.file.split("/")[0]
    row = find_row(table, include.file)
    if include.ours:
        target_top = include.ours.split("/")[0]
        if target_top not in LAYERED + FREE or ".." in include.ours.split("/"):
            yield Finding(
                include.file, include.line, f'"{include.ours}": write the path from the root of the repository'
            )
        elif top in LAYERED and target_top in FREE:
            yield Finding(include.file, include.line, f"{top} may not include {target_top}")
        elif top in LAYERED and row:
            target = find_row(table, include.ours)
            if target and not row.allows(target.folder):
                yield Finding(include.file, include.line, f"{row.folder} may not include {target.folder}")
    elif top in LAYERED and include.theirs not in C_AND_POSIX and not STANDARD_HEADER.fullmatch(include.theirs):
        library = next((name for name, starts in THIRD_PARTY.items() if include.theirs.startswith(starts)), None)
        if library is None:
            yield Finding(
                include.file, include.line, f"<{include.theirs}> belongs to no library that tools/check_layers.py knows"
            )
        elif row and library not in row.third_party:
            yield Finding(include.file, include.line, f"{row.folder} may not use {library} (<{include.theirs}>)")


def find_cycle(graph: dict[str, dict[str, Include]]) -> list[Include]:
    """The includes along one cycle, or an empty list. Graph: from -> to -> an include that makes the edge."""
    done: set[str] = set()

    def walk(node: str, path: list[Include], names: list[str]) -> list[Include]:
        if node in names:
            return path[names.index(node) :]
        if node not in done:
            for target, include in sorted(graph.get(node, {}).items()):
                if cycle := walk(target, [*path, include], [*names, node]):
                    return cycle
            done.add(node)
        return []

    return next((cycle for node in sorted(graph) if (cycle := walk(node, [], []))), [])


def check_cycles(table: Table, includes: Iterable[Include]) -> Iterator[Finding]:
    files: dict[str, dict[str, Include]] = {}
    folders: dict[str, dict[str, Include]] = {}
    for include in includes:
        if include.ours:
            files.setdefault(include.file, {})[include.ours] = include
            row, target = find_row(table, include.file), find_row(table, include.ours)
            if row and target and row != target:
                folders.setdefault(row.folder, {})[target.folder] = include
    for graph in (files, folders):
        if cycle := find_cycle(graph):
            arrows = ", ".join(f"{include.file} includes {include.ours}" for include in cycle)
            yield Finding(cycle[0].file, cycle[0].line, f"a cycle: {arrows}")


def read_imports(root: Path, file: str) -> Iterator[tuple[int, str]]:
    """Line and absolute dotted name of each import, anywhere in the file."""
    for node in ast.walk(ast.parse((root / file).read_text(), file)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = PurePosixPath(file).parts[1 : -node.level] if node.level else ()
            start = [*package, *([node.module] if node.module else [])]
            yield from ((node.lineno, ".".join([*start, alias.name])) for alias in node.names)


def check_imports(table: Table, root: Path) -> Iterator[Finding]:
    """Our Python may import the standard library, and what its row names."""
    for file in list_files(root, ["python"], (".py",)):
        row = find_row(table, file)
        if row is None:  # check_rows has reported it
            continue
        for line, name in read_imports(root, file):
            top = name.split(".")[0]
            target = find_row(table, f"python/{name.replace('.', '/')}/_") if top == "coulis" else None
            allowed = row.allows(target.folder) if target else top in sys.stdlib_module_names or top in row.third_party
            if not allowed:
                yield Finding(file, line, f"{row.folder} may not import {name}")


def check_sizes(root: Path) -> Iterator[Finding]:
    for file in list_files(root, SIZED, SOURCE_SUFFIXES):
        lines = len((root / file).read_text().splitlines())
        if lines > MAX_LINES:
            yield Finding(file, MAX_LINES + 1, f"{lines} lines; a file has at most {MAX_LINES}")


def check_names(root: Path) -> Iterator[Finding]:
    for top in (*SIZED, "benchmarks"):
        for path in sorted((root / top).rglob("*")):
            for word in EMPTY_NAMES:
                if word in path.name.lower() and "__pycache__" not in path.parts:
                    yield Finding(
                        path.relative_to(root).as_posix(), 1, f'a name with "{word}" says nothing; say what is inside'
                    )


def check(root: Path) -> list[Finding]:
    table_path = root / TABLE_FILE
    table = read_table(table_path.read_text()) if table_path.exists() else {}
    cpp_files = list_files(root, LAYERED + FREE, (".cpp", ".hpp", ".h"))
    read = list(read_includes(root, cpp_files))
    includes = [item for item in read if isinstance(item, Include)]
    findings = [item for item in read if isinstance(item, Finding)]
    findings += check_table(table)
    findings += check_rows(table, cpp_files + list_files(root, ["python"], (".py",)))
    findings += (finding for include in includes for finding in check_include(table, include))
    findings += check_cycles(table, includes)
    findings += check_imports(table, root)
    findings += check_sizes(root)
    findings += check_names(root)
    return sorted(findings)


def main() -> int:
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent
    findings = check(root)
    for finding in findings:
        print(finding)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())

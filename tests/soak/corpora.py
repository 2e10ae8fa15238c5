"""Image files of other projects: fetched by apt, with the mirror and the keys that it has, into build/corpora."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "build" / "corpora"


@dataclass(frozen=True)
class Corpus:
    name: str
    package: str
    is_source: bool
    patterns: tuple[str, ...]  # of the files, below what was unpacked


CORPORA = (
    Corpus("pngsuite", "libsixel-examples", False, ("**/*.png",)),
    Corpus("go", "golang-1.19-src", False, ("**/image/testdata/*", "**/image/*/testdata/**/*")),
    Corpus("pillow", "pillow", True, ("*/Tests/images/**/*",)),
    Corpus(
        "libvips",
        "vips",
        True,
        ("*/test/test-suite/images/**/*", "*/fuzz/*_fuzzer_corpus/*", "*/fuzz/common_fuzzer_corpus/*"),
    ),
    Corpus("libjpeg-turbo", "libjpeg-turbo", True, ("*/testimages/*",)),
    Corpus("libheif", "libheif", True, ("*/fuzzing/corpus/*", "*/examples/*.hei[cf]")),
    Corpus("libjxl", "libjxl-testdata", False, ("**/*.jxl", "**/*.jpg", "**/*.png", "**/oss-fuzz/*")),
)


def private_apt(folder: Path) -> list[str]:
    """apt-get with lists of its own: few machines have source packages switched on, and this needs no rights."""
    places = "$(REPO_URI) $(CODENAME) $(COMPONENT)"
    command = [
        "apt-get",
        "indextargets",
        "--format",
        places,
        "Created-By: Packages",
        "Label: Debian",
    ]  # without security
    lines = sorted(set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()))
    folder.mkdir(parents=True, exist_ok=True)
    sources = folder / "sources.list"
    sources.write_text("".join(f"{kind} {line}\n" for line in lines for kind in ("deb", "deb-src")))
    for name in ("lists/partial", "cache/archives/partial"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    settings = {
        "Dir::Etc::sourcelist": sources,
        "Dir::Etc::sourceparts": "-",
        "Dir::State::lists": folder / "lists",
        "Dir::Cache": folder / "cache",
    }
    return ["apt-get", "-q", *(word for key, value in settings.items() for word in ("-o", f"{key}={value}"))]


def unpack(corpus: Corpus, folder: Path) -> None:
    if corpus.is_source:
        for archive in folder.glob("*.orig*.tar.*"):
            if not archive.name.endswith(".asc"):
                subprocess.run(["tar", "-xf", archive], cwd=folder, check=True)
    else:
        for package in folder.glob("*.deb"):
            subprocess.run(["dpkg-deb", "-x", package, "."], cwd=folder, check=True)


def fetch(corpus: Corpus, apt: list[str]) -> Path:
    """The folder of the corpus, fetched and unpacked if it is not there."""
    folder = FOLDER / corpus.name
    if not folder.is_dir():
        temporary = FOLDER / f"{corpus.name}.part"
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(parents=True)
        verb = ["source", "--download-only"] if corpus.is_source else ["download"]
        subprocess.run([*apt, *verb, corpus.package], cwd=temporary, check=True)
        unpack(corpus, temporary)
        temporary.rename(folder)
    return folder


def list_files() -> list[tuple[str, Path]]:
    """(corpus/file name, path) of every file of every corpus."""
    apt: list[str] = []
    if not all((FOLDER / corpus.name).is_dir() for corpus in CORPORA):
        apt = private_apt(FOLDER / "apt")
        subprocess.run([*apt, "update"], check=True)
    files: dict[str, Path] = {}
    for corpus in CORPORA:
        folder = fetch(corpus, apt)
        paths = {path for pattern in corpus.patterns for path in folder.glob(pattern) if path.is_file()}
        for path in sorted(paths):
            inner = path.relative_to(folder).parts[1:]  # without the version, or usr
            files["/".join([corpus.name, *inner])] = path
    return sorted(files.items())

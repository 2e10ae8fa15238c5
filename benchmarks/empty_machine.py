"""From an empty environment to the first features of 192 photos: seconds, packages and megabytes of coulis and others.

    python benchmarks/empty_machine.py WHEEL [--only NAME ...] [--folder FOLDER]      WHEEL: coulis's, for this Python

Protocol: for each tool, a new virtual environment, `pip install` without a cache, then a process without a network
that computes the features of examples/fruits. What needs weights from a model hub stops there; its last line says so.
Each environment is removed before the next one. Prints a table in Markdown, for docs/first-run.md. Needs unshare.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

PHOTOS = Path(__file__).resolve().parents[1] / "examples/fruits"


@dataclass(frozen=True)
class Tool:
    installed: str  # what pip is asked for
    code: str  # sys.argv[1]: the folder of photos; prints the shape of the features


TOOLS = {
    "coulis": Tool("", "import coulis; print(coulis.featurize(folder).shape)"),
    "fastdup": Tool(
        "fastdup",
        "import fastdup; run = fastdup.create('work', folder); run.run(); print(run.embeddings()[1].shape)",
    ),
    "fiftyone": Tool(
        "fiftyone torch torchvision",
        "import fiftyone as fo, fiftyone.zoo as foz; "
        "photos = fo.Dataset.from_dir(folder, fo.types.ImageClassificationDirectoryTree); "
        "print(photos.compute_embeddings(foz.load_zoo_model('mobilenet-v2-imagenet-torch')).shape)",
    ),
    "daft": Tool(
        "daft[transformers]",
        "import daft; from daft.functions import decode_image, download, embed_image; "
        "photos = daft.from_glob_path(folder + '/*/*.jpg'); "
        "image = decode_image(download(photos['path']), mode='RGB'); "
        "print(len(photos.select(embed_image(image, provider='transformers')).to_pydict()))",
    ),
    "sentence-transformers": Tool(
        "sentence-transformers pillow",
        "from pathlib import Path; from PIL import Image; from sentence_transformers import SentenceTransformer; "
        "photos = [Image.open(path) for path in sorted(Path(folder).rglob('*.jpg'))]; "
        "print(SentenceTransformer('clip-ViT-B-32').encode(photos).shape)",
    ),
}


@dataclass(frozen=True)
class Measured:
    packages: int
    downloaded_mb: float  # 1 MB = 10^6 bytes
    installed_mb: float
    install_s: float
    features_s: float
    said: str  # the shape, or what was missing


def size_mb(folder: Path) -> float:
    return sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir()) / 1e6


def downloaded_mb(said: str) -> float:
    """The sum of what pip names: `Downloading numpy-2.4.6-cp311-... (16.9 MB)`."""
    units = {"bytes": 1e-6, "kB": 1e-3, "MB": 1, "GB": 1e3}
    found = re.findall(r"^ *Downloading .*\(([\d.]+) (bytes|kB|MB|GB)\)", said, re.MULTILINE)
    return sum(float(number) * units[unit] for number, unit in found)


def measure(asked: list[str], code: str, folder: Path) -> Measured:
    environment = folder / "environment"
    variables = {name: value for name, value in os.environ.items() if name not in ("PIP_FIND_LINKS", "PYTHONPATH")}
    variables["HOME"] = str(folder)  # models and settings of an earlier run are not there
    start = time.monotonic()
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    [packages] = environment.glob("lib/python*/site-packages")
    before, bare_mb = set(packages.glob("*.dist-info")), size_mb(environment)
    pip = [environment / "bin/pip", "install", "--no-cache-dir", "--progress-bar=off", *asked]
    pip_said = subprocess.run(pip, env=variables, check=True, stdout=subprocess.PIPE, text=True).stdout
    installed = time.monotonic()
    program = [environment / "bin/python", "-c", f"import sys; folder = sys.argv[1]; {code}", PHOTOS]
    done = subprocess.run(
        ["unshare", "-rn", *program], cwd=folder, env=variables, capture_output=True, text=True, check=False
    )
    ended = time.monotonic()
    (folder / "said.txt").write_text(pip_said + done.stdout + done.stderr)
    errors = re.findall(r"^[\w.]*Error: .*", done.stderr, re.MULTILINE)
    lines = done.stdout.splitlines() if done.returncode == 0 else errors
    return Measured(
        len(set(packages.glob("*.dist-info")) - before),
        downloaded_mb(pip_said) + sum(Path(name).stat().st_size for name in asked if name.endswith(".whl")) / 1e6,
        size_mb(environment) - bare_mb,
        installed - start,
        ended - installed,
        lines[-1] if lines else f"failed: see {folder}/said.txt",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheel", type=Path)
    parser.add_argument("--only", nargs="+", choices=TOOLS, default=list(TOOLS), metavar="NAME")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir(), "coulis-empty-machine"))
    arguments = parser.parse_args()
    print("| tool | packages | MB downloaded | MB installed | s to install | s to features | features |")
    print(f"|{'---|' * 7}")
    for name in arguments.only:
        tool, folder = TOOLS[name], arguments.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        asked = tool.installed.split() or [str(arguments.wheel.resolve())]
        m = measure(asked, tool.code, folder)
        sizes = f"{m.packages} | {m.downloaded_mb:,.0f} | {m.installed_mb:,.0f}"
        print(f"| {name} | {sizes} | {m.install_s:.0f} | {m.features_s:.1f} | {m.said} |", flush=True)
        shutil.rmtree(folder / "environment")


if __name__ == "__main__":
    main()

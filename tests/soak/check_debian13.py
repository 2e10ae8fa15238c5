"""`make demo` and `make test` on a clean Debian 13: Python 3.13, GCC 14, and newer libraries than Debian 12's."""

import re
import subprocess
from pathlib import Path

from deploy.clean_root import SOURCE, copy_source, make_root, run_inside
from soak.clean_folder import clean_folder
from soak.row import Row

REPOSITORY = "git init -q && git add -A && git -c user.name=a -c user.email=a@b.c commit -qm clone"  # tests ask git
LOG = Path("tmp/test.log")  # of the root


def check_in(root: Path) -> str:
    make_root(root, "trixie", "git", "make", "python3", "python3-venv")
    copy_source(root)
    print(run_inside(root, f"cd /{SOURCE} && {REPOSITORY} && make demo 2>&1 | tail -3"), flush=True)
    try:
        run_inside(root, f"cd /{SOURCE} && make test >/{LOG} 2>&1")
    except subprocess.CalledProcessError:
        print((root / LOG).read_text()[-20_000:])
        raise
    text = (root / LOG).read_text()
    [counts] = re.findall(r"^(?:=* ?)(\d+ passed.*?) in ", text, re.MULTILINE)
    [ctest] = re.findall(r"tests passed, 0 tests failed out of \d+", text)
    return f"ctest: {ctest.rpartition(' ')[2]} passed; pytest: {counts}"


def check() -> Row:
    with clean_folder("debian13") as folder:
        found = check_in(folder / "root")
    return Row(
        "debian13", "make demo, then make test on a clean Debian 13", found, "nothing", "make soak CHECKS=debian13"
    )

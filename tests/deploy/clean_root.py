"""The image's only step, install.sh, on a clean Debian 12 without Docker; then what the image is for.

    python -m deploy.clean_root [FOLDER]      as root, with mmdebstrap and the internet; 4 GB in FOLDER

Run from tests/. FOLDER is removed at the end.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = "usr/src/coulis"
PYTHON = "/opt/coulis/bin/python"

SPARK = (
    "from pyspark.sql import SparkSession as S; print(S.builder.master('local[2]').getOrCreate().range(1000).count())"
)
# The server answers on the port that the image opens, to whoever has the token that it prints.
JUPYTER = """
cd ~/work
/opt/coulis/bin/jupyter lab --ip=127.0.0.1 --port=18888 --no-browser >/tmp/jupyter.log 2>&1 & pid=$!
for _ in $(seq 60); do grep -q token= /tmp/jupyter.log && break; sleep 1; done
url=$(grep -o 'http://127.0.0.1:18888/lab?token=[0-9a-f]*' /tmp/jupyter.log | head -1)
/opt/coulis/bin/python -c 'import sys, urllib.request as u; print(u.urlopen(sys.argv[1]).status)' "$url"
kill "$pid"
"""


CERTIFICATES = "etc/ssl/certs/ca-certificates.crt"
MERGE_USR = "/usr/share/mmdebstrap/hooks/merged-usr/setup00.sh"
UNPACKED = "bash,coreutils,dash,libstdc++6,util-linux"  # what wheels and scripts find on any Debian


def bootstrap(root: Path, suite: str, *options: str) -> None:
    """From the servers that this machine uses."""
    root.mkdir(parents=True)
    sources = sorted(Path("/etc/apt/sources.list.d").glob("*.sources")) or [Path("/etc/apt/sources.list")]
    text = "\n".join(file.read_text() for file in sources).replace("bookworm", suite)
    command = ["mmdebstrap", "--quiet", *options]
    if suite == "forky":
        command.append('--aptopt=Acquire::Check-Valid-Until "false"')  # a mirror of testing may be weeks old
    subprocess.run([*command, suite, str(root), "-"], input=text, text=True, check=True)


def make_root(root: Path, suite: str = "bookworm", *packages: str) -> None:
    """Debian and, if named, packages, with the certificates that this machine trusts."""
    bootstrap(root, suite, "--variant=minbase", f"--include={','.join(('ca-certificates', *packages))}")
    for file in ("/etc/resolv.conf", "/etc/pip.conf"):
        if Path(file).exists():
            shutil.copy(file, root / file.lstrip("/"))
    shutil.copytree("/usr/local/share/ca-certificates", root / "usr/local/share/ca-certificates", dirs_exist_ok=True)
    (root / "etc/hosts").write_text(f"127.0.0.1 localhost {socket.gethostname()}\n")  # as a container has
    run_inside(root, "update-ca-certificates")


def unpack_root(root: Path, suite: str, architecture: str, *packages: str) -> None:
    """Debian's packages for another CPU, unpacked: their scripts would run for half an hour under emulation."""
    include = f"--include={','.join((UNPACKED, *packages))}"
    bootstrap(root, suite, "--variant=extract", f"--architectures={architecture}", f"--setup-hook={MERGE_USR}", include)
    (root / CERTIFICATES).parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(f"/{CERTIFICATES}", root / CERTIFICATES)  # pip reads them even for a folder of wheels


def copy_source(root: Path) -> None:
    """What a clone has, with today's changes."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    for name in filter(None, names):
        if (ROOT / name).is_file():
            target = root / SOURCE / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target)


def run_inside(root: Path, command: str, user: str = "root") -> str:
    """In the root with /proc, /dev and /tmp of its own, as a container has them; the mounts end with the command."""
    script = (
        'mount -t proc proc "$1/proc"; mount --rbind /dev "$1/dev"; exec chroot --userspec="$2" "$1" /bin/bash -c "$3"'
    )
    argv = ["unshare", "--mount", "--fork", "bash", "-euc", script, "inside", str(root), user, command]
    kept = {
        name: value
        for name, value in os.environ.items()
        if name.startswith(("PIP_", "SSL_", "OPENBLAS_")) and name != "PIP_FIND_LINKS"
    }
    home = "/root" if user == "root" else f"/home/{user}"
    environment = {
        **kept,
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": home,
        "LANG": "C.UTF-8",
    }
    done = subprocess.run(argv, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout


def check_image(folder: Path) -> None:
    root = folder / "root"
    make_root(root)
    copy_source(root)
    print(run_inside(root, f"/{SOURCE}/deploy/docker/install.sh"))
    ran = run_inside(root, f"coulis run /{SOURCE}/examples/fruits ~/work/out -k 20", "coulis")
    assert "192 photos: 192 with features, 0 failed" in ran, ran
    assert run_inside(root, f'{PYTHON} -c "{SPARK}"', "coulis").strip() == "1000"
    assert run_inside(root, JUPYTER, "coulis").strip().endswith("200")


def main() -> None:
    start = time.monotonic()
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp(prefix="coulis-image-"))
    try:
        check_image(folder)
    finally:
        shutil.rmtree(folder / "root", ignore_errors=True)
    print(f"install.sh, coulis run, Spark and Jupyter on a clean Debian 12: all well, {time.monotonic() - start:.0f} s")


if __name__ == "__main__":
    main()

#!/usr/bin/env bash
# Makes a virtual environment with $BASE_PYTHON, or the first Python found, that is 3.11 or newer and has venv, pip and the C headers.
# usage: tools/make_venv.sh FOLDER
set -euo pipefail

# Prints nothing if the interpreter will do, else what is wrong with it.
find_fault() {
  "$1" - <<'EOF' 2>/dev/null || echo "does not start"
import importlib.util, pathlib, sys, sysconfig
if sys.version_info < (3, 11):
    print(f"is {sys.version_info.major}.{sys.version_info.minor}")
elif not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
    print("lacks the venv module (Debian package python3-venv)")
elif not (pathlib.Path(sysconfig.get_paths()["include"]) / "Python.h").exists():
    print("lacks its C headers (Debian package python3-dev)")
EOF
}

if [[ -x $1/bin/python && -z $(find_fault "$1/bin/python") ]]; then
  exit 0
fi

faults=()
for name in ${BASE_PYTHON:-python3 python3.13 python3.12 python3.11}; do
  command -v "$name" >/dev/null || continue
  fault=$(find_fault "$name")
  if [[ -z $fault ]]; then
    exec "$name" -m venv --clear "$1"
  fi
  faults+=("$name $fault")
done
printf -v found '%s; ' "${faults[@]:-no python3 found}"
echo "coulis needs Python 3.11 or newer with venv and C headers: ${found%; }." >&2
exit 1

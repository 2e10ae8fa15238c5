#!/usr/bin/env bash
# Installs coulis on an EMR node, or into any folder, from a kit's pinned wheels alone: nothing comes from the internet.
# usage: bootstrap.sh KIT [--prefix FOLDER] [--python PYTHON]
#   KIT is s3://BUCKET/PREFIX, a folder, or file://FOLDER, as `coulis-emr kit` makes it
set -euo pipefail

die() {
  echo "bootstrap.sh: $*" >&2
  exit 1
}

(($# >= 1)) || die "usage: bootstrap.sh KIT [--prefix FOLDER] [--python PYTHON]"
kit=${1%/}
shift
prefix=/opt/coulis
python=python3.11
while (($# > 0)); do
  case $1 in
    --prefix) prefix=${2:?--prefix needs a folder} ;;
    --python) python=${2:?--python needs a program} ;;
    *) die "unknown option $1" ;;
  esac
  shift 2
done

command -v "$python" >/dev/null || die "no $python here (EMR 7.0 has Python 3.9 alone: take a later release)"

if [[ $kit == s3://* ]]; then
  here=$(mktemp -d)
  trap 'rm -rf "$here"' EXIT
  aws s3 cp --only-show-errors "$kit/requirements.txt" "$here/"
  aws s3 cp --only-show-errors --recursive "$kit/wheels/" "$here/wheels/" \
    --exclude '*' --include '*-any.whl' --include "*_$(uname -m).whl"
  aws s3 cp --only-show-errors --recursive "$kit/models/" "$here/models/"
else
  here=${kit#file://}
  [[ -f $here/requirements.txt && -d $here/wheels ]] || die "$here is no kit: requirements.txt or wheels/ is missing"
fi

# An environment of its own: EMR installs its applications after this, and may replace the system's packages.
mkdir -p "$prefix" 2>/dev/null || sudo install -d -o "$(id -u)" -g "$(id -g)" "$prefix"
umask 022
[[ -x $prefix/bin/python ]] || "$python" -m venv "$prefix"
"$prefix/bin/python" -m pip install --quiet --disable-pip-version-check --no-cache-dir \
  --no-index --find-links "$here/wheels" --require-hashes --requirement "$here/requirements.txt"
if [[ -d $here/models ]]; then
  cp -R "$here/models" "$prefix/"
fi

# A wheel for another system installs without a word and fails when it is used: better here than in the job.
"$prefix/bin/python" - <<'EOF' || die "coulis is installed in $prefix but does not load"
import coulis._core, importlib, pkgutil
for module in pkgutil.iter_modules(coulis.__path__):
    if module.name.startswith("_"):
        importlib.import_module(f"coulis.{module.name}")
EOF
echo "coulis is in $prefix"

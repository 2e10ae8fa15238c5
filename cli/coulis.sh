#!/bin/sh
# The command is in the Python package, which pip has installed somewhere near this file; so is the Python that imports models.
here=$(dirname -- "$(readlink -f -- "$0")")
if [ -z "${COULIS_PYTHON-}" ] && [ -x "$here/python3" ]; then export COULIS_PYTHON="$here/python3"; fi
# A virtual environment or --user; Red Hat's and Debian's system Python; pip install --target
for site in "$here"/../lib/python3*/site-packages "$here"/../lib64/python3*/site-packages "$here"/../lib/python3*/dist-packages "$here/.."; do
  if [ -x "$site/coulis/bin/coulis" ]; then exec "$site/coulis/bin/coulis" "$@"; fi
done
echo "coulis: error: the Python package coulis is not installed near $here" >&2
echo "  try: pip install --force-reinstall coulis" >&2
exit 1

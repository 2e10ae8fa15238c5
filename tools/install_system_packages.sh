#!/usr/bin/env bash
# Installs the Debian packages that the given lists name and this machine lacks; does nothing when all are there.
# usage: tools/install_system_packages.sh LIST...
set -euo pipefail

if ! command -v dpkg-query >/dev/null; then
  echo "Not a Debian or Ubuntu system: install the equivalents of the packages in $* yourself." >&2
  exit 0
fi

declare -A installed
while read -r status name architecture; do
  [[ $status == installed ]] && installed[$name]=1 && installed[$name:$architecture]=1
done < <(dpkg-query -W -f '${db:Status-Status} ${Package} ${Architecture}\n')

missing=()
while IFS= read -r line; do
  read -ra alternatives <<<"${line//|/ }"
  for name in "${alternatives[@]}"; do
    [[ -n ${installed[$name]:-} ]] && continue 2
  done
  missing+=("${alternatives[0]}")
done < <(sed 's/#.*//; /^[[:space:]]*$/d' "$@")

if ((${#missing[@]} == 0)); then
  exit 0
fi

if ((EUID == 0)); then
  as_root=(env)
elif sudo -n true 2>/dev/null; then
  as_root=(sudo -n env)
else
  echo "Missing system packages. Run this, then make again: sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing[*]}" >&2
  exit 1
fi

echo "Installing ${#missing[@]} system packages: ${missing[*]}"
"${as_root[@]}" apt-get update -q
"${as_root[@]}" DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"

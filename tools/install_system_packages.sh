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

# Does this release have the package? Yes to all while apt has no lists yet.
is_offered() {
  ! compgen -G '/var/lib/apt/lists/*_Packages*' >/dev/null || apt-cache show "$1" >/dev/null 2>&1
}

missing=()
optional=()
while IFS= read -r line; do
  read -ra alternatives <<<"${line//|/ }"
  for name in "${alternatives[@]}"; do
    [[ -n ${installed[${name%\?}]:-} ]] && continue 2
  done
  if [[ ${alternatives[0]} != *\? ]]; then
    missing+=("${alternatives[0]}")
  elif is_offered "${alternatives[0]%\?}"; then
    optional+=("${alternatives[0]%\?}")
  fi
done < <(sed 's/#.*//; /^[[:space:]]*$/d' "$@")

if ((${#missing[@]} + ${#optional[@]} == 0)); then
  exit 0
fi

if ((EUID == 0)); then
  as_root=(env)
elif sudo -n true 2>/dev/null; then
  as_root=(sudo -n env)
else
  wanted=("${missing[@]}" "${optional[@]}")
  echo "Missing system packages. Run this, then make again: sudo apt-get update && sudo apt-get install -y --no-install-recommends ${wanted[*]}" >&2
  exit 1
fi

"${as_root[@]}" apt-get update -q
for name in "${optional[@]}"; do
  is_offered "$name" && missing+=("$name")
done
((${#missing[@]} == 0)) && exit 0
echo "Installing ${#missing[@]} system packages: ${missing[*]}"
"${as_root[@]}" DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"

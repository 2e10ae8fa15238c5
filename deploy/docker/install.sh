#!/usr/bin/env bash
# Installs coulis, Jupyter and Spark in /opt/coulis, on a clean Debian 12, from the source tree that this file lies in.
# usage: deploy/docker/install.sh      as root
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
source_folder=$(readlink -f "$here/../..")
prefix=/opt/coulis

export DEBIAN_FRONTEND=noninteractive
"$source_folder/tools/install_system_packages.sh" "$source_folder/tools/system-packages.txt" "$here/system-packages.txt"
rm -rf /var/lib/apt/lists/*

python3 -m venv "$prefix"
"$prefix/bin/python" -m pip install --quiet --no-cache-dir "$source_folder" --requirement "$here/requirements.txt"
ln -sf "$prefix/bin/coulis" /usr/local/bin/coulis

# 1000 is the first user of most machines, who then owns what is written in a mounted folder.
useradd --create-home --uid 1000 --shell /bin/bash coulis
install -d -o coulis -g coulis /home/coulis/work

coulis --version
"$prefix/bin/python" -c 'import coulis._core, pyspark'

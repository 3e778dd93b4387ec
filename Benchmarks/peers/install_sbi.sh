#!/usr/bin/env bash
# Installs sbi, with PyTorch and h5py, into FOLDER/sbi; nothing is done if it is there.
#
#   bash Benchmarks/peers/install_sbi.sh FOLDER
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
work="$1"

if ! cmp -s "$here/requirements-posteriors.txt" "$work/sbi/requirements.txt"; then
  echo "Installing sbi into $work/sbi" >&2
  python3 -m venv "$work/sbi"
  "$work/sbi/bin/pip" install -q --disable-pip-version-check -r "$here/requirements-posteriors.txt"
  cp "$here/requirements-posteriors.txt" "$work/sbi/requirements.txt"
fi

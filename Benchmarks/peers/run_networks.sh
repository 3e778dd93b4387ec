#!/usr/bin/env bash
# Compares one training step and one inference of networks with PyTorch (see compare_networks.py).
#
#   bash Benchmarks/peers/run_networks.sh [--rounds N] [--threads N ...] [--networks NAME ...]
#
# Needs Python 3 with venv and, on the first run, the network: PyTorch takes several gigabytes. Everything it makes stays
# under .build-bench/, which may be deleted at any time; networks.json holds every run.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
package="$(dirname "$here")"
work="$(dirname "$package")/.build-bench"
mkdir -p "$work"

if ! cmp -s "$here/requirements-networks.txt" "$work/torch/requirements.txt"; then
  echo "Installing PyTorch into $work/torch" >&2
  python3 -m venv "$work/torch"
  "$work/torch/bin/pip" install -q --disable-pip-version-check -r "$here/requirements-networks.txt"
  cp "$here/requirements-networks.txt" "$work/torch/requirements.txt"
fi

swift build --package-path "$package" -c release --product network-step >&2
binaries="$(swift build --package-path "$package" -c release --show-bin-path)"
"$work/torch/bin/python" "$here/compare_networks.py" "$binaries/network-step" --output "$work/networks.json" "$@"

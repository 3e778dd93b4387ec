#!/usr/bin/env bash
# Compares how fast EDF and BDF files are read: Evoke, EDFlib, pyEDFlib, edfio and MNE-Python.
#
#   bash Benchmarks/peers/run.sh [--quick] [--rounds N]
#
# Needs a C compiler, Python 3 with venv, and the network for libedf-dev and the Python packages on the first run.
# Everything it makes stays under .build-bench/, which may be deleted at any time; results.json holds every run.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
package="$(dirname "$here")"
work="$(dirname "$package")/.build-bench"
mkdir -p "$work"

if [[ ! -e /usr/include/edflib.h ]]; then
  echo "Installing libedf-dev" >&2
  root=""
  [[ $EUID -eq 0 ]] || root="sudo"
  $root apt-get update -qq
  $root apt-get install -y -qq --no-install-recommends libedf-dev gcc libc6-dev
fi

if ! cmp -s "$here/requirements.txt" "$work/venv/requirements.txt"; then
  echo "Installing the Python readers into $work/venv" >&2
  python3 -m venv "$work/venv"
  "$work/venv/bin/pip" install -q --disable-pip-version-check -r "$here/requirements.txt"
  cp "$here/requirements.txt" "$work/venv/requirements.txt"
fi

cc -O2 -pthread -o "$work/edflib-read" "$here/edflib_read.c" -ledf
swift build --package-path "$package" -c release --product edf-read >&2
binaries="$(swift build --package-path "$package" -c release --show-bin-path)"

"$work/venv/bin/python" "$here/compare.py" \
  --work "$work" --ours "$binaries/edf-read" --edflib "$work/edflib-read" "$@"

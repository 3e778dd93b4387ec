#!/usr/bin/env bash
# Compares how fast EDF and BDF files are read (Evoke, EDFlib, pyEDFlib, edfio, MNE-Python), EDF is written (Evoke,
# EDFlib) and a recording is averaged around its events (Evoke, MNE-Python).
#
#   bash Benchmarks/peers/run.sh [--quick] [--rounds N]
#
# Needs a C compiler, Python 3 with venv, and the network for libedf-dev and the Python packages on the first run.
# Everything it makes stays under .build-bench/, which may be deleted at any time; results.json,
# writing.json and averaging.json hold every run.
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

for program in edflib_read edflib_write; do
  cc -O2 -pthread -o "$work/${program/_/-}" "$here/$program.c" -ledf
done
for product in edf-read edf-write erp-average; do
  swift build --package-path "$package" -c release --product $product >&2
done
swift build --package-path "$(dirname "$package")" -c release --product evoke >&2
binaries="$(swift build --package-path "$package" -c release --show-bin-path)"
evoke="$(swift build --package-path "$(dirname "$package")" -c release --show-bin-path)/evoke"
python="$work/venv/bin/python"

"$python" "$here/compare_reading.py" --work "$work" --ours "$binaries/edf-read" --edflib "$work/edflib-read" "$@"
"$python" "$here/compare_writing.py" --work "$work" --ours "$binaries/edf-write" --reader "$binaries/edf-read" \
  --edflib "$work/edflib-write" "$@"
"$python" "$here/compare_averaging.py" --work "$work" --ours "$binaries/erp-average" --evoke "$evoke" "$@"

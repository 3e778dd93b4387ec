#!/usr/bin/env bash
# Compares Evoke with other programs, in parts:
#
#   reading      EDF and BDF files (EDFlib, pyEDFlib, edfio, MNE-Python)
#   writing      EDF (EDFlib)
#   averaging    a recording around its events (MNE-Python)
#   simulating   Jansen-Rit columns (plain Numba loops, jrnmm, VBI, TVB)
#   data-sets    simulated recordings and their evoked potentials (Numba, NumPy and MNE-Python)
#
#   bash Benchmarks/peers/run.sh [PART...] [--quick] [--rounds N]      all parts unless told otherwise
#
# Needs a C compiler, Python 3 with venv, and the network for libedf-dev and the Python packages on the first run.
# Everything it makes stays under .build-bench/, which may be deleted at any time; results.json,
# writing.json, averaging.json, simulating.json and data-sets.json hold every run.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
package="$(dirname "$here")"
root="$(dirname "$package")"
work="$root/.build-bench"
mkdir -p "$work"

parts=""
while [[ $# -gt 0 && $1 != --* ]]; do
  case "$1" in
    reading | writing | averaging | simulating | data-sets) parts+=" $1" ;;
    *) echo "$0: no such part: $1" >&2; exit 64 ;;
  esac
  shift
done
parts="${parts:- reading writing averaging simulating data-sets} "
wants() { for part in "$@"; do [[ $parts == *" $part "* ]] && return 0; done; return 1; }

# Makes a Python environment anew when its requirements have changed.
environment() { # FOLDER REQUIREMENTS
  cmp -s "$2" "$1/requirements.txt" && return 0
  echo "Installing $2 into $1" >&2
  rm -rf "$1"
  python3 -m venv "$1"
}

# For the comparison with other simulators one package that cannot be had must not take the others with it.
simulator_environment() {
  local folder="$work/simulators-venv" requirements="$here/requirements-simulators.txt" package log failed=""
  environment "$folder" "$requirements"
  [[ -e "$folder/requirements.txt" ]] && return 0
  for package in $(grep -v '^#' "$requirements"); do
    log="$work/install-${package%%=*}.log"
    if ! "$folder/bin/pip" install -q --disable-pip-version-check -c "$requirements" "$package" >"$log" 2>&1; then
      echo "NOT INSTALLED $package: $(tail -n 1 "$log")" >&2
      failed+=" $package"
    fi
  done
  # With a failure the next run tries again.
  [[ -n $failed ]] || cp "$requirements" "$folder/requirements.txt"
}

# VBI's C++ model comes as a header inside its package.
vbi_columns() {
  local header log="$work/vbi-columns.log"
  rm -f "$work/vbi-columns"
  header="$(find "$work/simulators-venv" -path '*/vbi/models/cpp/_src/jr_sde.hpp' -print -quit)"
  if [[ -z $header ]]; then
    echo "NOT BUILT VBI's C++ model: jr_sde.hpp is not in the package" >&2
  elif ! c++ -std=c++17 -O3 -DNDEBUG -w -I "$(dirname "$header")" -o "$work/vbi-columns" "$here/vbi_columns.cpp" \
    >"$log" 2>&1; then
    echo "NOT BUILT VBI's C++ model: $(grep -m 1 -E 'error|not found' "$log")" >&2
  fi
}

products=""
if wants reading writing averaging; then
  "$root/scripts/install-packages.sh" libedf-dev gcc libc6-dev python3-venv
  environment "$work/venv" "$here/requirements.txt"
  if [[ ! -e "$work/venv/requirements.txt" ]]; then
    "$work/venv/bin/pip" install -q --disable-pip-version-check -r "$here/requirements.txt"
    cp "$here/requirements.txt" "$work/venv/requirements.txt"
  fi
  for program in edflib_read edflib_write; do
    cc -O2 -pthread -o "$work/${program/_/-}" "$here/$program.c" -ledf
  done
  products="edf-read edf-write erp-average"
fi
if wants simulating data-sets; then
  "$root/scripts/install-packages.sh" g++ python3-venv util-linux
  simulator_environment
fi
if wants simulating; then
  vbi_columns
  products+=" peer-columns simulate-columns"
fi
for product in $products; do
  swift build --package-path "$package" -c release --product "$product" >&2
done
wants averaging data-sets && swift build --package-path "$root" -c release --product evoke >&2
binaries="$(swift build --package-path "$package" -c release --show-bin-path)"
evoke="$(swift build --package-path "$root" -c release --show-bin-path)/evoke"
python="$work/venv/bin/python"
simulators_python="$work/simulators-venv/bin/python"

# A part that fails or misses a bar must not keep the others from running.
status=0
if wants reading; then
  "$python" "$here/compare_reading.py" --work "$work" --ours "$binaries/edf-read" --edflib "$work/edflib-read" "$@" \
    || status=1
fi
if wants writing; then
  "$python" "$here/compare_writing.py" --work "$work" --ours "$binaries/edf-write" --reader "$binaries/edf-read" \
    --edflib "$work/edflib-write" "$@" || status=1
fi
if wants averaging; then
  "$python" "$here/compare_averaging.py" --work "$work" --ours "$binaries/erp-average" --evoke "$evoke" "$@" || status=1
fi
if wants simulating; then
  "$simulators_python" "$here/compare_simulating.py" --work "$work" --ours "$binaries/peer-columns" \
    --program "$binaries/simulate-columns" --vbi-columns "$work/vbi-columns" "$@" || status=1
fi
if wants data-sets; then
  "$simulators_python" "$here/compare_data_sets.py" --work "$work" --evoke "$evoke" "$@" || status=1
fi
exit $status

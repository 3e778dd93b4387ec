#!/usr/bin/env bash
# Compares posteriors of sbibm's tasks with its reference draws, ours and sbi's (see compare_tasks.py).
#
#   bash Benchmarks/peers/run_tasks.sh [--tasks NAME ...] [--pairs N ...] [--seeds N ...] [--rounds R] [--sbi]
#
# Needs Python 3 with venv and, on the first run, the network: PyTorch, which sbi needs, takes several gigabytes, and the
# package sbibm, of which only the files are used, 18 MB. Everything it makes stays under .build-bench/; tasks.json holds
# the last run.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(dirname "$(dirname "$here")")"
work="$root/.build-bench"
mkdir -p "$work"

bash "$here/install_sbi.sh" "$work"
if [[ ! -d "$work/sbibm" ]]; then
  "$work/sbi/bin/pip" download -q --disable-pip-version-check --no-deps -d "$work" sbibm==1.1.0
  python3 -m zipfile -e "$work"/sbibm-1.1.0-*.whl "$work/sbibm"
fi

swift build --package-path "$root" -c release --product evoke >&2
binaries="$(swift build --package-path "$root" -c release --show-bin-path)"
"$work/sbi/bin/python" "$here/compare_tasks.py" "$binaries/evoke" "$work/sbibm/sbibm/tasks" --output "$work/tasks.json" "$@"

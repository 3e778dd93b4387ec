#!/usr/bin/env bash
# Compares training of posteriors with sbi (see compare_posteriors.py).
#
#   bash Benchmarks/peers/run_posteriors.sh [--tasks NAME ...] [--estimators nsf|maf ...] [--pairs N] [--epochs N]
#
# Needs Python 3 with venv and, on the first run, the network: PyTorch, which sbi needs, takes several gigabytes.
# Everything it makes stays under .build-bench/, which may be deleted at any time; posteriors.json holds the last run.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
package="$(dirname "$here")"
work="$(dirname "$package")/.build-bench"
mkdir -p "$work"

if ! cmp -s "$here/requirements-posteriors.txt" "$work/sbi/requirements.txt"; then
  echo "Installing sbi into $work/sbi" >&2
  python3 -m venv "$work/sbi"
  "$work/sbi/bin/pip" install -q --disable-pip-version-check -r "$here/requirements-posteriors.txt"
  cp "$here/requirements-posteriors.txt" "$work/sbi/requirements.txt"
fi

swift build --package-path "$package" -c release --product train-posterior >&2
binaries="$(swift build --package-path "$package" -c release --show-bin-path)"
"$work/sbi/bin/python" "$here/compare_posteriors.py" "$binaries/train-posterior" --output "$work/posteriors.json" "$@"

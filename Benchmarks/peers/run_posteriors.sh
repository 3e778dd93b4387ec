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

bash "$here/install_sbi.sh" "$work"
swift build --package-path "$package" -c release --product train-posterior >&2
binaries="$(swift build --package-path "$package" -c release --show-bin-path)"
"$work/sbi/bin/python" "$here/compare_posteriors.py" "$binaries/train-posterior" --output "$work/posteriors.json" "$@"

#!/usr/bin/env bash
# Makes .venv with the Python packages that the tests of python/ need. Does nothing when they are there already.
set -euo pipefail
cd "$(dirname "$0")/.."
requirements=python/requirements-test.txt
stamp=.venv/.requirements
[ -f "$stamp" ] && cmp -s "$requirements" "$stamp" && exit 0
if ! python3 -c 'import ensurepip' 2>/dev/null; then
  scripts/install-packages.sh python3-venv
fi
python3 -m venv .venv
.venv/bin/pip install --quiet --disable-pip-version-check --requirement "$requirements"
cp "$requirements" "$stamp"

#!/usr/bin/env bash
# The main job as far as it goes: a recording becomes evoked potentials, an archive and a figure.
set -euo pipefail
cd "$(dirname "$0")/.."
evoke=.build/release/evoke
out=demo-output
mkdir -p "$out"
show() {
  printf '\n$ %s\n' "evoke $*"
  "$evoke" "$@"
}
show info fixtures/oddball.edf
show erp fixtures/oddball.edf --events standard,target --tmin -0.1 --tmax 0.6 --filter 0.5:30 --reject-ptp 100uV \
  -o "$out/oddball.h5"
show plot "$out/oddball.h5" -o "$out/oddball.svg"
show plot "$out/oddball.h5" -o "$out/oddball.png"
show convert fixtures/oddball.edf "$out/recording.h5"
show info "$out/recording.h5" "$out/oddball.h5"
printf '\nThe figure is %s, the archive %s.\n' "$out/oddball.svg" "$out/oddball.h5"

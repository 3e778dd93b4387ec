#!/usr/bin/env bash
# The main job as far as it goes: a recording whose truth is known becomes evoked potentials, an archive and figures, and
# the model that made it a data set.
set -euo pipefail
cd "$(dirname "$0")/.."
evoke=.build/release/evoke
out=demo-output
mkdir -p "$out"
show() {
  printf '\n$ %s\n' "evoke $*"
  "$evoke" "$@"
}
show info fixtures/simulated.edf
show erp fixtures/simulated.edf --events stimulus --reference average --reject-ptp 100uV -o "$out/erp.h5"
show measure "$out/erp.h5" --window 0.05:0.1,name=first --window 0.1:0.16,name=second --measures mean,peak \
  --channels F3,FC3 --polarity absolute
show plot "$out/erp.h5" -o "$out/erp.svg"
show plot "$out/erp.h5" -o "$out/erp.png"
show info fixtures/simulated.h5
show convert fixtures/simulated.edf "$out/recording.h5"
show simulate --count 1000 --noise-level 0 2500 --threads 2 -o "$out/simulations.h5"
printf '\nThe figure is %s, the evoked potentials %s, a thousand simulations %s.\n' \
  "$out/erp.svg" "$out/erp.h5" "$out/simulations.h5"

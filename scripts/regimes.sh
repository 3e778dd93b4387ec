#!/bin/bash
# Draws docs/images/regimes.svg: what a Jansen-Rit column does by itself at six connectivities.
set -euo pipefail
cd "$(dirname "$0")/.."
values=$(mktemp)
trap 'rm -f "$values"' EXIT
swift run -c release --package-path Benchmarks --scratch-path .build-bench column-regimes > "$values"
gnuplot <<END
set terminal svg size 760,620 font "DejaVu Sans,11" background "white"
set output "docs/images/regimes.svg"
set multiplot layout 6,1 margins 0.1,0.97,0.09,0.98 spacing 0,0.02
unset key
set border 3
set tics nomirror out
set xrange [0:4]
set format x ""
set ytics autofreq rotate by 0
array C[6] = [68, 128, 135, 270, 675, 1350]
array span[6] = [4, 6, 10, 50, 160, 4]
array centre[6] = [10.5, 8, 7.5, -4, -50, -12]
do for [k=1:6] {
  if (k == 6) { set format x "%g"; set xlabel "time (s)" }
  if (k == 3) { set ylabel "y1 - y2 (mV)" offset -0.5,-2 } else { unset ylabel }
  set yrange [centre[k]-span[k]/2 : centre[k]+span[k]/2]
  set ytics span[k]/2.0
  set label 1 sprintf("C = %d", C[k]) at graph 0.99,0.9 right front
  plot "$values" using 1:k+1 with lines lc rgb "#1f5fa8" lw 1
}
unset multiplot
END

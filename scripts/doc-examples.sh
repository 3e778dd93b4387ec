#!/usr/bin/env bash
# Runs the examples of the documentation: every command of a ```console block, each page in a folder of its own.
#
#   scripts/doc-examples.sh [--outputs] [--figures] [PAGE...]
#
# Fails when a command fails, when it prints something else than the page says below it (a command without any line
# below it may print what it likes), and when no page makes a figure that is shown. In blocks that begin with
# ```console numbers-vary only the words count: trained networks differ from processor to processor. A block that begins
# with ```python file=NAME becomes that file; python3 is that of .venv where it is there.
#   --outputs   puts what was printed into the pages
#   --figures   puts the figures that were written into docs/images
# The command is .build/release/evoke, or what EVOKE_BINARY says.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD

all_pages=(
  README.md docs/{erp,filters,channels,artifacts,events,averages,measures,figures,simulate,networks,posteriors,python,sequential,diagnostics}.md
)
largest_figure=120000
pages=() puts_outputs=false puts_figures=false
for argument in "$@"; do
  case $argument in
    --outputs) puts_outputs=true ;;
    --figures) puts_figures=true ;;
    -*) sed -n '2,/^set/s/^# \{0,1\}//p' "$0" && exit 64 ;;
    *) pages+=("$argument") ;;
  esac
done
runs_all=false
if [[ ${#pages[@]} == 0 ]]; then
  runs_all=true pages=("${all_pages[@]}")
fi

binary=$(realpath -m "${EVOKE_BINARY:-.build/release/evoke}")
if [[ ! -x $binary ]]; then
  echo "$binary is missing: build it with 'make build', or say where it is with EVOKE_BINARY" >&2
  exit 1
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/bin"
ln -s "$binary" "$scratch/bin/evoke"
export PATH="$scratch/bin:$root/.venv/bin:$PATH" LC_ALL=C.UTF-8

failures=0 commands=0
fail() {
  echo "$1" >&2
  failures=$((failures + 1))
}

# A text without its numbers and blanks.
words() {
  sed -E 's/-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?/#/g; s/[[:blank:]]+/ /g'
}

# Runs the command that was read last, and writes it and its output to the new page.
run() {
  [[ -n $command ]] || return 0
  printf '%s\n' "$shown" >&3
  local status=0
  # The README also names files that only a reader has.
  if [[ $page == README.md && $command =~ recording\.|sub-\*|python3 ]]; then
    printf '%s' "$expected" >&3
  else
    commands=$((commands + 1))
    (cd "$folder" && bash -c "$command") >"$scratch/output" 2>&1 </dev/null || status=$?
    if [[ $status != 0 ]]; then
      fail "$page: status $status of: $command"
      sed 's/^/    /' "$scratch/output" >&2
    fi
    # A slow machine reports how far it has come.
    sed -i -E '/^evoke: [a-z ]+: [0-9]+ %/d' "$scratch/output"
    if $varies && [[ $(words <<<"${expected%$'\n'}") == "$(words <"$scratch/output")" ]] && ! $puts_outputs; then
      printf '%s' "$expected" >&3
    elif [[ -n $expected ]]; then
      cat "$scratch/output" >&3
    fi
  fi
  command='' expected=''
}

run_page() {
  local in_block=false varies=false line command='' shown='' expected='' continues=false file=''
  exec 3>"$scratch/page"
  while IFS= read -r line || [[ -n $line ]]; do
    if [[ -n $file ]]; then
      printf '%s\n' "$line" >&3
      if [[ $line == '```' ]]; then file=''; else printf '%s\n' "$line" >>"$folder/$file"; fi
    elif ! $in_block; then
      printf '%s\n' "$line" >&3
      case $line in
        '```console') in_block=true varies=false ;;
        '```console numbers-vary') in_block=true varies=true ;;
        '```python file='*) file=${line#*file=} ;;
      esac
    elif $continues; then
      command+=$'\n'$line shown+=$'\n'$line
    elif [[ $line == '```' ]]; then
      run
      printf '%s\n' "$line" >&3
      in_block=false
    elif [[ $line == '$ '* ]]; then
      run
      command=${line#'$ '} shown=$line
    else
      expected+=$line$'\n'
    fi
    # A command goes on after a backslash, and while a quotation mark is open.
    continues=false
    if $in_block && [[ -n $command && -z $expected ]]; then
      if [[ $line == *\\ ]] || [[ $(tr -cd "'" <<<"$command" | wc -c) =~ [13579]$ ]]; then continues=true; fi
    fi
  done <"$page"
  exec 3>&-
}

for page in "${pages[@]}"; do
  folder=$scratch/$(basename "$page" .md)
  mkdir "$folder"
  ln -s "$root/fixtures" "$folder/fixtures"
  run_page
  if ! cmp -s "$page" "$scratch/page"; then
    if $puts_outputs; then
      cp "$scratch/page" "$page"
      echo "$page: new outputs"
    else
      fail "$page: commands print something else (--outputs puts it into the page):"
      diff -u "$page" "$scratch/page" >&2 || true
    fi
  fi
done

# A figure may be shown on one page and made on another.
for page in "${pages[@]}"; do
  for name in $({ grep -oE 'images/[A-Za-z0-9-]+\.svg' "$page" || true; } | sed 's:.*/::' | sort -u); do
    image=docs/images/$name
    made=$scratch/$(basename "$page" .md)/$name
    if [[ ! -f $made ]]; then
      made=$(find "$scratch" -mindepth 2 -maxdepth 2 -name "$name" -type f | head -n 1)
    fi
    if [[ -z $made ]]; then
      if $runs_all; then fail "$page: no command writes $name"; fi
      continue
    fi
    size=$(wc -c <"$made")
    if [[ $size -gt $largest_figure ]]; then fail "$page: $name has $size bytes; draw it smaller"; fi
    if cmp -s "$made" "$image"; then continue; fi
    if $puts_figures; then
      cp "$made" "$image"
      echo "$image: new"
    else
      # No failure: fonts and gnuplot differ between machines.
      echo "$image differs from what $page draws here (--figures replaces it)"
    fi
  done
done
if $runs_all; then
  for image in docs/images/*.svg; do
    grep -qF "images/$(basename "$image")" README.md docs/*.md || fail "$image: no page shows it"
  done
fi

echo "$commands commands on ${#pages[@]} pages, $failures failures"
[[ $failures == 0 ]]

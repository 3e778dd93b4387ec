#!/usr/bin/env bash
# Installs the Debian packages named as arguments, and asks for nothing. Does nothing when all of them are there.
set -euo pipefail
missing=()
for package in "$@"; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0
if ! command -v apt-get >/dev/null; then
  echo "evoke: install these by hand, this system has no apt-get: ${missing[*]}" >&2
  exit 1
fi
administrator=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "evoke: as root, run: apt-get install ${missing[*]}" >&2
    exit 1
  fi
  administrator=(sudo)
fi
export DEBIAN_FRONTEND=noninteractive
"${administrator[@]}" apt-get update -qq
"${administrator[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
echo "installed: ${missing[*]}"

#!/bin/sh
# make install: the program, a link for each applet, each page, and again over itself.
set -eu
cd "$(dirname "$0")/../.."
top=$(mktemp -d)
trap 'rm -rf "$top"' EXIT

# -o: the program is built already, and this is not the time to build it.
put() { make -s -o keelson install BUILD="$BUILD" DESTDIR="$top" PREFIX=/usr >"$top/log" 2>&1; }
put || { cat "$top/log"; exit 1; }
put || { cat "$top/log"; echo "the second time failed"; exit 1; }

applets=$("$KEELSON" --list | cut -f 1)
[ -n "$applets" ]
for applet in $applets; do
  [ "$(readlink "$top/usr/sbin/$applet")" = keelson ] || { echo "$applet: no link"; exit 1; }
  "$top/usr/sbin/$applet" --version >/dev/null
done
for page in docs/*.[1-8]; do
  name=${page#docs/}
  cmp "$page" "$top/usr/share/man/man${name##*.}/$name"
done
[ -s "$top/usr/share/bash-completion/completions/keelson" ]
[ -s "$top/usr/share/zsh/site-functions/_keelson" ]

# One static stripped file, and its symbols beside it.
program=$top/usr/sbin/keelson
if readelf -lW "$program" | grep -E 'INTERP|DYNAMIC'; then echo "not static"; exit 1; fi
if readelf -SW "$program" | grep -E '\.symtab|\.debug'; then echo "not stripped"; exit 1; fi
readelf -p .gnu_debuglink "$program" | grep -q keelson.debug
nm "$BUILD/keelson.debug" | grep -q ' main$' || { echo "no symbols in keelson.debug"; exit 1; }
size=$(wc -c <"$program")
[ "$size" -le 6050000 ] || { echo "$size bytes, the limit is 6,050,000"; exit 1; }

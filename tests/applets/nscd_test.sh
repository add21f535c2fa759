#!/bin/sh
# nscd's commands to a daemon on a tree and a socket of its own, and without one.
set -u
KEELSON=${KEELSON:-build/keelson}
work=$(mktemp -d) || exit 1
daemon=
trap '[ -z "$daemon" ] || kill "$daemon" 2>/dev/null; wait; rm -rf "$work"' EXIT
failures=0

# expect CODE NAME COMMAND...: the exit code; what was said is in $work/out and $work/err.
expect() {
  code=$1 name=$2
  shift 2
  "$@" >"$work/out" 2>"$work/err"
  got=$?
  if [ "$got" != "$code" ]; then
    echo "$name: exit code $got, not $code: $(cat "$work/err")"
    failures=$((failures + 1))
  fi
}
silent() {
  [ ! -s "$work/out" ] && [ ! -s "$work/err" ] && return
  echo "$1: not silent: $(cat "$work/out" "$work/err")"
  failures=$((failures + 1))
}
says() {
  grep -q -- "$2" "$work/out" "$work/err" && return
  echo "$1: does not say '$2': $(cat "$work/out" "$work/err")"
  failures=$((failures + 1))
}

nscd() { "$KEELSON" nscd --socket "$work/socket" "$@"; }

expect 1 "no daemon" nscd -i passwd
silent "no daemon"
expect 1 "no daemon to stop" nscd -K
expect 1 "no counters without a daemon" nscd -g
says "no counters without a daemon" "No such file"
expect 64 "unknown table" nscd -i nosuch
says "unknown table" "'nosuch' is not a known database"
expect 64 "unknown option" nscd -Q
expect 64 "nothing to do" nscd

mkdir -p "$work/root/etc"
echo "ann:x:7:7::/:/bin/sh" >"$work/root/etc/passwd"
mkfifo "$work/ready"
"$KEELSON" pwlookupd --root "$work/root" --socket "$work/socket" --ready-fd 3 3>"$work/ready" &
daemon=$!
read -r _ <"$work/ready" || true

expect 0 "invalidate" nscd -i passwd
silent "invalidate"
expect 0 "several tables" nscd -i passwd --invalidate=group -i hosts
expect 64 "one of several is unknown" nscd -i passwd -i nosuch
expect 0 "counters" nscd -g
says "counters" "^passwd	1	1	"
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
  chmod 711 "$work"
  expect 1 "invalidate by a stranger" setpriv --reuid=1 --regid=1 --clear-groups "$KEELSON" nscd \
    --socket "$work/socket" -i passwd
  says "invalidate by a stranger" "not permitted"
  expect 1 "stopped by a stranger" setpriv --reuid=1 --regid=1 --clear-groups "$KEELSON" nscd \
    --socket "$work/socket" -K
  kill -0 "$daemon" || failures=$((failures + 1))
fi
expect 0 "shutdown" nscd -K
wait "$daemon"
code=$?
[ "$code" = 0 ] || { echo "the daemon ended with $code"; failures=$((failures + 1)); }
daemon=
expect 1 "after the shutdown" nscd -i passwd

[ "$failures" = 0 ]

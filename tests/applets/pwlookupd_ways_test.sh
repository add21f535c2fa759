#!/bin/sh
# The ways to a served file: links that are switched, folders that are replaced, modes that change, logs
# that nobody reads, and wrong command lines. On a tree and a socket of its own.
set -u
KEELSON=${KEELSON:-build/keelson}
work=$(mktemp -d) || exit 1
chmod 755 "$work"
daemon=
trap '[ -z "$daemon" ] || kill "$daemon" 2>/dev/null; wait; rm -rf "$work"' EXIT
failures=0
fail() {
  echo "$*"
  failures=$((failures + 1))
}

root=$work/root etc=$work/root/etc
mkdir -p "$etc" "$work/empty/etc"

start() {
  mkfifo "$work/ready"
  "$KEELSON" pwlookupd --root "$root" --socket "$work/socket" --ready-fd 3 3>"$work/ready" \
    2>"${log:-$work/log}" &
  daemon=$!
  read -r _ <"$work/ready"
  rm "$work/ready"
}
stop() {
  kill "$daemon"
  wait "$daemon" || fail "the daemon ended with $?: $(cat "$work/log")"
  daemon=
}
# What the daemon alone knows: the tree that pwlookup falls back to is empty.
gecos() {
  "$KEELSON" pwlookup --root "$work/empty" --socket "$work/socket" passwd ann | cut -d: -f5
}
expect() { # NAME GECOS
  got=$(gecos)
  [ "$got" = "$2" ] || fail "$1: '$got', not '$2'"
}
# For changes that no client is told of at once.
await() { # NAME GECOS
  tries=2000
  while [ "$(gecos)" != "$2" ]; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || { fail "$1: still '$(gecos)', not '$2'"; return; }
  done
}
passwd() { echo "ann:x:7:7:$1:/:/bin/sh"; }
# A new file in place of the old one.
put() { # FILE GECOS
  passwd "$2" >"$1.new"
  mv "$1.new" "$1"
}
link() { # TARGET PATH
  ln -s "$1" "$2.new"
  mv -T "$2.new" "$2"
}

put "$etc/passwd" first
start
expect "at the start" first
put "$etc/passwd" second
expect "renamed over" second

mkdir "$etc/d"
put "$etc/d/passwd" third
link d/passwd "$etc/passwd"
expect "a link in its place" third
put "$etc/d/passwd" fourth
expect "the link's target renamed over" fourth
passwd fifth >"$etc/d/passwd"
await "the link's target written in place" fifth
rm "$etc/d/passwd"
expect "the link's target gone" ""
put "$etc/d/passwd" sixth
expect "and back" sixth

mkdir -p "$etc/v1" "$etc/v2"
put "$etc/v1/passwd" v1
put "$etc/v2/passwd" v2
link v1 "$etc/cur"
link /etc/cur/passwd "$etc/passwd"
expect "a link through a linked folder" v1
link v2 "$etc/cur"
expect "the linked folder switched" v2
put "$etc/v2/passwd" v2b
expect "a file in the folder switched to" v2b
link ../../../../etc/v1/passwd "$etc/passwd"
expect "a link that climbs stays inside the root" v1
link loop "$etc/loop"
link loop "$etc/passwd"
expect "a loop" ""
rm "$etc/passwd"
put "$etc/passwd" plain
expect "a file again" plain

cp -r "$etc" "$root/etc2"
put "$root/etc2/passwd" "other etc"
mv "$etc" "$root/old"
expect "the folder gone" ""
mv "$root/etc2" "$etc"
expect "another folder in its place" "other etc"
put "$etc/passwd" again
expect "a file in that folder" again

truncate -s 0 "$etc/passwd"
await "truncated in place" ""
put "$etc/passwd" "before"
expect "and whole again" before
exec 5>"$etc/passwd"
printf 'ann:x:7:7:half' >&5
echo "g:x:7:" >"$etc/group1"
link group1 "$etc/group"
expect "half written while another way changes" before
printf ' and half:/:/bin/sh\n' >&5
exec 5>&-
await "written to its end" "half and half"
put "$etc/passwd" whole
expect "and whole" whole
if [ "$(id -u)" = 0 ]; then
  chmod 600 "$etc/passwd"
  "$KEELSON" nscd --socket "$work/socket" -i passwd
  chmod 644 "$etc/passwd"
  await "readable again" whole
fi
stop

# Who reads the log goes away.
mkfifo "$work/fifo"
cat "$work/fifo" >/dev/null &
reader=$!
log=$work/fifo
start
kill "$reader"
wait "$reader" 2>/dev/null
rm "$etc/passwd"
put "$etc/passwd" "without a log"
expect "a log that nobody reads" "without a log"
log=
stop

# A source that is not served, in front of the file and behind it.
echo "passwd: nosuch files" >"$etc/nsswitch.conf"
start
got=$("$KEELSON" pwlookup --root "$root" --socket "$work/socket" passwd ann | cut -d: -f1)
[ "$got" = ann ] || fail "a database that is not served: pwlookup finds '$got'"
stop
rm "$etc/nsswitch.conf"

usage() { # NAME OPTIONS
  name=$1
  shift
  "$KEELSON" pwlookupd "$@" 2>"$work/err" >"$work/out"
  code=$?
  [ "$code" = 2 ] || fail "$name: exit code $code"
  [ "$(wc -l <"$work/err")" = 1 ] || fail "$name: not one line: $(cat "$work/err")"
}
usage "a descriptor that is not open" --socket "$work/socket" --ready-fd 99
usage "one beyond all numbers" --socket "$work/socket" --ready-fd 4294967297
usage "a relative socket" --socket socket
usage "an empty socket" --socket ""
usage "an empty root" --root ""
usage "an unknown database" --databases passwd,nosuch

[ "$failures" = 0 ]

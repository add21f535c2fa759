#!/bin/sh
# What `make run` runs: as root and as a user, the right answers, nothing changed or left behind.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
export KEELSON="${KEELSON:-$here/../../build/keelson}"
unshare -m true 2>/dev/null || unshare -rm true 2>/dev/null || {
  echo "SKIP: no mount namespaces here"
  exit 77
}
export TMPDIR
TMPDIR=$(mktemp -d)
trap 'rm -rf "$TMPDIR"' EXIT
chmod 1777 "$TMPDIR"

state() { md5sum /etc/passwd /etc/group /etc/nsswitch.conf; ls -A "$TMPDIR"; }
before=$(state)

"$here/run.sh"
# A user without the right to make namespaces, or to read this tree, has nothing to see.
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
  as_nobody="setpriv --reuid 65534 --regid 65534 --clear-groups"
  if $as_nobody unshare -rm true 2>/dev/null &&
      $as_nobody test -x "$KEELSON" -a -r "$here/run.sh"; then
    $as_nobody "$here/run.sh"
  fi
fi

[ "$(state)" = "$before" ] || { echo "something was changed or left behind"; exit 1; }

#!/bin/sh
# What `make run` shows: pwlookupd answers programs that were never told about it, a package gets the
# accounts that it names, modules are known by being there, svcd boots a small system, netconfd gets an
# address. All of it happens in a private mount namespace, on a copy of this machine's files; the machine stays as it is.
# Exit 0: everything was answered as it should be.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
keelson=${KEELSON:-$here/../../build/keelson}

if [ "${1:-}" != --inside ]; then
  [ -x "$keelson" ] || { echo "run: $keelson is not built" >&2; exit 1; }
  work=$(mktemp -d "${TMPDIR:-/tmp}/keelson-run.XXXXXX")
  trap 'rmdir "$work"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  if [ "$(id -u)" = 0 ]; then
    unshare -m sh "$here/run.sh" --inside "$work"
  elif unshare -rm true 2>/dev/null; then
    unshare -rm sh "$here/run.sh" --inside "$work"
  else
    echo "run: needs root, or a system that gives users a mount namespace (unshare -rm)" >&2
    exit 1
  fi
  exit
fi

work=$2
daemon= server=
trap 'for each in $daemon $server; do kill "$each" 2>/dev/null || true; done' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

step() { printf '\n== %s\n' "$1"; }

# expect TEXT COMMAND...  shows the command and what it says; TEXT must be in that.
expect() {
  wanted=$1
  shift
  printf '   $ %s\n' "$*"
  check "$@"
}

# The same with the files emptied for this one program: whoever answers, it is not they.
expect_blind() {
  wanted=$1
  shift
  printf '   $ %s          (sees empty files)\n' "$*"
  check unshare -m sh -ec 'for f in passwd group; do mount --bind "$0" /etc/$f; done; exec "$@"' \
    "$work/nothing" "$@"
}

check() {
  said=$("$@" 2>&1) || true
  printf '%s\n' "$said" | sed 's/^/     /'
  case $said in
    *"$wanted"*) ;;
    *) echo "run: the answer should have had '$wanted'" >&2; exit 1 ;;
  esac
}

mount --make-rprivate /
mount -t tmpfs keelson-run "$work"
chmod 755 "$work"
mkdir "$work/etc" "$work/run"
cp "$keelson" "$work/keelson"  # readable for the daemon's user, wherever the tree is
keelson=$work/keelson
: > "$work/nothing"
cp -a /etc/. "$work/etc" 2>/dev/null || true  # what only root may read is missing for others
echo 'keelsondemo:x:64999:64999:A user of the copy:/nonexistent:/bin/sh' >> "$work/etc/passwd"
echo 'keelsondemo:x:64999:' >> "$work/etc/group"
echo 'demofriends:x:64998:keelsondemo' >> "$work/etc/group"
printf '%s: files\n' passwd group services > "$work/etc/nsswitch.conf"
mount --bind "$work/etc" /etc
mount --bind "$work/run" "$(readlink -f /var/run)"
mkdir -p /var/run/nscd /etc/network

step "pwlookupd starts on a copy of this machine's files ($(wc -l < /etc/passwd) users)"
mkfifo "$work/ready"
# A user's namespace has one user only, whom the daemon could not become: there it begins as that.
as_nobody=
[ "$(wc -l < /proc/self/uid_map)" = 1 ] && grep -q ' 1$' /proc/self/uid_map &&
  as_nobody='unshare -U --map-user=65534 --map-group=65534'
start_pwlookupd() {
  $as_nobody "$keelson" pwlookupd --ready-fd 3 3> "$work/ready" > "$work/log" 2>&1 &
  daemon=$!
  if ! read -r _ < "$work/ready"; then
    cat "$work/log" >&2
    echo "run: pwlookupd did not start" >&2
    exit 1
  fi
  echo "   process $daemon is ready on /var/run/nscd/socket"
}
start_pwlookupd

step "Unmodified programs ask it: libc tries that socket before it opens a file"
expect root:x:0 getent passwd root
expect '64998(demofriends)' id keelsondemo
expect 443/tcp getent services https
if command -v python3 >/dev/null 2>&1; then
  expect "gr_name='demofriends'" python3 -c \
    'import grp, pwd; print(pwd.getpwnam("keelsondemo")); print(grp.getgrgid(64998))'
fi

step "The proof: programs that see empty files get the same answers, and the daemon has counted"
expect_blind 'A user of the copy' getent passwd keelsondemo
expect_blind '64998(demofriends)' id keelsondemo
PATH=$work:$PATH

step "A program asks once, for a mapping, and finds by itself from then on"
python=/usr/bin/python3
if command -v strace >/dev/null 2>&1 && [ -x "$python" ]; then
  for _ in 1 2 3 4 5 6 7 8 9; do  # until the mapping is made
    keelson pwlookup --stats | awk '$1 == "passwd" { exit $9 == 0 }' && break
    sleep 1
  done
  program='import pwd
for i in range(1000):
    pwd.getpwnam("keelsondemo"), pwd.getpwuid(0)'
  echo "   $ strace -f -e trace=network python3 -c '(a thousand times getpwnam and getpwuid)'"
  strace -f -e trace=network -o "$work/trace" "$python" -c "$program"
  cut -c1-110 "$work/trace" | sed 's/^/     /'
  [ "$(grep -c sendto "$work/trace")" = 1 ] ||
    { echo "run: two thousand lookups should have been one request" >&2; exit 1; }
else
  echo "   (needs strace and python3)"
fi
expect mapped keelson pwlookup --stats

step "A change of /etc/passwd (a new file renamed over it) counts for the very next question"
sed 's/A user of the copy/Changed a moment ago/' /etc/passwd > /etc/passwd.new
mv /etc/passwd.new /etc/passwd
expect 'Changed a moment ago' getent passwd keelsondemo

step "A new copy takes over: nobody is refused meanwhile, and the old one ends by itself"
old=$daemon
start_pwlookupd
expect 'Changed a moment ago' getent passwd keelsondemo
wait "$old"
echo "   process $old has ended with 0"

step "The daemon is killed (SIGKILL): lookups go on, libc reads the files by itself"
kill -9 "$daemon"
wait "$daemon" 2>/dev/null || true
daemon=
expect 'Changed a moment ago' getent passwd keelsondemo
expect '64998(demofriends)' id keelsondemo

step "A package names the accounts it needs; the profile says what they are; a new root gets them"
mkdir -p "$work/R" "$work/P/accounts/user" "$work/P/accounts/group"
printf 'uid:123\ngroups:clock\ngecos:network time\nhome:/var/lib/ntp\n' > "$work/P/accounts/user/ntp"
echo gid:124 > "$work/P/accounts/group/clock"
expect 'add user ntp uid 123' env EUSERS=ntp keelson useradd-profile --root "$work/R" \
  --profile "$work/P" --package net-misc/ntp
expect net-misc/ntp keelson users-update --root "$work/R" list
expect "$work/P/accounts/user/ntp" keelson users-update --root "$work/R" --profile "$work/P" explain ntp

step "The package is gone: what nobody needs any more is locked, and its ids are never given out again"
expect net-misc/ntp keelson users-update --root "$work/R" drop --package net-misc/ntp
expect ntp keelson users-update --root "$work/R" remove
expect locked keelson users-update --root "$work/R" list

step "A module is known by being there, a changed one by what it says now, and one that is gone is gone"
mkdir -p "$work/M/token.bundle"
printf 'Record: CSP_PRIMARY\nModuleID: token\nSSID: 0\nCspType: CSSM_CSP_HARDWARE\n' \
  > "$work/M/token.bundle/token.mds"
mds="keelson mdsscan --path $work/M --db $work/mds"
expect 'added 0/token.bundle' $mds scan
expect CSSM_CSP_HARDWARE $mds query CSP_PRIMARY ModuleID=token
sed -i s/HARDWARE/HYBRID/ "$work/M/token.bundle/token.mds"
expect CSSM_CSP_HYBRID $mds query CSP_PRIMARY 'CspType>CSSM_CSP_SOFTWARE'
expect token.mds:1:1 $mds explain token.bundle
rm -r "$work/M/token.bundle"
expect 'removed 0/token.bundle' $mds scan

step "svcd boots a small system as process 1 of its own name space, from definitions of three lines"
mkdir "$work/svc" "$work/none"
define() { cat > "$work/svc/$1.svc"; }
define disks <<'END'
type: system
kind: oneshot
command: /bin/true
END
define database <<'END'
ready: fd:3
command: /bin/sh -c 'echo >&3; exec sleep 600'
END
define web <<END
needs: database
ready: fd:3
command: /bin/sh -c '[ -e $work/crashed ] || { : > $work/crashed; kill -9 \$\$; }; echo >&3; exec sleep 600'
END
define nightly <<'END'
enabled: no
command: /bin/true
END
cat "$work/svc/web.svc" | sed 's/^/     /'
svc="keelson svc --socket $work/svcd"
if unshare -pf --mount-proc true 2>/dev/null; then
  rm "$work/ready"
  mkfifo "$work/ready"
  unshare -pf --mount-proc --kill-child "$work/keelson" svcd --config "$work/svc" \
    --rc-dir "$work/none" --init-dir "$work/none" --socket "$work/svcd" --ready-fd 3 \
    3> "$work/ready" > "$work/log" 2>&1 &
  daemon=$!
  read -r _ < "$work/ready" || { cat "$work/log" >&2; echo "run: svcd did not start" >&2; exit 1; }
  $svc wait web --state up
  expect database $svc status
  expect 'web needs database' $svc graph
  echo "   web crashed once, and is up again:"
  expect '"restarts":1' $svc status -o json web
  $svc plot > "$work/boot.svg"
  expect '<svg' sed 2q "$work/boot.svg"
  printf '   $ %s\n' "$svc shutdown poweroff"
  $svc shutdown poweroff || true  # whose end may be that of the connection, too
  wait "$daemon" || true
  daemon=
  expect stopped cat "$work/log"
else
  echo "   (there are no process name spaces here)"
fi

step "netconfd gets an address from a DHCP server at the other end of a cable"
peers=${BUILD:-$here/../../build}/peers
export dnsmasq="$peers/dnsmasq-base/usr/sbin/dnsmasq"
[ -x "$dnsmasq" ] || "$here/../peers" '[daemons]' > "$work/log" 2>&1 || true
cat > /etc/network/interfaces <<'END'
auto port0 bridge0
iface port0 inet dhcp
iface bridge0 inet static
  bridge_ports none
  address 192.0.2.1/24
  requires port0
END
sed 's/^/     /' /etc/network/interfaces
# Who reads packets becomes nobody, whom a user's namespace has not got.
is_root=
grep -q ' 1$' /proc/self/uid_map || is_root=1
if [ -n "$is_root" ] && [ -x "$dnsmasq" ] && unshare -n ip link add s0 type veth peer name port0 2>/dev/null; then
  for folder in "$peers"/*/usr/lib/*-linux-gnu; do libraries=${libraries:-}$folder:; done
  export libraries
  unshare -n sh "$here/network.sh" "$work" > "$work/log" 2>&1 &
  daemon=$!
  ask="--socket $work/netconfd"
  until [ -S "$work/netconfd" ]; do kill -0 "$daemon"; sleep 0.1; done
  server=$(cat "$work/server")
  if ! keelson netconf wait $ask -t 60; then
    cat "$work/log" >&2
    exit 1
  fi
  expect 10.77.0.1 keelson netconf status $ask
  keelson netconf down $ask bridge0 port0
  expect down keelson netconf status $ask bridge0
  kill "$daemon" "$server"
  wait "$daemon" || true
  daemon= server=
else
  echo "   (needs root, network name spaces and dnsmasq)"
fi

printf '\nAll answers were right. Nothing on this machine was changed.\n'

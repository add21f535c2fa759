#!/bin/sh
# svcd_machine.sh FOLDER PEERS LINE COMMAND...  becomes COMMAND, as process 1 of a small machine: a copy of
# this one's files to which nothing here is ever written, with Debian packages unpacked over it.
#
# FOLDER: an empty one. PEERS: the folder of unpacked packages; LINE: which of them. Wants to be started with namespaces
# of its own: unshare --mount --pid --net --uts --ipc --fork --kill-child. Nothing of the machine
# around stays mounted, so whoever remounts or unmounts what he sees reaches none of it. /proc,
# /sys and /run are left to COMMAND; /dev is a folder in memory, because there is only one devtmpfs.
set -eu
work=$1
peers=$2
packages=$3
shift 3
mount --make-rprivate /
# A control group of its own, which is the topmost one that it sees.
groups=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
if [ -n "$groups" ] && mkdir "$groups/${work##*/}"; then
  echo 0 > "$groups/${work##*/}/cgroup.procs"
fi
mount -t tmpfs -o mode=755 lab "$work"
mkdir "$work/upper" "$work/work" "$work/root"
mount -t overlay -o "lowerdir=/,upperdir=$work/upper,workdir=$work/work" overlay "$work/root"
root=$work/root

rm -rf "$root"/etc/init.d "$root"/etc/rc?.d "$root"/etc/keelson
mkdir -p "$root/etc/init.d"
for name in $packages; do
  tar -C "$peers/$name" -c . | tar -C "$root" -x --keep-directory-symlink
done
for folder in run tmp var/tmp dev proc sys; do
  mkdir -p "$root/$folder"
done
mount -t tmpfs -o mode=755 run "$root/run"
mount -t tmpfs -o mode=1777 tmp "$root/tmp"
mount -t tmpfs -o mode=755 dev "$root/dev"
mknod -m 666 "$root/dev/null" c 1 3
mknod -m 666 "$root/dev/zero" c 1 5
mknod -m 666 "$root/dev/full" c 1 7
mknod -m 666 "$root/dev/random" c 1 8
mknod -m 666 "$root/dev/urandom" c 1 9
mknod -m 666 "$root/dev/tty" c 5 0
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=666 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
cp "$KEELSON" "$root/usr/sbin/keelson"
mount -t proc proc "$root/proc"

cd "$root"
pivot_root . mnt
umount -l /mnt
exec unshare --cgroup "$@"

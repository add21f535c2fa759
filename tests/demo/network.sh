#!/bin/sh
# network.sh WORK: becomes netconfd in this network namespace, at whose cable a DHCP server answers.
# Variables: dnsmasq, its program, and libraries, its folders.
set -eu
work=$1
ip link set lo up
ip link add port0 type veth peer name s0
cat > "$work/server.sh" <<'END'
until ip link show s0; do sleep 0.05; done
ip addr add 10.77.0.1/24 dev s0
ip link set s0 up
LD_LIBRARY_PATH=$libraries exec "$dnsmasq" --no-daemon -C /dev/null --port=0 --dhcp-authoritative --no-ping \
  --dhcp-range=10.77.0.50,10.77.0.250,1h --leasefile-ro \
  --interface=s0 --bind-dynamic
END
unshare -n sh "$work/server.sh" &
server=$!
echo "$server" > "$work/server"
while [ "$(readlink "/proc/$server/ns/net")" = "$(readlink "/proc/$$/ns/net")" ]; do sleep 0.05; done
ip link set s0 netns "$server"
exec "$work/keelson" netconfd --socket "$work/netconfd" --status-socket "$work/netconfd.status" \
  --state-dir "$work/netconfd.state" --ifstate-dir "$work/netconfd.state" --cmdline /dev/null -v

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A program on a router sends from an address of its loopback: the hosts behind its other interfaces,
# and those behind a neighbor on the interface that it sends by, get each packet once.
. "$(dirname "$0")/../lib.sh"

# sends GROUP COUNT: from the loopback's address, out of eth1 of r1
sends() {
	run r1 perl -e '
		use strict; use Socket qw(:DEFAULT inet_pton); 
		my ($source, $group, $index, $count) = @ARGV;
		my $v6 = $group =~ /:/;
		socket(my $out, $v6 ? AF_INET6 : AF_INET, SOCK_DGRAM, 0) or die $!;
		bind($out, $v6 ? pack_sockaddr_in6(0, inet_pton(AF_INET6, $source))
			: pack_sockaddr_in(0, inet_aton($source))) or die $!;
		# IPV6_MULTICAST_IF, IPV6_MULTICAST_HOPS; IP_MULTICAST_IF (struct ip_mreqn), IP_MULTICAST_TTL
		setsockopt($out, 41, 17, pack("i", $index)) && setsockopt($out, 41, 18, pack("i", 16)) or die $! if $v6;
		setsockopt($out, 0, 32, pack("x8i", $index)) && setsockopt($out, 0, 33, pack("i", 16)) or die $! if !$v6;
		my $to = $v6 ? pack_sockaddr_in6(5010, inet_pton(AF_INET6, $group))
			: pack_sockaddr_in(5010, inet_aton($group));
		for (1 .. $count) { send($out, "x", 0, $to); select(undef, undef, undef, 0.005) }
	' "$1" "$2" "$(ifindex r1 eth1)" "$3" || fail "nothing is sent from $1"
}

chain
node other
wire r1 eth2 10.1.4.1/24,2001:db8:4::1/64 other eth0 10.1.4.100/24,2001:db8:4::100/64
run r1 ip addr add 10.250.0.1/32 dev lo
run r1 ip addr add 2001:db8:250::1/128 dev lo
run r2 ip route add 10.250.0.1/32 via 10.1.2.1 proto zebra metric 20
run r2 ip -6 route add 2001:db8:250::1/128 via 2001:db8:2::1 proto zebra metric 20
chain_serves
ends 0 eth2 ctl r1 attach eth2
for pair in "10.250.0.1 $GROUP4 4" "2001:db8:250::1 $GROUP6 6"; do
	read -r source group family <<< "$pair"
	for host in dst other; do listen "at-$host" $host $group; done
	within 10 has_member r1 eth2 $group
	within 10 has_member r2 eth1 $group
	sends "$source" $group 20
	within 10 shows r1 'active eth1 eth2' state,input,outputs trees $group
	within 10 shows r2 eth1 outputs mroutes $group
	for host in dst other; do before[${#host}]=$(datagrams $host $family); done
	sends "$source" $group 100
	for host in dst other; do
		within 10 has_datagrams $host $family $((${before[${#host}]} + 100))
		[ "$(datagrams $host $family)" -eq $((${before[${#host}]} + 100)) ] || fail "$host gets copies twice"
		kill "${sinks[at-$host]}"
	done
	ends 0 "$source is an address of this router" ctl r1 explain "$source" $group
	ends 0 'a program of this router sends by eth1' ctl r1 explain "$source" $group
done

# SPDX-License-Identifier: GPL-2.0-only
# pim.pl KIND IFACE ROUTER SOURCE GROUP COUNT SEED: messages of PIM-DM from a router that means harm,
# to ROUTER, its neighbor on IFACE. SOURCE and GROUP are a tree that stands.
#
#	hello		a Hello, so that this is a neighbor
#	flap		COUNT times goodbye and Hello
#	genids		COUNT Hellos, each with another Generation ID
#	tree		COUNT Prunes, Joins, Grafts and GraftAcks of the tree
#	unknown		COUNT Joins, Prunes and Grafts, each of another source and group
#	asserts		COUNT Asserts with the best metric there is, of the tree and of others
#	refreshes	COUNT State Refresh messages, the same
#	cut		each kind of message cut at every byte, with a right checksum
#
# The same seed sends the same bytes. IPv6 has the checksum without pseudo-header, which receivers
# accept. Needs no more than Debian's perl-base.
use strict;
use warnings FATAL => 'all';
use Socket qw(:DEFAULT inet_pton pack_sockaddr_in6);

use constant { SO_BINDTODEVICE => 25, PIM => 103, IPV6 => 41, IPV6_MULTICAST_IF => 17,
	       SIOCGIFINDEX => 0x8933, HELLO => 0, JOIN_PRUNE => 3, ASSERT => 5, GRAFT => 6,
	       GRAFT_ACK => 7, REFRESH => 9, HOLD_S => 105 };

my ($kind, $iface, $router, $source, $group, $count, $seed) = @ARGV;
my $is_v6 = index($group, ':') >= 0;
my $family = $is_v6 ? AF_INET6 : AF_INET;
srand $seed;

sub pick { $_[rand @_] }
sub address { inet_pton($family, $_[0]) or die "no address: $_[0]" }
sub unicast { pack('CC', $is_v6 ? 2 : 1, 0) . $_[0] }
sub full { pack('CCCC', $is_v6 ? 2 : 1, 0, 0, 8 * length $_[0]) . $_[0] }

my @tree = (address($source), address($group));

# Of the subnet of the source, or of none that there is a route to.
sub other {
	my ($s, $g) = @tree;
	$s = address($is_v6 ? '2001:db8:ffff::1' : '192.0.2.1') if rand 4 < 1;
	substr($s, -1) = chr 2 + rand 250;
	substr($g, -2) = pack 'n', rand 65536;
	return ($s, $g);
}

sub message {
	my ($type, $body) = @_;
	my $bytes = pack('CCn', 0x20 | $type, 0, 0) . $body;
	my $sum = unpack '%32n*', length($bytes) % 2 ? "$bytes\0" : $bytes;
	$sum = ($sum >> 16) + ($sum & 0xffff) for 1, 2;
	substr($bytes, 2, 2) = pack 'n', ~$sum & 0xffff;
	return $bytes;
}

sub hello {
	my ($hold_s, $gen_id) = @_;
	return message(HELLO, pack 'nnn nnnn nnN nnCCn', 1, 2, $hold_s, 2, 4, 500, 2500, 20, 4, $gen_id, 21, 4, 1, 60, 0);
}

# joined: 1 of a Join or Graft, 0 of a Prune
sub join_prune {
	my ($type, $is_joined, $s, $g) = @_;
	return message($type, unicast(address($router)) . pack('CCn', 0, 1, pick(0, 1, 210, 0xffff)) . full($g) .
		       pack('nn', $is_joined, !$is_joined) . full($s));
}

sub assert_of { message(ASSERT, full($_[1]) . unicast($_[0]) . pack 'NN', 0, 0) }
sub refresh_of {
	return message(REFRESH, full($_[1]) . unicast($_[0]) . unicast($_[0]) .
		       pack 'NNCCCC', 0, 0, 32, int rand 256, pick(0, 0x80, 0x40, 0xe0), int rand 256);
}

sub any_of { # some message of a tree
	my @of = @_;
	return pick(join_prune(JOIN_PRUNE, 0, @of), join_prune(JOIN_PRUNE, 1, @of), join_prune(GRAFT, 1, @of),
		    join_prune(GRAFT_ACK, 1, @of));
}

sub cuts {
	my @whole = (hello(HOLD_S, 1), join_prune(JOIN_PRUNE, 0, @tree), join_prune(GRAFT, 1, @tree),
		     join_prune(GRAFT_ACK, 1, @tree), assert_of(@tree), refresh_of(@tree));
	return map { my $m = $_; map { message(ord($m) & 15, substr $m, 4, $_) } 0 .. length($m) - 5 } @whole;
}

my %kinds = (
	hello => sub { hello(HOLD_S, 1) },
	flap => sub { map { (hello(0, 1), hello(HOLD_S, 1)) } 1 .. $count },
	genids => sub { map { hello(HOLD_S, int rand 0xffffffff) } 1 .. $count },
	tree => sub { map { any_of(@tree) } 1 .. $count },
	unknown => sub { map { any_of(other()) } 1 .. $count },
	asserts => sub { map { assert_of($_ % 2 ? @tree : other()) } 1 .. $count },
	refreshes => sub { map { refresh_of($_ % 2 ? @tree : other()) } 1 .. $count },
	cut => \&cuts,
);
my $make = $kinds{$kind} or die "no kind $kind";

sub ifindex {
	my $request = pack 'a16x24', $iface;
	socket my $any, AF_INET, SOCK_DGRAM, 0 or die "socket: $!";
	ioctl $any, SIOCGIFINDEX, $request or die "$iface: $!";
	return unpack 'x16i', $request;
}

sub to { $is_v6 ? pack_sockaddr_in6(0, address($_[0]), ifindex()) : pack_sockaddr_in(0, address($_[0])) }

socket my $out, $family, SOCK_RAW, PIM or die "socket: $!";
setsockopt $out, SOL_SOCKET, SO_BINDTODEVICE, "$iface\0" or die "bind to $iface: $!";
setsockopt $out, IPV6, IPV6_MULTICAST_IF, pack 'i', ifindex() or die "IPV6_MULTICAST_IF: $!" if $is_v6;
my ($all, $one) = (to($is_v6 ? 'ff02::d' : '224.0.0.13'), to($router));
for my $bytes ($make->()) {
	my $type = ord($bytes) & 15;
	send $out, $bytes, 0, $type == GRAFT || $type == GRAFT_ACK ? $one : $all or die "send: $!";
	select undef, undef, undef, 0.001 if rand 16 < 1; # the daemon shall read it all
}

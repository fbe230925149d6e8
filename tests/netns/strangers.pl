# SPDX-License-Identifier: GPL-2.0-only
# strangers.pl IFACE TO-MAC SOURCE DESTINATION TTL BOOTTIME HOLD [COUNT RATE]: HPIM-DM messages of one
# who is no router, as whole frames.
#
# HOLD: a Hello with this hold time; "interest", "sync": a NoInterest, a first Sync as master that
# guesses a BootTime. With COUNT, so many at RATE a second, each of another source: the last byte of
# SOURCE and the two before it count on. Needs no more than Debian's perl-base.
use strict;
use warnings FATAL => 'all';
use Socket qw(:DEFAULT inet_pton);

use constant { AF_PACKET => 17, SIOCGIFINDEX => 0x8933, HPIM => 103 };

my ($iface, $to, $source, $destination, $ttl, $boot, $hold, $count, $rate) = @ARGV;
my $family = $source =~ /:/ ? AF_INET6 : AF_INET;
my ($src, $dst) = map { inet_pton($family, $_) } $source, $destination;

sub checksum {
	my $sum = unpack '%32n*', $_[0];
	$sum = ($sum >> 16) + ($sum & 0xffff) for 1, 2;
	return ~$sum & 0xffff;
}

sub message {
	my $head = sub { pack 'NCnC', $boot, $_[0], 0, 0 };
	my $tree = $family == AF_INET ? pack('C8', 10, 1, 1, 100, 239, 1, 2, 3)
				      : inet_pton(AF_INET6, '2001:db8:1::100') . inet_pton(AF_INET6, 'ff3e::1:2:3');

	return $head->(5) . $tree . pack 'N', 99 if $hold eq 'interest';
	return $head->(1) . pack 'NNNN', 7, 0, $boot, 1 << 31 if $hold eq 'sync';
	return $head->(0) . pack 'nnn', 1, 2, $hold;
}

sub frame {
	my ($from) = @_;
	my $payload = message();
	my $mac = pack 'C6', 2, 0x66, unpack 'C4', substr $from, -4;
	my $head;

	if ($family == AF_INET6) {
		$head = pack('NnCC', 0x6c000000, length $payload, HPIM, $ttl) . $from . $dst;
		return pack('H12', $to =~ tr/://dr) . $mac . pack('n', 0x86dd) . $head . $payload;
	}
	$head = pack('CCnnnCCn', 0x45, 0xc0, 20 + length $payload, 1, 0, $ttl, HPIM, 0) . $from . $dst;
	substr($head, 10, 2) = pack 'n', checksum($head);
	return pack('H12', $to =~ tr/://dr) . $mac . pack('n', 0x0800) . $head . $payload;
}

socket my $out, AF_PACKET, SOCK_RAW, 0 or die "socket: $!";
my $request = pack 'a16x24', $iface;
ioctl $out, SIOCGIFINDEX, $request or die "$iface: $!";
my $at = pack 'SnlSCCa8', AF_PACKET, 0x0800, unpack('x16i', $request), 0, 0, 6, '';

for my $i (0 .. ($count || 1) - 1) {
	my $number = unpack('N', substr $src, -4) + $i;
	send $out, frame(substr($src, 0, -4) . pack 'N', $number), 0, $at or die "send: $!";
	select undef, undef, undef, 1 / $rate if $rate;
}

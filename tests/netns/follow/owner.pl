#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# owner.pl FIFO IFINDEX...: own the kernel's default IPv4 multicast table with these interfaces, and the
# register interface behind them. Each line of FIFO is an entry, SOURCE GROUP INPUT OUTPUT...,
# as numbers of interfaces; without outputs it is one. Upcalls are printed: "upcall TYPE VIF SOURCE
# GROUP". Numbers and structures of linux/mroute.h.
use strict;
use warnings FATAL => 'all';
use Socket;

my ($MRT_INIT, $MRT_ADD_VIF, $MRT_ADD_MFC, $MRT_ASSERT, $MRT_PIM) = (200, 202, 204, 207, 208);
my ($VIFF_REGISTER, $VIFF_USE_IFINDEX) = (4, 8);

sub option {
	my ($socket, $option, $value) = @_;
	setsockopt($socket, 0, $option, $value) or die "option $option: $!";
}

$| = 1;
open my $entries, '+<', shift or die "entries: $!";
socket(my $socket, AF_INET, SOCK_RAW, 2) or die "socket: $!";
option($socket, $_, pack 'l', 1) for $MRT_INIT, $MRT_ASSERT, $MRT_PIM;
my $vif = 0;
option($socket, $MRT_ADD_VIF, pack 'S C C L l L', $vif++, $VIFF_USE_IFINDEX, 1, 0, $_, 0)
	for @ARGV;
option($socket, $MRT_ADD_VIF, pack 'S C C L l L', $vif, $VIFF_REGISTER, 1, 0, 0, 0);
print "owns\n";
while (1) {
	my $ready = '';
	vec($ready, fileno $_, 1) = 1 for $socket, $entries;
	select $ready, undef, undef, undef;
	if (vec $ready, fileno $socket, 1) {
		recv $socket, my $packet, 2048, 0;
		my ($type, $zero, $low, $high, $source, $group) = unpack 'x8 C4 a4 a4', $packet;
		print "upcall $type $low ", inet_ntoa($source), ' ', inet_ntoa($group), "\n" if !$zero;
	}
	next unless vec $ready, fileno $entries, 1;
	sysread $entries, my $lines, 4096 or last;
	for (split /\n/, $lines) {
		my ($source, $group, $input, @outputs) = split;
		my @ttls = (0) x 32;
		$ttls[$_] = 1 for @outputs;
		option($socket, $MRT_ADD_MFC, pack 'a4 a4 S C32 x2 L3 l', inet_aton($source),
			inet_aton($group), $input, @ttls, 0, 0, 0, 0);
		print "entry $group\n";
	}
}

#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# owner.pl [--six] [--table N] FIFO IFINDEX...: own a multicast table of the kernel, the default one of
# IPv4 or another, with these interfaces, and of IPv4 the register interface behind them. Each line of FIFO
# is an entry, SOURCE GROUP INPUT OUTPUT..., as numbers of interfaces; without outputs it is one. Upcalls of
# IPv4 are printed: "upcall TYPE VIF SOURCE GROUP". Numbers and structures of linux/mroute.h and
# linux/mroute6.h.
use strict;
use warnings FATAL => 'all';
use Socket qw(:DEFAULT inet_pton);

my ($MRT_INIT, $MRT_ADD_VIF, $MRT_ADD_MFC, $MRT_ASSERT, $MRT_PIM, $MRT_TABLE) =
	(200, 202, 204, 207, 208, 209);
my ($VIFF_REGISTER, $VIFF_USE_IFINDEX) = (4, 8);

my ($six, $table);
while (@ARGV && $ARGV[0] =~ /^--/) {
	my $word = shift;
	if ($word eq '--six') { $six = 1 }
	elsif ($word eq '--table') { $table = shift }
	else { die "unknown: $word" }
}
my ($level, $family, $protocol) = $six ? (41, AF_INET6, 58) : (0, AF_INET, 2);

sub option {
	my ($socket, $option, $value) = @_;
	setsockopt($socket, $level, $option, $value) or die "option $option: $!";
}

# struct vifctl; struct mif6ctl
sub interface {
	my ($vif, $flags, $index) = @_;
	return pack 'S C C S x2 L', $vif, 0, 1, $index, 0 if $six;
	return pack 'S C C L l L', $vif, $flags, 1, 0, $index, 0;
}

# struct mfcctl; struct mf6cctl
sub entry {
	my ($source, $group, $input, @outputs) = @_;
	if ($six) {
		my $set = '';
		vec($set, $_, 1) = 1 for 255, @outputs; # to its full length
		vec($set, 255, 1) = 0;
		my @addresses = map { pack_sockaddr_in6(0, inet_pton($family, $_)) } $source, $group;
		return pack 'a28 a28 S x2 a32', @addresses, $input, $set;
	}
	my @ttls = (0) x 32;
	$ttls[$_] = 1 for @outputs;
	return pack 'a4 a4 S C32 x2 L3 l', inet_aton($source), inet_aton($group), $input, @ttls, 0, 0, 0, 0;
}

$| = 1;
open my $entries, '+<', shift or die "entries: $!";
socket(my $socket, $family, SOCK_RAW, $protocol) or die "socket: $!";
option($socket, $MRT_TABLE, pack 'L', $table) if defined $table;
option($socket, $_, pack 'l', 1) for $MRT_INIT, $MRT_ASSERT, $MRT_PIM;
my $vif = 0;
option($socket, $MRT_ADD_VIF, interface($vif++, $VIFF_USE_IFINDEX, $_)) for @ARGV;
option($socket, $MRT_ADD_VIF, interface($vif, $VIFF_REGISTER, 0)) unless $six;
print "owns\n";
my $lines = ''; # the last one may not be whole yet
while (1) {
	my $ready = '';
	vec($ready, fileno $_, 1) = 1 for $socket, $entries;
	select $ready, undef, undef, undef;
	if (vec $ready, fileno $socket, 1) {
		recv $socket, my $packet, 2048, 0;
		next if $six;
		my ($type, $zero, $low, $high, $source, $group) = unpack 'x8 C4 a4 a4', $packet;
		print "upcall $type $low ", inet_ntoa($source), ' ', inet_ntoa($group), "\n" if !$zero;
	}
	next unless vec $ready, fileno $entries, 1;
	sysread $entries, $lines, 4096, length $lines or last;
	while ($lines =~ s/^(.*)\n//) {
		my @words = split / /, $1;
		option($socket, $MRT_ADD_MFC, entry(@words));
		print "entry $words[1]\n";
	}
}

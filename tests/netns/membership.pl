# SPDX-License-Identifier: GPL-2.0-only
# membership.pl IFACE SOURCE TO WHAT [ARGUMENT...] [ttl=N] [count=N] [mac=MAC]: one message of IGMP or
# MLD, as hosts, switches and attackers send it, in whole frames. SOURCE and TO are addresses; the
# Ethernet address is the group's, or that of mac=. WHAT, of both families where it can be:
#
#	report1, report2, leave GROUP	of IGMPv1, IGMPv2; report2 and leave also of MLDv1
#	report3 RECORD...		of IGMPv3 or MLDv2; a RECORD is TYPE:GROUP[:SOURCE,...] with
#					slashes instead of the colons of addresses
#	query GROUP RESPONSE QRV QQIC	of IGMPv3 or MLDv2; GROUP 0: a general one; RESPONSE in ms
#	query2 GROUP RESPONSE		of IGMPv2 or MLDv1
#	reports N GROUP			as report3, each of N groups from GROUP on, 100 a message, joined
#	leaves N GROUP			the same, left
#
# Needs no more than Debian's perl-base.
use strict;
use warnings FATAL => 'all';
use Socket qw(:DEFAULT inet_pton);

use constant { AF_PACKET => 17, ETH_P_ALL => 3, SIOCGIFINDEX => 0x8933, SIOCGIFHWADDR => 0x8927 };
use constant { IS_IN => 1, IS_EX => 2, TO_IN => 3, TO_EX => 4 };

my %option = (ttl => 1, count => 1);
@ARGV = grep { !(/^(ttl|count|mac)=(.*)$/ && ($option{$1} = $2, 1)) } @ARGV;
my ($iface, $source, $to, $what, @arguments) = @ARGV;
my $is_v6 = index($to, ':') >= 0;

sub address { inet_pton(index($_[0], ':') >= 0 ? AF_INET6 : AF_INET, $_[0]) or die "no address: $_[0]" }
sub group { $_[0] eq '0' ? "\0" x ($is_v6 ? 16 : 4) : address($_[0]) }

sub interface { # what the kernel tells of it
	my $answer = pack 'a16x24', $iface;
	socket my $any, AF_INET, SOCK_DGRAM, 0 or die "socket: $!";
	ioctl $any, $_[0], $answer or die "$iface: $!";
	return substr $answer, 16;
}

sub checksum {
	my ($bytes) = @_;
	my $sum = unpack '%32n*', length($bytes) % 2 ? "$bytes\0" : $bytes;
	$sum = ($sum >> 16) + ($sum & 0xffff) for 1, 2;
	return ~$sum & 0xffff;
}

# ---- messages: type, second byte or code, checksum still zero ----

sub plain { # the older layout
	my ($type4, $type6, $group, $response) = @_;
	return pack('CCnnn', $type6, 0, 0, $response, 0) . group($group) if $is_v6;
	return pack('CCn', $type4, $response / 100, 0) . group($group);
}

sub record {
	my ($type, $group, @sources) = @_;
	return pack('CCn', $type, 0, scalar @sources) . join '', $group, @sources;
}

sub report { pack('CCnnn', $is_v6 ? 143 : 0x22, 0, 0, 0, scalar @_) . join '', @_ }

sub record_of { # a word of the command line
	my ($type, $group, $sources) = split /:/, $_[0];
	my @sources = map { tr,/,:,; address($_) } split /,/, $sources // '';
	$group =~ tr,/,:,;
	return record($type, address($group), @sources);
}

sub many { # groups, the last four bytes counting
	my ($type, $count, $first) = @_;
	my ($head, $number) = unpack $is_v6 ? 'a12N' : 'a0N', address($first);
	my @records = map { record($type, $head . pack 'N', $number + $_) } 0 .. $count - 1;
	return map { report(splice @records, 0, 100) } 1 .. ($count + 99) / 100;
}

my %make = (
	report1 => sub { plain(0x12, 131, $_[0], 0) },
	report2 => sub { plain(0x16, 131, $_[0], 0) },
	leave => sub { plain(0x17, 132, $_[0], 0) },
	report3 => sub { report(map { record_of($_) } @_) },
	query2 => sub { plain(0x11, 130, $_[0], $_[1]) },
	query => sub { plain(0x11, 130, $_[0], $_[1]) . pack 'CCn', $_[2], $_[3], 0 },
	reports => sub { many(IS_EX, @_) },
	leaves => sub { many(TO_IN, @_) },
);

# ---- frames ----

sub packet4 {
	my ($message) = @_;
	substr($message, 2, 2) = pack 'n', checksum($message);
	my $head = pack('CCnnnCCn', 0x46, 0xc0, 24 + length $message, 0, 0, $option{ttl}, 2, 0) .
		   address($source) . address($to) . pack 'CCn', 148, 4, 0;
	substr($head, 10, 2) = pack 'n', checksum($head);
	return $head . $message;
}

sub packet6 {
	my ($message) = @_;
	my $addresses = address($source) . address($to);
	substr($message, 2, 2) = pack 'n', checksum($addresses . pack('NN', length $message, 58) . $message);
	return pack('NnCC', 6 << 28, 8 + length $message, 0, $option{ttl}) . $addresses .
	       pack('C8', 58, 0, 5, 2, 0, 0, 1, 0) . $message;
}

sub mac_of_group {
	my $bytes = address($to);
	return "\x33\x33" . substr $bytes, 12 if $is_v6;
	return "\x01\x00\x5e" . (substr($bytes, 1) & "\x7f\xff\xff");
}

my $mac = $option{mac} ? pack('H12', $option{mac} =~ tr/://dr) : mac_of_group();
socket my $out, AF_PACKET, SOCK_RAW, 0 or die "socket: $!";
bind $out, pack 'SSlSCCa8', AF_PACKET, 0, unpack('i', interface(SIOCGIFINDEX)), 0, 0, 0, '' or die "bind: $!";
my $head = $mac . unpack('x2a6', interface(SIOCGIFHWADDR)) . pack 'n', $is_v6 ? 0x86dd : 0x0800;
my $make = $make{$what} or die "no message $what\n";
for (1 .. $option{count}) {
	for my $message ($make->(@arguments)) {
		defined send $out, $head . ($is_v6 ? packet6($message) : packet4($message)), 0 or die "send: $!";
	}
}

# SPDX-License-Identifier: GPL-2.0-only
# hostile.pl KIND IFACE COUNT SEED VECTORS: send COUNT packets that no router should believe.
#
#	hpim4 hpim6	random bytes after protocol 103, and the messages of VECTORS cut and changed
#	igmp mld	the same with messages of hosts and queriers, most with a right checksum
#	frames		IPv4 and IPv6 multicast packets whose headers contradict themselves
#
# The same seed sends the same bytes. Needs no more than Debian's perl-base.
use strict;
use warnings;
use Socket qw(:DEFAULT inet_pton pack_sockaddr_in6);

use constant { SO_BINDTODEVICE => 25, AF_PACKET => 17, ETH_P_ALL => 3, HPIM => 103, IGMP => 2,
	       ICMP6 => 58, IPV6 => 41, IPV6_MULTICAST_IF => 17, SIOCGIFINDEX => 0x8933 };

my ($kind, $iface, $count, $seed, $vectors) = @ARGV;
srand $seed;

sub bytes { join '', map { chr int rand 256 } 1 .. shift }
sub pick { $_[rand @_] }

# Some bits flipped, an end cut off, or something behind it.
sub mutate {
	my ($bytes) = @_;
	for (1 .. rand 4) {
		last if !length $bytes;
		substr($bytes, rand length $bytes, 1) = chr int rand 256;
	}
	my $way = rand 4;
	$bytes = substr $bytes, 0, rand 1 + length $bytes if $way < 1;
	$bytes .= bytes(rand 64) if $way > 3;
	return $bytes;
}

sub checksum {
	my $sum = unpack '%32n*', length($_[0]) % 2 ? "$_[0]\0" : $_[0];
	$sum = ($sum >> 16) + ($sum & 0xffff) for 1, 2;
	return ~$sum & 0xffff;
}

sub messages_of {
	my ($family) = @_;
	open my $in, '<', $vectors or die "$vectors: $!";
	local $/;
	my @found;
	my $text = <$in>;
	while ($text =~ /"family": (\d).*?"hex": "([0-9a-f]*)"/gs) {
		push @found, pack 'H*', $2 if $1 == $family;
	}
	die "no packets in $vectors" if !@found;
	return @found;
}

sub igmp {
	my $type = rand 8 < 1 ? int rand 256 : pick(0x11, 0x12, 0x16, 0x17, 0x22);
	my $group = pack 'C4', 239, 9, int rand 256, int rand 256;
	my $message = pack 'CCn', $type, int rand 256, 0;
	if ($type == 0x22) { # says more records than there are
		$message .= pack 'nn', 0, int rand 5;
		$message .= pack('CCn', int rand 9, int rand 3, int rand 5) . $group . bytes(rand 24) for 1 .. rand 4;
	} else {
		$message .= $group . (rand 2 < 1 ? '' : pack 'CCn', int rand 256, int rand 256, int rand 9);
	}
	$message = mutate($message) if rand 2 < 1;
	substr($message, 2, 2) = pack 'n', checksum($message) if rand 4 < 3 && length $message >= 4;
	return $message;
}

sub mld { # the kernel writes the checksum
	my $type = rand 8 < 1 ? int rand 256 : pick(130, 131, 132, 143);
	my $message = pack('CCnnn', $type, 0, 0, int rand 65536, int rand 5) . pack('n', 0xff3e) . bytes(14) .
		      bytes(rand 40);
	return rand 2 < 1 ? $message : mutate($message);
}

sub frame {
	my $payload = pack('nnnn', 5011, 5011, 8 + 40, 0) . bytes(40);
	if (rand 2 < 1) {
		my $head = pack('CCnnnCCn', 0x45, 0, 28 + 40, 1, 0, 16, 17, 0) . pack('C4', 10, 1, 1, 100) .
			   pack('C4', 239, 9, 9, int rand 256);
		substr($head, 10, 2) = pack 'n', checksum($head) if rand 2 < 1;
		my $packet = mutate($head . $payload);
		return "\x01\x00\x5e\x09\x09\x09" . bytes(6) . pack('n', 0x0800) . $packet;
	}
	my $head = pack('NnCC', 0x60000000, 48, pick(17, 0, 43, 44, 58, 60), 16) . inet_pton(AF_INET6, '2001:db8:1::100') .
		   inet_pton(AF_INET6, 'ff3e::9:9');
	return "\x33\x33\x00\x09\x00\x09" . bytes(6) . pack('n', 0x86dd) . mutate($head . $payload);
}

sub ifindex {
	my $request = pack 'a16x24', $iface;
	socket my $any, AF_INET, SOCK_DGRAM, 0 or die "socket: $!";
	ioctl $any, SIOCGIFINDEX, $request or die "$iface: $!";
	return unpack 'x16i', $request;
}

sub address4 { pack_sockaddr_in(0, inet_aton(shift)) }
sub address6 { pack_sockaddr_in6(0, inet_pton(AF_INET6, shift), ifindex()) }

my %kinds = (
	hpim4 => [AF_INET, HPIM, sub { address4('224.0.0.13') }],
	hpim6 => [AF_INET6, HPIM, sub { address6('ff02::d') }],
	igmp => [AF_INET, IGMP, sub { address4(pick('224.0.0.1', '224.0.0.2', '224.0.0.22', '239.9.1.1')) }],
	mld => [AF_INET6, ICMP6, sub { address6(pick('ff02::1', 'ff02::2', 'ff02::16', 'ff3e::9:1')) }],
	frames => [AF_PACKET, unpack('S', pack 'n', ETH_P_ALL), sub { pack 'SnlSCCa8', AF_PACKET, 0x0800, ifindex(), 0, 0, 6, '' }],
);
my ($family, $proto, $to) = @{$kinds{$kind} or die "no kind $kind"};
my @messages = $kind =~ /^hpim(\d)/ ? messages_of($1) : ();
my %makers = (igmp => \&igmp, mld => \&mld, frames => \&frame);
my $make = $makers{$kind} || sub { rand 4 < 1 ? bytes(rand 1400) : mutate(pick(@messages)) };

socket my $out, $family, SOCK_RAW, $proto or die "socket: $!";
setsockopt $out, SOL_SOCKET, SO_BINDTODEVICE, "$iface\0" or die "bind to $iface: $!"
	if $family != AF_PACKET;
setsockopt $out, IPV6, IPV6_MULTICAST_IF, pack 'i', ifindex() or die "IPV6_MULTICAST_IF: $!"
	if $family == AF_INET6;
my $sent = 0;
for (1 .. $count) {
	# A packet that this kernel refuses to send does no harm to anybody.
	$sent++ if defined send $out, $make->(), 0, $to->();
}
print "$sent\n";
exit !($sent > $count / 2);

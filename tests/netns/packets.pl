# SPDX-License-Identifier: GPL-2.0-only
# packets.pl send KIND IFACE SOURCE GROUP COUNT [ttl=N] [size=N] [start=N] [stream=N] [source=ADDR] [to=MAC]
# packets.pl judge IFACE GROUP
# packets.pl join GROUP...
# packets.pl count GROUP LAST INTERFACES
#
# send: COUNT numbered packets as of mcgen, which mcsink judges, in forms that mcgen cannot send.
# They are whole frames, with every checksum finished. KIND:
#
#	plain		UDP
#	df		the same; of IPv4 with "don't fragment"
#	options		options of IPv4 (router alert, no-operations), a hop-by-hop header of IPv6
#	destination	two headers of destination options; IPv6 alone
#	fragments	each datagram in three fragments
#	broken		the checksum of IPv4 wrong, the version of IPv6 wrong
#	tagged		behind a VLAN tag
#	pim		Hello messages of PIM version 2
#	burst		by the kernel, 16 datagrams in one piece for the interface to cut (GSO); COUNT is
#			a multiple of that
#
# judge: print a line for each IP packet to the group that arrives, until a signal ends it:
#
#	len=128 ttl=15 at=0 more=0 head=ok sum=ok seq=1 to=01:00:5e:... mac=02:...
#
# head: the checksum of IPv4; sum: that of UDP, "-" for fragments. It sees frames before the kernel
# has put fragments together.
#
# join: be a member of these groups on every interface but lo, until a signal.
#
# count: say "complete" when that many interfaces have got the numbers 1 to LAST, and at the signal
# that ends it how many interfaces got something, and how many packets came once, again, or with a
# strange number. Needs no more than Debian's perl-base.
use strict;
use warnings FATAL => 'all';
use Errno;
use POSIX qw(:signal_h);
use Socket qw(:DEFAULT inet_pton pack_sockaddr_in6);

use constant { AF_PACKET => 17, ETH_P_ALL => 3, SIOCGIFINDEX => 0x8933, SIOCGIFHWADDR => 0x8927,
	       PORT => 5010, UDP => 17, PIM => 103, UDP_SEGMENT => 103, IP_MULTICAST_IF => 32,
	       IP_MULTICAST_TTL => 33, IPV6 => 41, IPV6_MULTICAST_IF => 17, IPV6_MULTICAST_HOPS => 18,
	       PACKET_OUTGOING => 4, BURST => 16, MCAST_JOIN_GROUP => 42, SO_RCVBUFFORCE => 33 };

my $is_ended;

sub interface { # what the kernel tells of it
	my ($iface, $request) = @_;
	my $answer = pack 'a16x24', $iface;
	socket my $any, AF_INET, SOCK_DGRAM, 0 or die "socket: $!";
	ioctl $any, $request, $answer or die "$iface: $!";
	return substr $answer, 16;
}
sub ifindex { unpack 'i', interface($_[0], SIOCGIFINDEX) }
sub mac { unpack 'x2a6', interface($_[0], SIOCGIFHWADDR) }

sub is_v6 { index($_[0], ':') >= 0 }
sub address { inet_pton(is_v6($_[0]) ? AF_INET6 : AF_INET, $_[0]) or die "no address: $_[0]" }

sub packet_socket { # of one interface, or of all
	my ($iface) = @_;
	my $proto = unpack 'S', pack 'n', ETH_P_ALL;
	socket my $s, AF_PACKET, SOCK_RAW, $proto or die "socket: $!";
	return $s if !defined $iface;
	bind $s, pack 'SSlSCCa8', AF_PACKET, $proto, ifindex($iface), 0, 0, 0, '' or die "bind: $!";
	return $s;
}

sub sum16 { # of bytes, as the Internet checksum, not inverted
	my $sum = unpack '%32n*', length($_[0]) % 2 ? "$_[0]\0" : $_[0];
	$sum = ($sum >> 16) + ($sum & 0xffff) for 1, 2;
	return $sum;
}
sub checksum { ~sum16($_[0]) & 0xffff }

# ---- sending ----

sub proto { $_[0]{kind} eq 'pim' ? PIM : UDP }

sub payload {
	my ($stream, $seq, $size) = @_;
	return pack "NNQ>Q>x[$size]", 0x6870696d, $stream, $seq, 0;
}

sub udp { # a datagram with its checksum
	my ($source, $group, $data) = @_;
	my $head = pack 'nnn', PORT, PORT, 8 + length $data;
	my $sum = checksum($source . $group . pack('Nxxxx', 8 + length $data) . pack('N', UDP) . $head . pack('n', 0) . $data);
	return $head . pack('n', $sum || 0xffff) . $data;
}

sub pim_hello { # its only option is the hold time
	my $message = pack 'CCnnnn', 0x20, 0, 0, 1, 2, 105;
	substr($message, 2, 2) = pack 'n', checksum($message);
	return $message;
}

sub ipv4 {
	my ($job, $data, $id, $frag, $options) = @_;
	my $head = pack('CCnnnCCn', 0x45 + length($options) / 4, 0, 20 + length($options) + length $data,
			$id, $frag, $job->{ttl}, proto($job), 0) . $job->{source} . $job->{group} . $options;
	substr($head, 10, 2) = pack 'n', $job->{kind} eq 'broken' ? checksum($head) ^ 1 : checksum($head);
	return $head . $data;
}

sub ipv6 {
	my ($job, $next, $data) = @_;
	my $version = $job->{kind} eq 'broken' ? 5 : 6;
	return pack('NnCC', $version << 28, length $data, $next, $job->{ttl}) . $job->{source} . $job->{group} . $data;
}

sub pieces { # of a datagram, with their offsets in bytes, and whether more follow
	my ($data) = @_;
	my $len = int((length($data) + 23) / 24) * 8;
	return map { [$_ * $len, $_ < 2, substr $data, $_ * $len, $len] } 0 .. 2;
}

my %packets4 = (
	plain => sub { ipv4($_[0], $_[1], $_[2], 0, '') },
	df => sub { ipv4($_[0], $_[1], $_[2], 0x4000, '') },
	options => sub { ipv4($_[0], $_[1], $_[2], 0, pack 'CCnCCCC', 148, 4, 0, 1, 1, 1, 1) },
	fragments => sub {
		my ($job, $data, $id) = @_;
		map { ipv4($job, $_->[2], $id, $_->[0] / 8 | $_->[1] * 0x2000, '') } pieces($data);
	},
);
$packets4{$_} = $packets4{plain} for qw(broken tagged pim);

my %packets6 = (
	plain => sub { ipv6($_[0], proto($_[0]), $_[1]) },
	options => sub { ipv6($_[0], 0, pack('CCCCN', UDP, 0, 1, 4, 0) . $_[1]) },
	destination => sub {
		ipv6($_[0], 60, pack('CCCCN', 60, 0, 1, 4, 0) . pack('CCCCN', UDP, 0, 1, 4, 0) . $_[1]);
	},
	fragments => sub {
		my ($job, $data, $id) = @_;
		map { ipv6($job, 44, pack('CCnN', UDP, 0, $_->[0] | $_->[1], $id) . $_->[2]) } pieces($data);
	},
);
$packets6{$_} = $packets6{plain} for qw(df broken tagged pim);

sub frame_head {
	my ($job) = @_;
	my $to = $job->{to} ? pack 'H12', $job->{to} =~ tr/://dr : $job->{is_v6} ? "\x33\x33" . substr $job->{group}, 12 : "\x01\x00\x5e" . (substr($job->{group}, 1) & "\x7f\xff\xff");
	return $to . mac($job->{iface}) . ($job->{kind} eq 'tagged' ? pack 'nn', 0x8100, 7 : '') .
	       pack 'n', $job->{is_v6} ? 0x86dd : 0x0800;
}

sub pause { select undef, undef, undef, 0.001 } # slower than any queue on the way fills

sub send_frames {
	my ($job) = @_;
	my $make = ($job->{is_v6} ? \%packets6 : \%packets4)->{$job->{kind}} or die "no kind $job->{kind}";
	my $out = packet_socket($job->{iface});
	my $head = frame_head($job);
	for my $seq ($job->{start} .. $job->{start} + $job->{count} - 1) {
		my $data = $job->{kind} eq 'pim' ? pim_hello()
			: udp($job->{source}, $job->{group}, payload($job->{stream}, $seq, $job->{size} - 24));
		defined send $out, $head . $_, 0 or die "send: $!" for $make->($job, $data, $seq);
		pause();
	}
}

sub send_bursts {
	my ($job) = @_;
	my ($family, $level) = $job->{is_v6} ? (AF_INET6, IPV6) : (AF_INET, 0);
	my $index = ifindex($job->{iface});
	socket my $out, $family, SOCK_DGRAM, 0 or die "socket: $!";
	my @options = $job->{is_v6} ? ([IPV6_MULTICAST_IF, pack 'i', $index], [IPV6_MULTICAST_HOPS, pack 'i', $job->{ttl}])
		: ([IP_MULTICAST_IF, pack 'a4a4i', '', '', $index], [IP_MULTICAST_TTL, pack 'i', $job->{ttl}]);
	setsockopt $out, $level, $_->[0], $_->[1] or die "option $_->[0]: $!" for @options;
	setsockopt $out, UDP, UDP_SEGMENT, pack 'i', $job->{size} or die "UDP_SEGMENT: $!";
	my $to = $job->{is_v6} ? pack_sockaddr_in6(PORT, $job->{group}, $index) : pack_sockaddr_in(PORT, $job->{group});
	for (my $seq = $job->{start}; $seq < $job->{start} + $job->{count}; $seq += BURST) {
		my $data = join '', map { payload($job->{stream}, $_, $job->{size} - 24) } $seq .. $seq + BURST - 1;
		defined send $out, $data, 0, $to or die "send: $!";
		pause() for 1 .. BURST;
	}
}

sub send_all {
	my ($kind, $iface, $source, $group, $count, @more) = @_;
	my %job = (kind => $kind, iface => $iface, is_v6 => is_v6($group), source => $source,
		   group => address($group), count => $count, ttl => 16, size => 64, start => 1,
		   stream => 1 + int rand 0xfffffffe, map { split /=/ } @more);
	$job{source} = address($job{source});
	$kind eq 'burst' ? send_bursts(\%job) : send_frames(\%job);
}

# ---- judging ----

sub udp_facts { # of a datagram behind all headers
	my ($pseudo, $data) = @_;
	my $sum = sum16($pseudo . pack('Nxxxx', length $data) . pack('N', UDP) . $data) == 0xffff ? 'ok' : 'bad';
	my ($magic, $seq) = unpack 'x8Nx4Q>', $data . "\0" x 24;
	return ($sum, $magic == 0x6870696d ? $seq : '-');
}

sub facts4 {
	my ($packet) = @_;
	my ($first, $len, $frag, $ttl) = unpack 'Cxnx2nC', $packet;
	my $head_len = ($first & 15) * 4;
	my %facts = (len => $len, ttl => $ttl, at => ($frag & 0x1fff) * 8, more => $frag >> 13 & 1,
		     head => sum16(substr $packet, 0, $head_len) == 0xffff ? 'ok' : 'bad', sum => '-', seq => '-');
	@facts{'sum', 'seq'} = udp_facts(substr($packet, 12, 8), substr $packet, $head_len, $len - $head_len)
		if !$facts{at} && !$facts{more};
	return \%facts;
}

sub facts6 {
	my ($packet) = @_;
	my ($len, $next, $ttl) = unpack 'x4nCC', $packet;
	my %facts = (len => 40 + $len, ttl => $ttl, at => 0, more => 0, head => 'ok', sum => '-', seq => '-');
	my $at = 40;
	while ($next != UDP && $at + 8 < length $packet) {
		my ($behind, $units, $frag) = unpack "x[$at]CCn", $packet;
		@facts{'at', 'more'} = ($frag & 0xfff8, $frag & 1) if $next == 44;
		$at += $next == 44 ? 8 : 8 + 8 * $units;
		$next = $behind;
	}
	@facts{'sum', 'seq'} = udp_facts(substr($packet, 8, 32), substr $packet, $at, 40 + $len - $at)
		if !$facts{at} && !$facts{more};
	return \%facts;
}

# Call it for each packet to the group that arrives, with its facts.
sub each_arrival {
	my ($in, $group_text, $each) = @_;
	my ($group, $wants_v6) = (address($group_text), is_v6($group_text));
	while (!$is_ended) {
		my $from = recv $in, my $frame, 65536, 0;
		last if !defined $from && $!{EINTR};
		defined $from or die "recv: $!";
		my ($ifindex, $kind) = unpack 'x4lx2C', $from;
		my ($to, $mac, $type) = unpack 'H12H12n', $frame;
		next if $kind == PACKET_OUTGOING || $type != ($wants_v6 ? 0x86dd : 0x0800);
		my $packet = substr $frame, 14;
		next if substr($packet, $wants_v6 ? 24 : 16, $wants_v6 ? 16 : 4) ne $group;
		my $facts = $wants_v6 ? facts6($packet) : facts4($packet);
		@$facts{'to', 'mac', 'ifindex'} = (join(':', $to =~ /../g), join(':', $mac =~ /../g), $ifindex);
		$each->($facts);
	}
}

sub judge {
	my ($iface, $group) = @_;
	my $in = packet_socket($iface);
	print "judging\n";
	each_arrival($in, $group, sub {
		my ($facts) = @_;
		print join(' ', map { "$_=$facts->{$_}" } qw(len ttl at more head sum seq to mac)), "\n";
	});
}

sub count {
	my ($group, $last, $interfaces) = @_;
	my $in = packet_socket();
	my %count = (once => 0, again => 0, strange => 0);
	my (%seen, %on);
	setsockopt $in, SOL_SOCKET, SO_RCVBUFFORCE, pack 'i', 64 << 20 or die "receive buffer: $!";
	print "counting\n";
	each_arrival($in, $group, sub {
		my ($seq, $ifindex) = @{$_[0]}{'seq', 'ifindex'};
		my $is_known = $seq ne '-' && $seq >= 1 && $seq <= $last;
		$count{!$is_known ? 'strange' : $seen{"$ifindex $seq"}++ ? 'again' : 'once'}++;
		$on{$ifindex} = 1;
		print "complete\n" if $count{once} == $last * $interfaces && $is_known && $seen{"$ifindex $seq"} == 1;
	});
	print 'interfaces=', scalar keys %on, map({ " $_=$count{$_}" } qw(once again strange)), "\n";
}

sub join_groups {
	my @names = map { /^\s*(\S+):/ && $1 ne 'lo' ? $1 : () } do { open my $in, '<', '/proc/net/dev' or die $!; <$in> };
	my @sockets;
	for my $group (@_) {
		my ($family, $level) = is_v6($group) ? (AF_INET6, IPV6) : (AF_INET, 0);
		socket my $s, $family, SOCK_DGRAM, 0 or die "socket: $!";
		push @sockets, $s;
		for (@names) {
			my $index = ifindex($_);
			my $to = is_v6($group) ? pack_sockaddr_in6(0, address($group), $index) : pack_sockaddr_in(0, address($group));
			setsockopt $s, $level, MCAST_JOIN_GROUP, pack 'Lx4a128', $index, $to or die "join $group on $_: $!";
		}
	}
	print 'joined on ', scalar @names, "\n";
	sleep 1 until $is_ended;
}

my %words = (send => \&send_all, judge => \&judge, join => \&join_groups, count => \&count);
my $what = shift // '';
# Not restarted: what waits for a packet shall notice.
sigaction(SIGTERM, POSIX::SigAction->new(sub { $is_ended = 1 })) or die "sigaction: $!";
$| = 1;
($words{$what} or die "send, judge, join or count?\n")->(@ARGV);

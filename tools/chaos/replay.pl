# SPDX-License-Identifier: GPL-2.0-only
# replay.pl FILE IFACE SEED RATE: send the frames of a pcap file again, RATE a second, in an order that the
# seed gives, again and again until a signal; then print how many. Needs no more than Debian's perl-base.
use strict;
use warnings FATAL => 'all';
use Socket;

use constant { AF_PACKET => 17, SIOCGIFINDEX => 0x8933 };

my ($path, $iface, $seed, $rate) = @ARGV;

sub frames {
	open my $in, '<:raw', $path or die "$path: $!";
	local $/;
	my $bytes = <$in>;
	my @found;
	die "$path: no pcap file of this machine's byte order\n" if unpack('L', $bytes) != 0xa1b2c3d4;
	for (my $at = 24; $at + 16 <= length $bytes;) {
		my ($length) = unpack 'x8L', substr $bytes, $at, 16;
		last if $at + 16 + $length > length $bytes; # is being written
		push @found, substr $bytes, $at + 16, $length;
		$at += 16 + $length;
	}
	die "$path: no frames\n" if !@found;
	return @found;
}

srand $seed;
my @frames = frames();
for my $i (reverse 1 .. $#frames) {
	my $j = int rand $i + 1;
	@frames[$i, $j] = @frames[$j, $i];
}
socket my $out, AF_PACKET, SOCK_RAW, 0 or die "socket: $!";
my $request = pack 'a16x24', $iface;
ioctl $out, SIOCGIFINDEX, $request or die "$iface: $!";
my $to = pack 'SnlSCCa8', AF_PACKET, 0x0800, unpack('x16i', $request), 0, 0, 6, '';
my ($sent, $is_ended) = (0, 0);
$SIG{TERM} = sub { $is_ended = 1 };
while (!$is_ended) {
	send $out, $frames[$sent % @frames], 0, $to or die "send: $!";
	$sent++;
	select undef, undef, undef, 1 / $rate;
}
print "$sent\n";

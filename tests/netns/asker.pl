# SPDX-License-Identifier: GPL-2.0-only
# asker.pl KIND SOCKET ...: clients of the control socket beside hpimctl. Needs no more than Debian's
# perl-base.
#
#	often		ask a short question again and again; says ready, and when it is ended, as JSON, how
#			often it asked and how long the longest answer took
#	hungry COUNT CMD...	COUNT clients, each of which asks for all of these and reads nothing; says
#			ready, stays until killed
use strict;
use warnings;
use Socket;

$| = 1;
my ($kind, $path, @more) = @ARGV;

sub client {
	socket my $client, AF_UNIX, SOCK_STREAM, 0 or die "socket: $!";
	connect $client, pack_sockaddr_un($path) or die "$path: $!";
	return $client;
}

# In seconds, by the hundredth.
sub now {
	open my $uptime, '<', '/proc/uptime' or die "/proc/uptime: $!";
	return (split ' ', <$uptime>)[0];
}

if ($kind eq 'often') {
	my ($client, $asked, $longest) = (client(), 0, 0);
	$SIG{TERM} = sub {
		printf "{\"asked\":%d,\"longest_ms\":%d}\n", $asked, $longest * 1000;
		exit;
	};
	for (;;) {
		my ($began, $answer) = (now(), '');
		syswrite $client, qq({"cmd":"show algorithms"}\n);
		while ($answer !~ /"end":true.*\n/) {
			sysread $client, $answer, 65536, length $answer or die "no answer\n";
		}
		my $took = now() - $began;
		$longest = $took if $took > $longest;
		print "ready\n" if !$asked++;
		select undef, undef, undef, 0.002;
	}
} elsif ($kind eq 'hungry') {
	my $count = shift @more;
	my @clients = map { client() } 1 .. $count;
	for my $words (@more) {
		syswrite $_, qq({"cmd":"$words"}\n) for @clients;
	}
	print "ready\n";
	select undef, undef, undef, undef;
} else {
	die "no kind $kind\n";
}

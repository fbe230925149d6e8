# SPDX-License-Identifier: GPL-2.0-only
# rude.pl KIND SOCKET [COUNT]: clients of the control socket as they should not be. Needs no more than
# Debian's perl-base.
#
#	garbage	COUNT lines of random bytes; fails when one of them is not answered with an error
#	lines	each line of standard input is sent as it is, with a client of its own; prints the answers
#	crowd	COUNT clients that begin a request and never end it; says ready, stays until killed
#	deaf	COUNT requests whose answers are never read; says ready, stays until killed
use strict;
use warnings;
use Socket;

$| = 1;
$SIG{PIPE} = 'IGNORE'; # a refused client is closed by the other side
my ($kind, $path, $count) = @ARGV;

sub client {
	socket my $client, AF_UNIX, SOCK_STREAM, 0 or die "socket: $!";
	connect $client, pack_sockaddr_un($path) or die "$path: $!";
	return $client;
}

# What the daemon answers until a line ends the answer, or the connection ends.
sub answer {
	my ($client) = @_;
	my $text = '';
	while ($text !~ /"end":true.*\n/) {
		last if !sysread $client, $text, 4096, length $text;
	}
	return $text;
}

sub stay {
	print "ready\n";
	select undef, undef, undef, undef;
}

if ($kind eq 'garbage') {
	srand 1;
	my $client = client();
	for (1 .. $count) {
		my $line = join '', map { chr 128 + int rand 128 } 1 .. 1 + rand 300;
		syswrite $client, "$line\n";
		my $answer = answer($client);
		die "line $_ is answered with '$answer'\n" if $answer !~ /"code":"bad-json"/;
	}
} elsif ($kind eq 'lines') {
	while (my $line = <STDIN>) {
		my $client = client();
		syswrite $client, $line;
		print answer($client);
	}
} elsif ($kind eq 'crowd') {
	my @clients = map { client() } 1 .. $count;
	syswrite $_, '{"id":1,"cmd":' for @clients;
	stay();
} elsif ($kind eq 'deaf') {
	my $client = client();
	setsockopt $client, SOL_SOCKET, SO_SNDTIMEO, pack 'l!l!', 1, 0;
	for (1 .. $count) { # until the daemon stops reading
		last if !syswrite $client, qq({"id":$_,"cmd":"show counters"}\n);
	}
	stay();
} else {
	die "no kind $kind\n";
}

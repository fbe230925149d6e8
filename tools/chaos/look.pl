# SPDX-License-Identifier: GPL-2.0-only
# look.pl COUNT NAME=LOG...: wait until each mcsink has printed so many lines of what it has seen so far,
# 20 s at most, and print NAME RECEIVED LOST DUPLICATED of the last one. Needs no more than Debian's perl-base.
use strict;
use warnings FATAL => 'all';

my ($count, @sinks) = @ARGV;
my $deadline = time + 20;
for (@sinks) {
	my ($name, $log) = split /=/, $_, 2;
	while (1) {
		open my $in, '<', $log or die "$log: $!";
		my @lines = grep { /"so-far".*\}$/ } <$in>;
		if (@lines >= $count) {
			my @values = map { $lines[-1] =~ /"$_":(\d+)/ } qw(received lost duplicated);
			print "$name @values\n";
			last;
		}
		die "$name says nothing\n" if time >= $deadline;
		select undef, undef, undef, 0.02;
	}
}

# SPDX-License-Identifier: GPL-2.0-only
# plan.pl SEED COUNT [KIND...]: COUNT faults for chaos.sh, a line each: HOLD KIND ARGUMENT...
#
# HOLD is for how many seconds the fault lasts. Kinds come as cards of a deck that is shuffled again when
# it is used up, so that each of them comes before one comes twice. "pair" is two other faults, the second
# while the first lasts. The same seed prints the same lines everywhere; more of them begin with the same.
# Needs no more than Debian's perl-base.
use strict;
use warnings FATAL => 'all';
no warnings 'portable'; # integers of 64 bits

my ($seed, $count, @only) = @ARGV;

# SplitMix64, as tools/simnet/rand.h has it; the high bits are the better ones in any case.
my $state = $seed;
sub next64 {
	use integer;
	$state += -7046029254386353131; # 0x9e3779b97f4a7c15
	my $z = $state;
	$z = ($z ^ (($z >> 30) & 0x3ffffffff)) * -4658895280553007687;
	$z = ($z ^ (($z >> 27) & 0x1fffffffff)) * -7723592293110705685;
	return $z ^ (($z >> 31) & 0x1ffffffff);
}
sub below { # uniform enough for small numbers
	my ($end) = @_;
	return ((next64() >> 11) & 0x1fffffffffffff) % $end;
}
sub pick { $_[below(scalar @_)] }
sub between { $_[0] + below($_[1] - $_[0] + 1) }

my %routers = ( # on which links, as in mesh.sh
	2 => [1, 2], 3 => [2, 3], 4 => [3, 4], 5 => [4, 5], 6 => [6, 7], 7 => [7, 8], 8 => [8, 9], 9 => [9, 10],
	10 => [2, 7], 12 => [4, 9], 16 => [9, 11], 18 => [10, 12],
);
my %lans = (11 => [3, 8], 13 => [5, 10]);
my @cables = sort { $a <=> $b } keys %routers;

sub any_router { 'r' . between(1, 12) }
sub hpim_router { 'r' . between(1, 10) }
sub any_cable { pick(@cables) }
sub port_of_cable { my $link = any_cable(); return ($link, 'r' . pick(@{$routers{$link}})) }
sub port_of_lan { my $link = pick(sort { $a <=> $b } keys %lans); return ($link, 'r' . pick(@{$lans{$link}})) }

# How long it lasts in seconds, and to what it happens.
my %kinds = (
	cut => sub { (between(3, 6), port_of_cable()) },
	silent => sub { (between(10, 14), port_of_lan()) },
	crash => sub { (0, any_router()) },
	restart => sub { (0, any_router()) },
	upgrade => sub { (0, any_router()) },
	stop => sub { (between(3, 6), any_router()) },
	dead => sub { (between(10, 14), any_router()) },
	freeze => sub { (between(1, 2), any_router()) },
	hang => sub { (between(10, 14), any_router()) },
	cost => sub { (between(3, 6), any_cable(), pick(1, 5, 25, 60)) },
	address => sub { (between(3, 6), port_of_cable()) },
	key => sub { (0, 11) },
	mtu => sub { (between(3, 6), any_cable(), pick(1280, 1400, 1492)) },
	remake => sub { (0, any_cable()) },
	replay => sub { (between(3, 6), 11) },
	forge => sub { (between(3, 6), 11) },
	files => sub { (between(4, 8), any_router()) },
	memory => sub { (between(4, 8), any_router()) },
	clients => sub { (between(3, 6), any_router()) },
);
for (@only) {
	die "plan.pl: no kind $_; there are: pair " . join(' ', sort keys %kinds) . "\n" if $_ ne 'pair' && !$kinds{$_};
}
@only = ('pair', sort keys %kinds) if !@only;

sub shares { # whether two lists have a word in common
	my ($these, $those) = @_;
	my %has = map { $_ => 1 } @$these;
	return grep { $has{$_} } @$those;
}

my @deck;
sub draw {
	if (!@deck) {
		@deck = @only;
		for my $i (reverse 1 .. $#deck) {
			my $j = below($i + 1);
			@deck[$i, $j] = @deck[$j, $i];
		}
	}
	return shift @deck;
}

# Of a pair, neither needs what the other has taken away.
my @of_pairs = grep { $_ ne 'memory' && $_ ne 'key' } sort keys %kinds;
for (1 .. $count) {
	my $kind = draw();
	if ($kind ne 'pair') {
		my ($hold, @words) = $kinds{$kind}->();
		print "$hold $kind @words\n";
		next;
	}
	my $first = pick(@of_pairs);
	my ($hold, @words) = $kinds{$first}->();
	my ($second, $hold2, @words2);
	do {
		$second = pick(@of_pairs);
		($hold2, @words2) = $kinds{$second}->();
	} while (shares(\@words, \@words2));
	$hold = $hold2 if $hold2 > $hold;
	print "$hold pair $first @words , $second @words2\n";
}

# SPDX-License-Identifier: GPL-2.0-only
# day.pl SEED HOURS: a scenario for hpimsim of so many hours in a mesh of ten routers, as YAML.
#
# In each hour members come and go, costs change, links and routers fail and return, for 50 minutes. Then all is
# repaired, and at the end of the hour the network must be settled: the trees are those of the topology, each
# link gets one copy. In the end sources and members go, and nothing may be left.
use strict;
use warnings FATAL => 'all';

my ($seed, $hours) = @ARGV;
srand $seed; # drand48 of perl: the same everywhere
sub pick { $_[int rand @_] }

my %links = (
	1 => [1, 6], 2 => [1, 2], 3 => [2, 3], 4 => [3, 4], 5 => [4, 5], 6 => [6, 7], 7 => [7, 8], 8 => [8, 9],
	9 => [9, 10], 10 => [2, 7], 11 => [3, 8], 12 => [4, 9], 13 => [5, 10], 14 => [7], 15 => [4],
);
my %hosts = (src => 1, src2 => 15, h1 => 11, h2 => 13, h3 => 14);
my @members = qw(h1 h2 h3);
my @inner = (2 .. 10, 12); # links of routers alone
my $groups = 4;

my (@lines, %ports, %slot);
for my $link (sort { $a <=> $b } keys %links) {
	for my $router (@{$links{$link}}) {
		my $port = 'eth' . ($slot{$router}++ || 0);
		$ports{$router}{$link} = $port;
	}
}
print "name: A day of a mesh\nseed: $seed\nperiod_ms: 5000\nlinks:\n";
print "  net$_: {n: $_, jitter_us: 2000}\n" for sort { $a <=> $b } keys %links;
print "routers:\n";
for my $router (sort { $a <=> $b } keys %ports) {
	print "  R$router:\n";
	print "    $ports{$router}{$_}: {link: net$_, host: $router}\n" for sort { $a <=> $b } keys %{$ports{$router}};
}
print "hosts:\n";
print "  $_: {link: net$hosts{$_}, host: " . (100 + ++$slot{host}) . ", newest: 1}\n" for sort keys %hosts;

sub at { # second, actions
	my ($at, @do) = @_;
	print "  - at: $at\n    do: [" . join(', ', @do) . "]\n";
}

sub fault { # two lists: what is done, and 20 to 60 s later
	my $link = pick(@inner);
	my $router = pick(@{$links{$link}});
	my $port = "R$router.$ports{$router}{$link}";
	my $host = pick(@members);
	my $group = int rand $groups;
	my @kinds = (
		[["join $host $group"], ["leave $host $group"]],
		[["leave $host $group"], ["join $host $group"]],
		[["down $port"], ["up $port"]],
		[["cut $port"], ["heal $port"]],
		[["cost $port " . (1 + int rand 100)], ["cost $port 10"]],
		[["kill R$router"], ["start R$router"]],
		[["crash R$router"], ["start R$router"]],
		[["stop R$router"], ["start R$router"]],
		[["loss net$link " . int rand 300], ["loss net$link 0"]],
		[["dup net$link " . int rand 300], ["dup net$link 0"]],
	);
	return @{pick(@kinds)};
}

print "timeline:\n";
at(0, 'start all');
at(20, map({ my $host = $_; map { "join $host $_" } 0 .. $groups - 1 } @members), "send src $groups", "send src2 $groups");
for my $hour (0 .. $hours - 1) {
	my $at = $hour * 3600 + 60;
	while ($at < $hour * 3600 + 3000) {
		my ($do, $undo) = fault();
		at(sprintf('%.3f', $at), @$do);
		$at += 20 + rand 40;
		at(sprintf('%.3f', $at), @$undo);
		$at += 1 + rand 30;
	}
	at($hour * 3600 + 3100, 'calm');
	at($hour * 3600 + 3500, 'mark');
	print '  - at: ', $hour * 3600 + 3560, "\n    expect: {settled: {all: 'yes'}}\n";
}
at($hours * 3600, 'send src 0', 'send src2 0', map { my $host = $_; map { "leave $host $_" } 0 .. $groups - 1 } @members);
print '  - at: ', $hours * 3600 + 900, "\n    expect: {gone: {all: 'yes'}, empty: {all: 'yes'}}\n";

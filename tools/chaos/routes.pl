# SPDX-License-Identifier: GPL-2.0-only
# routes.pl PREFIX LINK[,LINK]: routes of all routers of chaos.sh to the subnets of these links, as the
# shortest paths over the costs of links, set in the namespaces PREFIX-ROUTER.
#
# Standard input has a line for each port: ROUTER LINK COST WORKS HOST-PART LINK-LOCAL. Prints "FROM TO" for
# each link TO that packets of the first link reach. New routes are there before old ones go. Needs no
# more than Debian's perl-base.
use strict;
use warnings FATAL => 'all';

my ($prefix, $links) = @ARGV;
my (%port, %on, %works); # ROUTER LINK: its line; LINK: routers on it; ROUTER: 1
while (my $line = <STDIN>) {
	my ($router, $link, $cost, $works, $host, $local) = split ' ', $line;
	$works{$router} ||= 0;
	next if !$works;
	$works{$router} = 1;
	$port{$router}{$link} = { cost => $cost, host => $host, local => $local };
	push @{$on{$link}}, $router;
}

# distances LINK: of each router to it, and over which port and router; of equal ones the first by name
sub distances {
	my ($to) = @_;
	my %at = map { $_ => { cost => 0 } } @{$on{$to} || []};
	my $is_changed = 1;
	while ($is_changed) {
		$is_changed = 0;
		for my $router (sort keys %port) {
			for my $link (sort { $a <=> $b } keys %{$port{$router}}) {
				for my $peer (sort @{$on{$link}}) {
					next if $peer eq $router || !$at{$peer};
					my $cost = $at{$peer}{cost} + $port{$router}{$link}{cost};
					next if $at{$router} && $at{$router}{cost} <= $cost;
					$at{$router} = { cost => $cost, link => $link, peer => $peer };
					$is_changed = 1;
				}
			}
		}
	}
	return \%at;
}

sub wanted { # of a router: "PREFIX METRIC" => next hop and device
	my ($router, $tables) = @_;
	my %wants;
	for my $link (sort keys %$tables) {
		my $at = $tables->{$link}{$router};
		next if !$at || !$at->{peer};
		my $peer = $port{$at->{peer}}{$at->{link}};
		my $metric = 20 + $at->{cost};
		$wants{"10.9.$link.0/24 $metric"} = "10.9.$at->{link}.$peer->{host} eth$at->{link}";
		$wants{"2001:db8:9:${link}::/64 $metric"} = "$peer->{local} eth$at->{link}";
	}
	return %wants;
}

sub standing { # the same of what the kernel has
	my ($router) = @_;
	my %has;
	for my $family (4, 6) {
		for (qx(ip -n $prefix-$router -$family route show proto zebra)) {
			next if !/^(\S+) via (\S+) dev (\S+).* metric (\d+)/;
			$has{"$1 $4"} = "$2 $3";
		}
	}
	return %has;
}

sub batch { # of one family
	my ($router, $family, @lines) = @_;
	my @mine = grep { /:/ ? $family == 6 : $family == 4 } @lines;
	return 1 if !@mine;
	open my $ip, '|-', "ip -n $prefix-$router -$family -force -batch - 2>&1" or die "ip: $!";
	print $ip map { "$_\n" } @mine;
	return close $ip;
}

sub apply {
	my ($router, $tables) = @_;
	my %wants = wanted($router, $tables);
	my %has = standing($router);
	my (@new, @old);
	for (sort keys %wants) {
		next if ($has{$_} || '') eq $wants{$_};
		my ($to, $metric) = split ' ';
		my ($via, $dev) = split ' ', $wants{$_};
		push @new, "route replace $to via $via dev $dev proto zebra metric $metric";
	}
	for (grep { !$wants{$_} } sort keys %has) {
		my ($to, $metric) = split ' ';
		push @old, "route del $to proto zebra metric $metric";
	}
	return batch($router, 4, @new, @old) & batch($router, 6, @new, @old);
}

my %tables = map { $_ => distances($_) } split /,/, $links;
my $is_good = 1;
for my $router (sort keys %works) {
	$is_good = 0 if !apply($router, \%tables);
}
for my $link (sort keys %tables) {
	my %reached = map { map { $_ => 1 } keys %{$port{$_}} } keys %{$tables{$link}};
	print "$link $_\n" for sort { $a <=> $b } keys %reached;
}
exit !$is_good;

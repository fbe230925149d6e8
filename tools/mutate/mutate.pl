#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# mutate.pl [OPTION...]: seed faults into the program, one at a time, and see which tests find each.
#
#   --mutants N     how many (100), shared among the rooms of @rooms
#   --seed N        which (1): the same seed and sources have the same faults
#   --room NAME     only of this room, also core/hpim or a file
#   --stages LIST   which tests: near,unit,bpf,netns (near,unit without root, else all four)
#   --list          print the faults, run nothing
#
# A fault is one change in one line of C: a comparison, a logical operator, a condition, a sign, a number, a
# value that is returned, a call or an assignment left out. Each is made in a copy of the sources under
# $BUILD/mutate, built there, and meets the stages in turn until a test fails: the unit tests of its room, all
# unit tests and the simulator's, both without root, the tests of the BPF programs, real daemons in network
# namespaces. A fault that does not compile is replaced by the next one. $BUILD/mutate/results keeps what was
# found out, so that an interrupted run goes on where it was.
#
# Ends with a table of the rooms. Exit status 0: of all faults at least 95 in 100 were found, and 85 in 100
# without root; 1: fewer; 2: could not run.
use strict;
use warnings;
use FindBin;
use Getopt::Long;

my %option = (mutants => 100, seed => 1);
my $build = $ENV{BUILD} // 'build';

# Room, the folders of its sources, and of the unit tests that are nearest
my @rooms = (
	['core', 'ctrl/core ctrl/core/hpim ctrl/core/pimdm ctrl/core/static ctrl/core/follow',
		'core hpim pimdm static follow'],
	['membership', 'ctrl/core/membership', 'membership'],
	['config', 'ctrl/config', 'config'],
	['daemon', 'ctrl/daemon', 'daemon'],
	['mgmt', 'ctrl/mgmt', 'mgmt'],
	['dplane', 'ctrl/dplane ctrl/dplane/bpf ctrl/dplane/kernel', 'dplane'],
	['bpf', 'bpf', ''],
);

# What real daemons do in a minute or two, for faults that no other test finds
my $netns = join ' ', map { "netns/$_" } qw(basic dplane protocol membership interfaces static restart manage);

my @stages = (
	{ name => 'near',  root => 0, targets => \&near_targets, tests => \&near_tests },
	{ name => 'unit',  root => 0, targets => \&unit_targets, tests => sub { 'unit sim compare corpus' } },
	{ name => 'bpf',   root => 1, targets => sub { 'all tests' }, tests => sub { 'bpf' } },
	{ name => 'netns', root => 1, targets => sub { 'all tests' }, tests => sub { $netns } },
);

# ---- faults ----

# [what it does, a pattern whose groups are what stays before, what goes, what stays after, what comes]
my @operators = (
	['== for !=', qr/^(.* )(==)( .*)$/,  '!='],
	['!= for ==', qr/^(.* )(!=)( .*)$/,  '=='],
	['< for <=',  qr/^(.* )(<)( .*)$/,   '<='],
	['<= for <',  qr/^(.* )(<=)( .*)$/,  '<'],
	['> for >=',  qr/^(.* )(>)( .*)$/,   '>='],
	['>= for >',  qr/^(.* )(>=)( .*)$/,  '>'],
	['&& for ||', qr/^(.* )(&&)( .*)$/,  '||'],
	['|| for &&', qr/^(.* )(\|\|)( .*)$/, '&&'],
	['+ for -',   qr/^(.*[\w)] )(\+)( [\w(].*)$/, '-'],
	['- for +',   qr/^(.*[\w)] )(-)( [\w(].*)$/,  '+'],
	['not',       qr/^(\t+(?:else )?if \()()([^()]*(?:\([^()]*\)[^()]*)*\).*)$/, '!'],
	['true',      qr/^(\t+return )(true)(;.*)$/,  'false'],
	['false',     qr/^(\t+return )(false)(;.*)$/, 'true'],
	['0',         qr/^(\t+return )(0)(;.*)$/,     '1'],
	['a number',  qr/^(.*[^\w"](?:[<>]|[-+=]) )(\d+)([;,) ].*)$/, undef],
	['a call',    qr/^(\t+)([a-z]\w+\(.*\))(;)$/, '(void)0'],
	['a value',   qr/^(\t+)([a-z][\w.>\[\]-]* [-+|&^]?= [^;{]*)(;)$/, '(void)0'],
	['a step',    qr/^(\t+)([a-z][\w.>\[\]-]*(?:\+\+|--))(;)$/, '(void)0'],
);

# What a fault in would say nothing about the program: messages for people, and what must never happen
my $boring = qr/\b(?:assert|log_\w+|LOG\w*|fprintf|printf|puts|static_assert|_Static_assert|free)\b/;

# faults_of FILE: all that could be made in it; comments, declarations and what the preprocessor reads are left
sub faults_of {
	my ($file) = @_;
	open my $in, '<', $file or die "mutate: $file: $!\n";
	my ($comment, $macro, @found) = (0, 0);
	while (my $line = <$in>) {
		chomp $line;
		my $continued = $macro;
		$macro = $line =~ /^#.*\\$/ || ($macro && $line =~ /\\$/);
		if ($comment || $line =~ m{^\s*/\*}) {
			$comment = $line !~ m{\*/};
			next;
		}
		next if $continued || $macro || $line =~ /^#/ || $line !~ /^\t/ || $line =~ /$boring|"/;
		my $code = $line =~ s{\s*(?:/\*.*|//.*)$}{}r;
		for my $operator (@operators) {
			my ($name, $pattern, $new) = @$operator;
			next unless $code =~ $pattern;
			my ($before, $old, $after) = ($1, $2, $3);
			next if $name eq 'not' && $code =~ /[=<>&|!]/; # another operator has that
			push @found, { file => $file, line => $., name => $name, old => $line,
				new => $before . ($new // $old + 1) . $after };
		}
	}
	close $in;
	return @found;
}

# A generator of our own: Perl's may differ from version to version.
my $state;
sub below {
	my ($limit) = @_;
	$state = ($state * 1103515245 + 12345) & 0x7fffffff;
	return int($state / 65536) % $limit;
}

# shuffled FAULT...: in an order that the seed gives
sub shuffled {
	my @faults = @_;
	for (my $i = @faults - 1; $i > 0; $i--) {
		my $other = (below(32768) * 32768 + below(32768)) % ($i + 1);
		@faults[$i, $other] = @faults[$other, $i];
	}
	return @faults;
}

# candidates ROOM: its faults in the order in which they are tried
sub candidates {
	my ($room) = @_;
	$state = $option{seed};
	my @files = map { glob("$_/*.c $_/*.h") } split ' ', $room->[1];
	@files = grep { !/_int\.h$|\.bpf\.h$/ } sort @files;
	@files = grep { index($_, $option{room}) >= 0 } @files
		if defined $option{room} && $option{room} ne $room->[0];
	return shuffled(map { faults_of($_) } @files);
}

sub id { my ($f) = @_; return "$f->{file}:$f->{line}: $f->{name}: " . ($f->{new} =~ s/^\s+//r); }

# ---- the copy in which faults are made ----

my $work = "$build/mutate";

# run COMMAND: its exit status; what it says is in $work/log
sub run { my ($command) = @_; return system("($command) > $work/log 2>&1 < /dev/null"); }

sub make { my ($targets) = @_; return run("CFLAGS=-O1 make -C $work/tree -j\${JOBS:-\$(nproc)} BUILD=build WARN=-w $targets"); }

sub copy_sources {
	system("mkdir -p $work/tree") == 0 or die "mutate: cannot make $work\n";
	# rsync would do, but is one more package: files that are the same keep their time.
	open my $names, '-|', 'git ls-files -z' or die "mutate: git ls-files: $!\n";
	local $/ = "\0";
	while (my $name = <$names>) {
		chomp $name;
		next unless -f $name;
		system('cmp', '-s', $name, "$work/tree/$name") == 0 or
			system('install', '-D', '-m', (-x $name ? 755 : 644), $name, "$work/tree/$name") == 0 or
			die "mutate: cannot copy $name\n";
	}
	close $names;
}

sub set_line {
	my ($fault, $text) = @_;
	my $file = "$work/tree/$fault->{file}";
	open my $in, '<', $fault->{file} or die "mutate: $fault->{file}: $!\n";
	my @lines = <$in>;
	close $in;
	$lines[$fault->{line} - 1] = "$text\n";
	open my $out, '>', $file or die "mutate: $file: $!\n";
	print $out @lines;
	close $out or die "mutate: $file: $!\n";
}

sub binaries { return map { s/\.c$//r =~ s{^}{build/}r } map { glob($_) } @_; }

sub near_folders { my ($room) = @_; return map { "tests/unit/$_" } split ' ', $room->[2]; }
sub near_targets { my ($room) = @_; return join ' ', binaries(map { "$_/test_*.c" } near_folders($room)), 'build/hpimctl'; }
sub near_tests { my ($room) = @_; return join ' ', map { s{^tests/}{}r } near_folders($room); }

sub unit_targets {
	return join ' ', binaries('tests/unit/*/test_*.c'), qw(build/hpimctl build/hpimd build/hpimsim build/hpimcompare),
		map { s{fuzz_}{replay_}r } binaries('tests/fuzz/fuzz_*.c');
}

# failing STAGE TESTS: the first that fails, '' if none does
sub failing {
	my ($stage, $tests) = @_;
	# What passes only for root would be counted as found without.
	my $as = !$stage->{root} && $> == 0 ? 'setpriv --reuid 65534 --regid 65534 --clear-groups' : '';
	my $status = run("cd $work/tree && TEST_SECONDS=120 BUILD=build $as tests/run.sh $tests");
	return '' if $status == 0;
	open my $log, '<', "$work/log" or die "mutate: $work/log: $!\n";
	my ($failed) = map { /^  FAIL    (\S+)/ ? $1 : () } <$log>;
	close $log;
	return $failed // 'the runner';
}

# stage_finds STAGE FAULT ROOM: the test that fails, '' if none does, undef if the fault does not compile
sub stage_finds {
	my ($stage, $fault, $room) = @_;
	my $tests = $stage->{tests}($room);
	return '' unless $tests =~ /\S/;
	return undef if make($stage->{targets}($room)) != 0;
	my $test = failing($stage, $tests);
	return $test if $test eq '' || !$stage->{root};

	# Real daemons on a busy machine: the test must pass without the fault.
	set_line($fault, $fault->{old});
	make($stage->{targets}($room)) == 0 or die "mutate: the sources as they are do not compile; see $work/log\n";
	my ($name) = $test =~ m{([^/]+?)(?:\.sh)?$};
	my $noise = failing($stage, $name);
	set_line($fault, $fault->{new});
	return $noise eq '' ? $test : '';
}

# tests_pass: without a fault, or what they find would be of no worth
sub tests_pass {
	for my $stage (grep { $_->{wanted} && !$_->{root} } @stages) {
		my $tests = join ' ', map { $stage->{tests}($_) } @_;
		my $test = failing($stage, $tests);
		$test eq '' or die "mutate: $test fails without a fault; see $work/log\n";
	}
}

# found_by FAULT ROOM: ["STAGE", "TEST"], ["-", the stages] if nothing finds it, undef if it does not compile
sub found_by {
	my ($fault, $room) = @_;
	set_line($fault, $fault->{new});
	my $found = ['-', wanted_stages()];
	for my $stage (@stages) {
		next unless $stage->{wanted};
		my $test = stage_finds($stage, $fault, $room);
		$found = undef, last unless defined $test;
		$found = [$stage->{name}, $test], last if $test ne '';
	}
	set_line($fault, $fault->{old});
	return $found;
}

# ---- results ----

my (%known, %table);

sub read_results {
	open my $in, '<', "$work/results" or return;
	while (my $line = <$in>) {
		chomp $line;
		my ($id, $stage, $test) = split /\t/, $line;
		$known{$id} = [$stage, $test];
	}
	close $in;
}

sub wanted_stages { return join ',', map { $_->{wanted} ? $_->{name} : () } @stages; }

# is_known ID: what no stage found may be found by one that was not asked yet
sub is_known {
	my ($id) = @_;
	my ($stage, $asked) = @{$known{$id} // return 0};
	return $stage ne '-' || !grep { index(",$asked,", ",$_,") < 0 } split /,/, wanted_stages();
}

sub remember {
	my ($id, $found) = @_;
	$known{$id} = $found // ['not compiled', '-'];
	open my $out, '>>', "$work/results" or die "mutate: $work/results: $!\n";
	print $out join("\t", $id, @{$known{$id}}), "\n";
	close $out or die "mutate: $work/results: $!\n";
}

# try_room ROOM COUNT: so many faults that compile
sub try_room {
	my ($room, $count) = @_;
	for my $fault (candidates($room)) {
		last if $count == 0;
		my $id = id($fault);
		if ($option{list}) {
			print "$id\n";
			$count--;
			next;
		}
		remember($id, found_by($fault, $room)) unless is_known($id);
		my ($stage, $test) = @{$known{$id}};
		next if $stage eq 'not compiled';
		$table{$room->[0]}{$stage}++;
		$count--;
		printf "%s\n    %s\n", $id, $stage eq '-' ? 'NOT FOUND' : "found by $test";
	}
}

# print_table: what was found in each room and where; the exit status
sub print_table {
	my @names = ((map { $_->{name} } @stages), '-');
	my %sum;
	printf "\n%-12s%8s%8s%8s%8s%8s%11s\n", 'room', 'faults', @names[0 .. 3], 'not found';
	for my $room (map { $_->[0] } @rooms) {
		my $counts = $table{$room} or next;
		my $all = 0;
		$all += $_ for values %$counts;
		printf "%-12s%8d%8d%8d%8d%8d%11d\n", $room, $all, map { $counts->{$_} // 0 } @names;
		$sum{$_} += $counts->{$_} // 0 for @names;
		$sum{all} += $all;
	}
	die "mutate: no fault to make\n" unless $sum{all};
	printf "%-12s%8d%8d%8d%8d%8d%11d\n", 'all', map { $sum{$_} } 'all', @names;
	my $alone = 100 * ($sum{near} + $sum{unit}) / $sum{all};
	my $found = 100 * ($sum{all} - $sum{'-'}) / $sum{all};
	printf "found: %.0f %% (95), without root: %.0f %% (85)\n", $found, $alone;
	return $found >= 95 && $alone >= 85 ? 0 : 1;
}

# ---- main ----

sub number { my ($name, $value) = @_; $value =~ /^[1-9]\d{0,6}$/ or die "mutate: --$name $value: not a number from 1 to 9999999\n"; }

sub choose_stages {
	my $list = $option{stages} // ($> == 0 ? 'near,unit,bpf,netns' : 'near,unit');
	for my $name (split /,/, $list) {
		my ($stage) = grep { $_->{name} eq $name } @stages;
		$stage or die "mutate: --stages: no stage is called $name\n";
		die "mutate: --stages: $name needs root\n" if $stage->{root} && $> != 0;
		$stage->{wanted} = 1;
	}
}

# wanted_rooms NAME: a room, those with such a folder, or the one with this file; all if undefined
sub wanted_rooms {
	my ($name) = @_;
	return @rooms unless defined $name;
	my @exact = grep { $_->[0] eq $name } @rooms;
	return @exact if @exact;
	return grep { $_->[1] =~ m{\Q$name\E} || grep { index($name, $_) == 0 } split ' ', $_->[1] } @rooms;
}

sub main {
	GetOptions(\%option, 'mutants=s', 'seed=s', 'room=s', 'stages=s', 'list') && !@ARGV or return 2;
	chdir "$FindBin::Bin/../.." or die "mutate: $!\n";
	number($_, $option{$_}) for qw(mutants seed);
	choose_stages();
	my @wanted = wanted_rooms($option{room});
	@wanted or die "mutate: --room $option{room}: rooms are " . join(', ', map { $_->[0] } @rooms) . "\n";
	$| = 1;
	unless ($option{list}) {
		copy_sources();
		make('all tests') == 0 or die "mutate: the sources as they are do not compile; see $work/log\n";
		tests_pass(@wanted);
		read_results();
	}
	my $left = $option{mutants};
	while (my ($i, $room) = each @wanted) {
		my $share = int($left / (@wanted - $i));
		try_room($room, $share);
		$left -= $share;
	}
	return $option{list} ? 0 : print_table();
}

$SIG{INT} = $SIG{TERM} = sub { exit 2 };
my $status = eval { main() };
print STDERR $@ if $@;
exit($status // 2);

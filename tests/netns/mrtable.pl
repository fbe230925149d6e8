#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# mrtable.pl TABLE [--six]: own a multicast table of the kernel, as another routing daemon does, until
# it is ended. Numbers of linux/mroute.h and linux/mroute6.h.
use strict;
use warnings;
use Socket;

my ($table, $six) = @ARGV;
my ($level, $family, $protocol) = $six ? (41, AF_INET6, 58) : (0, AF_INET, 2);
my ($MRT_INIT, $MRT_TABLE) = (200, 209);

socket(my $socket, $family, SOCK_RAW, $protocol) or die "socket: $!";
setsockopt($socket, $level, $MRT_TABLE, pack('L', $table)) or die "MRT_TABLE: $!";
setsockopt($socket, $level, $MRT_INIT, pack('l', 1)) or die "MRT_INIT: $!";
sleep while 1;

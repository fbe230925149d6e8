#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# check-roots.sh: what README.md promises about a fresh Debian, each in a root made for it alone that
# debootstrap fills with nothing but the base system (as root).
#
#	ROOTS=12,13       the releases
#	STEPS=demo,deb,package,check
#		demo      make demo
#		deb       make deb, and lintian finds nothing in it
#		package   install that package, serve as its configuration says, upgrade, remove and purge it;
#			  nothing is left
#		check     make check, or with TESTS='unit bpftool ...' only these with one build
#	DIR=build/roots   where roots, packages and logs are kept. What debootstrap made is used again; what
#			  the steps add is not, but with KEEP=1.
#	CCACHE=FOLDER     compile with ccache, which keeps its objects there
#	MIRROR=http://deb.debian.org/debian
#
# Ends with a table; exit status 0 only if all steps passed.
set -u
cd "$(dirname "$0")/.." || exit 1
[ "$EUID" -eq 0 ] || { echo 'check-roots makes roots: run it as root' >&2; exit 1; }

DIR=$(realpath -m "${DIR:-build/roots}")
MIRROR=${MIRROR:-http://deb.debian.org/debian}
tools="make ${CCACHE:+ccache}" # what a root has before it is given our sources
path=${CCACHE:+/usr/lib/ccache:}/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
declare -A names=([12]=bookworm [13]=trixie)
IFS=', ' read -ra roots <<< "${ROOTS:-12,13}"
IFS=', ' read -ra steps <<< "${STEPS:-demo,deb,package,check}"
failed=0

for release in "${roots[@]}"; do
	[ "${names[$release]:-}" ] || { echo "ROOTS: no release $release; there are ${!names[*]}" >&2; exit 2; }
done
for step in "${steps[@]}"; do
	case $step in demo | deb | package | check) ;; *)
		echo "STEPS: no step $step; there are demo, deb, package, check" >&2
		exit 2
		;;
	esac
done

# base RELEASE: what debootstrap makes, once
base() {
	[ ! -e "$DIR/$1.base" ] || return 0
	rm -rf "$DIR/$1.new"
	debootstrap --variant=minbase "${names[$1]}" "$DIR/$1.new" "$MIRROR" > "$DIR/$1.debootstrap.log" 2>&1 &&
		mv "$DIR/$1.new" "$DIR/$1.base"
}

# fresh RELEASE PURPOSE: sets root, a copy of the base system with our sources in /src
fresh() {
	root=$DIR/$1.$2
	if [ ! -e "$root" ] || [ "${KEEP:-0}" != 1 ]; then
		rm -rf "$root" && cp -a "$DIR/$1.base" "$root" || return
	fi
	mkdir -p "$root/src" "$root/packages" "$root/ccache" && cp -L /etc/resolv.conf "$root/etc/" &&
		tar --exclude=./build --exclude=./.git -cf - . | tar -xf - -C "$root/src"
}

# begin COMMAND...: as the first process of the root; its mounts end with it
begin() {
	mount --make-rprivate / && mount --bind "$root" "$root" && cd "$root" && mount --rbind /dev dev && mount -t proc proc proc &&
		mount -t sysfs sys sys && mount -t bpf bpf sys/fs/bpf && mount -t cgroup2 cgroup sys/fs/cgroup &&
		mount -t tmpfs run run && mount --bind "$archives" var/cache/apt/archives || return
	[ -z "${CCACHE:-}" ] || mount --bind "$CCACHE" ccache || return
	# Not only chroot: who enters this mount namespace later shall have the same root.
	mkdir -p host && pivot_root . host || return
	exec env -i PATH="$path" HOME=/root LC_ALL=C.UTF-8 CCACHE_DIR=/ccache CCACHE_NOHASHDIR=1 \
		DEBIAN_FRONTEND=noninteractive TESTS="${TESTS:-}" chroot . \
		sh -c 'umount -l /host && rmdir /host && exec "$@"' sh "$@"
}

# inside RELEASE WORDS: run them with sh in /src of the root, in the network of this machine
inside() {
	archives=$DIR/$1.archives
	mkdir -p "$archives"
	export root archives path
	export -f begin
	unshare --mount --pid --fork --kill-child bash -c 'begin "$@"' begin sh -ec "cd /src; $2"
}

step_demo() {
	fresh "$1" demo && inside "$1" "apt-get update -q; apt-get install -q -y $tools; make demo"
}

step_deb() {
	fresh "$1" deb && inside "$1" "apt-get update -q; apt-get install -q -y $tools"'
		make deps deps-dev; make deb; make BUILD=build/deb build/deb/mcgen build/deb/mcsink
		lintian --pedantic --fail-on error,warning,info build/*.deb' &&
		mkdir -p "$DIR/$1.packages" && cp "$root"/src/build/{*.deb,deb/mcgen,deb/mcsink} "$DIR/$1.packages/"
}

step_package() {
	[ -e "$DIR/$1.packages" ] || { echo "no package; the step deb makes it"; return 1; }
	fresh "$1" package && cp "$DIR/$1.packages"/* "$root/packages/" &&
		inside "$1" 'apt-get update -q; packaging/test-package.sh /packages/hpim_*.deb'
}

step_check() {
	fresh "$1" check && inside "$1" "apt-get update -q; apt-get install -q -y $tools"'
		[ -n "$TESTS" ] || exec make check
		make deps-dev; make -j"$(nproc)" all tests; exec tests/run.sh $TESTS'
}

mkdir -p "$DIR"
for release in "${roots[@]}"; do
	base "$release" || { echo "Debian $release: debootstrap fails, see $DIR/$release.debootstrap.log"; exit 1; }
	for step in "${steps[@]}"; do
		log=$DIR/$release.$step.log begun=$SECONDS result=passed
		"step_$step" "$release" > "$log" 2>&1 || { result=FAILED; failed=1; }
		printf 'Debian %s  %-8s %s  %4d s  %s\n' "$release" "$step" $result $((SECONDS - begun)) "$log"
		[ $result = passed ] || tail -n 20 "$log" | sed 's/^/    | /'
		[ "$step" != check ] || tail -n 1 "$log"
	done
done
exit $failed

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# run.sh [KERNEL]...: boot the kernels of kernels.txt, or only those named, in QEMU without hardware
# help, and run the tests that init lists. What each machine says is in $BUILD/vm/KERNEL.log. Ends
# with a table of the results; exit status 0 only if nothing failed.
set -u
cd "$(dirname "$0")/.." || exit 1

BUILD=${BUILD:-build}
VM=$BUILD/vm
MODULES='veth bridge sch_ingress 8021q'
TOOLS='qemu-system-x86:qemu-system-x86_64 cpio:cpio kmod:depmod xz-utils:xz procps:sysctl
	iproute2:genl tcpdump:tcpdump ethtool:ethtool bpftool:bpftool'
# What the tests call: all programs of these packages, and these; each with its libraries.
PACKAGES='coreutils diffutils findutils grep sed'
PROGRAMS='bash sh awk insmod mount umount mountpoint nsenter unshare flock sysctl ip genl bridge ethtool
	tcpdump bpftool'

die() { echo "check-vm: $*" >&2; exit 1; }
say() { printf '  %-7s %s\n' "$@"; }

# tools_install: the Debian packages of TOOLS that are missing
tools_install() {
	local tool missing=()
	for tool in $TOOLS; do
		PATH="$PATH:/usr/sbin:/sbin" command -v "${tool#*:}" > /dev/null ||
			missing+=("${tool%:*}")
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	[ "$(id -u)" -eq 0 ] || die "missing; run as root: apt-get install ${missing[*]}"
	apt-get update -q &&
		DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
			"${missing[@]}" || die 'apt-get install'
}

# package_of META: the package with the kernel that Debian's META depends on now
package_of() { apt-cache depends "$1" 2> /dev/null | awk '/Depends: linux-image-[0-9]/ { print $2; exit }'; }

# kernel_fetch DIR PACKAGE: its files, as unpacked, to DIR
kernel_fetch() {
	local dir=$1 package=$2
	[ -f "$dir/package" ] && [ "$(cat "$dir/package")" = "$package" ] && return
	rm -rf "$dir" && mkdir -p "$dir" || return
	say FETCH "$package"
	(cd "$dir" && apt-get -q download "$package" && dpkg-deb -x ./*.deb . && rm ./*.deb) \
		> "$dir.log" 2>&1 && depmod -b "$dir" "$(ls "$dir/lib/modules")" &&
		echo "$package" > "$dir/package"
}

# libraries FILE...: the paths of all they are linked with, each once
libraries() { ldd "$@" 2> /dev/null | sed -nE 's|^(.* => )?[[:space:]]*(/usr)?(/[^ :]+) \(.*|\3|p' | sort -u; }

# root_make DIR: a system of this machine's programs, our build and our tests
root_make() {
	local root=$1 program file
	rm -rf "$root"
	mkdir -p "$root"/{dev,proc,sys,run,tmp,root,etc,hpim,usr/{bin,sbin,lib,lib64}} || return
	for file in bin sbin lib lib64; do ln -s "usr/$file" "$root/$file"; done
	for program in $PROGRAMS $(dpkg -L $PACKAGES | sed -nE 's|.*/s?bin/([^/]+)$|\1|p'); do
		file=$(PATH="/usr/bin:/usr/sbin:$PATH" type -P "$program") ||
			die "this machine has no $program"
		cp -L "$file" "$root/usr/bin/$program" || return
	done
	cp /etc/passwd /etc/group "$root/etc" # tcpdump becomes another user
	cp --parents -r tests tools/demo vmtests "$root/hpim" &&
		mkdir -p "$root/hpim/build/tests/bpf" "$root/hpim/build/bpf" &&
		cp "$BUILD"/{hpimd,hpimctl,mcgen,mcsink} "$root/hpim/build" &&
		cp "$BUILD"/tests/bpf/test_{golden,live,oilset} "$root/hpim/build/tests/bpf" &&
		cp "$BUILD/bpf/mcast_xdp.bpf.o" "$root/hpim/build/bpf" &&
		cp vmtests/init "$root/init" || return
	libraries "$root"/usr/bin/* "$root"/hpim/build/* "$root"/hpim/build/tests/bpf/* |
		xargs cp -L --parents -t "$root"
}

# modules_make DIR KERNEL: the needed modules and the order in which to load them
modules_make() {
	local out=$1 kernel=$2 module file
	rm -rf "$out"
	mkdir -p "$out/modules" || return
	for module in $MODULES; do
		modprobe -d "$kernel" -S "$(ls "$kernel/lib/modules")" --show-depends "$module" || return
	done | awk '!seen[$2]++ { print $2 }' | while read -r file; do
		module=$(basename "${file%%.ko*}").ko
		case $file in
		*.xz) xz -dc "$file" ;;
		*) cat "$file" ;;
		esac > "$out/modules/$module" && echo "/modules/$module"
	done > "$out/modules/order"
	[ -s "$out/modules/order" ]
}

# archive DIR: as the kernel wants it, on standard output
archive() { (cd "$1" && find . | cpio -o -H newc --owner=0:0 --quiet | gzip -1); }

# boot KERNEL DIR MINUTES: until it ends by itself or the time is over
boot() {
	timeout -k 5 $(($3 * 60)) qemu-system-x86_64 -accel tcg,thread=multi -cpu max -smp 2 -m 2048 \
		-nodefaults -display none -serial stdio -no-reboot \
		-kernel "$2"/boot/vmlinuz-* -initrd "$VM/$1.initrd" \
		-append 'console=ttyS0 loglevel=4 panic=-1 mitigations=off' \
		< /dev/null > "$VM/$1.log" 2>&1
}

# result KERNEL FEATURE VERDICT WORDS: as the machine would tell it
result() { echo "$1 $2 $3 ${*:4}" >> "$VM/results"; }

# kernel_check NAME META MINUTES: all of it; the results go to $VM/results
kernel_check() {
	local name=$1 dir=$VM/kernel-$1 package
	package=$(package_of "$2")
	if [ -z "$package" ]; then
		result "$name" boot skip "apt knows no $2"
		return
	fi
	kernel_fetch "$dir" "$package" && modules_make "$VM/modules-$name" "$dir" &&
		cat "$VM/root.cpio.gz" <(archive "$VM/modules-$name") > "$VM/$name.initrd" ||
		die "no image for $package; see $dir.log"
	say BOOT "$package"
	boot "$name" "$dir" "$3"
	tr -d '\r' < "$VM/$name.log" | sed -n "s/^@result /$name /p" >> "$VM/results"
	grep -q '^@end' "$VM/$name.log" ||
		result "$name" boot fail "did not come to its end in $3 minutes, see $VM/$name.log"
}

# table: what was said of each feature; fails when one failed or none passed
table() {
	printf '\n%-8s %-14s %-6s %s\n' kernel feature result ''
	awk '{
		printf "%-8s %-14s %-6s", $1, $2, $3
		for (i = 4; i <= NF; i++) printf " %s", $i
		print ""
		bad += $3 == "fail"
		good += $3 == "pass"
	} END { exit bad > 0 || !good }' "$VM/results"
}

tools_install
PATH="$PATH:/usr/sbin:/sbin"
mkdir -p "$VM" || exit 1
rm -f "$VM/results"
root_make "$VM/root" && archive "$VM/root" > "$VM/root.cpio.gz" || die 'no root image'
while read -r name meta minutes; do
	[ $# -eq 0 ] || [[ " $* " = *" $name "* ]] || continue
	kernel_check "$name" "$meta" "$minutes"
done < <(grep -v '^#' vmtests/kernels.txt | grep .)
table

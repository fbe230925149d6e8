#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# run.sh [KERNEL]... [FEATURE]...: boot the kernels of kernels.txt, or only those named, in QEMU without
# hardware help, and run the tests that init lists, or only those named; then a machine with a NIC as its
# output (nic) and three in a row (virtio). What a machine says is in $BUILD/vm/KERNEL.log, KERNEL-nic.log
# and KERNEL-virtio-*.log. Ends with a table of the results; exit status 0 only if nothing failed.
set -u
cd "$(dirname "$0")/.." || exit 1

BUILD=${BUILD:-build}
VM=$BUILD/vm
MODULES='veth dummy bridge bonding 8021q vrf ip_gre ip6_gre wireguard sch_ingress cls_bpf sch_netem
	virtio_pci virtio_net'
TOOLS='qemu-system-x86:qemu-system-x86_64 cpio:cpio kmod:depmod xz-utils:xz procps:sysctl
	iproute2:tc tcpdump:tcpdump ethtool:ethtool bpftool:bpftool wireguard-tools:wg'
# What the tests call: all programs of these packages, and these; each with its libraries. And what those
# open as they run: the modules of Perl, the program with which libxdp shares an interface.
PACKAGES='coreutils diffutils findutils grep sed'
PROGRAMS='bash taskset sh awk perl insmod mount umount mountpoint nsenter unshare flock sysctl ip tc genl
	bridge ethtool tcpdump bpftool wg'
MIRROR=${MIRROR:-http://deb.debian.org/debian}
KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
OPENED='perl-base bpf/xdp-dispatcher.o'

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

# suite SUITE: apt looks there from now on, with lists of its own, and changes nothing of this system
suite() {
	local dir
	mkdir -p "$VM/apt-$1"/{lists,cache/archives}/partial && dir=$(realpath "$VM/apt-$1") || return
	echo "deb [signed-by=$KEYRING] $MIRROR $1 main" > "$dir/sources.list"
	APT=(-q -o Dir::Etc::SourceList="$dir/sources.list" -o Dir::Etc::SourceParts=/dev/null
		-o Dir::State::Lists="$dir/lists" -o Dir::Cache="$dir/cache" -o APT::Sandbox::User=root)
	apt-get "${APT[@]}" update > "$dir.log" 2>&1
}

# depends PACKAGE NAME: those packages it depends on whose name begins with NAME and a number
depends() {
	apt-cache "${APT[@]}" depends "$1" 2> /dev/null |
		awk -v name="^$2-[0-9]" '$1 == "Depends:" && $2 ~ name { print $2 }'
}

# package_of META: the package with the kernel that Debian's META depends on now
package_of() { depends "$1" linux-image | head -n 1; }

# kernel_fetch DIR PACKAGE: its files, as unpacked, to DIR. Since 7.3 the kernel is in several packages
# that this one depends on.
kernel_fetch() {
	local dir=$1 package=$2
	[ -f "$dir/package" ] && [ "$(cat "$dir/package")" = "$package" ] && return
	rm -rf "$dir" && mkdir -p "$dir" || return
	say FETCH "$package"
	# shellcheck disable=SC2046 # several packages
	(cd "$dir" && apt-get "${APT[@]}" download "$package" $(depends "$package" 'linux-(base|binary|modules)') &&
		for file in *.deb; do dpkg-deb -x "$file" . || exit; done && rm ./*.deb) \
		> "$dir.log" 2>&1 || return
	[ -e "$dir/lib" ] || ln -s usr/lib "$dir/lib" || return
	depmod -b "$dir" "$(ls "$dir/lib/modules")" && echo "$package" > "$dir/package"
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
	for file in $OPENED; do
		cp --parents -r "/usr/lib/$(gcc -print-multiarch)/$file" "$root" || return
	done
	cp /etc/passwd /etc/group "$root/etc" # tcpdump becomes another user
	cp --parents -r tests tools/demo vmtests "$root/hpim" &&
		mkdir -p "$root/hpim/build/tests/bpf" "$root/hpim/build/bpf" &&
		cp "$BUILD"/{hpimd,hpimctl,mcgen,mcsink} "$root/hpim/build" &&
		find "$BUILD/tests/bpf" -name 'test_*' -executable -exec cp {} "$root/hpim/build/tests/bpf" \; &&
		cp "$BUILD"/bpf/*.bpf.o "$root/hpim/build/bpf" &&
		cp "$BUILD/tests/bpf/neighbor.bpf.o" "$root/hpim/build/tests/bpf" &&
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
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' | while read -r file; do
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

# boot KERNEL LOG MINUTES CLOCK WORDS OPTION...: in the background, until it ends by itself or the time
# is over. WORDS is for init. The machine's time are its instructions, four nanoseconds each, so it does
# not notice how busy this one is; 6.1 does not start a second processor on such a clock. CLOCK is how
# it sleeps: `sleep=off` wakes up at once.
boot() {
	timeout -k 5 $(($3 * 60)) qemu-system-x86_64 -accel tcg,thread=single -icount "shift=2,$4" \
		-cpu max -nodefaults -display none -serial stdio -no-reboot \
		-kernel "$(find "$VM/kernel-$1/" -name 'vmlinuz*')" -initrd "$VM/$1.initrd" \
		-append "console=ttyS0 loglevel=4 panic=-1 mitigations=off $5" "${@:6}" \
		< /dev/null > "$VM/$2.log" 2>&1 &
}

# loop LINK: two NICs of one machine and a cable between them, see nic.sh; a queue each
loop() {
	local end
	for end in 1 2; do
		echo -netdev "hubport,id=link$1-$end,hubid=$1"
		echo -device "virtio-net-pci,netdev=link$1-$end,mac=52:54:00:00:0$1:0$end,romfile=,csum=off"
	done | sed '/^-device/s/$/,gso=off,guest_csum=off,guest_tso4=off,guest_tso6=off,guest_ecn=off,guest_ufo=off/'
}

# nic KERNEL MINUTES: a machine whose output is a NIC, with more processors than its queues
nic() {
	local processors=2
	[ "$1" != 6.1 ] || processors=1
	# shellcheck disable=SC2046 # the cable is several words
	boot "$1" "$1-nic" "$2" sleep=on hpim_machine=nic -smp $processors -m 1024 $(loop 1)
	wait
	results "$1" "$1-nic" "$2"
}

# cable SOCKET LINK END: a NIC at one end of a cable, which is a socket of this machine; the first end
# makes it. Offloads are off: a driver with native XDP must see each frame as it was on the wire.
cable() {
	local server=on
	[ "$3" -eq 1 ] || server=off
	echo -netdev "stream,id=link$2,server=$server,addr.type=unix,addr.path=$1"
	echo -device "virtio-net-pci,netdev=link$2,mac=52:54:00:00:0$2:0$3,romfile=,csum=off,gso=off" |
		sed 's/$/,guest_csum=off,guest_tso4=off,guest_tso6=off,guest_ecn=off,guest_ufo=off/'
}

# row KERNEL MINUTES: three machines, cabled one after the other; see virtio.sh. They wait for each other,
# so none may skip the time in which it has nothing to do.
row() {
	local name link1="$VM/$1-link1.sock" link2="$VM/$1-link2.sock"
	rm -f "$link1" "$link2"
	# shellcheck disable=SC2046 # each cable is several words
	{
		machine "$1" first "$2" $(cable "$link1" 1 1)
		appears "$link1"
		machine "$1" middle "$2" $(cable "$link1" 1 2) $(cable "$link2" 2 1)
		appears "$link2"
		machine "$1" last "$2" $(cable "$link2" 2 2)
	}
	wait
	for name in first middle last; do results "$1" "$1-virtio-$name" "$2"; done
}

# machine KERNEL NAME MINUTES OPTION...: one of them
machine() {
	boot "$1" "$1-virtio-$2" "$3" sleep=on "hpim_machine=$2" -smp 1 -m 1024 "${@:4}"
}

# appears FILE: wait for it, ten seconds at most
appears() {
	local deadline=$((SECONDS + 10))
	until [ -e "$1" ]; do
		[ $SECONDS -lt $deadline ] || die "QEMU makes no $1"
		read -rt 0.05 <> <(:) || true
	done
}

# result KERNEL FEATURE VERDICT TIER WORDS: as the machine would tell it
result() { echo "$1 $2 $3 $4 ${*:5}" >> "$VM/$1.results"; }

# results KERNEL LOG MINUTES: what a machine has told
results() {
	tr -d '\r' < "$VM/$2.log" | sed -n "s/^@result /$1 /p" >> "$VM/$1.results"
	grep -q '^@end' "$VM/$2.log" ||
		result "$1" boot fail - "did not come to its end in $3 minutes, see $VM/$2.log"
}

# kernel_get NAME META [SUITE]: its files and the images to boot, unless apt does not know it
kernel_get() {
	local dir=$VM/kernel-$1 package APT=(-q)
	[ -z "$3" ] || suite "$3" || return
	package=$(package_of "$2")
	[ -n "$package" ] || return 1
	kernel_fetch "$dir" "$package" && modules_make "$VM/modules-$1" "$dir" &&
		cat "$VM/root.cpio.gz" <(archive "$VM/modules-$1") > "$VM/$1.initrd" ||
		die "no image for $package; see $dir.log"
}

# kernel_check NAME MINUTES: all of it; the results go to $VM/NAME.results
kernel_check() {
	trap stop EXIT
	say BOOT "$1"
	if [[ ! $features =~ ^(virtio|nic|virtio nic|nic virtio)$ ]]; then
		boot "$1" "$1" "$2" sleep=off "${features:+hpim_only=${features// /,}}" -smp 1 -m 2048
		wait
		results "$1" "$1" "$2"
	fi
	[ -n "$features" ] && [[ " $features " != *' nic '* ]] || nic "$1" "$2"
	[ -n "$features" ] && [[ " $features " != *' virtio '* ]] || row "$1" "$2"
	say DONE "$1"
}

# stop: what was started and has not ended; die and signals come here
stop() {
	local pids
	pids=$(jobs -p)
	[ -z "$pids" ] || kill $pids 2> /dev/null
}
trap stop EXIT
trap 'exit 1' INT TERM

# table FILE...: what was said of each feature; fails when one failed or none passed
table() {
	printf '\n%-7s %-14s %-7s %-6s %s\n' kernel feature tier result ''
	awk '{
		printf "%-7s %-14s %-7s %-6s", $1, $2, $4, $3
		for (i = 5; i <= NF; i++) printf " %s", $i
		print ""
		bad += $3 == "fail"
		good += $3 == "pass"
	} END { exit bad > 0 || !good }' "$@"
}

# words WORD...: sort them into kernels and features
words() {
	local word
	for word; do
		if grep -q "^$word[[:space:]]" vmtests/kernels.txt; then
			kernels+="${kernels:+ }$word"
		else
			features+="${features:+ }$word"
		fi
	done
}

kernels='' features=''
words "$@"
tools_install
PATH="$PATH:/usr/sbin:/sbin"
mkdir -p "$VM" || exit 1
rm -f "$VM"/*.results "$VM"/[0-9]*.log
root_make "$VM/root" && archive "$VM/root" > "$VM/root.cpio.gz" || die 'no root image'
while read -r name meta minutes suite; do
	[ -z "$kernels" ] || [[ " $kernels " = *" $name "* ]] || continue
	kernel_get "$name" "$meta" "$suite" ||
		{ result "$name" boot skip - "apt knows no $meta${suite:+ of $suite}"; continue; }
	kernel_check "$name" "$minutes" &
done < <(grep -v '^#' vmtests/kernels.txt | grep .)
wait
table $(ls -v "$VM"/*.results)

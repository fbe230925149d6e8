#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Make $BUILD/hpim_VERSION_ARCH.deb of what `make install` installs. It depends on the packages
# which the shared libraries of the programs come from, as this machine knows them.
set -eu
cd "$(dirname "$0")/.."
BUILD=${BUILD:-build}
arch=$(dpkg --print-architecture)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT

make -s BUILD="$BUILD" DESTDIR="$tree" PREFIX=/usr install
chmod 755 "$tree"
mkdir -p "$tree/DEBIAN" "$tree/usr/share/doc/hpim"
cp LICENSE.md "$tree/usr/share/doc/hpim/copyright"

# Where /lib is a link to /usr/lib, packages know their files by either name.
libraries=$(ldd "$tree/usr/sbin/hpimd" "$tree/usr/bin/hpimctl" | awk '$2 == "=>" { print $3 }' | sort -u)
depends=$(for library in $libraries; do
		dpkg -S "$library" 2>/dev/null || dpkg -S "/usr$library" 2>/dev/null ||
			{ echo "no package has $library" >&2; exit 1; }
	done | sed 's/:.*//' | sort -u | paste -sd, | sed 's/,/, /g')

cat > "$tree/DEBIAN/control" <<EOF
Package: hpim
Version: $VERSION
Architecture: $arch
Maintainer: the authors of hpim
Section: net
Priority: optional
Depends: $depends, passwd
Description: multicast router that forwards in XDP
 Daemon and command line of a router for IPv4 and IPv6 multicast: HPIM-DM between
 routers, IGMP and MLD towards hosts, forwarding in XDP with the kernel's own
 multicast routing as the second way.
EOF

# The user of the daemon, and the daemons of the former version: they are followed without a gap in
# forwarding.
cat > "$tree/DEBIAN/postinst" <<'EOF'
#!/bin/sh
set -e
[ "$1" = configure ] || exit 0
getent group hpim > /dev/null || groupadd --system hpim
getent passwd hpim > /dev/null ||
	useradd --system --gid hpim --no-create-home --home-dir / --shell /usr/sbin/nologin hpim
if [ -d /run/systemd/system ]; then
	systemctl daemon-reload
	systemctl try-restart 'hpimd@*.service'
fi
EOF
cat > "$tree/DEBIAN/prerm" <<'EOF'
#!/bin/sh
set -e
[ "$1" = remove ] && [ -d /run/systemd/system ] || exit 0
systemctl stop 'hpimd@*.service'
EOF
chmod 755 "$tree/DEBIAN/postinst" "$tree/DEBIAN/prerm"
dpkg-deb --root-owner-group --build "$tree" "$BUILD/hpim_${VERSION}_$arch.deb"

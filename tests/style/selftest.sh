#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Each style check must be able to fail: it is run on a small tree that is right, then on the same
# tree with one fault.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

good_tree() {
	rm -rf "$work/t"
	mkdir -p "$work/t/include/hpim" "$work/t/ctrl/mgmt" "$work/t/ctrl/base" "$work/t/ctrl/core" "$work/t/ctrl/io"
	printf '/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */\n' \
		> "$work/t/include/hpim/ip_addr.h"
	mkdir -p "$work/t/tests/style"
	printf '# a list\nctrl/base/addr.c # tells them apart\n' > "$work/t/tests/style/family.txt"
	printf '// SPDX-License-Identifier: GPL-2.0-only\n#include "base/addr.h"\nint f = AF_INET;\n' \
		> "$work/t/ctrl/base/addr.c"
	printf '// SPDX-License-Identifier: GPL-2.0-only\n#include "core/core.h"\nint f(void);\n' \
		> "$work/t/ctrl/core/core.c"
}

# expect SCRIPT STATUS WORDS: the script must exit so and, when it fails, say the words
expect() {
	status=0
	"$here/$1" "$work/t" > "$work/out" 2>&1 || status=$?
	if [ "$status" -ne "$2" ] || ! grep -qF -e "$3" "$work/out" && [ -n "$3" ]; then
		echo "$1: exits $status, expected $2 and '$3'; it says:"
		cat "$work/out"
		failed=1
	fi
}

add() {
	printf '%b' "$2" >> "$work/t/$1"
}

lines() {
	awk -v n="$1" 'BEGIN { while (n--) print "\tx();" }'
}

for script in floors sizes spdx family words; do
	good_tree
	expect $script.sh 0 ''
done

good_tree; add ctrl/core/core.c '#include "io/loop.h"\n'
expect floors.sh 1 'ctrl/core may not include io/loop.h'
good_tree; add ctrl/core/core.c '#include <sys/socket.h>\n'
expect floors.sh 1 'ctrl/core may not include sys/socket.h'
good_tree; add ctrl/base/addr.c '#include "addr.h"\n'
expect floors.sh 1 'ctrl/base may not include addr.h'
good_tree; add include/hpim/ip_addr.h '#include <linux/types.h>\n'
expect floors.sh 1 'ip_addr.h may not include linux/types.h'
good_tree; add ctrl/core/core.c '#include "base/addr_text.h"\n'
expect floors.sh 1 'addr_text is not for the core'
good_tree; add ctrl/core/core.c '#include "base/nlattrs.h"\n'
expect floors.sh 1 'nlattrs is not for the core'
good_tree; add ctrl/io/loop.c '#include "dplane/dplane.h"\n'
expect floors.sh 1 'ctrl/io may not include dplane/dplane.h'

good_tree
{ printf 'int f(void)\n{\n'; lines 67; printf '}\n'; } >> "$work/t/ctrl/core/core.c"
expect sizes.sh 0 ''
good_tree
{ printf 'static int f(int a,\n\t     int b)\n{\n'; lines 67; printf '}\n'; } >> "$work/t/ctrl/core/core.c"
expect sizes.sh 1 '71 lines, over 70'
good_tree; lines 700 >> "$work/t/ctrl/core/core.c"
expect sizes.sh 1 '703 lines, over 700'

good_tree; printf 'int x;\n' > "$work/t/ctrl/core/none.c"
expect spdx.sh 1 'ctrl/core/none.c'
good_tree; cp "$work/t/ctrl/core/core.c" "$work/t/include/hpim/abi.h"
expect spdx.sh 1 'GPL-2.0-only OR BSD-2-Clause'

good_tree; add ctrl/core/core.c '/* nobody is told */\n'
expect words.sh 1 'ctrl/core/core.c:4:nobody: see the glossary'

good_tree; add ctrl/core/core.c 'int g = IP_FAMILY_6;\n'
expect family.sh 1 'ctrl/core/core.c: asks for the family'
good_tree; add ctrl/core/core.c 'for (f = IP_FAMILY_4; f < IP_FAMILY_COUNT; f++)\n'
expect family.sh 0 ''
good_tree; printf 'int x;\n' > "$work/t/ctrl/base/addr.c"
expect family.sh 1 'no longer asks'

hashing_tree() {
	good_tree
	printf 'ctrl/io/rtnl.c # why\n' > "$work/t/tests/style/hashing.txt"
	printf '\tHASH_FIND(hh, a, b, c, d);\n' > "$work/t/ctrl/io/rtnl.c"
	printf '\thash_find(key, a, b, c);\n' >> "$work/t/ctrl/core/core.c"
}
hashing_tree
expect hashing.sh 0 ''
hashing_tree; add ctrl/core/core.c '\tHASH_ADD(hh, a, b, c, d);\n'
expect hashing.sh 1 'ctrl/core/core.c: hashes without a key'
hashing_tree; printf 'int x;\n' > "$work/t/ctrl/io/rtnl.c"
expect hashing.sh 1 'no longer hashes without a key'

format_tree() {
	good_tree
	mkdir "$work/t/bpf" "$work/t/tools"
	cp "$here/../../.clang-format" "$work/t"
}
if command -v clang-format > /dev/null; then
	format_tree
	expect format.sh 0 ''
	format_tree; add tools/a.h 'int  x;\n'
	expect format.sh 1 'tools/a.h'
fi

# Two reasons, each with a row that is right.
reasons_tree() {
	good_tree
	mkdir -p "$work/t/docs" "$work/t/tests/netns/basic" "$work/t/tests/bpf"
	printf '\tX(TTL, ttl, "ttl", DROP)\t/* so */ \\\n\tX(SENT, sent, "sent", NOTE)\n' > "$work/t/include/hpim/mfib_abi.h"
	printf '\t{ "ttl", "end", true },\n\t{ "sent", "leave", false },\n' > "$work/t/ctrl/mgmt/reason.c"
	printf 'counts ttl\n' > "$work/t/tests/netns/basic/a.sh"
	printf 'Test(a, copy_is_counted)\n' > "$work/t/tests/bpf/test_a.c"
	printf '| `ttl` | drop | 1 | both | `a` |\n| `sent` | note | a | both | `test_a: copy_is_counted` |\n' \
		> "$work/t/docs/ABI.md"
}
reasons_tree
expect reasons.sh 0 ''
reasons_tree; add include/hpim/mfib_abi.h '\tX(MISS, miss, "miss", PASS)\n'
expect reasons.sh 1 'docs/ABI.md: no row for miss'
reasons_tree; add ctrl/mgmt/reason.c '\t{ "down", "wait", true },\n'
expect reasons.sh 1 'docs/ABI.md: no row for down'
reasons_tree; add docs/ABI.md '| `old` | drop | 1 | both | `a` |\n'
expect reasons.sh 1 'ctrl/mgmt/reason.c: nothing about old'
reasons_tree; printf 'counts nothing\n' > "$work/t/tests/netns/basic/a.sh"
expect reasons.sh 1 'docs/ABI.md: ttl: there is no such test: a'
reasons_tree; printf 'Test(a, copy_is_counted_twice)\n' > "$work/t/tests/bpf/test_a.c"
expect reasons.sh 1 'docs/ABI.md: sent: there is no such test: test_a: copy_is_counted'
reasons_tree; add docs/ABI.md '| `ttl` | drop | 1 | both | `a` |\n'
expect reasons.sh 1 'docs/ABI.md: more than one row for ttl'
reasons_tree; sed -i 's/"ttl", DROP/"ttl", PASS/' "$work/t/include/hpim/mfib_abi.h"
expect reasons.sh 1 'docs/ABI.md: ttl is of the kind PASS, not drop'

# A document that names a program, what it proves, a script and a scenario.
named_tree() {
	good_tree
	mkdir -p "$work/t/docs" "$work/t/tests/netns/basic" "$work/t/tests/unit/core" "$work/t/tests/scenarios" "$work/t/vmtests"
	printf 'Test(a, copy_is_counted)\n\nFAMILIES_TEST(end_is_noted)\n' > "$work/t/tests/unit/core/test_a.c"
	touch "$work/t/tests/netns/basic/b.sh" "$work/t/tests/scenarios/c.yaml"
	printf '`test_a`: copy_is_counted, end_is_noted; `test_a`: copy_...; `basic/b.sh`, `c.yaml`\n' \
		> "$work/t/docs/PIM-DM.md"
	printf '`test_*` (all), `test_a`: a, `tests/netns/basic/b.sh`\n' > "$work/t/docs/PROTOCOL.md"
}
named_tree
expect named.sh 0 ''
named_tree; add docs/PIM-DM.md '| `test_b` |\n'
expect named.sh 1 'docs/PIM-DM.md: there is no test_b'
named_tree; add docs/PIM-DM.md '| `test_a`: end_is_noted, copy |\n'
expect named.sh 1 'docs/PIM-DM.md: test_a has no test copy'
named_tree; add docs/PROTOCOL.md '| `test_a`: drop_...; `basic/b.sh` |\n'
expect named.sh 1 'docs/PROTOCOL.md: test_a has no test drop_...'
named_tree; add docs/PROTOCOL.md '| `basic/c.sh` |\n'
expect named.sh 1 'docs/PROTOCOL.md: there is no basic/c.sh'
named_tree; add docs/PIM-DM.md '| `b.yaml` |\n'
expect named.sh 1 'docs/PIM-DM.md: there is no b.yaml'
named_tree; : > "$work/t/docs/PIM-DM.md"; : > "$work/t/docs/PROTOCOL.md"
expect named.sh 1 'no test is named'

# The archive: one that keeps to the list, one that prints.
echo '#include <stdlib.h>
void *f(void); void *f(void) { return malloc(1); }' > "$work/a.c"
echo '#include <stdio.h>
void g(void); void g(void) { puts("x"); }' > "$work/b.c"
for name in a b; do
	gcc -O2 -c "$work/$name.c" -o "$work/$name.o"
	ar rcs "$work/$name.a" "$work/$name.o"
done
"$here/symbols.sh" "$work/a.a" || { echo "symbols.sh: refuses malloc"; failed=1; }
! "$here/symbols.sh" "$work/b.a" > /dev/null || { echo "symbols.sh: lets puts through"; failed=1; }
! "$here/symbols.sh" "$work/none.a" > /dev/null || { echo "symbols.sh: passes without an archive"; failed=1; }

# hardened NAME OPTION...: a program that calls memcpy() with a length known only when it runs
hardened() {
	name=$1
	shift
	gcc -O2 "$@" -o "$work/$name" "$work/c.c"
}

# hardening STATUS WORDS: of the program "one"
hardening() {
	status=0
	"$here/hardening.sh" "$work/one" > "$work/out" 2>&1 || status=$?
	if [ "$status" -ne "$1" ] || ! grep -qF -e "$2" "$work/out" && [ -n "$2" ]; then
		echo "hardening.sh: exits $status, expected $1 and '$2'; it says:"
		cat "$work/out"
		failed=1
	fi
}

echo '#include <string.h>
int main(int argc, char **argv) { char b[9]; memcpy(b, argv[0], (size_t)argc); return b[0]; }' > "$work/c.c"
all='-fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -Wl,-z,relro,-z,now -fPIE -pie'
hardened one $all
hardening 0 ''
hardened one $all -no-pie
hardening 1 'not position-independent'
hardened one $all -Wl,-z,lazy
hardening 1 'bound lazily'
hardened one $all -Wl,-z,norelro
hardening 1 'no read-only relocations'
hardened one $all -fno-stack-protector
hardening 1 'no stack protector'
hardened one $all -U_FORTIFY_SOURCE
hardening 1 'no checked functions'
hardened one $all -Wl,-z,execstack
hardening 1 'the stack is executable'
hardened one $all -fsanitize=address
hardening 77 'sanitizer'
rm "$work/one"
hardening 1 'not built'
case $(gcc -print-multiarch) in
x86_64-* | i386-*)
	hardened one -c -fcf-protection
	hardening 0 ''
	hardened one -c -fcf-protection=none
	hardening 1 'branches are not tracked'
esac

# A service of root with all capabilities.
printf '[Service]\nExecStart=/bin/true\n' > "$work/one.in"
status=0
"$here/exposure.sh" "$work/one.in" > "$work/out" 2>&1 || status=$?
if [ $status -ne 77 ] && { [ $status -ne 1 ] || ! grep -q 'root user' "$work/out"; }; then
	echo "exposure.sh: exits $status, expected 1 and 'root user'; it says:"
	cat "$work/out"
	failed=1
fi
# A copy of what schema.sh compares; the tables themselves are in the program.
schema_tree() {
	good_tree
	mkdir -p "$work/t/docs" "$work/t/tools/hpimctl"
	cp "$here"/../../ctrl/mgmt/*.c "$work/t/ctrl/mgmt/"
	cp "$here/../../docs/SCHEMA.md" "$work/t/docs/"
	cp "$here/../../tools/hpimctl/tokens.c" "$work/t/tools/hpimctl/"
}

schema_tree
expect schema.sh 0 ''
schema_tree; add docs/SCHEMA.md '| `color` |\n'
expect schema.sh 1 'not what the tables say'
schema_tree; add ctrl/mgmt/show.c 'field_put_text(record, "color", "red");\n'
expect schema.sh 1 'the field color is in no schema'
schema_tree; sed -i '/"querier4_expires_s"/d' "$work/t/ctrl/mgmt/interfaces.c"
expect schema.sh 1 'no record has the field querier4_expires_s'
schema_tree; add ctrl/mgmt/show.c 'ctl_reply_record(client, record);\n'
expect schema.sh 1 'records go through'
schema_tree; sed -i '/ACT_COMMAND, "explain"/d' "$work/t/tools/hpimctl/tokens.c"
expect schema.sh 1 "no words lead to 'explain'"
schema_tree; add tools/hpimctl/tokens.c '{ AT_START, "paint", AT_END, ACT_COMMAND, "paint", NULL, NULL },\n'
expect schema.sh 1 "there is no command 'paint'"

# The same of monitoring.sh. It may lack promtool.
monitoring_tree() {
	schema_tree
	cp -r "$here/../../docs/monitoring" "$here/../../docs/MONITORING.md" "$work/t/docs/"
}

monitoring_tree; sed -i 's/hpim_trees{/hpim_bushes{/' "$work/t/docs/monitoring/grafana.json"
expect monitoring.sh 1 'there is no metric hpim_bushes'
monitoring_tree; sed -i 's/labels\.limit_of/labels.color/' "$work/t/docs/monitoring/alerts.yaml"
expect monitoring.sh 1 'no metric has the label color'
monitoring_tree; sed -i 's/reason="wrong-if"/reason="red"/' "$work/t/docs/monitoring/alerts.yaml"
expect monitoring.sh 1 'there is no reason red'
exit $failed

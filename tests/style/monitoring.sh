#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# monitoring.sh [ROOT]: the dashboard, the alerts and docs/MONITORING.md name only metrics, labels and
# reasons that the daemon has; promtool reads the rules and every query of the dashboard.
set -eu
schemadoc=$(realpath "${BUILD:-build}/schemadoc")
cd "${1:-$(dirname "$0")/../..}"
[ -x "$schemadoc" ] || { echo "$schemadoc: not built"; exit 1; }
failed=0 number=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

complain() {
	echo "$*"
	failed=1
}

# Names that are there, and their labels: the fields of the schema, and what Prometheus adds.
"$schemadoc" metrics | sort -u > "$work/metrics"
{ "$schemadoc" fields; printf 'daemon\ninstance\njob\nseverity\n'; } | sort -u > "$work/labels"

for file in docs/monitoring/grafana.json docs/monitoring/alerts.yaml docs/MONITORING.md; do
	grep -v '^description' "$file" | grep -oE '\bhpim_[a-z0-9_]+' | sort -u > "$work/names"
	[ -s "$work/names" ] || complain "$file names no metric"
	comm -23 "$work/names" "$work/metrics" | while read -r name; do echo "$file: there is no metric $name"; done > "$work/bad"
	# {label="..."} and $labels.label
	{ grep -oE '[{,] *[a-z_]+(=~|!~|!=|=)\\?"' "$file" | grep -oE '[a-z_]+'
	  grep -oE '\$labels\.[a-z_]+' "$file" | sed 's/.*\.//'; } | sort -u > "$work/names" || true
	comm -23 "$work/names" "$work/labels" | while read -r name; do echo "$file: no metric has the label $name"; done >> "$work/bad"
	grep -oE 'reason(=|!=)\\?"[a-z-]+' "$file" | sed 's/.*"//' | sort -u > "$work/names" || true
	while read -r name; do
		grep -qE "\"$name\"" ctrl/mgmt/reason.c || echo "$file: there is no reason $name"
	done < "$work/names" >> "$work/bad"
	[ ! -s "$work/bad" ] || complain "$(cat "$work/bad")"
done

if ! command -v promtool > /dev/null; then
	[ "$failed" = 0 ] || exit 1
	echo 'the rest needs promtool'
	exit 77
fi
promtool check rules docs/monitoring/alerts.yaml > "$work/log" 2>&1 || complain "$(cat "$work/log")"

# The dashboard's queries, as rules, with its variables set.
{
	printf 'groups:\n  - name: dashboard\n    rules:\n'
	sed -n 's/^ *"expr": "\(.*\)",$/\1/p' docs/monitoring/grafana.json | sed 's/\\"/"/g; s/\$__rate_interval/5m/g' |
		while read -r query; do printf "      - record: query\n        labels: { number: '%d' }\n        expr: |\n          %s\n" \
			$((number += 1)) "$query"; done
} > "$work/queries.yaml"
[ "$(grep -c 'record:' "$work/queries.yaml")" -gt 10 ] || complain 'docs/monitoring/grafana.json: no queries are found'
promtool check rules "$work/queries.yaml" > "$work/log" 2>&1 || complain "docs/monitoring/grafana.json: $(cat "$work/log")"
exit $failed

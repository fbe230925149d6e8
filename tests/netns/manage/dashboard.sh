#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The dashboard and the alert rules of docs/monitoring with a Prometheus that scrapes a router: each
# query of each panel has series where there is something to show, also the variables have values, and the
# rules are loaded and fire for what is wrong here.
. "$(dirname "$0")/../lib.sh"
need curl prometheus

MONITORING=$NETNS/../../docs/monitoring
PROMETHEUS=http://127.0.0.1:9090

chain
start_router r1 --metrics 9464
start_router r2
ends 0 eth1 ctl r1 attach eth0,eth1
ends 0 eth1 ctl r2 attach eth0,eth1
within 15 synced r1 2
chain_has_trees

mkdir "$WORK/rules"
# An alert waits for minutes, so that it is worth a call at night; here it does not wait.
sed 's/^\( *\)for: .*/\1for: 0s/' "$MONITORING/alerts.yaml" > "$WORK/rules/alerts.yaml"
cat > "$WORK/prometheus.yml" <<-END
	global: { scrape_interval: 1s, evaluation_interval: 1s }
	rule_files: [$WORK/rules/alerts.yaml]
	scrape_configs:
	  - job_name: hpim
	    params: { trees: ['10'] }
	    static_configs: [{ targets: ['127.0.0.1:9464'] }]
END
spawn prometheus r1 prometheus --config.file="$WORK/prometheus.yml" --storage.tsdb.path="$WORK/data" \
	--web.listen-address=127.0.0.1:9090
answers() { run r1 curl -fsS -o /dev/null "$PROMETHEUS/-/ready" 2> /dev/null; }
within 30 answers

# query TEXT: its series, one in a line, as JSON
query() {
	run r1 curl -sS --max-time 10 --data-urlencode "query=$1" "$PROMETHEUS/api/v1/query" |
		sed 's/.*"result":\[//' | grep -o '"metric":{[^}]*}'
}
has_series() { query "$1" | grep -q .; }

# queries: of all panels, as Grafana asks them with nothing chosen: "panel TAB query"
queries() {
	perl -MJSON::PP -e '
		local $/;
		for my $panel (@{decode_json(<STDIN>)->{panels}}) {
			for my $target (@{$panel->{targets}}) {
				my $text = $target->{expr};
				$text =~ s/\$(instance|daemon)/.*/g;
				$text =~ s/\$__rate_interval/30s/g;
				print "$panel->{title}\t$text\n";
			}
		}' < "$MONITORING/grafana.json"
}

# What the panels of drops and refusals show: a group that nobody wants, a packet of PIM that is none,
# and more trees than an interface may bring.
ends 0 '' ctl r1 set interface-trees 2 eth0
unwanted() { send src 239.9.9.9 -n 20 -r 100; send src 239.9.9.8 -n 20 -r 100; }
broken() {
	run src perl -MSocket -e '
		socket(my $to, PF_INET, SOCK_RAW, 103) or die $!;
		setsockopt($to, SOL_SOCKET, 25, "eth0") or die $!; # SO_BINDTODEVICE
		send($to, "\xff" x 8, 0, sockaddr_in(0, inet_aton("224.0.0.13"))) or die $!;'
}
lively() { send src $GROUP4 -n 20 -r 200; send src $GROUP6 -n 20 -r 200; unwanted; broken; }
shown() { lively; has_series "$1"; }

while IFS=$'\t' read -r panel text; do
	until_true 60 shown "$text" || fail "panel '$panel' shows nothing: $text"
done < <(queries)
[ "$(queries | wc -l)" -gt 15 ] || fail 'the panels are not found'

# The variables: label_values() of Grafana asks for the label of the series.
for label in instance daemon; do
	run r1 curl -sS --max-time 10 "$PROMETHEUS/api/v1/label/$label/values?match[]=hpim_uptime_seconds" |
		grep -q '"data":\["[^"]' || fail "no value for the variable $label"
done

# rules: as Prometheus has loaded them; fires NAME: whether that alert does
rules() { run r1 curl -sS --max-time 10 "$PROMETHEUS/api/v1/rules"; }
[ "$(rules | grep -o '"type":"alerting"' | wc -l)" = "$(grep -c 'alert:' "$WORK/rules/alerts.yaml")" ] ||
	fail 'rules are missing'
[ -z "$(rules | grep -o '"lastError":"[^"]*"')" ] || fail "a rule fails: $(rules)"
fires() { run r1 curl -sS --max-time 10 "$PROMETHEUS/api/v1/alerts" | grep -q "\"alertname\":\"$1\""; }
fires HpimDown && fail 'it is not down'
ends 0 '' ctl r2 stop
gone() { fires HpimNeighborsLost; }
within 60 gone
ends 0 '' ctl r1 stop
down() { fires HpimDown; }
within 30 down

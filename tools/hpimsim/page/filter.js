// SPDX-License-Identifier: GPL-2.0-only
// Which events are shown, stepped through and searched: by tree and by kind.

class Filter {
	constructor(runs) {
		this.runs = runs;
		this.hiddenKinds = new Set();
		this.hiddenTrees = new Set(); // labels: the same in all runs
		this.kinds = countKinds(runs);
		this.labels = [...new Set(runs.flatMap((run) => run.trees.map((tree) => tree.label)))];
	}

	showsTree(run, tree) {
		return tree < 0 || !this.hiddenTrees.has(run.trees[tree].label);
	}

	shows(run, event) {
		return event.type !== "refresh" && !this.hiddenKinds.has(event.kind) &&
			this.showsTree(run, event.tree);
	}

	// Events of these runs in order of time: { run, event }. Of equal times by run.
	entries(runs) {
		const lists = runs.map((run) => run.events.filter((event) => this.shows(run, event)));
		const at = lists.map(() => 0);
		const entries = [];

		for (;;) {
			let best = -1;

			lists.forEach((list, i) => {
				if (at[i] < list.length &&
				    (best < 0 || list[at[i]].at < lists[best][at[best]].at))
					best = i;
			});
			if (best < 0)
				return entries;
			entries.push({ run: runs[best], event: lists[best][at[best]++] });
		}
	}
}

function countKinds(runs) {
	const counts = new Map();

	for (const run of runs)
		for (const event of run.events)
			if (event.type !== "refresh")
				counts.set(event.kind, (counts.get(event.kind) || 0) + 1);
	return counts;
}

// Everything of an event that a search looks at.
function eventText({ run, event }) {
	const names = [event.sender, event.link, event.to].map((node) => run.nodes[node]?.name ?? "");
	const fields = event.message ? event.message.fields.flat() : [];

	return [event.kind, event.text, ...names, ...fields].join(" ").toLowerCase();
}

function search(entries, words) {
	const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);

	if (!wanted.length)
		return [];
	return entries.flatMap((entry, i) => {
		const text = eventText(entry);

		return wanted.every((word) => text.includes(word)) ? [i] : [];
	});
}

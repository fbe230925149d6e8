// SPDX-License-Identifier: GPL-2.0-only
// The list of events. Only the rows that can be seen are in the document, however long it is.

const ROW_HEIGHT = 22;

class EventList {
	constructor(onSeek) {
		this.box = document.getElementById("list");
		this.space = document.getElementById("list-space");
		this.entries = [];
		this.matches = new Set();
		this.current = -1;
		this.rows = new Map();
		this.onSeek = onSeek;
		this.top = 0; // as the box has them: asking it would lay out the page each time
		this.height = this.box.clientHeight;
		this.box.addEventListener("scroll", () => {
			this.top = this.box.scrollTop;
			this.draw();
		});
		new ResizeObserver(([{ contentRect }]) => {
			this.height = contentRect.height;
			this.draw();
		}).observe(this.box);
	}

	show(entries, hasSeveralRuns) {
		this.entries = entries;
		this.rows = new Map(); // those in the document, by place in the list
		this.hasSeveralRuns = hasSeveralRuns;
		this.space.style.height = `${entries.length * ROW_HEIGHT}px`;
		this.draw();
	}

	mark(matches) {
		this.matches = new Set(matches);
		this.draw();
	}

	go(index) {
		const y = index * ROW_HEIGHT;
		const most = Math.max(0, this.entries.length * ROW_HEIGHT - this.height);

		this.current = index;
		if (y < this.top + ROW_HEIGHT || y > this.top + this.height - 3 * ROW_HEIGHT) {
			this.top = Math.min(most, Math.max(0, y - this.height / 4));
			this.box.scrollTop = this.top;
		}
		this.draw();
	}

	draw() {
		const first = Math.max(0, Math.floor(this.top / ROW_HEIGHT) - 4);
		const count = Math.ceil(this.height / ROW_HEIGHT) + 8;
		const rows = new Map();

		for (let i = first; i < Math.min(first + count, this.entries.length); i++) {
			const row = this.rows.get(i) ?? this.row(this.entries[i], i);

			row.classList.toggle("current", i === this.current);
			row.classList.toggle("match", this.matches.has(i));
			rows.set(i, row);
		}
		if (rows.size !== this.rows.size || [...rows.values()].some((row, i) => row !== this.space.children[i]))
			this.space.replaceChildren(...rows.values());
		this.rows = rows;
	}

	row(entry, index) {
		const { run, event } = entry;
		const classes = ["row", event.type, kindClass(event.kind), treeClass(event.tree)];

		const row = make("div", { class: classes.join(" "), title: event.text },
			make("time", {}, seconds(event.at)));

		if (this.hasSeveralRuns)
			row.append(make("span", { class: "run" }, run.letter));
		if (event.sender !== undefined)
			row.append(make("span", { class: "who" }, whoText(run, event)));
		row.append(make("span", { class: "kind" }, event.kind), make("span", { class: "text" }, event.text));
		row.style.top = `${index * ROW_HEIGHT}px`;
		row.addEventListener("click", () => this.onSeek(index));
		return row;
	}
}

// "R1 > R2", or "R1 @left" for all on a link
function whoText(run, event) {
	const sender = run.nodes[event.sender].name;

	if (event.link === undefined)
		return sender;
	return event.to >= 0 ? `${sender} > ${run.nodes[event.to].name}` : `${sender} @${run.nodes[event.link].name}`;
}

// All that is known of one event.
function showDetail(entry) {
	const box = document.getElementById("detail");

	if (!entry) {
		box.replaceChildren(make("p", { class: "hint" }, "Nothing has happened yet."));
		return;
	}
	const { run, event } = entry;
	const pairs = [["Time", `${seconds(event.at, 6)} s`], ["Event", `${event.index + 1} of ${run.events.length}`]];

	if (event.link !== undefined) {
		const port = run.nodes[event.sender].ports[event.port];

		pairs.push(["Sender", run.nodes[event.sender].name + (port ? `, ${port.name}` : "")],
			["Link", run.nodes[event.link].name]);
	}
	if (event.lost.length)
		pairs.push(["Lost on the way to", event.lost.map((node) => run.nodes[node].name).join(", ")]);
	if (event.type === "packet")
		pairs.push(["Source", run.trees[event.tree].source], ["Group", run.trees[event.tree].group],
			["TTL", String(event.ttl)]);
	pairs.push(...(event.message ? event.message.fields : [["What", event.text]]));
	box.replaceChildren(make("h2", { class: kindClass(event.kind) }, event.kind),
		make("dl", {}, ...pairs.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)])));
}

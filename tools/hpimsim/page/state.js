// SPDX-License-Identifier: GPL-2.0-only
// The tables of all nodes at a moment. Rows are never written to once they are in place, so a
// keyframe is a copy of the list of rows, and going back is a keyframe and a few events.

const KEYFRAME_EVENTS = 256;

class TableState {
	constructor(run) {
		this.run = run;
		this.rows = new Array(run.rows.length).fill(null); // each a list of text numbers
		this.done = 0; // events that are in it
		this.keyframes = [];
		this.rowsOf = run.nodes.map(() => run.tables.map(() => []));
		run.rows.forEach(([node, table], row) => this.rowsOf[node][table].push(row));
		this.cache = run.nodes.map(() => []); // records() by node and table, while nothing changes there
		this.versions = run.nodes.map(() => 0);
		this.prepare();
	}

	// Once through everything: keyframes, and what each change says.
	prepare() {
		for (const event of this.run.events) {
			if (this.done % KEYFRAME_EVENTS === 0)
				this.keyframes.push(this.rows.slice());
			if (event.type === "change")
				event.text = this.changeText(event);
			this.apply(event);
		}
		this.seek(0);
	}

	apply(event) {
		this.done++;
		if (!event.changes)
			return;
		const fresh = new Set();

		this.touch(event.sender);
		for (let i = 0; i < event.changes.length; i += 3) {
			const row = event.changes[i];
			const column = event.changes[i + 1];

			if (column < 0) {
				this.rows[row] = null;
				continue;
			}
			if (!fresh.has(row))
				this.rows[row] = this.rows[row] ? this.rows[row].slice() : [];
			fresh.add(row);
			this.rows[row][column] = event.changes[i + 2];
		}
	}

	// A node is another than it was: whoever has kept something of it compares versions[].
	touch(node) {
		this.versions[node]++;
		this.cache[node].length = 0;
	}

	// Let the first `count` events have happened.
	seek(count) {
		const keyframe = Math.min(Math.floor(count / KEYFRAME_EVENTS), this.keyframes.length - 1);

		if (count < this.done || keyframe * KEYFRAME_EVENTS > this.done) {
			this.goToKeyframe(keyframe);
		}
		while (this.done < count)
			this.apply(this.run.events[this.done]);
	}

	// Rows are shared with keyframes, so that those which are the same are the same object.
	goToKeyframe(keyframe) {
		const rows = this.keyframes[keyframe];
		const changed = new Set();

		if (!rows)
			return; // there are no events
		rows.forEach((cells, row) => {
			if (cells !== this.rows[row])
				changed.add(this.run.rows[row][0]);
		});
		changed.forEach((node) => this.touch(node));
		this.rows = rows.slice();
		this.done = keyframe * KEYFRAME_EVENTS;
	}

	// Rows of a table of a node as [row number, cells].
	table(node, tableIndex) {
		return this.rowsOf[node][tableIndex]
			.filter((row) => this.rows[row])
			.map((row) => [row, this.rows[row].map((number) => this.run.texts[number])]);
	}

	// The same as objects with the columns' names, for those who look for something in it.
	records(node, id) {
		const index = this.run.tableById.get(id);

		if (index === undefined)
			return [];
		const { columns } = this.run.tables[index];

		return this.cache[node][index] ??= this.table(node, index).map(([, cells]) =>
			Object.fromEntries(columns.map((column, i) => [column, cells[i] ?? ""])));
	}

	// "neighbors eth0 10.1.1.2: state slave → synced; trees ..."
	changeText(event) {
		const parts = [];
		const seen = new Set();

		for (let i = 0; i < event.changes.length && parts.length < 4; i += 3) {
			const [row, column, value] = event.changes.slice(i, i + 3);
			const before = this.rows[row];
			const table = this.run.tables[this.run.rows[row][1]];
			const name = table.columns[column];

			if (name === table.until || (name && name === table.since))
				continue;
			if (before && column >= 0)
				parts.push(`${this.rowName(table, before)} ${name} ` +
					`${this.run.texts[before[column]] || "-"} → ${this.run.texts[value] || "-"}`);
			else if (!seen.has(row))
				parts.push(column < 0 ? `${this.rowName(table, before)} ended`
					: `${this.rowName(table, this.firstCells(event, row))} new`);
			seen.add(row);
		}
		return parts.join("; ");
	}

	firstCells(event, wanted) {
		const cells = [];

		for (let i = 0; i < event.changes.length; i += 3)
			if (event.changes[i] === wanted)
				cells[event.changes[i + 1]] = event.changes[i + 2];
		return cells;
	}

	rowName(table, cells) {
		const count = table.columns[2] === "interface" ? 3 : table.columns[1] === "state" ? 1 : 2;
		const words = cells.slice(0, count).map((number) => this.run.texts[number]);

		return `${table.title.toLowerCase()} ${table.id === "state" ? "" : words.join(" ")}`.trim();
	}
}

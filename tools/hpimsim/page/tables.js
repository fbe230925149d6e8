// SPDX-License-Identifier: GPL-2.0-only
// The tables of the selected node, as `hpimctl show` has them, at the moment that is shown.

// @now: microseconds. @changes: what the event shown last has changed, if it is of this node.
function showTables(box, state, node, now, changes, showsTree) {
	if (!node) {
		box.replaceChildren(make("p", { class: "hint" },
			"Click a router, link or host to see its tables at this moment."));
		return;
	}
	const parts = [make("h2", {}, node.name)];

	state.run.tables.forEach((table, index) => {
		const rows = state.table(node.index, index)
			.filter(([, cells]) => showsTree(treeOf(state.run, table, cells)));

		if (rows.length)
			parts.push(drawTable(state.run, table, rows, now, changes));
	});
	box.replaceChildren(...parts);
}

function drawTable(run, table, rows, now, changes) {
	const caption = make("caption", {}, table.title);
	const shown = table.columns.map((_, i) => i).filter((i) => rows.some(([, cells]) => cells[i]));
	const head = make("tr", {}, ...shown.map((i) => make("th", {}, table.columns[i])));

	if (table.command)
		caption.append(make("code", {}, table.command));
	rows.sort(([, a], [, b]) => compareCells(a, b));
	return make("table", { "data-table": table.id }, caption, make("thead", {}, head),
		make("tbody", {}, ...rows.map((row) => drawRow(run, table, shown, row, now, changes))));
}

// @shown: columns that are not empty in all rows: of several protocols each has some of its own.
function drawRow(run, table, shown, [row, cells], now, changes) {
	const tree = treeOf(run, table, cells);
	const element = make("tr", tree < 0 ? {} : { class: `tree ${treeClass(tree)}` });

	shown.forEach((column) => {
		const cell = make("td", {}, cellText(table, table.columns[column], cells[column] ?? "", now));

		if (isChanged(changes, row, column))
			cell.className = "changed";
		element.append(cell);
	});
	return element;
}

function isChanged(changes, row, column) {
	for (let i = 0; changes && i < changes.length; i += 3)
		if (changes[i] === row && changes[i + 1] === column)
			return true;
	return false;
}

// Times stand in the file as milliseconds since the beginning.
function cellText(table, name, value, now) {
	if (value === "" || (name !== table.until && name !== table.since))
		return value;
	const difference = (Number(value) - now / 1000) / 1000;

	return `${(name === table.until ? Math.max(0, difference) : -difference).toFixed(1)} s`;
}

function treeOf(run, table, cells) {
	const source = table.columns.indexOf("source");
	const group = table.columns.indexOf("group");

	if (source < 0 || group < 0)
		return -1;
	return run.trees.findIndex((tree) => tree.source === cells[source] && tree.group === cells[group]);
}

function compareCells(a, b) {
	for (let i = 0; i < Math.min(3, a.length); i++) {
		const order = (a[i] ?? "").localeCompare(b[i] ?? "", "en", { numeric: true });

		if (order)
			return order;
	}
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
// Where everything stands. The source is on the left; what is one step further from it (router,
// link, router, ...) stands one column further right. So each wire joins neighboring columns. Links
// are upright bars. The same network always looks the same.

const COLUMN = 118;
const GAP = { router: 66, host: 50, link: 58 };

function layOut(run, state) {
	const graph = neighborsOf(run);
	const columns = columnsOf(run, graph, firstNode(run, state));

	orderColumns(run, graph, columns);
	const y = heights(run, graph, columns);

	run.nodes.forEach((node) => { node.x = columns.of[node.index] * COLUMN; node.y = y[node.index]; });
	for (const list of columns.lists)
		placeBars(run, graph, list);
	for (const node of run.nodes)
		placePorts(node);
	return bounds(run);
}

function neighborsOf(run) {
	const graph = run.nodes.map(() => []);

	for (const node of run.nodes)
		for (const port of node.ports) {
			graph[node.index].push(port.link);
			graph[port.link].push(node.index);
		}
	return graph;
}

// The host that is the source of the first tree, else the first host, else the first node.
function firstNode(run, state) {
	const hosts = run.nodes.filter((node) => node.kind === "host");
	const first = run.trees.length ? run.trees[0].source : null;

	state.seek(run.events.length);
	const source = hosts.find((node) =>
		state.records(node.index, "host").some((record) => record.address === first));
	return (source || hosts[0] || run.nodes[0] || { index: -1 }).index;
}

function columnsOf(run, graph, first) {
	const of = run.nodes.map(() => -1);
	const lists = [];
	const starts = [first, ...run.nodes.map((node) => node.index)];

	for (const start of starts) {
		if (start < 0 || of[start] >= 0)
			continue;
		of[start] = 0;
		for (const queue = [start]; queue.length;) {
			const at = queue.shift();

			(lists[of[at]] ??= []).push(at);
			for (const next of graph[at])
				if (of[next] < 0) {
					of[next] = of[at] + 1;
					queue.push(next);
				}
		}
	}
	return { of, lists };
}

// Each node near the mean of its neighbors, again and again: few wires cross.
function orderColumns(run, graph, columns) {
	const place = run.nodes.map(() => 0);
	const renumber = (list) => list.forEach((node, i) => { place[node] = i - list.length / 2; });

	columns.lists.forEach(renumber);
	for (let sweep = 0; sweep < 12; sweep++) {
		const order = sweep % 2 ? [...columns.lists].reverse() : columns.lists;

		for (const list of order) {
			const want = new Map(list.map((node) => [node, mean(graph[node].map((n) => place[n]), place[node])]));

			list.sort((a, b) => want.get(a) - want.get(b) || a - b);
			renumber(list);
		}
	}
}

function mean(values, otherwise) {
	return values.length ? values.reduce((a, b) => a + b, 0) / values.length : otherwise;
}

function heights(run, graph, columns) {
	const y = run.nodes.map(() => 0);

	for (const list of columns.lists)
		list.forEach((node, i) => { y[node] = (i - (list.length - 1) / 2) * 66; });
	for (let sweep = 0; sweep < 24; sweep++)
		for (const list of sweep % 2 ? [...columns.lists].reverse() : columns.lists) {
			const wanted = list.map((node) => mean(graph[node].map((n) => y[n]), y[node]));
			const apart = list.map((node, i) => i && (GAP[run.nodes[node].kind] +
				GAP[run.nodes[list[i - 1]].kind]) / 2);

			spread(wanted, apart).forEach((value, i) => { y[list[i]] = value; });
		}
	return y;
}

// Values as near to the wanted ones as they can be with these distances between them, in order:
// neighbors that come too near become one block, which stands at the mean of what it wants.
function spread(wanted, apart) {
	const blocks = [];
	let offset = 0;

	wanted.forEach((value, i) => {
		offset += apart[i];
		blocks.push({ sum: value - offset, count: 1 });
		while (blocks.length > 1) {
			const [a, b] = blocks.slice(-2);

			if (a.sum / a.count <= b.sum / b.count)
				break;
			blocks.splice(-2, 2, { sum: a.sum + b.sum, count: a.count + b.count });
		}
	});
	const values = blocks.flatMap((block) => new Array(block.count).fill(block.sum / block.count));

	offset = 0;
	return values.map((value, i) => value + (offset += apart[i]));
}

// A bar reaches as far as what is connected to it, but not into its neighbor in the column.
function placeBars(run, graph, list) {
	const bars = list.map((node) => run.nodes[node]);

	bars.forEach((bar, i) => {
		if (bar.kind !== "link")
			return;
		const ys = graph[bar.index].map((n) => run.nodes[n].y);
		const above = i ? (bars[i - 1].y + bar.y) / 2 + 10 : -Infinity;
		const below = i + 1 < bars.length ? (bars[i + 1].y + bar.y) / 2 - 10 : Infinity;

		bar.top = Math.max(above, Math.min(bar.y - 16, ...ys.map((y) => y - 12)));
		bar.bottom = Math.min(below, Math.max(bar.y + 16, ...ys.map((y) => y + 12)));
		for (const side of [-1, 1])
			placeWires(run, bar, side);
	});
}

// Where the wires of one side meet the bar.
function placeWires(run, bar, side) {
	const wires = [];

	for (const node of run.nodes)
		for (const port of node.ports)
			if (run.nodes[port.link] === bar && Math.sign(node.x - bar.x) === side)
				wires.push({ node, port });
	wires.sort((a, b) => a.node.y - b.node.y);
	const room = Math.min(18, (bar.bottom - bar.top - 8) / Math.max(1, wires.length));
	const inside = (y) => Math.min(bar.bottom - 5, Math.max(bar.top + 5, y));
	const ys = spread(wires.map(({ node }) => inside(node.y)), wires.map((_, i) => i && room));

	wires.forEach(({ port }, i) => { port.x = bar.x; port.y = inside(ys[i]); });
}

// Where wires meet their router: on its two sides, in the order of their other ends.
function placePorts(node) {
	const sides = [-1, 1].map((side) => node.ports
		.filter((port) => (Math.sign(port.x - node.x) || 1) === side)
		.sort((a, b) => a.y - b.y));

	node.height = Math.max(32, 12 + 15 * Math.max(...sides.map((ports) => ports.length)));
	for (const ports of sides)
		ports.forEach((port, i) => {
			port.edge = node.kind === "router" ? node.y + (i - (ports.length - 1) / 2) * 15 : node.y;
		});
}

function bounds(run) {
	const xs = run.nodes.map((node) => node.x);
	const ys = run.nodes.flatMap((node) => node.kind === "link" ? [node.top, node.bottom] : [node.y]);
	const box = { x: Math.min(...xs) - 60, y: Math.min(...ys) - 50 };

	box.width = Math.max(...xs) + 60 - box.x;
	box.height = Math.max(...ys) + 50 - box.y;
	return box;
}

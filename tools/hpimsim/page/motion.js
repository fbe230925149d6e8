// SPDX-License-Identifier: GPL-2.0-only
// Messages and packets on their way: from the sender along its wire, along the bar, and along the
// wires of those that receive it.

// Lists of points, one for each receiver: { points, isLost }.
function pathsOf(run, event) {
	const sender = run.nodes[event.sender];
	const from = sender.ports[Math.max(0, event.port)];
	const paths = [];

	if (!from || from.x === undefined)
		return paths;
	for (const node of run.nodes)
		node.ports.forEach((port, i) => {
			const isSender = node === sender && (event.port < 0 || i === event.port);

			if (port.link !== event.link || isSender || !receives(event, node))
				return;
			paths.push({
				points: [edgeOf(sender, from), from, port, edgeOf(node, port)],
				isLost: event.lost.includes(node.index),
			});
		});
	return paths;
}

// Packets are drawn to all on the link: who takes them is what its tables say.
function receives(event, node) {
	return event.to < 0 ? event.type === "packet" || node.kind === "router" || /query|report|leave/i.test(event.kind)
		: node.index === event.to;
}

function pointAt(points, part) {
	const lengths = points.slice(1).map((p, i) => Math.hypot(p.x - points[i].x, p.y - points[i].y));
	let left = part * lengths.reduce((a, b) => a + b, 0);

	for (let i = 0; i < lengths.length; i++) {
		if (left <= lengths[i])
			return between(points[i], points[i + 1], lengths[i] ? left / lengths[i] : 0);
		left -= lengths[i];
	}
	return points[points.length - 1];
}

// Draw events that are `part` of their way; 1: they have arrived, and their trail shows.
function drawMotion(picture, events, part) {
	const elements = [];

	for (const event of events)
		if (event.type === "message" || event.type === "packet")
			drawEvent(picture.run, event, part, elements);
	picture.motion.replaceChildren(...elements);
}

function drawEvent(run, event, part, elements) {
	const paths = pathsOf(run, event);
	const classes = `${kindClass(event.kind)} ${treeClass(event.tree)}`;

	for (const { points } of paths)
		elements.push(makeSvg("path", { class: `trail ${classes}`,
			d: `M${points.map((p) => `${p.x} ${p.y}`).join("L")}` }));
	for (const { points, isLost } of paths)
		elements.push(isLost && part > 0.75 ? lostMark(points) : dot(pointAt(points, part), event, classes));
	if (paths.length && event.type === "message")
		elements.push(tag(pointAt(paths[0].points, Math.min(part, 0.3)), event, classes));
}

function dot(at, event, classes) {
	return makeSvg("circle", { class: `dot ${event.type} ${classes}`, cx: at.x, cy: at.y, r: 5 });
}

function lostMark(points) {
	const at = pointAt(points, 0.75);

	return makeSvg("path", { class: "dot lost", d: `M${at.x - 5} ${at.y - 5}l10 10m0 -10l-10 10` });
}

function tag(at, event, classes) {
	const width = event.kind.length * 6 + 12;

	return makeSvg("g", { class: `tag ${classes}` },
		makeSvg("rect", { x: at.x - width / 2, y: at.y - 26, width, height: 16, rx: 8 }),
		makeSvg("text", { x: at.x, y: at.y - 14.5 }, event.kind));
}

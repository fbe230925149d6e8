// SPDX-License-Identifier: GPL-2.0-only
// The network of a run as SVG. Elements are made once; a moment only changes classes, texts and the
// lines of trees.

const ROUTER_WIDTH = 64;
const HOST_RADIUS = 10;

class Picture {
	constructor(run, state, onSelect) {
		this.run = run;
		this.state = state;
		this.box = layOut(run, state);
		this.svg = makeSvg("svg", {
			viewBox: `${this.box.x} ${this.box.y} ${this.box.width} ${this.box.height}`,
			role: "img", "aria-label": `Network of ${run.name}`,
		});
		this.wires = this.layer("wires");
		this.flows = this.layer("flows");
		this.nodes = this.layer("nodes");
		this.asserts = this.layer("asserts");
		this.motion = this.layer("motion");
		this.drawnVersions = run.nodes.map(() => -1); // of the state, as drawn last
		this.portGroups = new Map();
		this.nodeGroups = run.nodes.map((node) => this.drawNode(node, onSelect));
		for (const node of run.nodes)
			node.ports.forEach((port, i) => this.drawWire(node, port, i));
	}

	layer(name) {
		const group = makeSvg("g", { class: name });

		this.svg.append(group);
		return group;
	}

	drawNode(node, onSelect) {
		const group = makeSvg("g", { class: `node ${node.kind}`, "data-node": node.index });
		const shapes = { router: drawRouter, link: drawLink, host: drawHost };

		shapes[node.kind](group, node);
		group.append(makeSvg("title", {}, node.name));
		group.addEventListener("click", () => onSelect(node));
		this.nodes.append(group);
		return group;
	}

	drawWire(node, port, index) {
		const end = edgeOf(node, port);
		const group = makeSvg("g", { class: "port", "data-node": node.index, "data-port": index });
		const middle = between(end, port, 0.5);
		const side = port.x < end.x ? -1 : 1;

		group.append(
			makeSvg("line", { class: "wire", x1: end.x, y1: end.y, x2: port.x, y2: port.y }),
			makeSvg("path", { class: "cross", d: `M${middle.x - 5} ${middle.y - 5}l10 10m0 -10l-10 10` }),
			makeSvg("text", { class: `small ${side < 0 ? "end" : ""}`, x: end.x + side * 4, y: end.y - 3 },
				node.kind === "router" ? port.name : ""));
		this.wires.append(group);
		this.portGroups.set(`${node.index}/${index}`, group);
	}

	// Let it show the state; only trees for which shows(tree) is true.
	update(shows, selectedName) {
		const shown = this.run.trees.filter((tree) => shows(tree.index));
		const key = `${this.state.versions.join()} ${shown.map((tree) => tree.index).join()}`;

		for (const node of this.run.nodes) {
			const group = this.nodeGroups[node.index];

			group.classList.toggle("selected", node.name === selectedName);
			if (this.drawnVersions[node.index] === this.state.versions[node.index])
				continue;
			this.drawnVersions[node.index] = this.state.versions[node.index];
			this[`update_${node.kind}`](node, group);
		}
		if (key !== this.drawnKey)
			this.updateTrees(shown);
		this.drawnKey = key;
	}

	update_router(node, group) {
		const [state] = this.state.records(node.index, "state");
		const isOff = state !== undefined && state.power === "off";
		const isDead = state !== undefined && !isOff && state.daemon !== "running";

		group.classList.toggle("off", isOff);
		group.classList.toggle("dead", isDead);
		group.querySelector(".state").textContent = isOff ? "off" : isDead ? "no daemon" : "";
		for (const record of this.state.records(node.index, "interfaces")) {
			const index = node.ports.findIndex((port) => port.name === record.interface);

			this.portGroups.get(`${node.index}/${index}`)?.classList
				.toggle("broken", record.state !== "up");
		}
	}

	update_link(node, group) {
		const [record] = this.state.records(node.index, "link");
		const isLossy = record !== undefined && parseFloat(record.loss) > 0;

		group.classList.toggle("lossy", isLossy);
		group.querySelector(".state").textContent = isLossy ? `${record.loss} loss` : "";
	}

	update_host(node, group) {
		const [record] = this.state.records(node.index, "host");
		const sends = record !== undefined && record.sends_to !== "-";
		const isMember = record !== undefined && record.member_of !== "-";

		group.classList.toggle("sends", sends);
		group.classList.toggle("joined", isMember);
		group.classList.toggle("unplugged", record?.cable === "unplugged");
		group.querySelector(".role").textContent = sends ? "S" : isMember ? "M" : "";
		this.portGroups.get(`${node.index}/0`)?.classList
			.toggle("broken", record?.cable === "unplugged");
	}

	updateTrees(shown) {
		const flows = [];
		const asserts = new Map(); // by port and who wins: { place, trees }

		for (const tree of shown) {
			this.flowsOf(tree, flows);
			this.assertsOf(tree, asserts);
		}
		this.flows.replaceChildren(...flows);
		this.asserts.replaceChildren(...[...asserts.values()].map(assertBadge));
	}

	flowsOf(tree, flows) {
		for (const node of this.run.nodes)
			for (const record of this.state.records(node.index, "mroutes")) {
				if (record.source !== tree.source || record.group !== tree.group)
					continue;
				const outputs = record.outputs.split(" ");

				node.ports.forEach((port, i) => {
					if (outputs.includes(port.name))
						flows.push(this.flow(tree, node, i, "out"));
					else if (port.name === record.input && record.outputs !== "-")
						flows.push(this.flow(tree, node, i, "in"));
				});
			}
	}

	// A line beside the wire, with an arrow in the middle.
	flow(tree, node, index, direction) {
		const port = node.ports[index];
		const end = edgeOf(node, port);
		const [from, to] = direction === "out" ? [end, port] : [port, end];
		const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
		const u = { x: (to.x - from.x) / length, y: (to.y - from.y) / length };
		const shift = ((tree.index % 5) + 1) * 3.2;
		const side = u.x < 0 ? -1 : 1; // the same side of the wire in both directions
		const point = (along, across) =>
			`${(from.x + u.x * along - u.y * side * (shift + across)).toFixed(1)} ` +
			`${(from.y + u.y * along + u.x * side * (shift + across)).toFixed(1)}`;
		const tip = length * 0.62;

		return makeSvg("path", {
			class: `flow ${direction} ${treeClass(tree.index)}`,
			"data-node": node.index, "data-port": index, "data-tree": tree.index,
			d: `M${point(0, 0)}L${point(length, 0)}M${point(tip - 6, -4)}L${point(tip, 0)}L${point(tip - 6, 4)}`,
		});
	}

	// Only where routers compete: on a link that another router serves.
	assertsOf(tree, asserts) {
		const places = [];

		for (const node of this.run.nodes)
			for (const record of this.state.records(node.index, "tree-interfaces"))
				if (record.source === tree.source && record.group === tree.group &&
				    /winner|loser/i.test(record.assert)) {
					const port = node.ports.findIndex((p) => p.name === record.interface);

					if (port >= 0)
						places.push({ node, port, isWinner: /winner/i.test(record.assert) });
				}
		const contested = new Set(places.filter((place) => !place.isWinner).map(linkOf));

		for (const place of places.filter((p) => contested.has(linkOf(p)))) {
			const key = `${place.node.index}/${place.port}/${place.isWinner}`;

			if (!asserts.has(key))
				asserts.set(key, { place, trees: [] });
			asserts.get(key).trees.push(tree);
		}
	}
}

function linkOf({ node, port }) {
	return node.ports[port].link;
}

// One badge stands for all trees of a port that are won, or lost, there.
function assertBadge({ place: { node, port, isWinner }, trees }) {
	const at = between(edgeOf(node, node.ports[port]), node.ports[port], 0.82);
	const x = at.x + (isWinner ? 0 : 17 * (Math.sign(node.x - at.x) || 1));
	const y = at.y - 10;
	const many = trees.length > 1;
	const colour = many ? "many" : treeClass(trees[0].index);

	return makeSvg("g", { class: `assert ${isWinner ? "winner" : "loser"} ${colour}` },
		makeSvg("title", {}, `${node.name} ${isWinner ? "wins" : "loses"} the assert of ` +
			trees.map((tree) => tree.label).join("; ")),
		makeSvg("circle", { cx: x, cy: y, r: many ? 9 : 7 }),
		makeSvg("text", { x, y: y + 3.2 }, `${isWinner ? "W" : "L"}${many ? trees.length : ""}`));
}

function drawRouter(group, node) {
	group.append(
		makeSvg("rect", { x: node.x - ROUTER_WIDTH / 2, y: node.y - node.height / 2,
			width: ROUTER_WIDTH, height: node.height, rx: 7 }),
		makeSvg("text", { class: "middle", x: node.x, y: node.y + 4 }, shorten(node.name, 9)),
		makeSvg("text", { class: "state middle", x: node.x, y: node.y + node.height / 2 + 11 }));
}

function drawLink(group, node) {
	group.append(
		makeSvg("line", { class: "bar", x1: node.x, x2: node.x, y1: node.top, y2: node.bottom }),
		makeSvg("text", { class: "small middle", x: node.x, y: node.top - 8 }, shorten(node.name, 16)),
		makeSvg("text", { class: "small middle state", x: node.x, y: node.bottom + 15 }));
}

function drawHost(group, node) {
	group.append(
		makeSvg("circle", { cx: node.x, cy: node.y, r: HOST_RADIUS }),
		makeSvg("text", { class: "role middle", x: node.x, y: node.y + 4 }),
		makeSvg("text", { class: "small middle", x: node.x, y: node.y + 22 }, shorten(node.name, 16)));
}

function shorten(text, most) {
	return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

// Where a wire leaves its node, seen from the port's end at the link.
function edgeOf(node, port) {
	const sign = Math.sign(port.x - node.x) || 1;

	return { x: node.x + sign * (node.kind === "router" ? ROUTER_WIDTH / 2 : HOST_RADIUS), y: port.edge };
}

function between(a, b, part) {
	return { x: a.x + (b.x - a.x) * part, y: a.y + (b.y - a.y) * part };
}

// SPDX-License-Identifier: GPL-2.0-only
// What html_run.c has written, as objects. Texts come from files: they only ever become text nodes.

const EVENT_TYPES = ["message", "packet", "action", "expectation", "violation", "change", "refresh"];

function loadRuns() {
	return JSON.parse(document.getElementById("data").textContent).runs.map(makeRun);
}

function makeRun(raw, index) {
	const text = (number) => raw.texts[number];
	const run = {
		index,
		texts: raw.texts,
		name: text(raw.name),
		facts: new Map(raw.facts.map(([name, value]) => [text(name), text(value)])),
		end: raw.end,
		tables: raw.tables,
		rows: raw.rows,
		nodes: raw.nodes.map((node, i) => ({
			index: i, kind: node.kind, name: text(node.name),
			ports: node.ports.map(([name, link]) => ({ name: text(name), link })),
		})),
		trees: raw.trees.map(([source, group], i) => ({
			index: i, source: text(source), group: text(group),
			label: `${text(source)}, ${text(group)}`,
		})),
	};
	run.caseName = run.facts.get("case") ?? ""; // runs of the same case belong side by side
	run.messages = raw.messages.map((message) => makeMessage(message, text));
	run.events = makeEvents(raw.events, run);
	run.tableById = new Map(raw.tables.map((table, i) => [table.id, i]));
	return run;
}

function makeMessage([kind, summary, tree, ...fields], text) {
	const pairs = [];

	for (let i = 0; i < fields.length; i += 2)
		pairs.push([text(fields[i]), text(fields[i + 1])]);
	return { kind: text(kind), summary: text(summary), tree, fields: pairs };
}

// Times become absolute: microseconds since the beginning.
function makeEvents(rawEvents, run) {
	let at = 0;

	return rawEvents.map(([delta, type, ...rest], index) => {
		at += delta;
		return makeEvent({ index, at, type: EVENT_TYPES[type], tree: -1, lost: [] }, rest, run);
	});
}

function makeEvent(event, rest, run) {
	switch (event.type) {
	case "message":
		[event.link, event.sender, event.port, event.to] = rest;
		event.message = run.messages[rest[4]];
		event.tree = event.message.tree;
		event.lost = rest.slice(5);
		event.kind = event.message.kind;
		event.text = event.message.summary;
		break;
	case "packet":
		[event.link, event.sender, event.port, event.tree, event.ttl] = rest;
		event.to = -1;
		event.lost = rest.slice(5);
		event.kind = "Data";
		event.text = `(${run.trees[event.tree].label}) TTL ${event.ttl}`;
		break;
	case "change":
	case "refresh":
		event.sender = rest[0];
		event.changes = rest.slice(1);
		event.kind = "Change";
		event.text = "";
		break;
	default:
		event.text = run.texts[rest[0]];
		event.kind = event.type[0].toUpperCase() + event.type.slice(1);
	}
	return event;
}

// Kinds of messages with the same meaning have the same colour, whatever the protocol.
function kindClass(kind) {
	const classes = [
		[/malformed/i, "k-bad"], [/^data$/i, "k-data"], [/hello/i, "k-quiet"], [/ack/i, "k-ack"],
		[/^no|nolonger|prune|leave/i, "k-minus"], [/upstream|assert|refresh/i, "k-route"],
		[/interest|graft|join|report/i, "k-plus"], [/sync/i, "k-sync"], [/query/i, "k-query"],
	];
	const found = classes.find(([pattern]) => pattern.test(kind));

	return found ? found[1] : "k-quiet";
}

function treeClass(tree) {
	return tree < 0 ? "" : `t${tree % 8}`;
}

function seconds(us, digits = 3) {
	return (us / 1e6).toFixed(digits);
}

// An element with attributes, classes and children; children that are strings become text.
function make(name, attributes = {}, ...children) {
	const element = document.createElement(name);

	for (const [key, value] of Object.entries(attributes))
		element.setAttribute(key, value);
	element.append(...children);
	return element;
}

function makeSvg(name, attributes = {}, ...children) {
	const element = document.createElementNS("http://www.w3.org/2000/svg", name);

	for (const [key, value] of Object.entries(attributes))
		element.setAttribute(key, value);
	element.append(...children);
	return element;
}

// SPDX-License-Identifier: GPL-2.0-only
// What is shown, and what the keys, the mouse and the address do to it. `app.time` is the moment in
// microseconds, `app.index` the event shown last: a place in `app.entries`, -1 before the first.

const SPEEDS = [0.5, 1, 2, 4, 8, 16, 32, 64]; // moments a second
const STEP_MS = 350;

const app = {
	runs: [], shown: [], panes: [], entries: [], matches: [],
	time: 0, index: -1, part: 1, speed: 2, isPlaying: false, selected: null, frame: 0, last: 0,
};

function start() {
	const { hash } = location; // before a moment that is shown replaces it

	app.runs = loadRuns();
	app.filter = new Filter(app.runs);
	app.list = new EventList((index) => goTo(index));
	app.timeline = new Timeline(goToTime, (index) => goTo(index));
	setTheme(readTheme());
	makeControls();
	showCase(app.runs[0]?.caseName);
	readHash(hash);
	window.addEventListener("hashchange", () => readHash(location.hash));
	document.addEventListener("keydown", onKey);
	document.documentElement.dataset.ready = "yes";
}

/* ---- Cases: runs that belong side by side ---- */

function showCase(name) {
	app.caseName = name;
	app.shown = app.runs.filter((run) => run.caseName === name);
	app.shown.forEach((run, i) => { run.letter = String.fromCharCode(65 + i); });
	app.panes = app.shown.slice(0, 2).map(makePane);
	document.getElementById("panes").replaceChildren(...app.panes.map((pane) => pane.box));
	document.getElementById("case").value = name;
	const title = name || app.shown.map((run) => run.name).join(" · ");

	document.title = `${title} - hpimsim`;
	document.getElementById("title").textContent = title;
	refilter();
}

// Of one case there is nothing to choose.
function makeCases() {
	const box = document.getElementById("case");
	const names = [...new Set(app.runs.map((run) => run.caseName))];

	box.append(...names.map((name) => make("option", { value: name }, name)));
	box.hidden = names.length < 2;
	document.getElementById("title").hidden = names.length > 1;
	box.addEventListener("change", () => { stop(); showCase(box.value); });
}

/* ---- Panes: a run each ---- */

function makePane(run, place) {
	const pane = { place };

	pane.box = make("div", { class: place ? "pane second" : "pane" });
	setRun(pane, run);
	return pane;
}

function setRun(pane, run) {
	pane.run = run;
	pane.state = run.state ??= new TableState(run);
	pane.picture = run.picture ??= new Picture(run, run.state, (node) => select(node.name));
	pane.tables = make("div", { class: "tables" });
	pane.box.replaceChildren(paneHead(pane), pane.picture.svg, pane.tables);
}

function paneHead(pane) {
	const { run } = pane;
	const result = run.facts.get("result");
	const facts = [...run.facts].filter(([name]) => name !== "result" && name !== "case")
		.map(([name, value]) => name === "seed" ? `seed ${value}` : value).join(" · ");
	const head = make("div", { class: "head" });

	if (app.shown.length > 1)
		head.append(make("span", { class: "letter" }, run.letter));
	head.append(app.shown.length > 2 ? runSelect(pane) : make("b", {}, run.name),
		make("span", { class: "facts" }, facts));
	if (result)
		head.append(make("span", { class: `badge ${result === "ok" ? "good" : ""}` }, result));
	return head;
}

function runSelect(pane) {
	const box = make("select", { "aria-label": "Run" });

	for (const run of app.shown)
		box.append(make("option", { value: run.index }, run.name));
	box.value = pane.run.index;
	box.addEventListener("change", () => {
		const other = app.panes.find((p) => p !== pane);

		if (other && other.run.index === Number(box.value))
			setRun(other, pane.run);
		setRun(pane, app.runs[Number(box.value)]);
		refilter();
	});
	return box;
}

/* ---- Showing a moment ---- */

// How many events of a run have happened.
function countOf(run) {
	const entry = app.entries[app.index];

	if (entry && entry.run === run && entry.event.at === app.time)
		return entry.event.index + 1;
	return upTo(run.events, app.time, (event) => event.at);
}

// How many values of an ascending list are at most @limit.
function upTo(list, limit, value) {
	let [low, high] = [0, list.length];

	while (low < high) {
		const middle = (low + high) >> 1;

		if (value(list[middle]) <= limit)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

function showMoment() {
	const entry = app.entries[app.index];

	for (const pane of app.panes) {
		const shows = (tree) => app.filter.showsTree(pane.run, tree);
		const node = pane.run.nodes.find((n) => n.name === app.selected);

		pane.state.seek(countOf(pane.run));
		pane.picture.update(shows, app.selected);
		const changes = entry && entry.run === pane.run && entry.event.sender === node?.index
			? entry.event.changes : null;

		showTables(pane.tables, pane.state, node, app.time, changes, shows);
	}
	showMotion();
	showDetail(entry);
	app.list.go(app.index);
	app.timeline.go(app.time, app.index);
	const clock = document.getElementById("clock");

	clock.replaceChildren(`${seconds(app.time)} s`,
		make("small", {}, `event ${app.index + 1} of ${app.entries.length}`));
	writeHashSoon();
}

// What moves now: while playing all of the moment, else the event shown last.
function showMotion() {
	const entry = app.entries[app.index];

	for (const pane of app.panes) {
		const isShown = ({ run, event }) => run === pane.run && entry && event.at === entry.event.at;
		const from = entry && app.isPlaying ? momentStart(app.index) : app.index;
		const moving = app.entries.slice(Math.max(0, from), app.index + 1).filter(isShown);

		drawMotion(pane.picture, moving.map(({ event }) => event), app.part);
	}
}

function momentStart(index) {
	while (index > 0 && app.entries[index - 1].event.at === app.entries[index].event.at)
		index--;
	return index;
}

function momentEnd(index) {
	while (index + 1 < app.entries.length && app.entries[index + 1].event.at === app.entries[index].event.at)
		index++;
	return index;
}

function goTo(index, part = 1) {
	app.index = Math.min(app.entries.length - 1, Math.max(-1, index));
	app.time = app.index < 0 ? 0 : app.entries[app.index].event.at;
	app.part = part;
	showMoment();
}

function goToTime(time) {
	app.time = Math.round(time);
	app.index = upTo(app.entries, app.time, ({ event }) => event.at) - 1;
	app.part = 1;
	showMoment();
}

function step(by) {
	stop();
	goTo(app.index + by, 0);
	animate();
}

function nextFault(by) {
	const isFault = ({ event }) => event.type === "action" || event.type === "violation";

	for (let i = app.index + by; i >= 0 && i < app.entries.length; i += by)
		if (isFault(app.entries[i])) {
			stop();
			goTo(i);
			return;
		}
}

function select(name) {
	app.selected = app.selected === name ? null : name;
	showMoment();
}

/* ---- Playing ---- */

function animate() {
	const isStill = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

	cancelAnimationFrame(app.frame);
	app.last = performance.now();
	if (isStill && !app.isPlaying) {
		app.part = 1;
		showMotion();
		return;
	}
	app.frame = requestAnimationFrame(tick);
}

function tick(now) {
	const rate = app.isPlaying ? app.speed / 1000 : 1 / STEP_MS;

	app.part += Math.max(0, now - app.last) * rate;
	app.last = now;
	if (app.part >= 1 && app.isPlaying && app.index < app.entries.length - 1) {
		const moments = Math.floor(app.part);
		let index = app.index;

		for (let i = 0; i < moments && index < app.entries.length - 1; i++)
			index = momentEnd(index + 1);
		goTo(index, app.part - moments);
	} else if (app.part >= 1) {
		app.part = 1;
		stop();
		showMotion();
		return;
	} else {
		showMotion();
	}
	app.frame = requestAnimationFrame(tick);
}

function play() {
	if (app.index >= app.entries.length - 1)
		goTo(-1);
	app.isPlaying = true;
	document.getElementById("play").textContent = "❚❚";
	animate();
}

function stop() {
	app.isPlaying = false;
	cancelAnimationFrame(app.frame);
	document.getElementById("play").textContent = "▶";
	writeHashSoon();
}

function setSpeed(speed) {
	app.speed = speed;
	document.getElementById("speed").value = speed;
}

/* ---- Filter and search ---- */

function refilter() {
	const runs = app.panes.map((pane) => pane.run);

	app.entries = app.filter.entries(runs);
	app.list.show(app.entries, runs.length > 1);
	app.timeline.show(app.entries, Math.max(...runs.map((run) => run.end)));
	research();
	goToTime(app.time);
}

function research() {
	const words = document.getElementById("search").value;

	app.matches = search(app.entries, words);
	app.list.mark(app.matches);
	app.timeline.matches = app.matches;
	app.timeline.redraw();
	document.getElementById("found").textContent = words ? `${app.matches.length} found` : "";
}

function nextMatch(by) {
	const after = by > 0 ? app.matches.find((i) => i > app.index)
		: app.matches.findLast((i) => i < app.index);
	const match = after ?? app.matches.at(by > 0 ? 0 : -1);

	if (match !== undefined) {
		stop();
		goTo(match);
	}
}

/* ---- The address: a moment that can be sent to others ---- */

// Not with each step: browsers refuse more than a few in a second.
function writeHashSoon() {
	clearTimeout(app.hashTimer);
	app.hashTimer = setTimeout(writeHash, 200);
}

function writeHash() {
	const parts = [`t=${seconds(app.time, 6)}`];
	const entry = app.entries[app.index];

	if (app.isPlaying)
		return;
	if (entry && entry.event.at === app.time)
		parts.push(`event=${entry.run.index}.${entry.event.index}`);
	if (app.caseName !== app.runs[0]?.caseName)
		parts.push(`case=${encodeURIComponent(app.caseName)}`);
	if (app.selected !== null)
		parts.push(`node=${encodeURIComponent(app.selected)}`);
	app.hash = `#${parts.join("&")}`;
	history.replaceState(null, "", app.hash);
}

function readHash(hash) {
	if (hash === app.hash)
		return;
	const words = new URLSearchParams(hash.slice(1));
	const [run, event] = (words.get("event") || "").split(".").map(Number);
	const name = words.get("case") ?? app.runs[0]?.caseName;

	if (name !== app.caseName && app.runs.some((other) => other.caseName === name))
		showCase(name);
	const index = app.entries.findIndex((e) => e.run.index === run && e.event.index === event);

	app.selected = words.get("node");
	if (index >= 0)
		goTo(index);
	else
		goToTime(1e6 * (Number(words.get("t")) || 0));
}

/* ---- Controls ---- */

const KEYS = [
	["Space", "play and stop", () => (app.isPlaying ? stop() : play())],
	["→", "next event", () => step(1), "ArrowRight"],
	["←", "event before", () => step(-1), "ArrowLeft"],
	["Home", "beginning", () => goTo(-1)],
	["End", "end", () => goTo(app.entries.length - 1)],
	["]", "next fault or violation", () => nextFault(1)],
	["[", "the one before", () => nextFault(-1)],
	["/", "search", () => document.getElementById("search").focus()],
	["N", "next match", () => nextMatch(1), "n"],
	["P", "match before", () => nextMatch(-1), "p"],
	["+", "faster", () => setSpeed(SPEEDS.find((s) => s > app.speed) || app.speed)],
	["-", "slower", () => setSpeed(SPEEDS.findLast((s) => s < app.speed) || app.speed)],
	["T", "dark or light", () => setTheme(readTheme() === "dark" ? "light" : "dark"), "t"],
	["Esc", "select nothing", () => { app.selected = null; showMoment(); }, "Escape"],
	["?", "this list", () => document.getElementById("help").showModal()],
];

const LEGEND = [
	["box", "router; dashed red: its daemon does not run; dotted: no power"],
	["upright bar", "link; broken, in orange: it loses packets"],
	["circle S, M", "host: a source, a member"],
	["red cross on a wire", "port down, or cut"],
	["coloured arrows", "the forwarding entry of a tree: where its packets come in and go out"],
	["W, L", "on a link that several routers could serve: assert winner, loser"],
	["dot with a word", "message on its way; without: packet of data; cross: lost"],
	["bar at the bottom", "orange: done to the network; green: as expected; red: violated"],
];

function onKey(key) {
	if (key.target.matches("input, select") && key.key !== "Escape")
		return;
	if (key.ctrlKey || key.metaKey || key.altKey || document.getElementById("help").open)
		return;
	const name = key.key === " " ? "Space" : key.key;
	const found = KEYS.find(([label, , , other]) => name === label || name === other);

	if (!found)
		return;
	key.preventDefault();
	key.target.blur();
	found[2]();
}

function onClick(id, action) {
	document.getElementById(id).addEventListener("click", action);
}

function makeControls() {
	onClick("first", () => { stop(); goTo(-1); });
	onClick("back", () => step(-1));
	onClick("play", () => (app.isPlaying ? stop() : play()));
	onClick("forth", () => step(1));
	onClick("fault", () => nextFault(1));
	onClick("theme", () => setTheme(readTheme() === "dark" ? "light" : "dark"));
	onClick("help-open", () => document.getElementById("help").showModal());
	makeCases();
	makeSelects();
	makeSearch();
	makeChips();
	makeKinds();
	for (const [label, what] of KEYS)
		document.getElementById("keys").append(make("dt", {}, make("kbd", {}, label)), make("dd", {}, what));
	for (const [sign, what] of LEGEND)
		document.getElementById("legend").append(make("dt", {}, sign), make("dd", {}, what));
}

function makeSelects() {
	const speed = document.getElementById("speed");
	const axis = document.getElementById("axis");

	for (const value of SPEEDS)
		speed.append(make("option", { value }, `${value}×`));
	setSpeed(app.speed);
	speed.addEventListener("change", () => { app.speed = Number(speed.value); });
	axis.addEventListener("change", () => {
		app.timeline.byEvents = axis.value === "events";
		app.timeline.redraw();
	});
}

function makeSearch() {
	const box = document.getElementById("search");

	box.addEventListener("input", research);
	box.addEventListener("keydown", (key) => {
		if (key.key === "Enter")
			nextMatch(key.shiftKey ? -1 : 1);
	});
}

function toggle(set, value) {
	if (!set.delete(value))
		set.add(value);
	refilter();
}

function makeChips() {
	const box = document.getElementById("trees");

	app.filter.labels.forEach((label) => {
		const tree = app.runs.flatMap((run) => run.trees).find((t) => t.label === label);
		const chip = make("button", { type: "button", class: `chip ${treeClass(tree.index)}`,
			"data-label": label, title: "Show or hide this tree; with Shift: show it alone" },
			make("i"), `(${label})`);

		chip.addEventListener("click", (click) => {
			if (click.shiftKey)
				showOnly(label);
			else
				toggle(app.filter.hiddenTrees, label);
			pressChips();
		});
		box.append(chip);
	});
	pressChips();
}

function pressChips() {
	for (const chip of document.querySelectorAll(".chip"))
		chip.setAttribute("aria-pressed", String(!app.filter.hiddenTrees.has(chip.dataset.label)));
}

// Shown alone already: all again.
function showOnly(label) {
	const { hiddenTrees, labels } = app.filter;
	const wasAlone = hiddenTrees.size === labels.length - 1 && !hiddenTrees.has(label);

	hiddenTrees.clear();
	if (!wasAlone)
		labels.filter((other) => other !== label).forEach((other) => hiddenTrees.add(other));
	refilter();
}

function makeKinds() {
	const box = document.querySelector("#kinds > div");

	for (const [kind, count] of [...app.filter.kinds].sort(([a], [b]) => a.localeCompare(b))) {
		const input = make("input", { type: "checkbox", checked: "" });

		input.addEventListener("change", () => toggle(app.filter.hiddenKinds, kind));
		box.append(make("label", {}, input, ` ${kind}`, make("small", {}, String(count))));
	}
}

/* ---- Dark and light ---- */

function readTheme() {
	return document.documentElement.dataset.theme ||
		(window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
}

function setTheme(theme) {
	document.documentElement.dataset.theme = theme;
	app.timeline.redraw();
}

start();

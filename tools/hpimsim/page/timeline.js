// SPDX-License-Identifier: GPL-2.0-only
// The bar at the bottom: how much happens when, faults and violations, and where we are.

class Timeline {
	constructor(onTime, onIndex) {
		this.canvas = document.getElementById("bar");
		this.onTime = onTime;
		this.onIndex = onIndex;
		this.byEvents = false;
		this.entries = [];
		this.matches = [];
		this.end = 1;
		this.now = 0;
		this.index = -1;
		const scrub = (pointer) => { if (pointer.buttons & 1) this.scrub(pointer.offsetX); };

		this.canvas.addEventListener("pointerdown", (pointer) => {
			this.canvas.setPointerCapture(pointer.pointerId);
			scrub(pointer);
		});
		this.canvas.addEventListener("pointermove", scrub);
		this.width = this.canvas.clientWidth;
		this.height = this.canvas.clientHeight;
		new ResizeObserver(([{ contentRect }]) => {
			this.width = contentRect.width;
			this.height = contentRect.height;
			this.redraw();
		}).observe(this.canvas);
	}

	show(entries, end) {
		this.entries = entries;
		this.end = Math.max(1, end);
		this.redraw();
	}

	scrub(x) {
		const part = Math.min(1, Math.max(0, x / this.canvas.clientWidth));

		if (this.byEvents)
			this.onIndex(Math.round(part * (this.entries.length - 1)));
		else
			this.onTime(part * this.end);
	}

	go(now, index) {
		this.now = now;
		this.index = index;
		this.draw();
	}

	// Horizontal place of an entry, 0 to 1.
	place(index) {
		if (this.byEvents)
			return this.entries.length > 1 ? index / (this.entries.length - 1) : 0;
		return this.entries[index].event.at / this.end;
	}

	redraw() {
		this.background = null;
		this.draw();
	}

	draw() {
		const { canvas, width, height } = this;
		const ratio = window.devicePixelRatio || 1;
		const context = canvas.getContext("2d");

		if (!width)
			return;
		if (!this.background) {
			this.background = this.paint(width, height, ratio);
			this.here = colour("--accent");
			canvas.width = width * ratio;
			canvas.height = height * ratio;
		}
		context.setTransform(1, 0, 0, 1, 0, 0);
		context.drawImage(this.background, 0, 0);
		context.scale(ratio, ratio);
		const part = this.byEvents ? this.place(Math.max(0, this.index)) : this.now / this.end;

		context.fillStyle = this.here;
		context.fillRect(Math.min(width - 2, part * width) - 1, 0, 2.5, height);
		canvas.setAttribute("aria-valuetext", `${seconds(this.now)} s`);
	}

	// Everything but the mark of where we are.
	paint(width, height, ratio) {
		const canvas = document.createElement("canvas");
		const context = canvas.getContext("2d");

		canvas.width = width * ratio;
		canvas.height = height * ratio;
		context.scale(ratio, ratio);
		context.fillStyle = colour("--card");
		context.fillRect(0, 0, width, height);
		this.paintCounts(context, width, height);
		this.paintScale(context, width, height);
		this.paintMarks(context, width, height);
		return canvas;
	}

	paintCounts(context, width, height) {
		const counts = new Array(Math.ceil(width / 3) + 1).fill(0);

		this.entries.forEach((_, i) => { counts[Math.floor(this.place(i) * width / 3)]++; });
		const most = Math.log1p(Math.max(1, ...counts));

		context.fillStyle = colour("--wire");
		if (this.byEvents)
			return;
		counts.forEach((count, i) => {
			const high = Math.log1p(count) / most * (height - 24);

			context.fillRect(i * 3, height - 13 - high, 2, high);
		});
	}

	paintScale(context, width, height) {
		if (this.byEvents)
			return;
		const steps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 3600, 7200];
		const step = steps.find((s) => s * 1e6 / this.end * width > 55) || 36000;

		context.fillStyle = colour("--soft");
		context.font = "10px system-ui, sans-serif";
		for (let s = 0; s * 1e6 <= this.end; s += step)
			context.fillText(`${Number(s.toFixed(1))} s`, s * 1e6 / this.end * width + 2, height - 2);
	}

	paintMarks(context, width, height) {
		const marks = { action: [colour("--warn"), 8], expectation: [colour("--good"), 4],
			violation: [colour("--bad"), height] };

		this.entries.forEach(({ event }, i) => {
			const [style, size] = marks[event.type] || [];

			if (!style)
				return;
			context.fillStyle = style;
			context.fillRect(Math.min(width - 3, this.place(i) * width), 0, 2.5, size);
		});
		context.fillStyle = colour("--accent");
		for (const match of this.matches)
			context.fillRect(this.place(match) * width, height - 18, 2, 5);
	}
}

function colour(name) {
	return getComputedStyle(document.documentElement).getPropertyValue(name);
}

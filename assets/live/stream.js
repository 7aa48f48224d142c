// One run as seen from a chart: its curves so far, its pictures, its state, and the strip that says so.
import { listen, watch } from "./bus.js";
import { decode } from "./figure.js";
import { fill } from "./format.js";

const FINAL = ["done", "stopped", "failed"];

export class Stream {
  /** ``changed`` is called after every message; ``strip`` is the element that tells the state. */
  constructor(topic, strip, changed) {
    Object.assign(this, { topic, strip, changed, connected: true });
    this.reset();
    this.leave = [listen(topic, this), watch((connected) => { this.connected = connected; this.tell(); })];
    this.clock = setInterval(() => this.tell(), 250);
  }

  close() {
    this.leave.forEach((end) => end());
    clearInterval(this.clock);
    this.strip.hidden = true;
  }

  reset() {
    this.points = []; // one per Progress event: { step, steps, ...metrics }
    this.snapshots = {};
    this.state = null;
    this.curves = new Map();
  }

  message(message) {
    if (message.kind === "state") {
      const anew = this.state?.run && message.run !== this.state.run;
      if ((this.final || anew) && !FINAL.includes(message.state)) this.reset();
      this.state = message;
      this.tell();
    } else if (message.kind === "progress") {
      this.points.push({ ...message.metrics, step: message.step, steps: message.steps });
    } else if (message.kind === "snapshot") {
      this.snapshots[message.name] = decode(message.arrays);
    }
    this.changed();
  }

  get final() {
    return FINAL.includes(this.state?.state);
  }

  /** The last value of every metric, for the claim. */
  get latest() {
    return Object.assign({}, ...this.points.slice(-1));
  }

  /** The curve that ``trace.meta.progress`` asks for, kept so that an unchanged one stays the same array. */
  curve({ x, y }) {
    const name = `${x}|${y}`;
    const old = this.curves.get(name);
    if (old?.length === this.points.length) return old;
    const measured = this.points.filter((point) => x in point && y in point);
    const curve = { length: this.points.length, x: measured.map((point) => point[x]), y: measured.map((point) => point[y]) };
    this.curves.set(name, curve);
    return curve;
  }

  /** Write the strip: place in the queue, step of steps, seconds of about how many, or how it ended. */
  tell(words = this.words) {
    this.words = words;
    if (!words) return;
    const { state } = this;
    const running = state?.state === "running";
    const since = (performance.now() - (state?.heard ?? 0)) / 1000;
    const elapsed = (state?.elapsed ?? 0) + (running ? since : 0);
    const { step = 0, steps = 0 } = this.latest;
    const numbers = { ...state, elapsed, step, steps, expected: state?.expected ?? 0 };
    let text = "";
    if (!this.connected) text = words.status_lost;
    else if (state?.state === "queued") text = fill(words.status_queued, numbers);
    else if (running) text = fill(steps ? words.status_running : words.status_starting, numbers);
    else if (state?.state === "stopped") text = fill(words.status_stopped, numbers);
    else if (state?.state === "failed") text = words.status_failed;
    this.strip.hidden = !text;
    this.strip.dataset.state = this.connected ? state?.state ?? "" : "lost";
    const [line, bar] = this.strip.children;
    if (line.textContent !== text) line.textContent = text;
    const done = steps ? step / steps : numbers.expected ? Math.min(0.95, elapsed / numbers.expected) : 0;
    bar.hidden = !running;
    bar.value = done;
  }
}

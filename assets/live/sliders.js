// Sliders are the browser's own: keyboard, screen reader and touch come with them.
import { written } from "./format.js";

const NOTCHES = 240; // of a logarithmic slider, end to end

const round = (value, step) => Number((Math.round(value / step) * step).toPrecision(12));
const clamp = (value, { low, high }) => Math.min(high, Math.max(low, value));

const toNotch = (spec, value) =>
  spec.log ? (NOTCHES * Math.log(value / spec.low)) / Math.log(spec.high / spec.low) : value;
const fromNotch = (spec, notch) =>
  clamp(round(spec.log ? spec.low * (spec.high / spec.low) ** (notch / NOTCHES) : notch, spec.step), spec);

export class Sliders {
  /** ``moved(name, value)`` at every movement, ``released()`` when the hand lets go. */
  constructor(root, moved, released) {
    Object.assign(this, { root, moved, released, rows: new Map(), told: "" });
  }

  update(specs, values) {
    const text = JSON.stringify(specs);
    if (text !== this.told) this.build(specs);
    this.told = text;
    this.show(values);
  }

  build(specs) {
    this.rows.clear();
    this.root.replaceChildren(...specs.map((spec) => this.row(spec)));
    this.root.hidden = !specs.length;
  }

  row(spec) {
    const row = document.createElement("label");
    row.className = "dk-slider";
    const name = Object.assign(document.createElement("span"), { className: "dk-slider-name", textContent: spec.label });
    const output = Object.assign(document.createElement("output"), { className: "dk-slider-value" });
    const input = Object.assign(document.createElement("input"), { type: "range" });
    input.min = spec.log ? 0 : spec.low;
    input.max = spec.log ? NOTCHES : spec.high;
    input.step = spec.log ? 1 : spec.step;
    input.setAttribute("aria-label", spec.label);
    input.dataset.name = spec.name;
    input.oninput = () => {
      this.held = spec.name;
      const value = fromNotch(spec, Number(input.value));
      this.write(spec.name, value);
      this.moved(spec.name, value);
    };
    input.onchange = () => { this.held = null; this.released(); };
    output.setAttribute("aria-hidden", "true"); // the slider itself speaks its value
    row.append(name, output, input);
    this.rows.set(spec.name, { spec, input, output });
    return row;
  }

  /** Show these values, except on the slider that is in someone's hand. */
  show(values) {
    for (const [name, { spec, input }] of this.rows) {
      if (this.held === name) continue;
      const notch = toNotch(spec, values[name]);
      if (fromNotch(spec, Number(input.value)) !== values[name]) input.value = notch;
      this.write(name, values[name]);
    }
  }

  write(name, value) {
    const { spec, input, output } = this.rows.get(name);
    const text = written(value, spec.format);
    output.textContent = text;
    input.setAttribute("aria-valuetext", text);
    const share = (toNotch(spec, value) - Number(input.min)) / (Number(input.max) - Number(input.min));
    input.style.setProperty("--dk-share", `${100 * share}%`);
  }
}

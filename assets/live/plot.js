// The live chart: one component for every picture of the lecture, still, streaming, or under the viewer's hand.
// Streamlit calls ``render`` again whenever its data or the theme changes; nothing is torn down for that.
import { Handles } from "./handles.js";
import { saveTable, savePicture } from "./export.js";
import { same } from "./figure.js";
import { fill } from "./format.js";
import { Live } from "./live.js";
import { isDark, kernel, plotly, stylesheet, typeface } from "./screen.js";
import { Sliders } from "./sliders.js";
import { Stream } from "./stream.js";

const CONFIG = { displayModeBar: false, displaylogo: false, responsive: false, doubleClick: "reset", showTips: false };
const views = new WeakMap();

function make(tag, className, attributes = {}) {
  const node = Object.assign(document.createElement(tag), { className });
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}

class View {
  constructor(parent, height) {
    this.parent = parent;
    this.build(height);
    this.live = new Live();
    this.inputs = {};
    this.sent = 0; // releases told to Python so far; Python echoes the last it has heard
    this.sliders = new Sliders(this.controls, (name, value) => this.move({ [name]: value }), () => this.release());
    this.handles = new Handles(this.grips, this.chart, {
      inputs: () => this.inputs,
      moved: (changes) => this.move(changes),
      released: () => this.release(),
      label: (name) => fill(this.data.drag.label || this.data.words.drag, { name }),
    });
    this.sizes = new ResizeObserver(([entry]) => {
      this.width = Math.floor(entry.contentRect.width);
      this.request();
    });
    this.sizes.observe(this.stage);
  }

  build(height) {
    this.root = make("div", "dk-plot");
    this.claim = make("p", "dk-claim", { "aria-live": "polite" });
    this.controls = make("div", "dk-sliders");
    this.stage = make("div", "dk-stage");
    this.stage.style.minHeight = `${height}px`; // the page does not jump when the picture arrives
    this.chart = make("div", "dk-chart", { role: "img" });
    this.grips = make("div", "dk-handles");
    this.stage.append(this.chart, this.grips);
    const row = make("div", "dk-row");
    this.strip = make("div", "dk-status", { role: "status", hidden: "" });
    this.strip.append(make("span", ""), make("progress", "", { max: 1 }));
    this.tools = make("div", "dk-tools");
    row.append(this.strip, this.tools);
    this.root.append(this.claim, this.controls, this.stage, row);
    this.parent.append(this.root);
  }

  update({ data, setStateValue, setTriggerValue }) {
    Object.assign(this, { setStateValue, setTriggerValue });
    const before = this.data;
    this.data = data;
    this.root.dataset.runs = data.state; // "" where nothing ever runs
    if (data.figure !== before?.figure) this.live.load(data.figure, data.twin);
    if (!same(data.words, before?.words)) this.label();
    this.hear(data);
    if (data.topic !== before?.topic) {
      this.stream?.close();
      this.stream = data.topic ? new Stream(data.topic, this.strip, () => this.request()) : null;
    }
    this.stream?.tell(data.words);
    this.dark = isDark(this.parent); // Streamlit calls again when the viewer changes the theme
    this.load(data.kernel);
    this.request();
  }

  /** Take Python's values, unless the viewer has moved on since Python heard of them. */
  hear({ inputs, heard }) {
    this.sent = Math.max(this.sent, heard);
    if (heard < this.sent || this.busy) {
      this.inputs = { ...inputs, ...Object.fromEntries(this.data.bound.map((name) => [name, this.inputs[name] ?? inputs[name]])) };
    } else if (!same(this.inputs, inputs)) this.inputs = { ...inputs };
    this.sliders.update(this.data.sliders, this.inputs);
  }

  get busy() {
    return Boolean(this.sliders.held || this.handles.held || this.telling);
  }

  async load(name) {
    if (this.loading === name) return;
    this.loading = name;
    try {
      const [library, compute] = await Promise.all([plotly(this.data.plotly), name ? kernel(name) : null, stylesheet("plot.css"), typeface()]);
      Object.assign(this, { Plotly: library, compute });
      this.request();
    } catch (fault) {
      console.error(fault);
      this.loading = undefined;
      this.claim.textContent = this.data.words.plot_failed;
    }
  }

  move(changes) {
    this.inputs = { ...this.inputs, ...changes };
    this.root.setAttribute("aria-busy", "true"); // a screen reader waits for the hand to rest
    this.request();
  }

  /** The hand has let go: tell Python once; a held arrow key counts as one movement. */
  release() {
    clearTimeout(this.telling);
    this.telling = setTimeout(() => this.tell(), 80);
  }

  tell() {
    this.telling = 0;
    this.root.removeAttribute("aria-busy");
    this.sent += 1;
    const values = Object.fromEntries(this.data.bound.map((name) => [name, this.inputs[name]]));
    this.setStateValue("released", { n: this.sent, values });
  }

  reset() {
    this.move(this.data.defaults);
    this.sliders.show(this.inputs);
    this.release();
  }

  /** However many things change within a frame, the picture is drawn once. */
  request() {
    this.frame ||= requestAnimationFrame(() => { this.frame = 0; this.draw(); });
  }

  draw() {
    if (!this.Plotly || !this.width || (this.data.kernel && !this.compute)) return;
    const { live, data, stream } = this;
    const dressed = live.dress({ dark: this.dark, width: this.width });
    const values = { ...this.inputs, ...this.compute?.(this.inputs) };
    const written = live.write(values, stream);
    if (dressed) {
      this.stage.style.minHeight = `${live.figure.layout.height}px`;
      this.mind(this.Plotly.react(this.chart, live.figure.data, live.figure.layout, CONFIG));
    } else if (written) this.mind(live.draw(this.Plotly, this.chart));
    if (this.claim.textContent !== live.claim) this.claim.textContent = live.claim;
    this.claim.hidden = !live.claim;
    const alt = live.sentence(data.alt, { ...stream?.latest, ...values }, data.alt);
    if (this.chart.getAttribute("aria-label") !== alt) this.chart.setAttribute("aria-label", alt);
    this.handles.lay(data.drag);
    this.undo.hidden = !data.bound.length;
    this.undo.disabled = data.bound.every((name) => same(this.inputs[name], data.defaults[name]));
    this.root.dataset.drawn = Number(this.root.dataset.drawn ?? 0) + Number(dressed || written);
    this.finish();
  }

  /** Plotly waits for pictures before it goes on drawing; whoever has walked on by then does not miss the rest. */
  mind(drawing) {
    drawing?.catch((fault) => { if (!this.gone) throw fault; });
  }

  /** Python drew an unfinished run and the run has ended: ask for the final figure, once. */
  finish() {
    const { stream, data } = this;
    const ended = stream?.final && stream.state.state !== data.state;
    const asked = `${data.topic} ${stream?.state?.state}`;
    if (!ended) this.asked = stream?.final ? this.asked : "";
    else if (this.asked !== asked) {
      this.asked = asked;
      // Whoever pressed the button sees the end at once; a full room spreads over two seconds.
      const mine = data.state === "queued" || data.state === "running";
      clearTimeout(this.finishing);
      this.finishing = setTimeout(() => this.setTriggerValue("finished", asked), Math.random() * (mine ? 300 : 2000));
    }
  }

  label() {
    const { words, download } = this.data;
    const button = (text, act, title = text) =>
      Object.assign(make("button", "dk-tool", { type: "button", "aria-label": title }), { textContent: text, onclick: act, title });
    const picture = (format) => () =>
      savePicture(this.Plotly, this.live.figure, { format, name: download, claim: this.live.claim, paper: this.live.paper });
    this.undo = button(words.reset, () => this.reset());
    this.undo.classList.add("dk-reset");
    this.tools.replaceChildren(
      this.undo,
      button("CSV", () => saveTable(this.live.figure, download), words.csv),
      button("PNG", picture("png"), words.png),
      button("SVG", picture("svg"), words.svg),
    );
  }

  remove() {
    this.gone = true;
    cancelAnimationFrame(this.frame);
    clearTimeout(this.finishing); // the next scene need not run once more for this one
    if (this.telling) { clearTimeout(this.telling); this.tell(); } // walking on must not lose the last movement
    this.sizes.disconnect();
    this.stream?.close();
    this.Plotly?.purge(this.chart);
    this.root.remove();
  }
}

export function render(component) {
  const { parentElement, data } = component;
  if (!views.has(parentElement)) views.set(parentElement, new View(parentElement, data.height));
  views.get(parentElement).update(component);
}

export function unmount(parentElement) {
  views.get(parentElement)?.remove();
  views.delete(parentElement);
}

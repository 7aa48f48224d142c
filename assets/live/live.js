// The figure on this screen: Python's drawing, painted for the screen, with what is live written into it.
// The grammar (``meta`` of traces and of the layout) is told in dkdemo/figures/binding.py.
import { containers, decode, get, painter, put, same, shrink } from "./figure.js";
import { fill, Missing, valueAt } from "./format.js";
import { columnsOf, fitted, slim, stacked } from "./phone.js";
import { quick } from "./quick.js";

const NARROW = 560; // px of chart below which type and margins shrink and columns stack
const COLUMN = 220; // px that a column needs beside others

export class Live {
  /** Read the figure drawn in Python; ``twin`` are the palette's colours in the dark. */
  load(text, twin) {
    this.base = decode(JSON.parse(text));
    this.twin = twin;
    this.dressed = "";
  }

  /** Paint for a screen: dark or light, so wide. True when something changed. */
  dress({ dark, width }) {
    const narrow = width < NARROW;
    const wanted = `${dark} ${narrow} ${width}`;
    if (this.dressed === wanted) return false;
    this.dressed = wanted;
    this.paint = painter(dark ? this.twin : null);
    const crowded = width < COLUMN * columnsOf(this.base.layout).length;
    const arranged = narrow || crowded ? stacked(this.base) : this.base;
    const figure = slim(narrow ? fitted(shrink(arranged), width) : arranged, width);
    this.paper = this.paint(figure.layout.paper_bgcolor ?? "#FFFFFF");
    const layout = { ...this.paint(figure.layout), width, autosize: false };
    layout.height ??= 400;
    // The chart lies on the page itself, whatever its colour is; only an exported picture needs paper.
    if (layout.paper_bgcolor === this.paper) layout.paper_bgcolor = "rgba(0,0,0,0)";
    if (layout.plot_bgcolor === this.paper) layout.plot_bgcolor = "rgba(0,0,0,0)";
    this.figure = containers({ data: figure.data.map(this.paint), layout });
    this.changes = [];
    return true;
  }

  /** Write what the kernel computed and what the run has told so far. True when something changed. */
  write(values, stream) {
    this.changes = [];
    const points = stream?.points.length ? stream.latest : {};
    this.base.data.forEach((trace, index) => {
      const { bind, snapshot, progress } = trace.meta ?? {};
      const source = snapshot ? stream?.snapshots[snapshot] : values;
      for (const [path, wanted] of Object.entries((source && bind) ?? {})) this.set(`data[${index}].${path}`, wanted, source, true);
      if (progress && stream?.points.length) {
        const curve = stream.curve(progress);
        this.put(`data[${index}].x`, curve.x);
        this.put(`data[${index}].y`, curve.y);
      }
    });
    const { bind, claim, snapshot } = this.base.layout.meta ?? {};
    const scope = { ...points, ...(snapshot && stream?.snapshots[snapshot]), ...values };
    for (const [path, wanted] of Object.entries(bind ?? {})) this.set(`layout.${path}`, wanted, scope, false);
    this.claim = claim ? this.sentence(claim, scope, "") : "";
    return this.changes.length > 0;
  }

  /** A sentence filled with numbers; while one of its numbers is not known yet, ``otherwise``. */
  sentence(template, scope, otherwise) {
    try {
      return fill(template, scope);
    } catch (fault) {
      if (fault instanceof Missing) return otherwise;
      throw fault;
    }
  }

  set(path, wanted, scope, plain) {
    try {
      const raw = plain ? !wanted.includes("{") && wanted : wanted.startsWith("=") && wanted.slice(1);
      const value = raw ? valueAt(scope, raw) : fill(wanted, scope);
      this.put(path, typeof value === "number" && /\.[xy]$/.test(path) && plain ? [value] : value); // one number is one point
    } catch (fault) {
      if (!(fault instanceof Missing)) throw fault; // not measured yet: the figure keeps what Python drew
    }
  }

  put(path, value) {
    if (typeof value === "string" || (Array.isArray(value) && typeof value[0] === "string")) value = this.paint(value);
    if (same(get(this.figure, path), value)) return;
    this.figure = put(this.figure, path, value);
    this.changes.push([path, value]);
  }

  /** The short way, unless another version of Plotly has once built its rooms otherwise. */
  quickly(chart, changes) {
    try {
      return !this.detour && quick(chart, changes);
    } catch (fault) {
      console.error(fault);
      this.detour = true;
      return false;
    }
  }

  /** Draw the last changes: the values alone where that is enough, else in the words of Plotly.update. A promise, if that takes time. */
  draw(Plotly, chart) {
    const changes = this.changes.map(([path, value]) => {
      const [, index, property] = /^data\[(\d+)\]\.(.*)$/.exec(path) ?? [];
      return property ? [Number(index), property, value] : [-1, path.slice("layout.".length), value];
    });
    if (this.quickly(chart, changes)) return null;
    const traces = [...new Set(changes.map(([index]) => index))].filter((index) => index >= 0);
    const data = {}, layout = {};
    for (const [index, property, value] of changes) {
      if (index < 0) layout[property] = value;
      else (data[property] ??= Array(traces.length).fill(undefined))[traces.indexOf(index)] = value;
    }
    return Plotly.update(chart, data, layout, traces);
  }
}

// New numbers in an old picture. Plotly.update reads the whole figure again and draws every axis anew, about
// 15 ms of a frame's 17; while a hand moves, only values change, and Plotly's own traces draw those in 2 to 6.
// This walks into Plotly's rooms, so it takes only what it knows and leaves the rest to Plotly.update; a test in
// Chromium holds both to the same picture, and what is refused to being refused.
import { get } from "./figure.js";

const MOVES = {
  scatter: /^(x|y|text|textposition|marker\.(color|size|symbol|opacity|angle))$/,
  bar: /^(x|y|text|marker\.(color|opacity))$/,
  heatmap: /^z$/,
  image: /^z$/,
};

function set(root, path, value) {
  const names = path.split("."), last = names.pop();
  names.reduce((owner, name) => (owner[name] ??= {}), root)[last] = value;
}

const axisOf = (layout, trace, letter) => layout[`${letter}axis${trace[`${letter}axis`].slice(1)}`];
const named = (axis) => axis.type === "category" || axis.type === "multicategory";

/** Would the new value leave all else as it stands: axes, scales, other colours, what is visible? */
function known(chart, [index, path, value]) {
  if (index < 0) return false; // the layout
  const trace = chart._fullData[index], old = get(trace, path);
  if (trace.visible !== true || trace._length === 0 || !MOVES[trace.type]?.test(path)) return false;
  if (path === "z") return trace.type === "image" || (!trace.zauto && !trace.coloraxis) ? sameShape(value, old) : false;
  if (path.startsWith("marker.")) { // one colour or size for all has a say in lines and outlines too
    const scaled = path === "marker.color" && (trace.marker.coloraxis || (trace.marker.cauto && value?.some?.(Number.isFinite)));
    return Array.isArray(value) && Array.isArray(old) && !scaled;
  }
  if (path.startsWith("text")) return Array.isArray(value) === Array.isArray(old);
  if (!Array.isArray(value) || !value.length || !Array.isArray(old)) return false;
  if (value.length !== old.length && trace.type === "scatter" && !trace._input.mode) return false; // Plotly counts the points
  const axis = axisOf(chart._fullLayout, trace, path);
  return !axis.autorange && !named(axis);
}

const sameShape = (a, b) => a.length === b.length && a[0].length === b[0].length;

/** What Plotly computes for a whole figure only: errors drawn as bars, words of single points, traces above traces. */
const apart = (trace) =>
  trace.zorder || trace.error_x?.visible || trace.error_y?.visible ||
  [trace.hoverinfo, trace.hovertemplate, ...Object.values(trace.hoverlabel ?? {})].some(Array.isArray);

/** Is this axis sorted by the values of the other one? */
const sorted = (axis) => named(axis) && !["trace", "array"].includes(axis.categoryorder);

/** Traces of one kind on one pair of axes share a layer and are drawn together: bars make room for each other.
 * Null where a layer is not what, or not yet where, it should be. */
function layers(chart, indices) {
  const found = new Map();
  for (const index of indices) {
    const { xaxis, yaxis, type, _module: module } = chart._fullData[index];
    const subplot = chart._fullLayout._plots[xaxis + yaxis];
    const layer = subplot?.plot?.select(`g.${module.layerName ?? `${module.name}layer`}`);
    const traces = chart._fullData.filter((one) => one._module === module && one.visible === true && one.xaxis + one.yaxis === xaxis + yaxis);
    const axes = ["x", "y"].map((letter) => axisOf(chart._fullLayout, chart._fullData[index], letter));
    if (!layer?.node() || traces.some(apart) || axes.some(sorted)) return null;
    found.set(xaxis + yaxis + type, { subplot, module, layer, traces });
  }
  return [...found.values()];
}

function compute(chart, { module }, trace) {
  const points = module.calc(chart, trace);
  points[0].t ??= {};
  points[0].trace = trace;
  chart.calcdata[trace.index] = points;
}

/** Draw ``changes``, a list of [trace, property, value]; false, and nothing done, where that takes a Plotly.update. */
export function quick(chart, changes) {
  if (!chart.calcdata || !changes.every((change) => known(chart, change))) return false;
  const changed = new Set(changes.map(([index]) => index));
  const drawn = layers(chart, changed);
  if (!drawn) return false;
  for (const [index, path, value] of changes) {
    set(chart.data[index], path, value);
    set(chart._fullData[index], path, value);
  }
  for (const index of changed) {
    const trace = chart._fullData[index];
    if (trace.x || trace.y) trace._length = Math.min(trace.x?.length ?? Infinity, trace.y?.length ?? Infinity);
  }
  for (const layer of drawn) {
    const { subplot, module, traces } = layer;
    for (const trace of traces) if (module.crossTraceCalc || changed.has(trace.index)) compute(chart, layer, trace);
    module.crossTraceCalc?.(chart, subplot);
    module.plot(chart, subplot, traces.map((trace) => chart.calcdata[trace.index]), layer.layer);
  }
  for (const style of new Set(drawn.map(({ module }) => module.style))) style(chart);
  return true;
}

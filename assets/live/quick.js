// New numbers in an old picture. Plotly.update reads the whole figure again and draws every axis anew, about
// 15 ms of a frame's 17; while a hand moves, only values change, and Plotly's own traces draw those in 2 to 6.
// This walks into Plotly's rooms, so it takes only what it knows and leaves the rest to Plotly.update; a test in
// Chromium holds both to the same picture.

const MOVES = {
  scatter: /^(x|y|text|textposition|marker\.(color|size|symbol|opacity|angle))$/,
  bar: /^(x|y|text|marker\.(color|opacity))$/,
  heatmap: /^z$/,
  image: /^z$/,
};

const axisOf = (layout, id) => layout[`${id[0]}axis${id.slice(1)}`];

/** Would the new values leave all else as it stands: axes, sizes, what is visible, how often it occurs? */
function known(chart, [index, path, value]) {
  if (index < 0) return false; // the layout
  const trace = chart._fullData[index];
  if (trace.visible !== true || trace._length === 0 || !MOVES[trace.type]?.test(path) || trace.zorder) return false;
  if (path === "z") return !trace.zauto && !trace.coloraxis && value.length === trace.z.length && value[0].length === trace.z[0].length;
  if (path === "marker.color" && trace.marker.cauto && typeof value[0] === "number") return false; // a scale that moves
  if (path.startsWith("text") || path.startsWith("marker.")) return Array.isArray(value) === Array.isArray(get(trace, path));
  if (!Array.isArray(value) || !value.length || !Array.isArray(trace[path])) return false;
  if (value.length !== trace[path].length && trace.type === "scatter" && !trace._input.mode) return false; // Plotly's own choice counts the points
  const axis = axisOf(chart._fullLayout, trace[`${path}axis`]);
  return !axis.autorange && axis.type !== "category" && axis.type !== "multicategory";
}

const get = (root, path) => path.split(".").reduce((value, name) => value?.[name], root);

function set(root, path, value) {
  const names = path.split("."), last = names.pop();
  names.reduce((owner, name) => (owner[name] ??= {}), root)[last] = value;
}

/** Traces of one kind on one pair of axes share a layer and are drawn together: bars make room for each other. */
function layers(chart, indices) {
  const found = new Map();
  for (const index of indices) {
    const { xaxis, yaxis, type, _module } = chart._fullData[index];
    found.set(xaxis + yaxis + type, { subplot: chart._fullLayout._plots[xaxis + yaxis], module: _module });
  }
  return [...found.values()];
}

function compute(chart, module, index) {
  const trace = chart._fullData[index];
  const points = module.calc(chart, trace);
  points[0].t ??= {};
  points[0].trace = trace;
  chart.calcdata[index] = points;
}

/** Draw ``changes``, a list of [trace, property, value]; false, and nothing done, where that takes a Plotly.update. */
export function quick(chart, changes) {
  if (!chart.calcdata || !changes.every((change) => known(chart, change))) return false;
  const changed = new Set();
  for (const [index, path, value] of changes) {
    set(chart.data[index], path, value);
    set(chart._fullData[index], path, value);
    changed.add(index);
  }
  for (const index of changed) {
    const trace = chart._fullData[index];
    if (trace.x || trace.y) trace._length = Math.min(trace.x?.length ?? Infinity, trace.y?.length ?? Infinity);
  }
  for (const { subplot, module } of layers(chart, changed)) {
    const fellows = chart._fullData.filter((trace) => trace._module === module && trace.visible === true && trace.xaxis + trace.yaxis === subplot.id);
    for (const trace of fellows) if (module.crossTraceCalc || changed.has(trace.index)) compute(chart, module, trace.index);
    module.crossTraceCalc?.(chart, subplot);
    const drawn = fellows.map((trace) => chart.calcdata[trace.index]);
    module.plot(chart, subplot, drawn, subplot.plot.select(`g.${module.layerName ?? `${module.name}layer`}`));
  }
  for (const style of new Set([...changed].map((index) => chart._fullData[index]._module.style))) style(chart);
  return true;
}

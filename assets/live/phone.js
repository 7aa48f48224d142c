// Small multiples stand side by side on a projector and one below the other on a phone.

const axesOf = (layout, letter) => Object.keys(layout).filter((name) => new RegExp(`^${letter}axis\\d*$`).test(name));
const domainOf = (axis) => axis.domain ?? [0, 1];

/** The figure with its columns stacked, and its height grown; the same figure if there is one column
 * only, too many to stack, or ``meta.phone`` is "keep". */
export function stacked(figure) {
  const { layout } = figure;
  if (layout.meta?.phone === "keep") return figure;
  const columns = columnsOf(layout);
  if (columns.length < 2 || columns.length > 4) return figure;
  // Worked out in pixels: a panel may lose height, the words between two panels may not.
  const margin = { t: 100, b: 80, ...layout.margin };
  const before = (layout.height ?? 400) - margin.t - margin.b;
  const panel = Math.max(150, 0.75 * before);
  const titled = axesOf(layout, "x").some((name) => layout[name].title?.text);
  const headed = (layout.annotations ?? []).some((item) => item.yref === "paper" && item.y > 1);
  const gap = 40 + (titled ? 28 : 0) + (headed ? 34 : 0);
  const whole = columns.length * panel + (columns.length - 1) * gap;
  /** The height on the new paper of a height on the old one; above and below a panel distances stay. */
  const up = (column, y) => {
    const floor = (columns.length - 1 - column) * (panel + gap);
    const beyond = y > 1 ? (y - 1) * before : y < 0 ? y * before : 0;
    return (floor + Math.min(1, Math.max(0, y)) * panel + beyond) / whole;
  };
  const at = (x) => columns.findIndex(([low, high]) => x >= low - 1e-6 && x <= high + 1e-6);

  const next = { ...layout, height: Math.round(whole + margin.t + margin.b) };
  for (const name of axesOf(layout, "x")) {
    const column = at(domainOf(layout[name])[0]), rows = partner(layout, name);
    next[name] = { ...layout[name], domain: [0, 1] };
    if (layout[rows]) next[rows] = { ...layout[rows], domain: domainOf(layout[rows]).map((y) => up(column, y)) };
  }
  for (const name of Object.keys(layout).filter((name) => /^scene\d*$/.test(name))) { // 3-D panels have no axes of their own
    const { x = [0, 1], y = [0, 1] } = layout[name].domain ?? {};
    const column = at(x[0]);
    if (column >= 0) next[name] = { ...layout[name], domain: { x: [0, 1], y: y.map((edge) => up(column, edge)) } };
  }
  const move = (item) => {
    if (item.xref !== "paper") return item; // it hangs on an axis and moves with it
    const moved = { ...item };
    for (const [x, y] of [["x", "y"], ["x0", "y0"], ["x1", "y1"]]) {
      const column = typeof item[x] === "number" ? at(item[x]) : -1;
      if (column < 0) continue;
      const [low, high] = columns[column];
      moved[x] = (item[x] - low) / (high - low);
      if (item.yref === "paper" && typeof item[y] === "number") moved[y] = up(column, item[y]);
    }
    return moved;
  };
  for (const kind of ["annotations", "shapes", "images"]) if (layout[kind]) next[kind] = layout[kind].map(move);
  return { data: figure.data, layout: next };
}

/** The figure no higher than its picture: one drawn to scale, alone, takes its height from the width it has. */
export function fitted(figure, width) {
  const { layout } = figure, { xaxis, yaxis } = layout;
  if (!yaxis?.scaleanchor || !xaxis?.range || !yaxis.range || axesOf(layout, "x").length !== 1) return figure;
  const { l = 80, r = 80, t = 100, b = 80 } = layout.margin ?? {};
  const span = ([first, last]) => Math.abs(last - first);
  const share = ({ domain: [low, high] = [0, 1] }) => high - low;
  const picture = (((width - l - r) * share(xaxis)) / span(xaxis.range)) * span(yaxis.range);
  return { data: figure.data, layout: { ...layout, height: Math.min(layout.height ?? 400, Math.round(picture / share(yaxis) + t + b)) } };
}

/** The figure with dashes that mark one value a class cut to three quarters of their class's room, lest they
 * join up to a line: a size is in pixels, and a phone has few of those. */
export function slim(figure, width) {
  const { l = 80, r = 80 } = figure.layout.margin ?? {};
  const data = figure.data.map((trace) => {
    if (trace.marker?.symbol !== "line-ew" || typeof trace.marker.size !== "number" || !trace.x?.length) return trace;
    const axis = figure.layout[`xaxis${(trace.xaxis ?? "x").slice(1)}`] ?? {};
    const [low, high] = domainOf(axis), [first, last] = axis.range ?? [0, trace.x.length]; // classes are one apart
    const room = ((width - l - r) * (high - low)) / Math.abs(last - first);
    return { ...trace, marker: { ...trace.marker, size: Math.min(trace.marker.size, 0.75 * room) } };
  });
  return { data, layout: figure.layout };
}

export function columnsOf(layout) {
  const found = new Map(axesOf(layout, "x").filter((name) => !layout[name].overlaying)
    .map((name) => [domainOf(layout[name]).map((x) => x.toFixed(4)).join(), domainOf(layout[name])]));
  const columns = [...found.values()].sort((a, b) => a[0] - b[0]);
  return columns.every(([low], index) => index === 0 || low >= columns[index - 1][1] - 1e-6) ? columns : [];
}

/** The name of the y axis that an x axis stands on. */
function partner(layout, xname) {
  const anchor = layout[xname].anchor ?? "y" + xname.slice(5);
  return anchor === "free" ? "" : "yaxis" + anchor.slice(1);
}

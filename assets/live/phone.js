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
  const gap = 0.12 / columns.length;
  const slot = (1 - gap * (columns.length - 1)) / columns.length;
  const floor = (column) => 1 - (column + 1) * slot - column * gap;
  const at = (x) => columns.findIndex(([low, high]) => x >= low - 1e-6 && x <= high + 1e-6);

  const next = { ...layout, height: Math.round((layout.height ?? 400) * (0.25 + 0.65 * columns.length)) };
  for (const name of axesOf(layout, "x")) {
    const column = at(domainOf(layout[name])[0]);
    const rows = layout[partner(layout, name)];
    next[name] = { ...layout[name], domain: [0, 1] };
    if (!rows) continue;
    const [low, high] = domainOf(rows);
    next[partner(layout, name)] = { ...rows, domain: [floor(column) + low * slot, floor(column) + high * slot] };
  }
  const move = (item) => {
    const moved = { ...item };
    // Without a paper reference the item hangs on an axis and moves with it.
    for (const [x, y] of [["x", "y"], ["x0", "y0"], ["x1", "y1"]]) {
      if (item.xref !== "paper" || typeof item[x] !== "number") continue;
      const column = at(item[x]);
      if (column < 0) continue;
      const [low, high] = columns[column];
      moved[x] = (item[x] - low) / (high - low);
      if (item.yref === "paper" && typeof item[y] === "number") moved[y] = floor(column) + item[y] * slot;
    }
    return moved;
  };
  for (const kind of ["annotations", "shapes", "images"]) if (layout[kind]) next[kind] = layout[kind].map(move);
  return { data: figure.data, layout: next };
}

function columnsOf(layout) {
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

// What is on the screen, taken home: the numbers as CSV, the picture as PNG or SVG.

function save(name, blob) {
  const link = Object.assign(document.createElement("a"), { download: name, href: URL.createObjectURL(blob) });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

const plain = (text) => String(text ?? "").replace(/<br\s*\/?>/gi, " ").replace(/<[^>]*>/g, "");

function cell(value) {
  const text = value === null || value === undefined ? "" : typeof value === "number" ? String(value) : plain(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const titleOf = (layout, kind, trace) =>
  plain(layout[kind + "axis" + (trace[kind + "axis"] ?? kind).slice(1)]?.title?.text) || kind;

/** Every trace as rows of one long table: trace, then its coordinates. Pictures give row, column, value. */
export function table({ data, layout }) {
  const rows = [["trace", "x", "y", "z"]];
  data.forEach((trace, index) => {
    if (trace.visible === false || trace.meta?.drawn) return; // words and frames are no measurement
    const name = plain(trace.name) || `${trace.type ?? "scatter"} ${index + 1}`;
    if (Array.isArray(trace.z)) {
      trace.z.forEach((line, y) => line.forEach((value, x) =>
        rows.push([name, trace.x?.[x] ?? x, trace.y?.[y] ?? y, Array.isArray(value) ? value.join(" ") : value])));
      return;
    }
    const { x = trace.y?.map((_, at) => at), y = trace.x?.map((_, at) => at) } = trace;
    x?.forEach((value, at) => rows.push([`${name} (${titleOf(layout, "x", trace)} / ${titleOf(layout, "y", trace)})`, value, y?.[at], ""]));
  });
  return rows.map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
}

export function saveTable(figure, name) {
  // The mark in front tells Excel that the Chinese words are UTF-8.
  save(`${name}.csv`, new Blob(["\ufeff", table(figure)], { type: "text/csv;charset=utf-8" }));
}

export async function savePicture(Plotly, { data, layout }, { format, name, claim, paper }) {
  const top = claim ? 64 : 16;
  const width = layout.width ?? 900;
  const size = Math.max(14, Math.min(24, (1.7 * width) / Math.max(claim.length, 1)));
  const whole = {
    ...layout,
    paper_bgcolor: paper,
    height: layout.height + top,
    margin: { ...layout.margin, t: (layout.margin?.t ?? 16) + top },
    title: claim ? { text: claim, font: { size }, x: 0.02, xanchor: "left", y: 1 - 30 / (layout.height + top) } : undefined,
  };
  const address = await Plotly.toImage({ data, layout: whole }, { format, width, height: whole.height, scale: format === "png" ? 2 : 1 });
  save(`${name}.${format}`, await (await fetch(address)).blob());
}

// What can be dragged in the picture itself: bars, points, a box. Every handle is a focusable slider that lies
// over the chart, so it works with mouse, finger and arrow keys alike.

/** The pixel place of a trace's item, within the chart. */
function placeOf(chart, trace, index) {
  const [xa, ya] = axesOf(chart, trace);
  const item = chart.calcdata?.[trace]?.[index];
  const full = chart._fullData[trace];
  if (full.type === "bar") {
    // A bar's own position knows of grouping and of gaps, which its category does not.
    const along = full.orientation === "h" ? [xa.c2p(item.s1 ?? item.s), ya.c2p(item.p)] : [xa.c2p(item.p), ya.c2p(item.s1 ?? item.s)];
    return [along[0] + xa._offset, along[1] + ya._offset];
  }
  return [xa.d2p(full.x[index]) + xa._offset, ya.d2p(full.y[index]) + ya._offset];
}

function axesOf(chart, trace) {
  const { xaxis = "x", yaxis = "y" } = chart._fullData[trace];
  const of = (id) => chart._fullLayout[id[0] + "axis" + id.slice(1)];
  return [of(xaxis), of(yaxis)];
}

/** What each kind lets the hand do: the handles it has, where they lie, and what a new place means. */
const KINDS = {
  bars: {
    count: (drag, inputs) => inputs[drag.inputs[0]].length,
    place: (chart, drag, inputs, index) => placeOf(chart, drag.trace, index),
    moves: (chart, drag) => (chart._fullData[drag.trace].orientation === "h" ? "x" : "y"),
    read: (drag, inputs, index) => ({ x: inputs[drag.inputs[0]][index], y: inputs[drag.inputs[0]][index] }),
    write: (drag, inputs, index, to, along) => setItem(inputs, drag.inputs[0], index, to[along]),
    name: (chart, drag, index) => {
      const full = chart._fullData[drag.trace];
      return String((full.orientation === "h" ? full.y : full.x)?.[index] ?? index + 1);
    },
  },
  points: {
    count: (drag, inputs) => inputs[drag.inputs[0]].length ?? 1,
    place: (chart, drag, inputs, index) => placeOf(chart, drag.trace, index),
    moves: (chart, drag) => (drag.inputs.length > 1 ? "xy" : "y"),
    read: (drag, inputs, index) => {
      const [x, y] = drag.inputs.map((name) => inputs[name][index] ?? inputs[name]);
      return drag.inputs.length > 1 ? { x, y } : { x: 0, y: x };
    },
    write: (drag, inputs, index, to) => {
      if (drag.inputs.length === 1) return setItem(inputs, drag.inputs[0], index, to.y);
      return { ...setItem(inputs, drag.inputs[0], index, to.x), ...setItem(inputs, drag.inputs[1], index, to.y) };
    },
    name: (chart, drag, index) => {
      const { text } = chart._fullData[drag.trace];
      return String(Array.isArray(text) ? text[index] : index + 1);
    },
  },
  box: {
    // The middle moves the box; the corners (x0, y0), (x1, y0), (x0, y1), (x1, y1) resize it.
    count: () => 5,
    place: (chart, drag, inputs, index) => {
      const [xa, ya] = axesOf(chart, drag.trace);
      const at = KINDS.box.read(drag, inputs, index);
      return [xa.d2p(at.x) + xa._offset, ya.d2p(at.y) + ya._offset];
    },
    moves: () => "xy",
    read: (drag, inputs, index) => {
      const [x0, y0, x1, y1] = drag.inputs.map((name) => inputs[name]);
      if (index === 0) return { x: (x0 + x1) / 2, y: (y0 + y1) / 2 };
      return { x: index % 2 ? x0 : x1, y: index < 3 ? y0 : y1 };
    },
    write: (drag, inputs, index, to, along, low, high) => {
      const names = drag.inputs;
      if (index) return { [names[index % 2 ? 0 : 2]]: to.x, [names[index < 3 ? 1 : 3]]: to.y };
      const was = KINDS.box.read(drag, inputs, 0);
      const shift = (a, b, wanted) => Math.max(low - Math.min(inputs[a], inputs[b]), Math.min(high - Math.max(inputs[a], inputs[b]), wanted));
      const dx = snap(shift(names[0], names[2], to.x - was.x), drag.step), dy = snap(shift(names[1], names[3], to.y - was.y), drag.step);
      const by = { [names[0]]: dx, [names[1]]: dy, [names[2]]: dx, [names[3]]: dy };
      return Object.fromEntries(names.map((name) => [name, tidy(inputs[name] + by[name])]));
    },
    name: (chart, drag, index) => ["✥", "↖", "↗", "↙", "↘"][index],
  },
};

/** Bars that are shares of a whole, ``group`` by ``group``: when one grows, its fellows make room in proportion. */
KINDS.shares = {
  ...KINDS.bars,
  write: (drag, inputs, index, to, along) => {
    const name = drag.inputs[0], was = inputs[name], start = index - (index % drag.group);
    const inside = (at) => at >= start && at < start + drag.group && at !== index;
    const others = was.reduce((sum, value, at) => sum + (inside(at) ? value : 0), 0), left = 1 - to[along];
    const shrunk = (value) => tidy(others > 0 ? (value * left) / others : left / (drag.group - 1));
    return { [name]: was.map((value, at) => (at === index ? to[along] : inside(at) ? shrunk(value) : value)) };
  },
};

const tidy = (value) => Number(value.toPrecision(12));
const snap = (value, step) => tidy(Math.round(value / step) * step);
function setItem(inputs, name, index, value) {
  if (!Array.isArray(inputs[name])) return { [name]: value };
  return { [name]: inputs[name].map((old, at) => (at === index ? value : old)) };
}

export class Handles {
  /** ``inputs()`` gives the values now, ``moved(changes)`` takes new ones, ``released()`` ends a drag. */
  constructor(root, chart, { inputs, moved, released, label }) {
    Object.assign(this, { root, chart, inputs, moved, released, label, held: null });
  }

  /** Lay the handles where the picture now has its bars, points or box. Called after every drawing. */
  lay(drag) {
    this.drag = drag;
    this.root.hidden = !drag;
    if (!drag || !this.chart._fullLayout) return;
    const kind = KINDS[drag.kind], inputs = this.inputs();
    const count = kind.count(drag, inputs);
    while (this.root.children.length > count) this.root.lastChild.remove();
    while (this.root.children.length < count) this.root.append(this.make(this.root.children.length));
    const along = kind.moves(this.chart, drag);
    [...this.root.children].forEach((node, index) => {
      const [left, top] = kind.place(this.chart, drag, inputs, index);
      if (!Number.isFinite(left + top)) return;
      node.style.transform = `translate(${left}px, ${top}px)`;
      node.dataset.kind = drag.kind;
      node.dataset.along = along;
      node.setAttribute("aria-orientation", along === "x" ? "horizontal" : "vertical");
      const at = kind.read(drag, inputs, index), [low, high] = this.range(along === "x" ? 0 : 1);
      node.setAttribute("aria-label", this.label(kind.name(this.chart, drag, index)));
      node.setAttribute("aria-valuemin", low);
      node.setAttribute("aria-valuemax", high);
      node.setAttribute("aria-valuenow", along === "x" ? at.x : at.y);
      node.setAttribute("aria-valuetext", along === "xy" ? `${tidy(at.x)}, ${tidy(at.y)}` : String(tidy(at[along])));
    });
  }

  range(which) {
    const axis = axesOf(this.chart, this.drag.trace)[which];
    const ends = axis.type === "log" ? axis.range.map((power) => 10 ** power) : axis.range;
    const [low, high] = axis.type === "category" ? [0, 1] : [...ends].sort((a, b) => a - b);
    return [this.drag.low ?? low, this.drag.high ?? high];
  }

  make(index) {
    const node = Object.assign(document.createElement("div"), { className: "dk-handle", tabIndex: 0 });
    node.setAttribute("role", "slider");
    node.onpointerdown = (event) => this.grab(node, index, event);
    node.onpointermove = (event) => this.held?.node === node && this.pull(event);
    node.onpointerup = node.onpointercancel = () => this.held?.node === node && this.drop();
    node.onkeydown = (event) => this.key(index, event);
    return node;
  }

  grab(node, index, event) {
    if (event.button) return;
    const [left, top] = KINDS[this.drag.kind].place(this.chart, this.drag, this.inputs(), index);
    node.setPointerCapture(event.pointerId);
    node.classList.add("dk-held");
    // The finger rarely hits the middle: what it holds is the offset, so that nothing jumps at the touch.
    this.held = { node, index, dx: left - event.clientX, dy: top - event.clientY };
  }

  pull(event) {
    const [xa, ya] = axesOf(this.chart, this.drag.trace);
    const { index, dx, dy } = this.held;
    const value = (axis, pixel) => (axis.type === "category" ? 0 : axis.p2d(pixel - axis._offset));
    this.move(index, { x: value(xa, event.clientX + dx), y: value(ya, event.clientY + dy) });
  }

  move(index, to) {
    const { drag } = this, kind = KINDS[drag.kind];
    const along = kind.moves(this.chart, drag);
    const clamped = {};
    for (const [which, letter] of [[0, "x"], [1, "y"]]) {
      const [low, high] = this.range(which);
      const bounded = Math.min(high, Math.max(low, to[letter]));
      clamped[letter] = drag.kind === "box" && index === 0 ? bounded : snap(bounded, drag.step);
    }
    const [low, high] = this.range(along === "x" ? 0 : 1);
    this.moved(kind.write(drag, this.inputs(), index, clamped, along, low, high));
  }

  drop() {
    this.held.node.classList.remove("dk-held");
    this.held = null;
    this.released();
  }

  /** Arrow keys move by a fiftieth of the range, with Shift by a tenth of that; nothing else is taken. */
  key(index, event) {
    const towards = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (!towards || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    const { drag } = this, kind = KINDS[drag.kind], along = kind.moves(this.chart, drag);
    const at = kind.read(drag, this.inputs(), index);
    const one = (which) => {
      const [low, high] = this.range(which);
      const wanted = ((high - low) / 50) * (event.shiftKey ? 0.1 : 1);
      return Math.max(drag.step, Math.round(wanted / drag.step) * drag.step);
    };
    // On a picture whose rows count downwards, the key pointing up still moves up.
    const flip = (axis) => (axis.range[0] > axis.range[1] ? -1 : 1);
    const [xa, ya] = axesOf(this.chart, drag.trace);
    let [dx, dy] = [towards[0] * one(0) * flip(xa), towards[1] * one(1) * flip(ya)];
    if (along === "y") dy = dy || towards[0] * one(1);
    if (along === "x") dx = dx || towards[1] * one(0);
    this.move(index, { x: at.x + dx, y: at.y + dy });
    this.released();
  }
}

// A board to draw a digit on, with mouse, pen or finger; after each stroke Python gets what MNIST would have made of it.
import { digitise, SIDE } from "./digit.js";
import { stylesheet } from "./screen.js";

const SHARP = 2; // canvas pixels per CSS pixel: fine on a phone, cheap on a projector
const PEN = 0.085; // of the board's side
const boards = new WeakMap();

function make(tag, className, attributes = {}, ...children) {
  const node = Object.assign(document.createElement(tag), { className });
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

class Board {
  constructor(parent) {
    this.strokes = [];
    this.told = 0;
    this.field = make("canvas", "dk-board-field", { role: "img" });
    this.hint = make("div", "dk-board-hint", { "aria-hidden": "true" });
    this.wipe = make("button", "dk-board-wipe", { type: "button" });
    this.seen = make("canvas", "dk-board-seen", { width: SIDE, height: SIDE, role: "img" });
    this.note = make("figcaption", "");
    this.root = make("div", "dk-board", {},
      make("div", "dk-board-frame", {}, this.field, this.hint),
      make("div", "dk-board-side", {}, make("figure", "", {}, this.seen, this.note), this.wipe));
    parent.append(this.root);
    stylesheet("canvas.css");
    this.field.onpointerdown = (event) => this.begin(event);
    this.field.onpointermove = (event) => this.pull(event);
    this.field.onpointerup = this.field.onpointercancel = (event) => this.end(event);
    this.wipe.onclick = () => { this.strokes = []; this.draw(); this.tell(); };
    this.sizes = new ResizeObserver(() => this.draw());
    this.sizes.observe(this.field);
  }

  update({ data, setStateValue }) {
    this.setStateValue = setStateValue;
    this.told = Math.max(this.told, data.heard);
    this.field.setAttribute("aria-label", data.words.canvas_label);
    this.hint.textContent = data.words.canvas_hint;
    this.wipe.textContent = data.words.canvas_clear;
    this.note.textContent = data.words.canvas_seen;
    this.seen.setAttribute("aria-label", data.words.canvas_seen);
    this.draw(); // the theme may have changed
  }

  place({ clientX, clientY }) {
    const box = this.field.getBoundingClientRect();
    return { x: (clientX - box.left) / box.width, y: (clientY - box.top) / box.height };
  }

  begin(event) {
    if (event.button || this.pointer !== undefined) return; // a second finger draws nothing
    event.preventDefault();
    this.pointer = event.pointerId;
    this.field.setPointerCapture(event.pointerId);
    this.strokes.push([this.place(event)]);
    this.hint.hidden = true;
    this.line(this.strokes.at(-1));
  }

  pull(event) {
    if (event.pointerId !== this.pointer) return;
    const stroke = this.strokes.at(-1), from = Math.max(0, stroke.length - 1);
    const passed = event.getCoalescedEvents?.() ?? [];
    stroke.push(...(passed.length ? passed : [event]).map((one) => this.place(one)));
    this.line(stroke.slice(from));
  }

  end(event) {
    if (event.pointerId !== this.pointer) return;
    this.pointer = undefined;
    this.tell();
  }

  draw() {
    const side = Math.round(this.field.clientWidth * SHARP);
    if (!side) return;
    if (this.field.width !== side) this.field.width = this.field.height = side;
    this.field.getContext("2d").clearRect(0, 0, side, side);
    this.strokes.forEach((stroke) => this.line(stroke));
    this.hint.hidden = this.strokes.length > 0;
    this.preview(digitise(this.strokes));
  }

  line(points) {
    const pen = this.field.getContext("2d"), side = this.field.width;
    pen.strokeStyle = getComputedStyle(this.field).color;
    Object.assign(pen, { lineWidth: PEN * side, lineCap: "round", lineJoin: "round" });
    pen.beginPath();
    pen.moveTo(points[0].x * side, points[0].y * side);
    points.forEach(({ x, y }) => pen.lineTo(x * side, y * side)); // a dot is a line to itself
    pen.stroke();
  }

  preview(pixels) {
    const picture = new ImageData(SIDE, SIDE);
    for (let at = 0; at < SIDE * SIDE; at += 1) picture.data.set([...Array(3).fill(pixels?.[at] ?? 0), 255], 4 * at);
    this.seen.getContext("2d").putImageData(picture, 0, 0);
  }

  tell() {
    const pixels = digitise(this.strokes);
    this.preview(pixels);
    this.told += 1;
    this.setStateValue("drawn", { n: this.told, pixels });
  }

  remove() {
    this.sizes.disconnect();
    this.root.remove();
  }
}

export function render(component) {
  const { parentElement } = component;
  if (!boards.has(parentElement)) boards.set(parentElement, new Board(parentElement));
  boards.get(parentElement).update(component);
}

export function unmount(parentElement) {
  boards.get(parentElement)?.remove();
  boards.delete(parentElement);
}

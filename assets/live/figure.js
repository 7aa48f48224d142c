// A Plotly figure as plain data: reading it, painting it for this screen, rewriting single properties.

const TYPES = {
  i1: Int8Array, u1: Uint8Array, u1c: Uint8ClampedArray, i2: Int16Array, u2: Uint16Array,
  i4: Int32Array, u4: Uint32Array, f4: Float32Array, f8: Float64Array,
};

/** Replace every base64 array, from Plotly or from an event of a run, by nested plain arrays. */
export function decode(value) {
  if (Array.isArray(value)) return value.some((item) => item && typeof item === "object") ? value.map(decode) : value;
  if (!value || typeof value !== "object") return value;
  if ("bdata" in value && "dtype" in value) {
    const bytes = Uint8Array.from(atob(value.bdata), (letter) => letter.charCodeAt(0));
    const flat = Array.from(new TYPES[value.dtype](bytes.buffer));
    const shape = typeof value.shape === "string" ? value.shape.split(",").map(Number) : value.shape;
    return nest(flat, shape ?? [flat.length]);
  }
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, decode(item)]));
}

function nest(flat, shape) {
  if (shape.length === 0) return flat[0];
  if (shape.length === 1) return flat;
  const size = flat.length / shape[0];
  return Array.from({ length: shape[0] }, (_, row) => nest(flat.slice(row * size, (row + 1) * size), shape.slice(1)));
}

const paths = new Map();
function steps(path) {
  if (!paths.has(path)) paths.set(path, path.match(/[^.[\]]+/g).map((step) => (/^\d+$/.test(step) ? Number(step) : step)));
  return paths.get(path);
}

export const get = (root, path) => steps(path).reduce((value, step) => value?.[step], root);

/** A copy of ``root`` with one property changed; whatever is not on the path stays the same object,
 * so that Plotly.react sees by identity what it need not touch. */
export function put(root, path, value, at = 0) {
  const way = steps(path);
  if (at === way.length) return value;
  const copy = Array.isArray(root) ? [...root] : { ...root };
  copy[way[at]] = put(root?.[way[at]] ?? (typeof way[at + 1] === "number" ? [] : {}), path, value, at + 1);
  return copy;
}

/** A copy of every container but not of the numbers in it: Plotly writes into the figure it is given. */
export function containers(value) {
  if (Array.isArray(value)) return value.some((item) => item && typeof item === "object" && !Array.isArray(item)) ? value.map(containers) : value;
  if (!value || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, containers(item)]));
}

export function same(a, b) {
  if (a === b || (a !== a && b !== b)) return true;
  if (!a || !b || typeof a !== "object" || typeof b !== "object") return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => same(a[key], b[key]));
}

/** Swap the palette's colours for their dark twins in every string: colours, colour scales, coloured words. */
export function painter(twin) {
  if (!twin) return (value) => value;
  const swap = new Map();
  for (const [light, dark] of Object.entries(twin)) {
    swap.set(light.toLowerCase(), dark);
    swap.set(channels(light), channels(dark));
  }
  const colour = /#[0-9a-f]{6}|\d{1,3}, ?\d{1,3}, ?\d{1,3}/gi;
  const text = (value) =>
    value.startsWith("data:") ? value : value.replace(colour, (found) => swap.get(found.toLowerCase().replaceAll(", ", ",")) ?? found);
  const paint = (value) => {
    if (typeof value === "string") return text(value);
    if (Array.isArray(value)) return value.some((item) => typeof item !== "number") ? value.map(paint) : value;
    if (!value || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, name === "meta" ? item : paint(item)]));
  };
  return paint;
}

const channels = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)).join(",");

/** Shrink type and margins for a phone: 18 px become 14, and never less than that. */
export function shrink(figure, factor = 14 / 18) {
  const walk = (value, name) => {
    if (Array.isArray(value)) return value.some((item) => item && typeof item === "object") ? value.map((item) => walk(item)) : value;
    if (!value || typeof value !== "object") return value;
    const entries = Object.entries(value).map(([key, item]) => {
      if (name && /font$/.test(name) && key === "size" && typeof item === "number") return [key, Math.max(14, item * factor)];
      if (name === "margin" && typeof item === "number") return [key, Math.round(item * factor)];
      return [key, key === "meta" ? item : walk(item, key)];
    });
    return Object.fromEntries(entries);
  };
  return { data: figure.data.map((trace) => walk(trace)), layout: walk(figure.layout) };
}

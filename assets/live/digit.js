// From strokes to the 28 x 28 pixels that MNIST would have made of them. No screen needed: the ink is computed.
// Source: LeCun et al. 1998: the digit is scaled into a box of 20 x 20 pixels, its sides kept in proportion and its
// edges grey, and laid so that its centre of mass is the centre of the 28 x 28 field.
export const SIDE = 28;
const BOX = 20;
const PEN = 2.6; // pixels across; kept while the drawing is scaled, or a small digit would become a blot

/** ``strokes``: lists of points { x, y } in any unit. Returns 784 values, 0 to 255, row by row; null without ink. */
export function digitise(strokes) {
  const points = strokes.flat();
  if (!points.length) return null;
  const [left, right] = ends(points.map((point) => point.x)), [top, bottom] = ends(points.map((point) => point.y));
  const size = Math.max(right - left, bottom - top);
  const scale = size > 0 ? (BOX - PEN) / size : 0;
  const lay = (dx, dy) => strokes.map((stroke) => stroke.map(({ x, y }) => ({
    x: (x - (left + right) / 2) * scale + SIDE / 2 + dx,
    y: (y - (top + bottom) / 2) * scale + SIDE / 2 + dy,
  })));
  const { x, y } = centre(ink(lay(0, 0)));
  return ink(lay(SIDE / 2 - x, SIDE / 2 - y)).map((share) => Math.round(255 * share));
}

const ends = (values) => [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];

/** How much of each pixel the pen covers: full inside the line, falling to nothing over one pixel at its edge. */
function ink(strokes) {
  const field = new Array(SIDE * SIDE).fill(0);
  for (const stroke of strokes) {
    stroke.forEach((b, index) => {
      const a = stroke[Math.max(0, index - 1)];
      const reach = PEN / 2 + 1;
      for (let row = floor(Math.min(a.y, b.y) - reach); row <= floor(Math.max(a.y, b.y) + reach); row += 1) {
        for (let column = floor(Math.min(a.x, b.x) - reach); column <= floor(Math.max(a.x, b.x) + reach); column += 1) {
          const share = Math.min(1, Math.max(0, PEN / 2 + 0.5 - distance(column + 0.5, row + 0.5, a, b)));
          field[row * SIDE + column] = Math.max(field[row * SIDE + column], share);
        }
      }
    });
  }
  return field;
}

const floor = (value) => Math.min(SIDE - 1, Math.max(0, Math.floor(value)));

function distance(x, y, a, b) {
  const dx = b.x - a.x, dy = b.y - a.y, square = dx * dx + dy * dy;
  const along = square ? Math.min(1, Math.max(0, ((x - a.x) * dx + (y - a.y) * dy) / square)) : 0;
  return Math.hypot(x - a.x - along * dx, y - a.y - along * dy);
}

function centre(field) {
  let mass = 0, x = 0, y = 0;
  field.forEach((share, at) => {
    mass += share;
    x += share * ((at % SIDE) + 0.5);
    y += share * (Math.floor(at / SIDE) + 0.5);
  });
  return { x: x / mass, y: y / mass };
}

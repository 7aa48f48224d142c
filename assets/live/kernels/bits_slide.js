// Measured errors read at one number of bits, and the rungs the weights stand on. Twin: dkdemo/kernels/cost.py.
import { nearest } from "../sums.js";

export default function ({ widths, curves, steps, sizes, dense, dense_bytes, reach, rule, bits }) {
  const place = nearest(widths, bits);
  const width = widths[place];
  const step = steps[rule][place];
  const most = 2 ** (width - 1) - 1;
  const rungs = width === 1 ? [-step / 2, step / 2] : Array.from({ length: 2 * most + 1 }, (_, k) => (k - most) * step);
  const drawn = rungs.filter((rung) => Math.abs(rung) <= reach * 1.0001);
  return {
    bits: width,
    rungs: rungs.length,
    rung_x: drawn.flatMap((rung) => [rung, rung, null]),
    rung_y: drawn.flatMap(() => [0, 1, null]),
    now_x: curves.map(() => width),
    now: curves.map((curve) => curve[place]),
    error: curves[rule][place],
    dense,
    share: sizes[place] / dense_bytes,
    kilobytes: sizes[place] / 1000,
  };
}

// A quantum oscillator beside the pendulum bob of the same energy. Twin: dkdemo/kernels/theory.py.
import { rounded } from "../sums.js";

const EDGE = 1.5, DRAWN = 601, INSIDE = 2001;

function wave(n, x) {
  let before = 0;
  let now = Math.PI ** -0.25 * Math.exp((-x * x) / 2);
  for (let k = 0; k < n; k += 1) {
    [before, now] = [now, Math.sqrt(2 / (k + 1)) * x * now - Math.sqrt(k / (k + 1)) * before];
  }
  return now;
}

export default function ({ level }) {
  const n = rounded(level);
  const reach = Math.sqrt(2 * n + 1);
  const at = (u) => reach * wave(n, reach * u) ** 2;
  let within = 0;
  for (let k = 0; k < INSIDE; k += 1) {
    const weight = k === 0 || k === INSIDE - 1 ? 1 : k % 2 ? 4 : 2; // Simpson's rule
    within += weight * at(-1 + (2 * k) / (INSIDE - 1));
  }
  const density = Array.from({ length: DRAWN }, (_, k) => at(-EDGE + (2 * EDGE * k) / (DRAWN - 1)));
  return { level: n, density, outside: 1 - (within * 2) / (INSIDE - 1) / 3 };
}

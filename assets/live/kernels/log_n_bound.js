// InfoNCE with a perfect critic on Gaussians, by the number of choices. Twin: dkdemo/kernels/others.py.
import { rounded } from "../sums.js";

const DIMENSIONS = 5, CONTEXTS = 128, MOST = 1024;
const CHOICES = [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

// mulberry32 as a function of the place
function uniform(place) {
  let word = Math.imul(place, 0x6d2b79f5) >>> 0;
  word = Math.imul(word ^ (word >>> 15), word | 1);
  word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
  return (((word ^ (word >>> 14)) >>> 0) + 0.5) / 2 ** 32;
}

// Box and Muller
const normal = (index) =>
  Math.sqrt(-2 * Math.log(uniform(2 * index + 1))) * Math.cos(2 * Math.PI * uniform(2 * index + 2));

let kept;
function normals() {
  if (kept) return kept;
  const rows = (start, count) =>
    Array.from({ length: count }, (_, i) => Array.from({ length: DIMENSIONS }, (_, k) => normal(start + i * DIMENSIONS + k)));
  const scaled = (part) => {
    const size = part[0].map((_, k) => Math.sqrt(part.reduce((sum, row) => sum + row[k] ** 2, 0) / part.length));
    return part.map((row) => row.map((value, k) => value / size[k]));
  };
  const count = CONTEXTS * DIMENSIONS;
  const strangers = rows(2 * count, MOST - 1);
  kept = { context: scaled(rows(0, CONTEXTS)), error: scaled(rows(count, CONTEXTS)), strangers, sizes: strangers.map((row) => row.reduce((sum, v) => sum + v * v, 0)) };
  return kept;
}

export default function ({ information, choices }) {
  const { context, error, strangers, sizes } = normals();
  const rho2 = 1 - Math.exp((-2 * information) / DIMENSIONS);
  const rho = Math.sqrt(rho2), rest = 1 - rho2;
  const loss = CHOICES.map(() => 0);
  for (const sign of [1, -1]) {
    context.forEach((c, i) => {
      let own = 0;
      for (let k = 0; k < DIMENSIONS; k += 1) {
        const x = rho * c[k] + sign * Math.sqrt(rest) * error[i][k];
        own += (rho / rest) * x * c[k] - (rho2 / (2 * rest)) * x * x;
      }
      let wrong = 0, next = 0;
      for (let j = 0; j < MOST - 1; j += 1) {
        const x = strangers[j];
        let dot = 0;
        for (let k = 0; k < DIMENSIONS; k += 1) dot += c[k] * x[k];
        wrong += Math.exp((rho / rest) * dot - (rho2 / (2 * rest)) * sizes[j] - own);
        if (j + 2 === CHOICES[next]) {
          loss[next] += Math.log1p(wrong) / (2 * CONTEXTS);
          next += 1;
        }
      }
    });
  }
  const caps = CHOICES.map((n) => Math.log(n));
  const estimates = caps.map((cap, at) => cap - loss[at]);
  const at = Math.min(CHOICES.length - 1, Math.max(0, rounded(Math.log2(choices)) - 1));
  return {
    information,
    truth: CHOICES.map(() => information),
    estimates,
    caps,
    choices: CHOICES[at],
    here_x: [CHOICES[at]],
    here_y: [estimates[at]],
    estimate: estimates[at],
    cap: caps[at],
    missing: information - estimates[at],
  };
}

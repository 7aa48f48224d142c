// The blend of two images with its label, and what Beta(alpha, alpha) would have drawn. Twin: dkdemo/kernels/mixing.py.
import { wholePercent } from "../sums.js";

// ln Γ(x) for x > 0 by Lanczos' series (g = 7, nine terms): good to about 1e-14.
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];
function lnGamma(x) {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - lnGamma(1 - x);
  const z = x - 1;
  const sum = LANCZOS.reduce((total, c, index) => (index ? total + c / (z + index) : c), 0);
  const t = z + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(sum);
}

function density(alpha) {
  const scale = lnGamma(2 * alpha) - 2 * lnGamma(alpha);
  return Array.from({ length: 99 }, (_, index) => {
    const lam = (index + 1) / 100;
    return Math.exp((alpha - 1) * Math.log(lam * (1 - lam)) + scale);
  });
}

// Inverts the distribution function on a grid of s = ln(lam / (1 - lam)), where the density is smooth.
function quantiles(uniforms, alpha, points = 1201) {
  const reach = 12 / Math.sqrt(alpha) + 25 / alpha;
  const s = [], below = [0];
  let last = 0;
  for (let index = 0; index < points; index += 1) {
    s.push(-reach + (2 * reach * index) / (points - 1));
    const size = Math.abs(s[index]);
    const weight = Math.exp(-alpha * (size + 2 * Math.log1p(Math.exp(-size))));
    if (index) below.push(below[index - 1] + (weight + last) / 2);
    last = weight;
  }
  return uniforms.map((uniform) => {
    const wanted = uniform * below[points - 1];
    let low = 0, high = points - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (below[middle] <= wanted) low = middle; else high = middle;
    }
    const part = (wanted - below[low]) / (below[high] - below[low]);
    return 1 / (1 + Math.exp(-(s[low] + part * (s[high] - s[low]))));
  });
}

export default function ({ first, second, lam, alpha, uniforms = [] }) {
  const blend = (a, b) => lam * a + (1 - lam) * b;
  const shares = [lam, 1 - lam];
  return {
    image: first.map((row, y) => row.map((pixel, x) => pixel.map((value, c) => blend(value, second[y][x][c])))),
    lam,
    alpha,
    here: [lam],
    shares,
    shares_text: shares.map(wholePercent),
    share_first: shares[0],
    share_second: shares[1],
    density: density(alpha),
    draws: quantiles(uniforms, alpha),
  };
}

// H(p), the cost of believing q instead, and that cost while q moves over to p. Twin: dkdemo/kernels/training.py.
import { fixed, sum } from "../sums.js";

const TOWARDS = Array.from({ length: 21 }, (_, index) => index / 20);
const TALLEST = 9;
const NAMED = 3.5;

const cost = (p, q) => sum(p.map((share, k) => (share > 0 ? -share * Math.log(q[k]) : 0)));

export default function ({ shares, unit, per_nat }) {
  const half = shares.length / 2;
  const [p, q] = [shares.slice(0, half), shares.slice(half)].map((row) => row.map((share) => share / sum(row)));
  const own = Math.max(cost(p, p), 0);
  const cross = cost(p, q);
  const extra = Math.max(cross - own, 0) * per_nat;
  const together = [...p, ...q];
  return {
    shares: together,
    shares_text: together.map((share) => fixed(share, 2)),
    unit,
    entropy: own * per_nat,
    cross: cross * per_nat,
    divergence: extra,
    own_bars: [own * per_nat, own * per_nat],
    extra_bars: [0, Math.min(extra, TALLEST)],
    top: Math.min(cross * per_nat, NAMED),
    top_at: [cross * per_nat <= NAMED ? "CE(p, q)" : "H(p)"],
    name_at: own * per_nat > 0.5 ? "bottom right" : "top right",
    path: TOWARDS.map((t) => cost(p, q.map((share, k) => (1 - t) * share + t * p[k])) * per_nat),
    floor: [own * per_nat, own * per_nat],
    now_y: [cross * per_nat],
    most: Math.log(half) * per_nat,
  };
}

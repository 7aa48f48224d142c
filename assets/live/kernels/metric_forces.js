// An anchor, a friend and strangers in the plane, and where a loss pushes each. Twin: dkdemo/kernels/others.py.
import { strokes, sum } from "../sums.js";

const REACH = 1, LONGEST = 1.3; // an arrow's length for a force of 1, and the most it is drawn with
const RING = 73;

function pairwise(loss, away, margin) {
  const [near, ...far] = away;
  const count = far.length;
  if (loss === "contrastive") {
    const short = far.map((d) => Math.max(margin - d, 0));
    const value = (near ** 2 + sum(short.map((s) => s ** 2))) / 2 / (1 + count);
    return { value, pull: [near, ...short.map((s) => -s)].map((s) => s / (1 + count)), pushing: short.map((s) => s > 0), radius: margin };
  }
  const power = loss === "triplet" ? 2 : 1;
  const short = far.map((d) => near ** power - d ** power + margin);
  const active = short.map((s) => (s > 0 ? 1 : 0));
  const total = sum(active);
  return {
    value: sum(short.map((s) => Math.max(s, 0))) / count,
    pull: [((power === 2 ? 2 * near : 1) * total) / count, ...far.map((d, j) => (-(power === 2 ? 2 * d : 1) * active[j]) / count)],
    pushing: active,
    radius: (near ** power + margin) ** (1 / power),
  };
}

function oneAgainstMany([a, p, ...strangers]) {
  const ahead = strangers.map((n) => n[0] * a[0] + n[1] * a[1] - (p[0] * a[0] + p[1] * a[1]));
  const top = Math.max(0, ...ahead);
  const weights = ahead.map((value) => Math.exp(value - top));
  const total = Math.exp(-top) + sum(weights);
  const share = weights.map((w) => w / total);
  const all = sum(share);
  return {
    value: top + Math.log(total),
    slope: [-all, ...share].map((s) => [s * a[0], s * a[1]]),
    lift: [0, 1].map((k) => sum(strangers.map((n, j) => share[j] * n[k])) - all * p[k]),
    pushing: share.map((s) => s > 1e-3),
  };
}

function border(loss, a, p, radius) {
  const steps = [...Array(RING).keys()].map((step) => step / (RING - 1));
  if (loss !== "n_pair") {
    return [steps.map((s) => a[0] + radius * Math.cos(2 * Math.PI * s)), steps.map((s) => a[1] + radius * Math.sin(2 * Math.PI * s))];
  }
  const length = Math.hypot(a[0], a[1]);
  const across = length > 0 ? [-a[1] / length, a[0] / length] : [0, 0];
  return [0, 1].map((k) => steps.map((s) => p[k] + 20 * (2 * s - 1) * across[k]));
}

export default function ({ x, y, loss, margin }) {
  const points = x.map((value, i) => [value, y[i]]);
  const gaps = points.slice(1).map((q) => [points[0][0] - q[0], points[0][1] - q[1]]);
  const away = gaps.map((gap) => Math.hypot(gap[0], gap[1]));
  let found;
  if (loss === "n_pair") {
    found = oneAgainstMany(points);
  } else {
    found = pairwise(loss, away, margin);
    const along = gaps.map((gap, i) => gap.map((part) => (away[i] > 0 ? (found.pull[i] * part) / away[i] : 0)));
    found.slope = along.map((part) => part.map((value) => -value));
    found.lift = [0, 1].map((k) => sum(along.map((part) => part[k])));
  }
  const force = [found.lift, ...found.slope].map((part) => part.map((value) => -value));
  const size = force.map((f) => Math.hypot(f[0], f[1]));
  const tip = points.map((q, i) => q.map((value, k) => value + force[i][k] * Math.min(REACH, LONGEST / Math.max(size[i], 1e-12))));
  const [ringX, ringY] = border(loss, points[0], points[1], found.radius);
  return {
    x: points.map((q) => q[0]),
    y: points.map((q) => q[1]),
    force_x: force.map((f) => f[0]),
    force_y: force.map((f) => f[1]),
    arrow_x: strokes(x, tip.map((t) => t[0])),
    arrow_y: strokes(y, tip.map((t) => t[1])),
    tip_x: tip.map((t) => t[0]),
    tip_y: tip.map((t) => t[1]),
    tip_angle: force.map((f, i) => (size[i] > 1e-6 ? 90 - (180 / Math.PI) * Math.atan2(f[1], f[0]) : 0)),
    tip_size: size.map((s) => (s > 1e-6 ? 12 : 0)),
    ring_x: ringX,
    ring_y: ringY,
    margin,
    loss: found.value,
    near: away[0],
    far: Math.min(...away.slice(1)),
    pushing: found.pushing.filter(Boolean).length,
    strangers: points.length - 2,
  };
}

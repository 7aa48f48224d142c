// Points on a circle and where NT-Xent pushes each. Twin: dkdemo/kernels/simclr.py.
import { choice, mean, strokes, sum } from "../sums.js";

const LONGEST = 0.55; // the longest arrow: the others are in proportion
const WEAKEST = 1e-3; // nats per radian: where all forces are weaker, the arrows shrink with them

export default function ({ x, y, temperature }) {
  const m = x.length;
  const angle = x.map((value, i) => Math.atan2(y[i], value)); // only the direction counts
  const views = angle.map((a, i) => choice(angle.map((b) => Math.cos(a - b)), i, temperature));
  const excess = views.map(({ shares, partner }) => shares.map((share, k) => (k === partner ? share - 1 : share)));
  const force = angle.map((a, i) =>
    sum(angle.map((b, k) => (excess[i][k] + excess[k][i]) * Math.sin(a - b))) / (m * temperature));
  const strongest = Math.max(...force.map(Math.abs));
  const length = force.map((f) => (LONGEST * f) / Math.max(strongest, WEAKEST));
  const onX = angle.map(Math.cos);
  const onY = angle.map(Math.sin);
  const tipX = length.map((l, i) => onX[i] - l * onY[i]); // along the tangent
  const tipY = length.map((l, i) => onY[i] + l * onX[i]);
  const apart = angle.map((a, i) => Math.acos(Math.min(1, Math.max(-1, Math.cos(a - angle[views[i].partner])))));
  const degrees = 180 / Math.PI;
  return {
    x: onX,
    y: onY,
    force,
    strongest,
    link_x: strokes(onX.slice(0, m / 2), onX.slice(m / 2)),
    link_y: strokes(onY.slice(0, m / 2), onY.slice(m / 2)),
    arrow_x: strokes(onX, tipX),
    arrow_y: strokes(onY, tipY),
    tip_x: tipX,
    tip_y: tipY,
    tip_angle: angle.map((a, i) => (-a - (length[i] < 0 ? Math.PI : 0)) * degrees),
    temperature,
    loss: sum(views.map(({ loss }) => loss / m)),
    chance: Math.log(m - 1),
    found: views.filter(({ found }) => found).length,
    apart: mean(apart) * degrees,
    together: Math.hypot(mean(onX), mean(onY)),
  };
}

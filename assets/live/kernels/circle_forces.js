// Points on a circle and where NT-Xent pushes each. Twin: dkdemo/kernels/simclr.py.
const LONGEST = 0.55; // the longest arrow: the others are in proportion
const WEAKEST = 1e-3; // nats per radian: where all forces are weaker, the arrows shrink with them

export default function ({ x, y, temperature }) {
  const m = x.length;
  const angle = x.map((value, i) => Math.atan2(y[i], value)); // only the direction counts
  const partner = (i) => (i + m / 2) % m;
  let loss = 0;
  let found = 0;
  const excess = angle.map((a, i) => {
    const scores = angle.map((b) => Math.cos(a - b));
    const top = Math.max(...scores.filter((_, k) => k !== i));
    const weights = scores.map((s, k) => (k === i ? 0 : Math.exp((s - top) / temperature)));
    const total = weights.reduce((sum, w) => sum + w, 0);
    const shares = weights.map((w) => w / total);
    loss += (Math.log(total) - (scores[partner(i)] - top) / temperature) / m;
    if (shares.indexOf(Math.max(...shares)) === partner(i)) found += 1;
    shares[partner(i)] -= 1;
    return shares;
  });
  const force = angle.map(
    (a, i) =>
      angle.reduce((sum, b, k) => sum + (excess[i][k] + excess[k][i]) * Math.sin(a - b), 0) / (m * temperature),
  );
  const strongest = Math.max(...force.map(Math.abs));
  const length = force.map((f) => (LONGEST * f) / Math.max(strongest, WEAKEST));
  const onX = angle.map(Math.cos);
  const onY = angle.map(Math.sin);
  const tipX = length.map((l, i) => onX[i] - l * onY[i]); // along the tangent
  const tipY = length.map((l, i) => onY[i] + l * onX[i]);
  const apart = angle.map((a, i) => Math.acos(Math.min(1, Math.max(-1, Math.cos(a - angle[partner(i)])))));
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / m;
  const degrees = 180 / Math.PI;
  return {
    x: onX,
    y: onY,
    force,
    strongest,
    link_x: onX.slice(m / 2).flatMap((value, i) => [onX[i], value, null]),
    link_y: onY.slice(m / 2).flatMap((value, i) => [onY[i], value, null]),
    arrow_x: onX.flatMap((value, i) => [value, tipX[i], null]),
    arrow_y: onY.flatMap((value, i) => [value, tipY[i], null]),
    tip_x: tipX,
    tip_y: tipY,
    tip_angle: angle.map((a, i) => (-a - (length[i] < 0 ? Math.PI : 0)) * degrees),
    temperature,
    loss,
    chance: Math.log(m - 1),
    found,
    apart: mean(apart) * degrees,
    together: Math.hypot(mean(onX), mean(onY)),
  };
}

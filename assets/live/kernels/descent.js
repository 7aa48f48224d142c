// One path downhill over a landscape of two weights. Twin: dkdemo/kernels/training.py.
import { mean, padded, sum } from "../sums.js";

const STEPS = 60;
const FAR = 1e6;
const LEAST = 1e-12;
const BETAS = [0.9, 0.999];
const EPSILON = 1e-8;

/** Loss and gradient of the quadratic, or of y = v tanh(u x) on the data. */
function landscape({ curvatures, data_x, data_y }) {
  if (curvatures.length) {
    return {
      loss: (w) => 0.5 * sum(w.map((value, i) => curvatures[i] * value * value)),
      gradient: (w) => w.map((value, i) => curvatures[i] * value),
    };
  }
  const seen = ([u, v]) => data_x.map((x, n) => {
    const t = Math.tanh(u * x);
    return { x, t, error: v * t - data_y[n] };
  });
  return {
    loss: (w) => 0.5 * mean(seen(w).map(({ error }) => error * error)),
    gradient: (w) => {
      const parts = seen(w);
      return [mean(parts.map(({ x, t, error }) => error * w[1] * (1 - t * t) * x)), mean(parts.map(({ t, error }) => error * t))];
    },
  };
}

function walker(optimiser, rate, momentum) {
  const [one, two] = BETAS;
  const velocity = [0, 0], square = [0, 0];
  return (w, slope, step) => w.map((value, i) => {
    if (optimiser === "adam") {
      velocity[i] = one * velocity[i] + (1 - one) * slope[i];
      square[i] = two * square[i] + (1 - two) * slope[i] * slope[i];
      const size = Math.sqrt(square[i] / (1 - two ** step)) + EPSILON;
      return value - (rate * (velocity[i] / (1 - one ** step))) / size;
    }
    velocity[i] = (optimiser === "momentum" ? momentum : 0) * velocity[i] + slope[i];
    return value - rate * velocity[i];
  });
}

export default function (inputs) {
  const { x, y, learning_rate, optimiser, momentum, floor, limit, verdicts } = inputs;
  const { loss, gradient } = landscape(inputs);
  const next = walker(optimiser, learning_rate, momentum);
  const path = [[x[0], y[0]]];
  for (let step = 1; step <= STEPS; step += 1) {
    const w = next(path.at(-1), gradient(path.at(-1)), step);
    if (!(Math.max(...w.map(Math.abs)) <= FAR)) break;
    path.push(w);
  }
  const gaps = path.map((w) => loss(w) - floor);
  const [before, after] = [gaps[0], gaps.at(-1)];
  const last = gaps.slice(-20);
  let told;
  if (path.length <= STEPS || after > before) told = 3;
  else if (after <= 0.01 * before) told = 0;
  else if (path.every((w) => w[0] === x[0] && w[1] === y[0])) told = 4;
  else told = last.slice(1).every((later, i) => later < 0.9999 * last[i]) ? 1 : 2;
  return {
    x: [x[0]],
    y: [y[0]],
    learning_rate,
    limit,
    share: learning_rate / limit,
    path_x: padded(path.map(([u]) => u), STEPS + 1),
    path_y: padded(path.map(([, v]) => v), STEPS + 1),
    end_x: [path.at(-1)[0]],
    end_y: [path.at(-1)[1]],
    gap: padded(gaps.map((gap) => Math.max(gap, LEAST)), STEPS + 1),
    first: before + floor,
    last: after + floor,
    told,
    verdict: verdicts[told],
  };
}

// One weight on a parabola: each step multiplies it by 1 - lr h. Twin: dkdemo/kernels/training.py.
import { padded } from "../sums.js";

const FAR = 1e6;
const HOPS = 12;
const RATES = Array.from({ length: 101 }, (_, index) => index / 100);

export default function ({ learning_rate, curvature, verdicts }) {
  const factor = 1 - learning_rate * curvature;
  let told;
  if (Math.abs(factor) < 1e-9) told = 1;
  else if (Math.abs(factor + 1) < 1e-9) told = 3;
  else told = factor > 0 ? 0 : factor > -1 ? 2 : 4;
  const places = [1];
  while (places.length <= HOPS) {
    const w = places.at(-1) - learning_rate * curvature * places.at(-1);
    if (!(Math.abs(w) <= FAR)) break;
    places.push(w);
  }
  const height = (w) => 0.5 * curvature * w * w;
  return {
    learning_rate,
    curvature,
    factor,
    limit: 2 / curvature,
    best: 1 / curvature,
    path_x: padded(places, HOPS + 1),
    path_y: padded(places.map(height), HOPS + 1),
    end_x: [places.at(-1)],
    end_y: [height(places.at(-1))],
    hill: RATES.map((rate) => height(4 * rate - 2)),
    size: RATES.map((rate) => Math.abs(1 - rate * curvature)),
    now_x: [learning_rate],
    now_y: [Math.abs(factor)],
    told,
    verdict: verdicts[told],
  };
}

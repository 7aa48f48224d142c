// How much of a nudge is left n steps later, in a linear and in a tanh network. Twin: dkdemo/kernels/others.py.
import { rounded } from "../sums.js";

const REACHED = 50;

export default function ({ weight, steps }) {
  const linear = [1], curved = [1];
  let state = 0, slope = 1;
  for (let step = 1; step <= REACHED; step += 1) {
    state = Math.tanh(weight * state + 0.5 * Math.sin(1.7 * step));
    slope *= weight * (1 - state ** 2);
    linear.push(weight ** step);
    curved.push(slope);
  }
  const here = Math.min(REACHED, Math.max(0, rounded(steps)));
  return {
    weight,
    steps: here,
    linear,
    curved,
    here_x: [here, here],
    here_y: [linear[here], curved[here]],
    left: linear[here],
    left_curved: curved[here],
  };
}

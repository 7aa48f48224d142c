// Measured curves looked up at one number of coefficients. Twin: dkdemo/kernels/theory.py.
import { mean, nearest } from "../sums.js";

export default function ({ sizes, fits, bias, variance, risk, train, size }) {
  const here = nearest(sizes, size);
  const curves = fits[here];
  return {
    coefficients: sizes[here],
    degree: sizes[here] - 1,
    ghosts: curves.flatMap((curve) => [...curve, null]),
    average: curves[0].map((_, x) => mean(curves.map((curve) => curve[x]))),
    first: curves[0],
    bias_here: bias[here],
    variance_here: variance[here],
    risk_here: risk[here],
    train_here: train[here],
    mark_x: [sizes[here]],
    mark_y: [risk[here]],
    mark_bias: [bias[here]],
    mark_variance: [variance[here]],
  };
}

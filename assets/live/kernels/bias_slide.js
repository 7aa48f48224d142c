// Measured curves read at one bias. Twin: dkdemo/kernels/distillation.py.
import { rounded } from "../sums.js";

export default function ({ biases, curve, curve_all, bias }) {
  const stop = Math.min(Math.max(rounded((bias - biases[0]) / (biases[1] - biases[0])), 0), biases.length - 1);
  return {
    bias: biases[stop],
    now_x: curve.map(() => biases[stop]),
    hidden: curve.map((row) => row[stop]),
    all: curve_all.map((row) => row[stop]),
  };
}

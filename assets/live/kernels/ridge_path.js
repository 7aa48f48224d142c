// Measured errors looked up at one strength of the ridge. Twin: dkdemo/kernels/theory.py.
import { mean, nearest } from "../sums.js";

export default function ({ strengths, names, test, train, threshold, strength }) {
  const here = nearest(strengths, strength);
  const average = test[here].map(mean);
  const high = test[here].map((runs) => Math.max(...runs));
  const low = test[here].map((runs) => Math.min(...runs));
  return {
    ridge: names[here],
    mean: average,
    band: [...high, ...low.reverse()],
    learned: train[here].map(mean),
    valley: Math.min(...average.slice(0, threshold)),
    peak: average[threshold],
    last: average.at(-1),
    times: average[threshold] / average.at(-1),
    mark: [average[threshold]],
  };
}

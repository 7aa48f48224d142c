// Measured errors looked up at one strength of the ridge. Twin: dkdemo/kernels/theory.py.
const average = (runs) => runs.reduce((sum, value) => sum + value, 0) / runs.length;

export default function ({ strengths, names, test, train, threshold, strength }) {
  let here = 0;
  strengths.forEach((value, place) => {
    if (Math.abs(value - strength) < Math.abs(strengths[here] - strength)) here = place;
  });
  const mean = test[here].map(average);
  const high = test[here].map((runs) => Math.max(...runs));
  const low = test[here].map((runs) => Math.min(...runs));
  return {
    ridge: names[here],
    mean,
    band: [...high, ...low.reverse()],
    learned: train[here].map(average),
    valley: Math.min(...mean.slice(0, threshold)),
    peak: mean[threshold],
    last: mean.at(-1),
    times: mean[threshold] / mean.at(-1),
    mark: [mean[threshold]],
  };
}

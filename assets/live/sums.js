// The small sums that several kernels do. Twins: dkdemo/probability.py and dkdemo/kernels/sums.py.

/** All numbers added up. */
export const sum = (values) => values.reduce((total, value) => total + value, 0);

/** The mean of some numbers. */
export const mean = (values) => sum(values) / values.length;

/** Scores as probabilities, exp(z / T) over their sum. In map, write (row) => softmax(row): map adds a place, not a T. */
export function softmax(logits, temperature = 1) {
  const top = Math.max(...logits);
  const weights = logits.map((z) => Math.exp((z - top) / temperature)); // exp never overflows
  const total = sum(weights);
  return weights.map((weight) => weight / total);
}

/** How undecided an answer is, in nats; 0 ln 0 = 0. */
export const entropy = (p) => -sum(p.map((share) => (share > 0 ? share * Math.log(share) : 0)));

/** What it costs to believe q while p is true, beyond the entropy of p, in nats. */
export const kl = (p, q) => sum(p.map((share, k) => (share > 0 ? share * Math.log(share / q[k]) : 0)));

/** How view i of 2N chooses its partner by softmax among the others, and that choice's loss. Twin: kernels/simclr.py. */
export function choice(scores, i, temperature) {
  const partner = (i + scores.length / 2) % scores.length;
  const top = Math.max(...scores.filter((_, k) => k !== i));
  const weights = scores.map((score, k) => (k === i ? 0 : Math.exp((score - top) / temperature)));
  const total = sum(weights);
  const shares = weights.map((weight) => weight / total);
  const found = shares.indexOf(Math.max(...shares)) === partner;
  return { partner, shares, found, loss: Math.log(total) - (scores[partner] - top) / temperature };
}

/** Which smoothing gives the right one of so many classes this share. Twin: dkdemo/labels.py. */
export const equivalentAlpha = (classes, right) => ((1 - right) * classes) / (classes - 1);

/** The moving average of a path: k_0 = q_0, then k_t = m k_(t-1) + (1 - m) q_t. Twin: dkdemo/kernels/moco.py. */
export function followed(path, momentum) {
  const key = [path[0]];
  for (const weight of path.slice(1)) key.push(momentum * key.at(-1) + (1 - momentum) * weight);
  return key;
}

/** Steps until half of a moving average is new; 0 for a copy. Twin: dkdemo/kernels/moco.py. */
export const halfLife = (momentum) => (momentum <= 0 ? 0 : Math.LN2 / -Math.log(momentum));

/** The place of the closest stop; of two as close, the first. */
export function nearest(stops, value) {
  let best = 0;
  stops.forEach((stop, place) => {
    if (Math.abs(stop - value) < Math.abs(stops[best] - value)) best = place;
  });
  return best;
}

/** The nearest whole number; halves go up, also in Python. */
export const rounded = (value) => Math.floor(value + 0.5);

/** A number with so many decimals, halves upwards. */
export const fixed = (value, digits) => (rounded(10 ** digits * value) / 10 ** digits).toFixed(digits);

/** One decimal; what would round to nothing is said to be less. */
export function percent(share) {
  const tenths = rounded(1000 * share) / 10;
  return tenths > 0 || share === 0 ? `${tenths.toFixed(1)}%` : "<0.1%";
}

/** No decimal, for where there is little room. */
export const wholePercent = (share) => `${rounded(100 * share)}%`;

/** Two decimals with their sign; none before a nought. */
export function signed(value) {
  const hundredths = rounded(100 * value) / 100;
  return (hundredths > 0 ? "+" : hundredths < 0 ? "−" : "") + Math.abs(hundredths).toFixed(2);
}

/** One coordinate of lines from start to end, with the gap after each that Plotly wants. */
export const strokes = (starts, ends) => starts.flatMap((start, i) => [start, ends[i], null]);

/** Filled up to a length with nothing, which Plotly does not draw. */
export const padded = (values, length) => [...values, ...Array(length - values.length).fill(null)];

// The smallest pair of networks that can collapse. Twin: dkdemo/kernels/dual.py, where the formulas stand.
const STEPS = 200;
const RATE = 0.05;
const VARIANTS = { both: [true, true], moving: [false, true], alone: [true, false] };

export default function ({ noise, decay }) {
  const found = { noise, decay };
  const wide = 1 + noise ** 2;
  for (const [name, [stopped, predicts]] of Object.entries(VARIANTS)) {
    let w = 1;
    let p = predicts ? 0.2 : 1;
    const sizes = [];
    const losses = [];
    for (let step = 0; step <= STEPS; step++) {
      sizes.push(w);
      losses.push((w * w * (p * p * wide - 2 * p + wide)) / 2);
      const pull = w * (p * p * wide - (stopped ? p : 2 * p - wide));
      const turn = predicts ? w * w * (p * wide - 1) + decay * p : 0;
      w -= RATE * (pull + decay * w);
      p -= RATE * turn;
    }
    Object.assign(found, { [name + "_w"]: sizes, [name + "_loss"]: losses, [name]: sizes[STEPS], [name + "_end"]: losses[STEPS] });
  }
  return found;
}

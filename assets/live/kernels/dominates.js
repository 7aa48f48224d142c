// The first class given a lead over the best of the others. Twin: dkdemo/kernels/temperature.py.
import { percent, softmax, sum } from "../sums.js";

export default function ({ logits, lead }) {
  const others = logits.slice(1);
  const z = [Math.max(...others) + lead, ...others];
  const q = softmax(z);
  const wrong = q.slice(1);
  return {
    logits: z,
    lead,
    q,
    q_text: q.map(percent),
    right: q[0],
    wrong: sum(wrong),
    second: Math.max(...wrong),
    ratio: Math.max(...wrong) / Math.min(...wrong),
    loss: -Math.log(q[0]),
  };
}

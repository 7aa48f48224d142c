// FixMatch on one picture, and what the threshold lets through of a crowd. Twin: dkdemo/kernels/unlabelled.py.
import { softmax } from "../sums.js";

export default function ({ weak_logits, strong_logits, sure, right, threshold, verdicts = ["kept", "dropped"] }) {
  const q = softmax(weak_logits);
  const p = softmax(strong_logits);
  const label = q.indexOf(Math.max(...q));
  const kept = q[label] >= threshold;
  const passed = sure.map((value) => value >= threshold);
  const believed = passed.filter(Boolean).length;
  const wrong = passed.filter((yes, index) => yes && right[index] === 0).length;
  return {
    q,
    p,
    threshold,
    line: [threshold, threshold],
    label,
    sure: q[label],
    strong_says: p[label],
    loss: kept ? -Math.log(p[label]) : 0,
    verdict: verdicts[kept ? 0 : 1],
    here: [threshold],
    kept_share: [believed / sure.length],
    wrong_share: [believed ? wrong / believed : 0],
    believed,
    wrong,
  };
}

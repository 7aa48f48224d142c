// One answer at one temperature, beside its answer at T = 1. Twin: dkdemo/kernels/temperature.py.
import { entropy, fixed, percent, softmax, sum, wholePercent } from "../sums.js";

export default function ({ logits, temperature }) {
  const q = softmax(logits, temperature);
  const winner = logits.indexOf(Math.max(...logits));
  const losers = q.filter((_, index) => index !== winner);
  return {
    logits,
    logits_text: logits.map((value) => fixed(value, 2)),
    temperature,
    q,
    q_text: q.map(percent),
    q_brief: q.map((share) => (share >= 0.005 ? wholePercent(share) : "")),
    winner,
    wins: q.map((_, index) => (index === winner ? 1 : 0)),
    largest: q[winner],
    wrong: sum(losers),
    ratio: Math.max(...losers) / Math.min(...losers),
    entropy: entropy(q),
    undecided: entropy(q) / Math.log(q.length),
    at_one: softmax(logits),
    top_at_one: softmax(logits).map((share, index) => (index === winner ? share : null)),
  };
}

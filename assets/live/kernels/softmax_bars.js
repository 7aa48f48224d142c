// One answer at one temperature, beside its answer at T = 1. Twin: dkdemo/kernels/temperature.py.
function softmax(logits, temperature = 1) {
  const top = Math.max(...logits);
  const weights = logits.map((z) => Math.exp((z - top) / temperature)); // exp never overflows
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

function percent(share) {
  const tenths = Math.floor(1000 * share + 0.5) / 10;
  return tenths > 0 || share === 0 ? `${tenths.toFixed(1)}%` : "<0.1%";
}

export default function ({ logits, temperature }) {
  const q = softmax(logits, temperature);
  const winner = logits.indexOf(Math.max(...logits));
  const losers = q.filter((_, index) => index !== winner);
  const entropy = -q.reduce((sum, p) => sum + (p > 0 ? p * Math.log(p) : 0), 0);
  return {
    logits,
    logits_text: logits.map((value) => (Math.floor(100 * value + 0.5) / 100).toFixed(2)),
    temperature,
    q,
    q_text: q.map(percent),
    q_brief: q.map((share) => (share >= 0.005 ? `${Math.floor(100 * share + 0.5)}%` : "")),
    winner,
    wins: q.map((_, index) => (index === winner ? 1 : 0)),
    largest: q[winner],
    wrong: losers.reduce((sum, p) => sum + p, 0),
    ratio: Math.max(...losers) / Math.min(...losers),
    entropy,
    undecided: entropy / Math.log(q.length),
    at_one: softmax(logits),
    top_at_one: softmax(logits).map((share, index) => (index === winner ? share : null)),
  };
}

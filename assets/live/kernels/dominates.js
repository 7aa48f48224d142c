// The first class given a lead over the best of the others. Twin: dkdemo/kernels/temperature.py.
function softmax(logits) {
  const top = Math.max(...logits);
  const weights = logits.map((z) => Math.exp(z - top));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

function percent(share) {
  const tenths = Math.floor(1000 * share + 0.5) / 10;
  return tenths > 0 || share === 0 ? `${tenths.toFixed(1)}%` : "<0.1%";
}

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
    wrong: wrong.reduce((sum, p) => sum + p, 0),
    second: Math.max(...wrong),
    ratio: Math.max(...wrong) / Math.min(...wrong),
    loss: -Math.log(q[0]),
  };
}

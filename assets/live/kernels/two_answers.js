// Teacher and student on one image at one temperature. Twin: dkdemo/kernels/distillation.py.
function softmax(logits, temperature) {
  const top = Math.max(...logits);
  const weights = logits.map((z) => Math.exp((z - top) / temperature));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

function percent(share) {
  const tenths = Math.floor(1000 * share + 0.5) / 10;
  return tenths > 0 || share === 0 ? `${tenths.toFixed(1)}%` : "<0.1%";
}

export default function ({ teacher, student, names, temperature }) {
  const values = { temperature };
  for (const [role, logits] of [["teacher", teacher], ["student", student]]) {
    const q = softmax(logits, temperature);
    const sure = Math.max(...q);
    values[role] = q;
    values[`${role}_text`] = q.map(percent);
    values[`${role}_says`] = names[q.indexOf(sure)];
    values[`${role}_sure`] = sure;
  }
  return values;
}

// What three teachers say of one image: uniform, virtual, oneself. Twin: dkdemo/kernels/teacher_free.py.
function softmax(logits, temperature = 1) {
  const top = Math.max(...logits);
  const weights = logits.map((z) => Math.exp((z - top) / temperature));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

function percent(share) {
  const tenths = Math.floor(1000 * share + 0.5) / 10;
  return tenths > 0 || share === 0 ? `${tenths.toFixed(1)}%` : "<0.1%";
}

export default function ({ logits, label, right, temperature }) {
  const count = logits.length;
  const own = softmax(logits, temperature);
  const other = (1 - right) / (count - 1);
  const virtual = softmax(own.map((_, k) => Math.log(k === label ? right : other)), temperature);
  const uniform = own.map(() => 1 / count);
  const wrong = own.filter((_, k) => k !== label);
  const second = own.indexOf(Math.max(...wrong));
  const texts = (answer) => answer.map((share, k) => (k === label || k === second ? percent(share) : ""));
  return {
    right,
    temperature,
    uniform,
    uniform_text: texts(uniform),
    virtual,
    virtual_text: texts(virtual),
    own,
    own_text: texts(own),
    virtual_right: virtual[label],
    virtual_wrong: virtual[second],
    alpha: ((1 - virtual[label]) * count) / (count - 1),
    own_right: own[label],
    ratio: Math.max(...wrong) / Math.min(...wrong),
    doubt: -own.reduce((sum, p) => sum + (p > 0 ? p * Math.log(p) : 0), 0),
  };
}

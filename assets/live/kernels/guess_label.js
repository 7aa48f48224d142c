// MixMatch on one picture: mean of K answers, sharpened, and mixed. Twin: dkdemo/kernels/unlabelled.py.
function softmax(logits) {
  const top = Math.max(...logits);
  const weights = logits.map((z) => Math.exp(z - top));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

function sharpen(p, temperature) {
  const logs = p.map((share) => (share > 0 ? Math.log(share) : -1e30));
  const top = Math.max(...logs);
  const weights = logs.map((log) => Math.exp((log - top) / temperature));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

const entropy = (p) => -p.reduce((sum, share) => sum + (share > 0 ? share * Math.log(share) : 0), 0);

function brief(share) {
  if (share < 0.02) return "";
  return `${(Math.floor(1000 * share + 0.5) / 10).toFixed(1)}%`;
}

const VERDICTS = ["sharpened", "left alone", "softened"];

export default function ({ logits, label, labelled, unlabelled, looks, temperature, lam, verdicts = VERDICTS }) {
  const k = Math.floor(looks + 0.5);
  const each = logits.slice(0, k).map(softmax);
  const mean = each[0].map((_, name) => each.reduce((sum, row) => sum + row[name], 0) / k);
  const sharp = sharpen(mean, temperature);
  const share = Math.max(lam, 1 - lam);
  const target = sharp.map((value, name) => (name === label ? share : 0) + (1 - share) * value);
  return {
    k,
    temperature,
    verdict: verdicts[Number(temperature >= 1) + Number(temperature > 1)],
    mean,
    sharp,
    sharp_text: sharp.map((value) => (value === Math.max(...sharp) ? brief(value) : "")),
    best: sharp.indexOf(Math.max(...sharp)),
    mean_best: Math.max(...mean),
    sharp_best: Math.max(...sharp),
    mean_entropy: entropy(mean),
    sharp_entropy: entropy(sharp),
    dots_x: each.flatMap((row) => row.map((_, name) => name)),
    dots_y: each.flat(),
    share,
    lam,
    rest: 1 - share,
    label,
    target,
    target_text: target.map(brief),
    image: labelled.map((row, y) =>
      row.map((value, x) => Array(3).fill(share * value + (1 - share) * unlabelled[y][x]))),
  };
}

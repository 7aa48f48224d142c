// MixMatch on one picture: mean of K answers, sharpened, and mixed. Twin: dkdemo/kernels/unlabelled.py.
import { entropy, percent, rounded, softmax } from "../sums.js";

const VERDICTS = ["sharpened", "left alone", "softened"];

const sharpen = (p, temperature) => softmax(p.map((share) => (share > 0 ? Math.log(share) : -1e30)), temperature);
const brief = (share) => (share >= 0.02 ? percent(share) : "");

export default function ({ logits, label, labelled, unlabelled, looks, temperature, lam, verdicts = VERDICTS }) {
  const k = rounded(looks);
  const each = logits.slice(0, k).map((row) => softmax(row));
  const mean = each[0].map((_, name) => each.reduce((sum, row) => sum + row[name], 0) / k);
  const sharp = sharpen(mean, temperature);
  const share = Math.max(lam, 1 - lam), half = Math.ceil(logits.length / 2);
  const target = sharp.map((value, name) => (name === label ? share : 0) + (1 - share) * value);
  return {
    k,
    temperature,
    spare: [0, half].map((first) => Array.from({ length: half }, (_, place) => (first + place < k ? null : 1))),
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

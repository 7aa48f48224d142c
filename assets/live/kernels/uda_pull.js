// UDA on one picture at one strength, and the TSA thresholds at one moment. Twin: dkdemo/kernels/unlabelled.py.
import { kl, rounded, softmax } from "../sums.js";

const TEMPERATURE = 0.4;
const CONFIDENCE = 0.8;

export default function ({ images, clean_logits, logits, strength, progress, verdicts = ["counts", "rests"] }) {
  const place = rounded(strength * (images.length - 1));
  const clean = softmax(clean_logits);
  const wanted = softmax(clean_logits, TEMPERATURE); // sharpening probabilities is cooling their logits
  const answers = logits.map((row) => softmax(row));
  const noisy = answers[place];
  const sure = Math.max(...clean);
  const counts = sure > CONFIDENCE;
  const gaps = answers.map((answer) => kl(wanted, answer));
  const best = wanted.indexOf(Math.max(...wanted));
  const floor = 1 / clean.length;
  const levels = [progress, Math.exp(5 * (progress - 1)), 1 - Math.exp(-5 * progress)];
  return {
    image: images[place].map((row) => row.map((value) => [value, value, value])),
    strength,
    wanted,
    noisy,
    best,
    sure,
    noisy_says: noisy[best],
    gap: gaps[place],
    gap_here: [gaps[place]],
    here: [strength],
    gaps,
    loss: counts ? gaps[place] : 0,
    verdict: verdicts[counts ? 0 : 1],
    now: [progress, progress, progress],
    progress,
    eta: levels.map((level) => level * (1 - floor) + floor),
  };
}

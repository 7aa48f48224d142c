// AugMix at one share of the picture itself: two mixtures, three answers, JS. Twin: dkdemo/kernels/unlabelled.py.
import { fixed, kl, rounded } from "../sums.js";

const WEIGHT = 12;

export default function ({ picture, mixed, clean, answers, truth, kept }) {
  const place = rounded(kept * (answers.length - 1));
  const p = [clean, ...answers[place]];
  const mean = clean.map((_, k) => (p[0][k] + p[1][k] + p[2][k]) / 3);
  const gaps = p.map((one) => kl(one, mean));
  const js = (gaps[0] + gaps[1] + gaps[2]) / 3;
  const [first, second] = mixed.map((one) =>
    picture.map((row, y) => row.map((pixel, x) => pixel.map((value, c) => kept * value + (1 - kept) * one[y][x][c]))));
  const ce = -Math.log(clean[truth]);
  return {
    kept,
    first,
    second,
    p_orig: clean,
    p_first: p[1],
    p_second: p[2],
    mean,
    gaps,
    gaps_text: gaps.map((gap) => fixed(gap, 3)),
    js,
    js_bar: [js],
    bound: Math.log(3),
    bounded: js / Math.log(3),
    ce,
    loss: ce + WEIGHT * js,
    penalty: WEIGHT * js,
  };
}

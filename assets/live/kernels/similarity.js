// How 2N views choose their partner among the others. Twin: dkdemo/kernels/simclr.py.
import { choice, sum } from "../sums.js";

export default function ({ cosine, temperature }) {
  const m = cosine.length;
  const views = cosine.map((row, i) => choice(row, i, temperature));
  return {
    cosine,
    chosen: views.map(({ shares }) => shares),
    loss: sum(views.map(({ loss }) => loss / m)),
    chance: Math.log(m - 1),
    partner: sum(views.map(({ shares, partner }) => shares[partner] / m)),
    found: sum(views.map(({ found }) => (found ? 1 / m : 0))),
  };
}

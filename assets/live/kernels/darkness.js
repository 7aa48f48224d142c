// Two answers that are equally right and differently wrong. Twin: dkdemo/kernels/distillation.py.
import { percent, signed } from "../sums.js";

export default function ({ right, share, reference }) {
  const left = 1 - right;
  const mine = [right, left * share, left * (1 - share)];
  const other = [right, ...reference.map((part) => left * part)];
  const [pushOther, pushMine] = [other, mine].map((answer) => answer.map((p, k) => p - (k === 0 ? 1 : 0)));
  return {
    right,
    share,
    other,
    other_text: other.map(percent),
    mine,
    mine_text: mine.map(percent),
    loss_other: -Math.log(other[0]),
    loss_mine: -Math.log(mine[0]),
    gradient_other: pushOther,
    gradient_mine: pushMine,
    gradient_other_text: pushOther.map(signed),
    gradient_mine_text: pushMine.map(signed),
    apart: Math.hypot(...pushMine.map((value, k) => value - pushOther[k])),
  };
}

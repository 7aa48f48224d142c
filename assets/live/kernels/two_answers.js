// Teacher and student on one image at one temperature. Twin: dkdemo/kernels/distillation.py.
import { percent, softmax } from "../sums.js";

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

// Student and teacher on one picture without a label: where disagreement pushes. Twin: dkdemo/kernels/mean_teacher.py.
import { softmax, sum } from "../sums.js";

export default function ({ student, teacher, progress }) {
  const p = softmax(student);
  const other = softmax(teacher);
  const gap = p.map((mine, k) => mine - other[k]);
  const mean = sum(p.map((share, k) => share * gap[k]));
  const weight = Math.exp(-5 * (1 - progress) ** 2);
  const loss = sum(gap.map((apart) => apart * apart));
  return {
    logits: student,
    p,
    p_teacher: other,
    push: p.map((share, k) => -2 * weight * share * (gap[k] - mean)),
    loss,
    progress,
    weight,
    weighted: weight * loss,
  };
}

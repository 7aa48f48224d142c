// Student and teacher on one picture without a label: where disagreement pushes. Twin: dkdemo/kernels/mean_teacher.py.
function softmax(logits) {
  const top = Math.max(...logits);
  const weights = logits.map((z) => Math.exp(z - top));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

export default function ({ student, teacher, progress }) {
  const p = softmax(student);
  const other = softmax(teacher);
  const gap = p.map((mine, k) => mine - other[k]);
  const mean = p.reduce((sum, share, k) => sum + share * gap[k], 0);
  const weight = Math.exp(-5 * (1 - progress) ** 2);
  const loss = gap.reduce((sum, apart) => sum + apart * apart, 0);
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

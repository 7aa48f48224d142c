// One batch distilled, step by step. Twin: dkdemo/kernels/distillation.py, which says what each number is.
import { kl, mean, percent, signed, softmax } from "../sums.js";

const CURVE_TEMPERATURES = Array.from({ length: 49 }, (_, index) => 0.5 * 40 ** (index / 48));

export default function ({ student, teacher, labels, temperature, soft_weight, squared, shown = 0 }) {
  const factor = squared ? temperature ** 2 : 1;
  const taught = teacher.map((row) => softmax(row, temperature));
  const answered = student.map((row) => softmax(row, temperature));
  const plain = student.map((row) => softmax(row));
  const divergence = mean(taught.map((row, n) => kl(row, answered[n])));
  const hard = mean(plain.map((row, n) => -Math.log(row[labels[n]])));
  const push = plain[shown].map((p, k) => {
    const softPush = (factor * (taught[shown][k] - answered[shown][k])) / temperature;
    const hardPush = (k === labels[shown] ? 1 : 0) - p;
    return soft_weight * softPush + (1 - soft_weight) * hardPush;
  });

  const softSize = (other) => {
    let squares = 0;
    student.forEach((row, n) => {
      const s = softmax(row, other), t = softmax(teacher[n], other);
      s.forEach((p, k) => { squares += (p - t[k]) ** 2; });
    });
    return (other * Math.sqrt(squares)) / student.length;
  };
  const sizes = CURVE_TEMPERATURES.map(softSize);
  const size = softSize(temperature) / (squared ? 1 : temperature ** 2);
  return {
    temperature,
    soft_weight,
    factor,
    teacher: taught[shown],
    teacher_text: taught[shown].map(percent),
    student: answered[shown],
    student_text: answered[shown].map(percent),
    divergence,
    soft: factor * divergence,
    hard,
    soft_part: soft_weight * factor * divergence,
    hard_part: (1 - soft_weight) * hard,
    loss: soft_weight * factor * divergence + (1 - soft_weight) * hard,
    push,
    push_text: push.map(signed),
    curve_squared: sizes,
    curve_plain: sizes.map((value, index) => value / CURVE_TEMPERATURES[index] ** 2),
    now_x: [temperature],
    now_y: [size],
    size,
  };
}

// A noisy student and its moving average, with a warm-up. Twin: dkdemo/kernels/mean_teacher.py.
import { mean, rounded } from "../sums.js";

const LATE = 100;
const rms = (values) => Math.sqrt(mean(values.map((value) => value * value)));

export default function ({ path, decay, warm_up, units = ["step", "steps"] }) {
  const last = path.length - 1;
  const until = rounded(warm_up);
  const decays = path.slice(1).map((_, i) => (i + 1 <= until ? Math.min(1 - 1 / (i + 2), decay) : decay));
  const teacher = [path[0]];
  decays.forEach((kept, i) => teacher.push(kept * teacher[i] + (1 - kept) * path[i + 1]));
  const shares = new Array(last + 1).fill(0);
  let rest = 1, half_life = NaN;
  for (let step = last; step > 0; step -= 1) {
    const kept = decays[step - 1];
    if (rest > 0.5 && rest * kept <= 0.5) half_life = last - step + Math.log(2 * rest) / -Math.log(kept);
    shares[step] = (1 - kept) * rest;
    rest *= kept;
  }
  if (rest > 0.5) half_life = last + Math.log(2 * rest) / -Math.log(decay); // the path is too short to see it
  return {
    step: path.map((_, i) => i),
    student: path,
    teacher,
    shares: shares.slice(1),
    counted: decays.map((_, i) => i + 1),
    start: rest,
    decay,
    warm_up: until,
    half_life,
    unit: units[rounded(half_life) === 1 ? 0 : 1],
    off_student: rms(path.slice(-LATE)),
    off_teacher: rms(teacher.slice(-LATE)),
    early_teacher: teacher[Math.min(60, last)],
  };
}

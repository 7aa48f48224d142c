// A noisy student and its moving average, with a warm-up. Twin: dkdemo/kernels/mean_teacher.py.
const LATE = 100;
const rms = (values) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);

export default function ({ path, decay, warm_up }) {
  const last = path.length - 1;
  const until = Math.floor(warm_up + 0.5);
  const decays = path.slice(1).map((_, i) => (i + 1 <= until ? Math.min(1 - 1 / (i + 2), decay) : decay));
  const teacher = [path[0]];
  decays.forEach((kept, i) => teacher.push(kept * teacher[i] + (1 - kept) * path[i + 1]));
  const shares = new Array(last + 1).fill(0);
  let rest = 1;
  for (let step = last; step > 0; step -= 1) {
    shares[step] = (1 - decays[step - 1]) * rest;
    rest *= decays[step - 1];
  }
  return {
    step: path.map((_, i) => i),
    student: path,
    teacher,
    shares: shares.slice(1),
    counted: decays.map((_, i) => i + 1),
    start: rest,
    decay,
    warm_up: until,
    half_life: Math.LN2 / -Math.log(decay),
    off_student: rms(path.slice(-LATE)),
    off_teacher: rms(teacher.slice(-LATE)),
    early_teacher: teacher[Math.min(60, last)],
  };
}

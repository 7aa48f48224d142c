// What smoothing does to one label. Twin: dkdemo/kernels/smoothing.py.
const gap = (k, alpha) => Math.log((1 - alpha + alpha / k) / (alpha / k));

export default function ({ alpha, classes, truth = 1 }) {
  const k = Math.round(classes);
  const names = [...Array(k).keys()];
  const target = names.map((name) => (name === truth ? 1 : 0) * (1 - alpha) + alpha / k);
  return {
    k,
    alpha,
    here: [alpha],
    names,
    target,
    target_text: target.map((share) => String(Number(share.toPrecision(3)))),
    right: target[truth],
    wrong_each: Math.min(...target),
    wrong_total: 1 - target[truth],
    gap: gap(k, alpha),
    gap_here: [gap(k, alpha)],
    gap_curve: Array.from({ length: 99 }, (_, index) => gap(k, (index + 1) / 100)),
  };
}

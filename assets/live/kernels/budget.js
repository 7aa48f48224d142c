// Which share of a machine each network eats. Twin: dkdemo/kernels/cost.py.
export default function ({ names, gmacs, gflops, rate }) {
  const need = gmacs.map((one) => rate * ((2 * one) / gflops));
  const most = Math.max(...need);
  return {
    rate,
    gflops,
    fit: need.map((share) => (share <= 1 ? share : null)),
    over: need.map((share) => (share <= 1 ? null : share)),
    fitting: need.filter((share) => share <= 1).length,
    total: need.length,
    hungriest: names[need.indexOf(most)],
    machines: most,
  };
}

// What a ridge leaves of every direction, and the errors measured at it. Twin: dkdemo/kernels/regularising.py.
import { nearest, sum } from "../sums.js";

export default function ({ spectrum, strengths, ridges, names, means, threshold, strength, aside = "" }) {
  const here = nearest(strengths, strength);
  const least = spectrum.length * Number.EPSILON * spectrum[0];
  const shares = spectrum.map((value) => (value > least ? value / (value + ridges[here]) : 0));
  return {
    ridge: names[here],
    shares,
    freedom: sum(shares),
    parameters: spectrum.length,
    mean: means[here],
    peak: means[here][threshold],
    mark: [means[here][threshold]],
    aside: ridges[here] === 0 ? aside : "",
  };
}

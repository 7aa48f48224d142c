// What a ridge leaves of every direction, and the errors measured at it. Twin: dkdemo/kernels/regularising.py.
export default function ({ spectrum, strengths, ridges, names, means, threshold, strength, aside = "" }) {
  let here = 0;
  strengths.forEach((value, place) => {
    if (Math.abs(value - strength) < Math.abs(strengths[here] - strength)) here = place;
  });
  const least = spectrum.length * Number.EPSILON * spectrum[0];
  const shares = spectrum.map((value) => (value > least ? value / (value + ridges[here]) : 0));
  return {
    ridge: names[here],
    shares,
    freedom: shares.reduce((sum, share) => sum + share, 0),
    parameters: spectrum.length,
    mean: means[here],
    peak: means[here][threshold],
    mark: [means[here][threshold]],
    aside: ridges[here] === 0 ? aside : "",
  };
}

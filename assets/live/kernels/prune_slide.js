// Measured curves read at one percentage of pruned weights. Twin: dkdemo/kernels/cost.py.
import { nearest } from "../sums.js";

export default function ({ stops, magnitude, random, thresholds, edges, counts, percent }) {
  const place = nearest(stops, percent);
  const threshold = thresholds[place];
  const gone = counts.map((count, bar) => {
    const share = (threshold - edges[bar]) / (edges[bar + 1] - edges[bar]);
    return count * Math.min(Math.max(share, 0), 1);
  });
  return {
    percent: stops[place],
    left: 100 - stops[place],
    now_x: [stops[place], stops[place]],
    now: [magnitude[place], random[place]],
    magnitude: magnitude[place],
    random: random[place],
    before: magnitude[0],
    threshold,
    gone,
    stay: counts.map((count, bar) => count - gone[bar]),
  };
}

// Keys on a belt, and how far apart their writers are. Twin: dkdemo/kernels/moco.py.
import { followed, halfLife, rounded } from "../sums.js";

const SHOWN = 48;
const PALEST = 0.15;

const apart = (values) => Math.max(...values) - Math.min(...values);

export default function ({ path, momentum, batches }) {
  const length = rounded(batches);
  const query = [...path].reverse().slice(0, SHOWN);
  const key = followed(path, momentum).reverse().slice(0, SHOWN);
  const kept = key.slice(0, length);
  const ages = query.map((_, age) => age);
  return {
    age: ages,
    query,
    key,
    kept_age: ages.slice(0, length),
    kept,
    freshness: ages.map((age) => (age < length ? 1 - ((1 - PALEST) * age) / Math.max(length - 1, 1) : 0)),
    band_age: [-0.5, length - 0.5, length - 0.5, -0.5],
    band: [Math.min(...kept), Math.min(...kept), Math.max(...kept), Math.max(...kept)],
    length,
    momentum,
    drift: apart(kept),
    own: apart(query.slice(0, length)),
    half_life: halfLife(momentum),
  };
}

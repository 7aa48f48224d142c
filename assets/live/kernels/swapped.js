// MoCo's rule and the slide's, whose coefficients are exchanged. Twin: dkdemo/kernels/moco.py.
import { followed, halfLife, sum } from "../sums.js";

const travelled = (line) => sum(line.slice(1).map((value, i) => Math.abs(value - line[i])));

export default function ({ path, alpha }) {
  const right = followed(path, alpha);
  const slide = followed(path, 1 - alpha);
  const [whole, one, two] = [path, right, slide].map(travelled);
  return {
    step: path.map((_, i) => i),
    query: path,
    right,
    slide,
    alpha,
    kept_right: alpha,
    kept_slide: 1 - alpha,
    moves_right: one / whole,
    moves_slide: two / whole,
    half_right: halfLife(alpha),
    half_slide: halfLife(1 - alpha),
  };
}

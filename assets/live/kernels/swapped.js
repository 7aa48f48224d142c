// MoCo's rule and the slide's, whose coefficients are exchanged. Twin: dkdemo/kernels/moco.py.
const followed = (path, momentum) => {
  const key = [path[0]];
  for (const weight of path.slice(1)) key.push(momentum * key[key.length - 1] + (1 - momentum) * weight);
  return key;
};
const travelled = (line) => line.slice(1).reduce((sum, value, i) => sum + Math.abs(value - line[i]), 0);
const halfLife = (momentum) => (momentum <= 0 ? 0 : Math.LN2 / -Math.log(momentum));

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

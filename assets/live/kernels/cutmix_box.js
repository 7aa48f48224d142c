// CutMix or cutout of a box dragged by hand; the label is counted after clipping. Twin: dkdemo/kernels/mixing.py.
import { rounded, wholePercent } from "../sums.js";

export default function ({ first, second, x0, y0, x1, y1, paste = true }) {
  const [left, right] = [rounded(x0), rounded(x1)].sort((a, b) => a - b);
  const [top, bottom] = [rounded(y0), rounded(y1)].sort((a, b) => a - b);
  const height = first.length, width = first[0].length;
  const within = (x, y) => left <= x && x < right && top <= y && y < bottom;

  const reach = (low, high, size) => Math.max(0, Math.min(high, size) - Math.max(low, 0));
  let across = reach(left, right, width), down = reach(top, bottom, height);
  // A box that misses the image in one direction covers nothing and has no size in the other either.
  const misses = (low, high, size) => low > size || high < 0 || (low < high && reach(low, high, size) === 0);
  if (misses(left, right, width) || misses(top, bottom, height)) across = down = 0;
  const kept = 1 - (across * down) / (width * height);

  const shares = paste ? [kept, 1 - kept] : [1, 0];
  const other = (y, x, c) => (paste ? second[y][x][c] : 0);
  return {
    image: first.map((row, y) =>
      row.map((pixel, x) => pixel.map((value, c) => (within(x, y) ? other(y, x, c) : value)))),
    left,
    top,
    right,
    bottom,
    edge_x: [left, right, right, left, left],
    edge_y: [top, top, bottom, bottom, top],
    box_width: across,
    box_height: down,
    kept,
    covered: 1 - kept,
    naive: 1 - ((right - left) * (bottom - top)) / (height * width),
    shares,
    shares_text: shares.map(wholePercent),
    share_first: shares[0],
    share_second: shares[1],
  };
}

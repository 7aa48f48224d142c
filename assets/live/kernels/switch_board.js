// What each learned switch reads at one size of h. Twin: dkdemo/kernels/others.py.
import { mean, rounded } from "../sums.js";

export default function ({ tables, unread, dimension }) {
  const d = Math.min(tables.length, Math.max(1, rounded(dimension)));
  const table = tables[d - 1];
  return {
    table,
    dimension: d,
    length: table.length,
    here_x: [d],
    here_y: [unread[d - 1]],
    unread: unread[d - 1],
    own: mean(table.map((row, k) => row[k])),
  };
}

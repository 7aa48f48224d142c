// What each learned switch reads at one size of h. Twin: dkdemo/kernels/others.py.
export default function ({ tables, unread, dimension }) {
  const d = Math.min(tables.length, Math.max(1, Math.floor(dimension + 0.5)));
  const table = tables[d - 1];
  return {
    table,
    dimension: d,
    length: table.length,
    here_x: [d],
    here_y: [unread[d - 1]],
    unread: unread[d - 1],
    own: table.reduce((sum, row, k) => sum + row[k], 0) / table.length,
  };
}

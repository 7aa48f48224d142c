// How 2N views choose their partner among the others. Twin: dkdemo/kernels/simclr.py.
export default function ({ cosine, temperature }) {
  const m = cosine.length;
  let loss = 0;
  let sure = 0;
  let found = 0;
  const chosen = cosine.map((row, i) => {
    const partner = (i + m / 2) % m;
    const top = Math.max(...row.filter((_, k) => k !== i));
    const weights = row.map((s, k) => (k === i ? 0 : Math.exp((s - top) / temperature)));
    const total = weights.reduce((sum, w) => sum + w, 0);
    const shares = weights.map((w) => w / total);
    loss += (Math.log(total) - (row[partner] - top) / temperature) / m;
    sure += shares[partner] / m;
    if (shares.indexOf(Math.max(...shares)) === partner) found += 1 / m;
    return shares;
  });
  return { cosine, chosen, loss, chance: Math.log(m - 1), partner: sure, found };
}

/** Reads metrics in Prometheus' text format: [{name, labels, value}]. Source: https://prometheus.io/docs/instrumenting/exposition_formats/ */
export function parse(text) {
  const samples = [];
  for (const line of text.split('\n')) {
    const match = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/.exec(line);
    if (!match) continue;
    const labels = Object.fromEntries([...(match[2] ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, name, value]) => [name, value]));
    samples.push({ name: match[1], labels, value: match[3] === '+Inf' ? Infinity : Number(match[3]) });
  }
  return samples;
}

/** The sum over the series that have these labels; null where there is none. */
export function total(samples, name, wanted = () => true) {
  const found = samples.filter(sample => sample.name === name && wanted(sample.labels));
  return found.length ? found.reduce((sum, sample) => sum + sample.value, 0) : null;
}

/**
 * The quantile of a histogram between two readings, as Prometheus estimates it: linear within a bucket.
 * @returns {number|null} null where nothing was measured between them
 */
export function quantile(before, now, name, share, wanted = () => true) {
  const counted = cumulative(before, name, wanted);
  const buckets = [...cumulative(now, name, wanted)].map(([le, count]) => [le, count - (counted.get(le) ?? 0)]).sort((a, b) => a[0] - b[0]);
  const all = buckets.at(-1)?.[1] ?? 0;
  if (all <= 0) return null;
  const rank = share * all;
  const i = buckets.findIndex(([, count]) => count >= rank);
  const [le, count] = buckets[i];
  const [from, less] = i > 0 ? buckets[i - 1] : [0, 0];
  return le === Infinity ? from : from + (le - from) * (rank - less) / Math.max(1, count - less);
}

function cumulative(samples, name, wanted) {
  const counts = new Map();
  for (const { name: of, labels, value } of samples) {
    if (of !== `${name}_bucket` || !wanted(labels)) continue;
    const le = labels.le === '+Inf' ? Infinity : Number(labels.le);
    counts.set(le, (counts.get(le) ?? 0) + value);
  }
  return counts;
}

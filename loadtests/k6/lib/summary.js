// The summary of a run, on one screen.

/** @typedef {{ type: string, contains: string, values: Record<string, number>, thresholds?: Record<string, { ok: boolean }> }} Metric */
/** @typedef {{ metrics: Record<string, Metric>, state: { testRunDurationMs: number } }} SummaryData */

const OUTCOMES = ['booked', 'sold_out', 'busy', 'failed'];

/**
 * @param {string} title
 * @param {SummaryData} data what k6 passes to handleSummary
 * @returns {string}
 */
export function summarise(title, data) {
  const value = (/** @type {string} */ metric, /** @type {string} */ name) => data.metrics[metric]?.values[name];
  const seconds = data.state.testRunDurationMs / 1000;
  const lines = [
    '',
    `${title}: ${count(value('http_reqs', 'count'))} requests in ${seconds.toFixed(0)} s, ${fixed(value('http_reqs', 'rate'), 0)} per second`,
    `  duration   p50 ${time(value('http_req_duration', 'med'))}, p95 ${time(value('http_req_duration', 'p(95)'))}, max ${time(value('http_req_duration', 'max'))}`,
    `  orders     ${OUTCOMES.map(outcome => `${outcome} ${count(value(`orders{outcome:${outcome}}`, 'count'))}`).join(', ')}`,
    `  failures   ${fixed((value('failures', 'rate') ?? 0) * 100, 2)} % (without sold out)`,
    `  books      ${count(value('bookings_at_end', 'value'))} bookings, ${count(value('oversold_at_end', 'value'))} oversold`,
    '',
  ];
  for (const [name, metric] of Object.entries(data.metrics)) {
    for (const [condition, result] of Object.entries(metric.thresholds ?? {})) {
      // A condition that always holds only makes k6 report a tag on its own.
      if (condition !== 'count>=0') {
        lines.push(`  ${result.ok ? 'ok    ' : 'FAILED'}  ${name} ${condition}`);
      }
    }
  }

  return lines.join('\n') + '\n';
}

/** @param {number | undefined} value */
const count = value => String(value ?? 0);

/** @param {number | undefined} value @param {number} digits */
const fixed = (value, digits) => (value ?? 0).toFixed(digits);

/** @param {number | undefined} milliseconds */
const time = milliseconds => milliseconds === undefined ? '?' : milliseconds < 1000 ? `${milliseconds.toFixed(0)} ms` : `${(milliseconds / 1000).toFixed(2)} s`;

import { el } from '../dom.js';
import { oversold, sold } from './verdict.js';

/** Saves a race as the server tells it. */
export const saveJson = race => save(`race-${race.race_id}.json`, 'application/json', JSON.stringify(race, null, 2));

/** Saves a line for each strategy of a race, for a spreadsheet. */
export const saveCsv = race => save(`race-${race.race_id}.csv`, 'text/csv', lines(race).map(line => line.join(',')).join('\r\n') + '\r\n');

function lines({ race_id, settings, lanes }) {
  const columns = ['race_id', 'strategy', 'tickets', 'buyers', 'quantity', 'at_once', 'together', 'sold', 'oversold', 'refused', 'busy', 'failed', 'p50_ms', 'p95_ms', 'seconds'];
  return [columns, ...lanes.map(lane => {
    const line = { race_id, ...settings, ...lane, sold: sold(lane), oversold: oversold(lane, settings) };
    return columns.map(column => line[column] ?? ''); // numbers, and names without commas
  })];
}

function save(name, type, text) {
  const href = URL.createObjectURL(new Blob([text], { type }));
  el('a', { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000); // the browser may still be asking where to
}

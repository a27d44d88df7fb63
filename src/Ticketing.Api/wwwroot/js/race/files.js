import { el } from '../dom.js';
import { oversold, sold } from './verdict.js';

/** Saves a race as the server tells it. */
export const saveJson = race => save(`race-${race.race_id}.json`, 'application/json', JSON.stringify(race, null, 2));

/** Saves a line for each strategy of a race, for a spreadsheet. */
export const saveCsv = race => saveCsvOf(`race-${race.race_id}.csv`, [{ name: '', race }]);

/** The same for several races. @param {{name: string, race: object}[]} races */
export const saveCsvOf = (file, races) => save(file, 'text/csv', [COLUMNS, ...races.flatMap(lines)].map(line => line.map(cell).join(',')).join('\r\n') + '\r\n');

const COLUMNS = ['name', 'race_id', 'strategy', 'tickets', 'buyers', 'quantity', 'at_once', 'together', 'sold', 'oversold', 'refused', 'busy', 'failed', 'p50_ms', 'p95_ms', 'seconds'];

const lines = ({ name, race: { race_id, settings, lanes } }) => lanes.map(lane => {
  const line = { name, race_id, ...settings, ...lane, sold: sold(lane), oversold: oversold(lane, settings) };
  return COLUMNS.map(column => line[column] ?? '');
});

/** A text as RFC 4180 has it. One that a spreadsheet would take for a formula is none. */
function cell(value) {
  if (typeof value !== 'string') return value;
  const text = /^[=+\-@\t]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function save(name, type, text) {
  const href = URL.createObjectURL(new Blob([text], { type }));
  el('a', { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000); // the browser may still be asking where to
}

// The load test of the source system, by its own command: as many users as are asked for, for as long.
//   k6 run --vus 50 --duration 60s loadtests/k6/load-test.js
//   k6 run -e PRESET=medium loadtests/k6/load-test.js     100 users for 30 s
//   k6 run -e PRESET=burst loadtests/k6/load-test.js      200 users for 10 s

import { sleep } from 'k6';
import { NORMAL } from './lib/mix.js';
import { closeSale, openSale, summaryOf, thresholds, visit } from './lib/sale.js';

/** @type {Readonly<Record<string, { vus: number, duration: string }>>} */
const PRESETS = { normal: { vus: 50, duration: '60s' }, medium: { vus: 100, duration: '30s' }, burst: { vus: 200, duration: '10s' } };
const PRESET = __ENV.PRESET || 'normal';
if (!PRESETS[PRESET]) {
  throw new Error(`PRESET is ${PRESET}; it can be ${Object.keys(PRESETS).join(', ')}.`);
}

// No scenarios: --vus and --duration would not change them.
/** @type {import('k6/options').Options} */
export const options = {
  ...PRESETS[PRESET],
  thresholds: thresholds({ failures: ['rate<0.10'] }),
};

export function setup() {
  return openSale(Number(__ENV.TICKETS || 5000));
}

/** @param {import('./lib/sale.js').Sale} sale */
export default function (sale) {
  visit(sale, NORMAL);
  sleep(0.1);
}

export const teardown = closeSale;
export const handleSummary = summaryOf(`load test, ${PRESET}`);

// A flash sale: 300 visitors at once, for 30 s.
//   k6 run loadtests/k6/high.js

import { sleep } from 'k6';
import { HIGH } from './lib/mix.js';
import { closeSale, openSale, summaryOf, thresholds, visit } from './lib/sale.js';

/** @type {import('k6/options').Options} */
export const options = {
  scenarios: { high: { executor: 'constant-vus', vus: 300, duration: '30s' } },
  thresholds: thresholds({ http_req_duration: ['p(95)<2000'], failures: ['rate<0.10'] }),
};

export function setup() {
  return openSale(5000);
}

/** @param {import('./lib/sale.js').Sale} sale */
export default function (sale) {
  visit(sale, HIGH);
  sleep(0.1);
}

export const teardown = closeSale;
export const handleSummary = summaryOf('high');

// Open loop: visitors arrive at a fixed rate and do not wait for earlier ones, so a slow server shows as slow, not as idle.
// A dropped iteration means that all visitors were waiting when the next one was due.
//   k6 run -e RATE=400 loadtests/k6/arrival-rate.js

import { HIGH } from './lib/mix.js';
import { closeSale, openSale, summaryOf, thresholds, visit } from './lib/sale.js';

const RATE = Number(__ENV.RATE || 200);

/** @type {import('k6/options').Options} */
export const options = {
  scenarios: {
    arrivals: { executor: 'constant-arrival-rate', rate: RATE, timeUnit: '1s', duration: __ENV.DURATION || '1m', preAllocatedVUs: RATE },
  },
  thresholds: thresholds({ dropped_iterations: ['count==0'], http_req_duration: ['p(95)<500'], failures: ['rate<0.01'] }),
};

export function setup() {
  return openSale(1_000_000);
}

/** @param {import('./lib/sale.js').Sale} sale */
export default function (sale) {
  visit(sale, HIGH);
}

export const teardown = closeSale;
export const handleSummary = summaryOf('arrival rate');

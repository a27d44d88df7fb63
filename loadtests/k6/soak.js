// The normal load for a long time. Watch backend_memory_usage_bytes and the connection pool: they must not grow.
//   k6 run -e DURATION=2h loadtests/k6/soak.js

import { sleep } from 'k6';
import { NORMAL } from './lib/mix.js';
import { closeSale, openSale, summaryOf, thresholds, visit } from './lib/sale.js';

/** @type {import('k6/options').Options} */
export const options = {
  scenarios: { soak: { executor: 'constant-vus', vus: 50, duration: __ENV.DURATION || '30m' } },
  thresholds: thresholds({ http_req_duration: ['p(95)<500'], failures: ['rate<0.01'] }),
};

export function setup() {
  return openSale(10_000_000);
}

/** @param {import('./lib/sale.js').Sale} sale */
export default function (sale) {
  visit(sale, NORMAL);
  sleep(0.1);
}

export const teardown = closeSale;
export const handleSummary = summaryOf('soak');

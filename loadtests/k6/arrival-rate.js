// Open loop: visitors come at their own pace and do not wait for those before them, so a slow server is seen as slow and not as quiet.
// A dropped iteration means that the visitors ran out before the server kept up.
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

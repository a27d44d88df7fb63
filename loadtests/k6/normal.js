// Normal load: 50 visitors, who arrive within 10 s, stay for 40 s and leave within 10 s.
//   k6 run loadtests/k6/normal.js
//   k6 run -e STRATEGY=for_update -e BASE_URL=http://localhost:8080/api loadtests/k6/normal.js

import { sleep } from 'k6';
import { NORMAL } from './lib/mix.js';
import { closeSale, openSale, summaryOf, thresholds, visit } from './lib/sale.js';

/** @type {import('k6/options').Options} */
export const options = {
  scenarios: {
    normal: {
      executor: 'ramping-vus',
      startVUs: 0,
      stages: [{ duration: '10s', target: 50 }, { duration: '40s', target: 50 }, { duration: '10s', target: 0 }],
    },
  },
  thresholds: thresholds({ http_req_duration: ['p(95)<500'], failures: ['rate<0.01'] }),
};

export function setup() {
  return openSale(5000);
}

/** @param {import('./lib/sale.js').Sale} sale */
export default function (sale) {
  visit(sale, NORMAL);
  sleep(0.1);
}

export const teardown = closeSale;
export const handleSummary = summaryOf('normal');

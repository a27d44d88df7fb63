// 20 s of normal load, 20 s of a sudden crowd, and 20 s of normal load again, which must be as fast as the first.
//   k6 run -e CROWD=500 loadtests/k6/spike.js

import { sleep } from 'k6';
import { HIGH, NORMAL } from './lib/mix.js';
import { closeSale, openSale, summaryOf, thresholds, visit } from './lib/sale.js';

const CROWD = Number(__ENV.CROWD || 500);

/** @type {import('k6/options').Options} */
export const options = {
  scenarios: {
    before: { executor: 'constant-vus', exec: 'stroll', vus: 20, duration: '20s' },
    crowd: { executor: 'constant-vus', exec: 'rush', vus: CROWD, duration: '20s', startTime: '20s', gracefulStop: '5s' },
    after: { executor: 'constant-vus', exec: 'stroll', vus: 20, duration: '20s', startTime: '45s' },
  },
  thresholds: thresholds({
    'http_req_duration{scenario:before}': ['p(95)<500'],
    'http_req_duration{scenario:crowd}': ['p(95)<5000'],
    'http_req_duration{scenario:after}': ['p(95)<500'],
    'failures{scenario:after}': ['rate<0.01'],
  }),
};

export function setup() {
  return openSale(1_000_000);
}

/** @param {import('./lib/sale.js').Sale} sale */
export function stroll(sale) {
  visit(sale, NORMAL);
  sleep(0.1);
}

/** @param {import('./lib/sale.js').Sale} sale */
export function rush(sale) {
  visit(sale, HIGH);
  sleep(0.1);
}

export const teardown = closeSale;
export const handleSummary = summaryOf('spike');

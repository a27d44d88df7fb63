// N buyers race for M tickets. Each order is repeated with the same key until it is decided: exactly M get a ticket.
//   k6 run -e BUYERS=500 -e TICKETS=100 loadtests/k6/sold-out-race.js

import { sleep } from 'k6';
import { NAIVE } from './lib/invariants.js';
import { isFailure } from './lib/outcome.js';
import { closeSale, openSale, order, orderKey, summaryOf, thresholds } from './lib/sale.js';

const BUYERS = Number(__ENV.BUYERS || 500);
const TICKETS = Number(__ENV.TICKETS || 100);
const ATTEMPTS = 50;

/** @type {import('k6/options').Options} */
export const options = {
  scenarios: { race: { executor: 'per-vu-iterations', vus: BUYERS, iterations: 1, maxDuration: '2m' } },
  thresholds: thresholds(__ENV.STRATEGY === NAIVE ? {} : { 'orders{outcome:booked}': [`count==${Math.min(BUYERS, TICKETS)}`] }),
};

export function setup() {
  return openSale(TICKETS);
}

/** @param {import('./lib/sale.js').Sale} sale */
export default function (sale) {
  const key = orderKey(sale);
  for (let attempt = 0; attempt < ATTEMPTS && isFailure(order(sale, key)); attempt++) {
    sleep(0.1 + Math.random());
  }
}

export const teardown = closeSale;
export const handleSummary = summaryOf('sold-out race');

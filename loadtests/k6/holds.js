// Visitors hold a ticket, think, and then confirm, release, or walk away, so that the hold lapses. Ends with every hold over: nothing is held any more.
//   k6 run -e BUYERS=100 -e TICKETS=200 -e HOLD_SECONDS=5 loadtests/k6/holds.js

import { sleep } from 'k6';
import { closeSale, endHold, hold, openSale, orderKey, summaryOf, thresholds } from './lib/sale.js';

const BUYERS = Number(__ENV.BUYERS || 100);
const TICKETS = Number(__ENV.TICKETS || 200);
const HOLD_SECONDS = Number(__ENV.HOLD_SECONDS || 5);
const THINK_SECONDS = Number(__ENV.THINK_SECONDS || 1);

/** @type {import('k6/options').Options} */
export const options = {
  scenarios: { holds: { executor: 'constant-vus', vus: BUYERS, duration: '30s' } },
  thresholds: thresholds({ failures: ['rate<0.01'], 'holds{end:confirmed}': ['count>0'], 'holds{end:lapsed}': ['count>=0'], 'holds{end:released}': ['count>=0'] }),
};

export function setup() {
  return openSale(TICKETS);
}

/** @param {import('./lib/sale.js').Sale} sale */
export default function (sale) {
  const id = hold(sale, orderKey(sale), HOLD_SECONDS);
  sleep(THINK_SECONDS * Math.random());
  if (id !== undefined) {
    const mood = Math.random();
    endHold(id, mood < 0.6 ? 'confirm' : mood < 0.8 ? 'release' : undefined);
  }
}

/** @param {import('./lib/sale.js').Sale} sale */
export function teardown(sale) {
  sleep(HOLD_SECONDS + 2);
  closeSale(sale);
}

export const handleSummary = summaryOf('holds');

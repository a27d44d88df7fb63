// What all scenarios share: a sale of their own, the actions of a visitor, and the check of the bookings at the end.

import http from 'k6/http';
import exec from 'k6/execution';
import { sleep } from 'k6';
import { Counter, Gauge, Rate } from 'k6/metrics';
import { choose } from './mix.js';
import { holdEndOf, isFailure, outcomeOf } from './outcome.js';
import { violationsOf } from './invariants.js';
import { summarise } from './summary.js';

const BASE_URL = __ENV.BASE_URL || 'http://localhost:8000';
const STRATEGY = __ENV.STRATEGY || 'batched';
const JSON_HEADERS = headersWith(__ENV.API_KEY);

/** The maximum age of an answer of /status, cached or not. */
const CACHE_SECONDS = 5;
const PATIENCE_SECONDS = 10;

const orders = new Counter('orders');
const holds = new Counter('holds');
const failures = new Rate('failures');
const violations = new Counter('violations');
const verified = new Counter('sales_verified');
const bookingsAtEnd = new Gauge('bookings_at_end');
const oversoldAtEnd = new Gauge('oversold_at_end');

// Sold out is a 400, and a hold that has expired a 409. Their codes tell them from other errors, see outcome.js.
http.setResponseCallback(http.expectedStatuses(200, 201, 400, 409));

/**
 * @param {string | undefined} key an admin's key, where the API asks who calls
 * @returns {Record<string, string>}
 */
function headersWith(key) {
  return { 'Content-Type': 'application/json', ...(key ? { Authorization: `Bearer ${key}` } : {}) };
}

/** @typedef {{ event_id: number, strategy: string, tickets: number }} Sale */
/** @typedef {import('k6/options').Options['thresholds']} Thresholds */

/**
 * The thresholds of every scenario, plus those of this one.
 * @param {NonNullable<Thresholds>} own
 * @returns {NonNullable<Thresholds>}
 */
export function thresholds(own) {
  const everyOutcome = Object.fromEntries(['booked', 'sold_out', 'busy', 'failed'].map(outcome => [`orders{outcome:${outcome}}`, ['count>=0']]));
  return {
    ...everyOutcome,
    violations: ['count==0'],
    // A run that ends before the bookings are checked proves nothing.
    sales_verified: ['count==1'],
    ...own,
  };
}

/**
 * @param {number} tickets
 * @returns {Sale}
 */
export function openSale(tickets) {
  const answer = http.post(
    `${BASE_URL}/setup`,
    JSON.stringify({ event_name: `k6 ${STRATEGY} ${tickets}`, total_tickets: tickets, strategy: STRATEGY }),
    { headers: JSON_HEADERS });
  if (answer.status !== 200) {
    throw new Error(`${BASE_URL}/setup answers ${answer.status}: ${answer.body ?? answer.error}`);
  }

  return { event_id: Number(answer.json('event_id')), strategy: STRATEGY, tickets };
}

/**
 * @param {Sale} sale
 * @param {import('./mix.js').Mix} mix
 */
export function visit(sale, mix) {
  const action = choose(mix, Math.random());
  if (action === 'book') {
    order(sale, orderKey(sale));
  } else {
    look(action === 'status' ? `/status?event_id=${sale.event_id}` : '/health', `/${action}`);
  }
}

/**
 * Orders one ticket.
 * @param {Sale} sale
 * @param {string} key the same for every repetition of the order
 * @returns {import('./outcome.js').Outcome}
 */
export function order(sale, key) {
  const answer = http.post(
    `${BASE_URL}/book`,
    JSON.stringify({ user_id: exec.vu.idInTest, event_id: sale.event_id, quantity: 1 }),
    { headers: { ...JSON_HEADERS, 'Idempotency-Key': key }, tags: { name: '/book' } });
  const outcome = outcomeOf(answer.status, answer.status === 200 ? undefined : codeOf(answer));
  orders.add(1, { outcome });
  failures.add(isFailure(outcome));
  return outcome;
}

/**
 * Holds one ticket.
 * @param {Sale} sale
 * @param {string} key the same for every repetition of the order
 * @param {number} seconds for how long
 * @returns {number | undefined} the hold, or nothing when it was refused
 */
export function hold(sale, key, seconds) {
  const answer = http.post(
    `${BASE_URL}/holds`,
    JSON.stringify({ user_id: exec.vu.idInTest, event_id: sale.event_id, quantity: 1, hold_seconds: seconds }),
    { headers: { ...JSON_HEADERS, 'Idempotency-Key': key }, tags: { name: '/holds' } });
  const isHeld = answer.status === 200 || answer.status === 201;
  const outcome = outcomeOf(answer.status, isHeld ? undefined : codeOf(answer));
  orders.add(1, { outcome });
  failures.add(isFailure(outcome));
  return isHeld ? Number(answer.json('hold_id')) : undefined;
}

/**
 * Ends a hold, or walks away from it.
 * @param {number} id
 * @param {'confirm' | 'release' | undefined} wanted nothing to let it lapse
 * @returns {import('./outcome.js').HoldEnd}
 */
export function endHold(id, wanted) {
  if (!wanted) {
    holds.add(1, { end: 'lapsed' });
    return 'lapsed';
  }

  const answer = http.post(`${BASE_URL}/holds/${id}/${wanted}`, null, { headers: JSON_HEADERS, tags: { name: `/holds/{id}/${wanted}` } });
  const end = holdEndOf(wanted, answer.status, answer.status === 200 ? undefined : codeOf(answer));
  holds.add(1, { end });
  failures.add(end === 'failed');
  return end;
}

/**
 * A key for each iteration of each visitor.
 * @param {Sale} sale
 */
export function orderKey(sale) {
  return `k6-${sale.event_id}-${exec.scenario.name}-${exec.vu.idInTest}-${exec.vu.iterationInScenario}`;
}

/**
 * Checks the bookings after the last order, when all cached answers have expired.
 * @param {Sale} sale
 */
export function closeSale(sale) {
  sleep(CACHE_SECONDS + 1);
  let found = /** @type {string[]} */ ([]);
  for (let waited = 0; waited <= PATIENCE_SECONDS; waited++) {
    const answer = http.get(`${BASE_URL}/status?event_id=${sale.event_id}`);
    found = answer.status === 200
      ? violationsOf(read(answer), sale)
      : [`/status answers ${answer.status}: ${answer.body ?? answer.error}`];
    if (found.length === 0) {
      break;
    }

    sleep(1);
  }

  for (const sentence of found) {
    console.error(`Violated: ${sentence}`);
  }

  violations.add(found.length);
  verified.add(1);
}

/**
 * @param {string} title
 * @returns {(data: import('./summary.js').SummaryData) => Record<string, string>}
 */
export function summaryOf(title) {
  return data => ({ stdout: summarise(`${title}, ${STRATEGY}`, data) });
}

/**
 * @param {string} path
 * @param {string} name
 */
function look(path, name) {
  const answer = http.get(`${BASE_URL}${path}`, { tags: { name } });
  failures.add(answer.status !== 200);
}

/** @param {import('k6/http').Response} answer */
function read(answer) {
  const status = /** @type {import('./invariants.js').Status} */ (/** @type {unknown} */ (answer.json()));
  bookingsAtEnd.add(status.bookings);
  oversoldAtEnd.add(status.oversold);
  return status;
}

/** @param {import('k6/http').Response} answer */
function codeOf(answer) {
  // A proxy may answer in HTML.
  try {
    return String(answer.json('code'));
  } catch {
    return undefined;
  }
}

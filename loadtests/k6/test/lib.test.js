// What decides whether a run has passed, without k6: node --test

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HIGH, NORMAL, choose } from '../lib/mix.js';
import { holdEndOf, isFailure, outcomeOf } from '../lib/outcome.js';
import { violationsOf } from '../lib/invariants.js';
import { summarise } from '../lib/summary.js';

const SALE = { strategy: 'batched', tickets: 100 };
const SOLD_OUT = {
  strategy: 'batched', total_tickets: 100, available_tickets: 0, tickets_sold: 100, bookings: 100, oversold: 0,
};

for (const [name, mix, shares] of [['normal', NORMAL, { book: 80, status: 15, health: 5 }], ['high', HIGH, { book: 95, status: 5 }]]) {
  test(`the ${name} mix has the shares of the contract`, () => {
    const counted = {};
    for (let i = 0; i < 100; i++) {
      const action = choose(mix, i / 100);
      counted[action] = (counted[action] ?? 0) + 1;
    }

    assert.deepEqual(counted, shares);
    assert.equal(choose(mix, 0.999999999), mix.at(-1)[0]);
  });
}

test('a mix that does not add up is an error, not a quiet load', () => {
  assert.throws(() => choose([['book', 50]], 0.7), /add up/);
});

test('sold out is no failure, and any other refusal is', () => {
  const failures = [[200, undefined], [400, 'sold_out'], [400, 'validation_failed'], [404, 'event_not_found'], [503, 'busy'], [502, undefined], [0, undefined]]
    .map(([status, code]) => isFailure(outcomeOf(status, code)));
  assert.deepEqual(failures, [false, false, true, true, true, true, true]);
});

test('a hold ends as its visitor wanted, or too late, or not at all', () => {
  assert.equal(holdEndOf('confirm', 200, undefined), 'confirmed');
  assert.equal(holdEndOf('release', 200, undefined), 'released');
  assert.equal(holdEndOf('confirm', 409, 'hold_expired'), 'expired');
  assert.equal(holdEndOf('confirm', 409, 'hold_released'), 'failed');
  assert.equal(holdEndOf('confirm', 503, 'busy'), 'failed');
  assert.equal(outcomeOf(201, undefined), 'booked');
});

test('a sale whose books agree has no violation', () => {
  assert.deepEqual(violationsOf(SOLD_OUT, SALE), []);
  assert.deepEqual(violationsOf({ ...SOLD_OUT, available_tickets: 40, tickets_sold: 60, bookings: 60 }, SALE), []);
});

for (const [what, change] of [
  ['oversold', { tickets_sold: 101, bookings: 101, oversold: 1 }],
  ['lost tickets', { tickets_sold: 99, bookings: 99 }],
  ['a ticket without a booking', { bookings: 99 }],
  ['more left and held than there is', { available_tickets: 1, held_tickets: 100, tickets_sold: -1, bookings: -1 }],
  ['another strategy', { strategy: 'naive' }],
  ['another number of tickets', { total_tickets: 99, tickets_sold: 99, bookings: 99 }],
]) {
  test(`${what} is a violation`, () => assert.notEqual(violationsOf({ ...SOLD_OUT, ...change }, SALE).length, 0));
}

test('naive may oversell, and must still have a booking for each ticket sold', () => {
  const naive = { ...SOLD_OUT, strategy: 'naive', tickets_sold: 130, bookings: 130, oversold: 30, available_tickets: 0 };
  assert.deepEqual(violationsOf(naive, { ...SALE, strategy: 'naive' }), []);
  assert.equal(violationsOf({ ...naive, bookings: 129 }, { ...SALE, strategy: 'naive' }).length, 1);
});

test('the summary says what was sold, how fast, and which threshold failed', () => {
  const metric = (values, thresholds) => ({ type: '', contains: '', values, thresholds });
  const text = summarise('high, batched', {
    state: { testRunDurationMs: 30_000 },
    metrics: {
      http_reqs: metric({ count: 60_000, rate: 2000 }),
      http_req_duration: metric({ med: 12.3, 'p(95)': 2345, max: 5000 }, { 'p(95)<2000': { ok: false } }),
      'orders{outcome:booked}': metric({ count: 5000 }, { 'count>=0': { ok: true } }),
      failures: metric({ rate: 0.0123 }, { 'rate<0.10': { ok: true } }),
      bookings_at_end: metric({ value: 5000 }),
    },
  });

  for (const part of ['60000 requests in 30 s, 2000 per second', 'p50 12 ms, p95 2.35 s', 'booked 5000, sold_out 0', '1.23 %', '5000 bookings',
    'FAILED  http_req_duration p(95)<2000', 'ok      failures rate<0.10']) {
    assert.ok(text.includes(part), `${part} is missing in:\n${text}`);
  }

  assert.ok(!text.includes('count>=0'));
});

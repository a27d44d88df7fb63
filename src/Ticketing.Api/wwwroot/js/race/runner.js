import { book, setup, status, Problem, Unreachable } from '../api.js';

/** What a browser keeps open to one server over HTTP/1.1. More at once would wait inside the browser, and be measured as slow answers. */
export const CONNECTIONS = 6;

/** The buyers of a race are nobody's user id, so that their bookings show up in nobody's list. */
const FIRST_BUYER = 2_000_000_001;

/** After this many consecutive requests without an answer, the server counts as unreachable. */
const LOST_AFTER = 12;

/** The final figures may come from a cache: if they differ from our own count, they are read again for this long. */
const SETTLE_MS = 6000;
const SETTLE_PAUSE_MS = 500;

/** One strategy in the race, with an event of its own. */
export function newLane(strategy, { tickets }) {
  return {
    strategy, tickets,
    eventId: null, unavailable: null, error: null,
    asked: 0, answered: 0, bookings: 0, sold: 0, refused: 0, busy: 0, failed: 0, failedInARow: 0,
    latencies: [], points: [[0, tickets]],
    startedAt: 0, seconds: 0, isDone: false,
    /** The server's own figures, once the race is over. */
    truth: null,
  };
}

/**
 * Sends the buyers.
 * @param {object[]} lanes from newLane
 * @param {{buyers: number, quantity: number, together: boolean, name: (strategy: string) => string}} settings
 * @param {AbortSignal} stop
 */
export async function run(lanes, settings, stop) {
  for (const lane of lanes) await putOnSale(lane, settings);
  const ready = lanes.filter(lane => lane.eventId);
  for (const heat of settings.together ? [ready] : ready.map(lane => [lane])) {
    if (heat.length && !stop.aborted) await sell(heat, settings, stop);
  }
  for (const lane of ready) await readTruth(lane);
}

async function putOnSale(lane, { name }) {
  try {
    lane.eventId = (await setup({ event_name: name(lane.strategy), total_tickets: lane.tickets, strategy: lane.strategy })).event_id;
  } catch (error) {
    if (error instanceof Problem && error.errors.strategy) lane.unavailable = error.errors.strategy.join(' ');
    else lane.error = error;
  }
}

/** At most six requests run at a time, taken from the lanes in turn; each answer frees a slot for the next. */
async function sell(lanes, { buyers, quantity }, stop) {
  const now = performance.now();
  for (const lane of lanes) lane.startedAt = now;
  const queue = inTurn(lanes, buyers);
  await Promise.all(Array.from({ length: CONNECTIONS }, async () => {
    for (const [lane, userId] of queue) {
      if (stop.aborted) break;
      if (lane.failedInARow < LOST_AFTER) await buy(lane, userId, quantity);
    }
  }));
  for (const lane of lanes) lane.isDone = true;
}

function* inTurn(lanes, buyers) {
  for (let buyer = 0; buyer < buyers; buyer++) {
    for (const lane of lanes) yield [lane, FIRST_BUYER + buyer];
  }
}

async function buy(lane, userId, quantity) {
  lane.asked++;
  const sentAt = performance.now();
  try {
    await book({ event_id: lane.eventId, user_id: userId, quantity });
    lane.bookings++;
    lane.sold += quantity;
  } catch (error) {
    count(lane, error);
  }
  const answeredAt = performance.now();
  if (lane.failedInARow === 0) {
    lane.answered++;
    lane.latencies.push(answeredAt - sentAt);
  }
  lane.seconds = (answeredAt - lane.startedAt) / 1000;
  lane.points.push([lane.seconds, lane.tickets - lane.sold]);
}

function count(lane, error) {
  const code = error instanceof Problem ? error.code : null;
  if (error instanceof Unreachable) lane.error = error;
  if (code === 'sold_out' || code === 'not_enough_tickets') lane.refused++;
  else if (code === 'busy') lane.busy++;
  else lane.failed++;
  lane.failedInARow = error instanceof Unreachable ? lane.failedInARow + 1 : 0;
}

async function readTruth(lane) {
  const until = performance.now() + SETTLE_MS;
  try {
    lane.truth = await status(lane.eventId);
    while (lane.truth.tickets_sold !== lane.sold && performance.now() < until) {
      await new Promise(resolve => setTimeout(resolve, SETTLE_PAUSE_MS));
      lane.truth = await status(lane.eventId);
    }
  } catch (error) {
    lane.error = error;
  }
}

/** The latency that this share of the answers did not exceed, in milliseconds; null before the first. */
export function percentile(latencies, share) {
  if (latencies.length === 0) return null;
  const sorted = [...latencies].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

// What must be true after a sale.

/**
 * @typedef {object} Status an answer of GET /status
 * @property {string} strategy
 * @property {number} total_tickets
 * @property {number} available_tickets
 * @property {number} [held_tickets] of versions with reservations
 * @property {number} tickets_sold
 * @property {number} bookings
 * @property {number} oversold
 */

/** The strategy that oversells on purpose, to show what the others prevent. */
export const NAIVE = 'naive';

/**
 * @param {Status} status
 * @param {{ strategy: string, tickets: number }} sale what was set up; every order is for one ticket
 * @returns {string[]} a sentence for each violation
 */
export function violationsOf(status, sale) {
  const violations = /** @type {string[]} */ ([]);
  const expect = (/** @type {boolean} */ condition, /** @type {string} */ sentence) => {
    if (!condition) {
      violations.push(sentence);
    }
  };

  expect(status.strategy === sale.strategy, `The strategy is ${status.strategy}, but ${sale.strategy} was requested.`);
  expect(status.total_tickets === sale.tickets, `The event has ${status.total_tickets} tickets, but ${sale.tickets} were put on sale.`);
  expect(status.available_tickets + (status.held_tickets ?? 0) <= status.total_tickets, `${status.available_tickets} left and ${status.held_tickets} held are more than ${status.total_tickets}.`);
  expect(status.bookings === status.tickets_sold, `${status.bookings} bookings of one ticket each do not match ${status.tickets_sold} tickets sold.`);
  if (sale.strategy !== NAIVE) {
    expect(status.oversold === 0, `${status.oversold} tickets were sold that did not exist.`);
    const held = status.held_tickets ?? 0;
    expect(
      status.tickets_sold + held + status.available_tickets === status.total_tickets,
      `${status.tickets_sold} sold, ${held} held and ${status.available_tickets} left do not add up to ${status.total_tickets}.`);
  }

  return violations;
}

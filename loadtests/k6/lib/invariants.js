// What must be true of a sale when it is over.

/**
 * @typedef {object} Status an answer of GET /status
 * @property {string} strategy
 * @property {number} total_tickets
 * @property {number} available_tickets
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

  expect(status.strategy === sale.strategy, `The strategy is ${status.strategy}, and ${sale.strategy} was asked for.`);
  expect(status.total_tickets === sale.tickets, `The event has ${status.total_tickets} tickets, and ${sale.tickets} were put on sale.`);
  expect(status.bookings === status.tickets_sold, `${status.bookings} bookings of one ticket each cannot be ${status.tickets_sold} tickets.`);
  if (sale.strategy !== NAIVE) {
    expect(status.oversold === 0, `${status.oversold} tickets were sold that did not exist.`);
    expect(
      status.tickets_sold + status.available_tickets === status.total_tickets,
      `${status.tickets_sold} sold and ${status.available_tickets} left are not ${status.total_tickets}.`);
  }

  return violations;
}

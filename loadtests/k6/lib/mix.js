// What visitors do, in percent.

/** @typedef {'book' | 'status' | 'health'} Action */
/** @typedef {ReadonlyArray<readonly [Action, number]>} Mix */

/** @type {Mix} */
export const NORMAL = [['book', 80], ['status', 15], ['health', 5]];

/** @type {Mix} */
export const HIGH = [['book', 95], ['status', 5]];

/**
 * @param {Mix} mix
 * @param {number} random from 0 (inclusive) to 1 (exclusive)
 * @returns {Action}
 */
export function choose(mix, random) {
  let left = random * 100;
  for (const [action, share] of mix) {
    left -= share;
    if (left < 0) {
      return action;
    }
  }

  throw new Error('The shares of a mix must add up to 100.');
}

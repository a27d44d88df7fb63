// The outcome of an order, from its answer.

/** @typedef {'booked' | 'sold_out' | 'busy' | 'failed'} Outcome */

/**
 * Sold out is the normal end of a flash sale, not a failure.
 * @param {number} status the HTTP status; 0 when there was no answer
 * @param {string | undefined} code the problem's code
 * @returns {Outcome}
 */
export function outcomeOf(status, code) {
  if (status === 200) {
    return 'booked';
  }

  if (status === 400 && code === 'sold_out') {
    return 'sold_out';
  }

  return status === 503 && code === 'busy' ? 'busy' : 'failed';
}

/**
 * @param {Outcome} outcome
 * @returns {boolean}
 */
export function isFailure(outcome) {
  return outcome === 'busy' || outcome === 'failed';
}

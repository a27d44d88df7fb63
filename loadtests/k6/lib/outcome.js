// The outcome of an order, from its answer.

/** @typedef {'booked' | 'sold_out' | 'busy' | 'failed'} Outcome */

/**
 * Sold out is the normal end of a flash sale, not a failure.
 * @param {number} status the HTTP status; 0 when there was no answer
 * @param {string | undefined} code the problem's code
 * @returns {Outcome}
 */
export function outcomeOf(status, code) {
  if (status === 200 || status === 201) {
    return 'booked';
  }

  if (status === 400 && code === 'sold_out') {
    return 'sold_out';
  }

  return status === 503 && code === 'busy' ? 'busy' : 'failed';
}

/** @typedef {'confirmed' | 'released' | 'lapsed' | 'expired' | 'failed'} HoldEnd */

/**
 * What became of a hold, from the answer to the request that was to end it.
 * @param {'confirm' | 'release'} wanted
 * @param {number} status the HTTP status; 0 when there was no answer
 * @param {string | undefined} code the problem's code
 * @returns {HoldEnd}
 */
export function holdEndOf(wanted, status, code) {
  if (status === 200) {
    return wanted === 'confirm' ? 'confirmed' : 'released';
  }

  // The visitor took too long, and was told so.
  return status === 409 && code === 'hold_expired' ? 'expired' : 'failed';
}

/**
 * @param {Outcome} outcome
 * @returns {boolean}
 */
export function isFailure(outcome) {
  return outcome === 'busy' || outcome === 'failed';
}

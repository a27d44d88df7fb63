/** What a statement does, by its text. */
const KINDS = [
  ['begin', /^(SET SESSION TRANSACTION READ ONLY; )?(START TRANSACTION|BEGIN)/i],
  ['commit', /^COMMIT/i],
  ['rollback', /^ROLLBACK/i],
  ['book', /^(SET AUTOCOMMIT = 1;\s*)?INSERT INTO .?bookings/i],
  ['take', /^UPDATE .?events/i],
  ['lock', /FOR UPDATE/i],
  ['read', /^SELECT/i],
];

/** Shorter gaps are the program's own work. */
const GAP_MS = 2;

/**
 * The two buyers with whom to tell what happened. Where tickets were oversold, they took the same one: both had read the same stock. Elsewhere they were decided together, or
 * come one after the other.
 * @param {{statements: string[], buyers: object[]}} recorded as the API has it, the buyers in the order of their answers
 * @returns {object[]|null} both, or null where there are none
 */
export function findPair({ buyers }, isOversold) {
  const booked = buyers.filter(buyer => buyer.outcome === 'booked');
  if (!isOversold) {
    for (const buyer of booked) {
      const together = booked.find(other => other !== buyer && batchOf(buyer) && batchOf(other)?.from_ms === batchOf(buyer).from_ms);
      if (together) return [buyer, together];
    }
    const first = buyers.indexOf(booked[0]);
    return first >= 0 && buyers[first + 1] ? [buyers[first], buyers[first + 1]] : null;
  }
  const readers = booked.filter(buyer => seenBy(buyer) !== null).sort((a, b) => readAt(a) - readAt(b));
  for (const [i, reader] of readers.entries()) {
    const other = readers.slice(i + 1).find(next => seenBy(next) === seenBy(reader));
    if (other) return [reader, other];
  }
  return null;
}

/** The tickets that a buyer saw when it was decided; null where none were read. */
export const seenBy = buyer => buyer.steps.find(step => step.saw !== null)?.saw ?? null;

/** What a buyer does, with the waiting between it: [{kind, from, to, sql, saw, batch}], the last is the answer. */
export function storyOf(buyer, statements) {
  const story = [];
  let at = buyer.from_ms;
  for (const step of buyer.steps) {
    if (step.from_ms - at > GAP_MS) story.push({ kind: 'wait', from: at, to: step.from_ms });
    const sql = step.statement === null ? null : statements[step.statement];
    story.push({ kind: kindOf(step, sql), from: step.from_ms, to: step.to_ms, sql, saw: step.saw, batch: step.batch });
    at = Math.max(at, step.to_ms);
  }
  if (buyer.to_ms - at > GAP_MS) story.push({ kind: 'wait', from: at, to: buyer.to_ms });
  return [...story, { kind: buyer.outcome, from: buyer.to_ms, to: buyer.to_ms }];
}

function kindOf(step, sql) {
  if (step.batch !== null) return 'batch';
  return KINDS.find(([, text]) => text.test(sql))?.[0] ?? 'other';
}

const batchOf = buyer => buyer.steps.find(step => step.batch !== null);

const readAt = buyer => buyer.steps.find(step => step.saw !== null).to_ms;

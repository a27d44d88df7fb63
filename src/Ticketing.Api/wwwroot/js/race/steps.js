/** What a statement does, by its text. */
const KINDS = [
  ['begin', /^(SET SESSION TRANSACTION READ ONLY; )?(START TRANSACTION|BEGIN)/i],
  ['commit', /^COMMIT/i],
  ['rollback', /^ROLLBACK/i],
  ['book', /^INSERT INTO .?bookings/i],
  ['take', /^UPDATE .?events/i],
  ['lock', /FOR UPDATE/i],
  ['read', /^SELECT/i],
];

/** Shorter gaps are the program's own work. */
const GAP_MS = 5;

/**
 * The two buyers at the turning point: who took the last ticket, and who came next. Where tickets were oversold, the second took one that does not exist, because both had
 * read the stock before; elsewhere the second was refused.
 * @param {{statements: string[], buyers: object[]}} recorded as the API has it, the buyers in the order of their answers
 * @param {{tickets: number, quantity: number}} settings
 * @returns {object[]|null} both, or null where there are none
 */
export function findPair({ buyers, statements }, { tickets, quantity }, isOversold) {
  const booked = buyers.filter(buyer => buyer.outcome === 'booked');
  const last = Math.floor(tickets / quantity) - 1;
  if (last < 0) return null;
  if (isOversold) {
    const takers = booked.filter(buyer => takenAt(buyer, statements) !== null).sort((a, b) => takenAt(a, statements) - takenAt(b, statements));
    return takers[last + 1] ? [takers[last], takers[last + 1]] : null;
  }
  const winner = booked.sort(byDecision)[last];
  const refused = buyers.filter(buyer => buyer.outcome === 'refused').sort(byDecision)[0];
  return winner && refused ? [winner, refused] : null;
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

/** Answers may arrive in another order than the decisions were made in. */
const byDecision = (a, b) => decidedAt(a) - decidedAt(b);

const decidedAt = buyer => buyer.steps.at(-1)?.to_ms ?? buyer.to_ms;

/** When a buyer's ticket left the stock; null where none did. Of several attempts, the last one counts. */
const takenAt = (buyer, statements) => buyer.steps.findLast(step => step.statement !== null && kindOf(step, statements[step.statement]) === 'take')?.to_ms ?? null;

import { bookingsBefore, isSignedIn, listKeys, showsKey, Problem } from './api.js';
import { onLanguage } from './i18n.js';
import { failure } from './messages.js';

/** Why the caller may not do what an admin may, or an organizer; null where he may. */
let refusals = {};
let asked = null;

/** What of the page is marked `data-for` is shown to those who may use it, and what is marked `data-refused-for` says to the others why they may not. */
export function startRole() {
  onLanguage(explain);
  if (isSignedIn()) learnRole();
}

/** Asks once; if no answer came, once more the next time. @returns {Promise<boolean>} whether the caller is an admin */
export async function learnRole() {
  asked ??= ask();
  await asked;
  if (Object.values(refusals).some(refusal => refusal && !isFinal(refusal))) asked = null;
  return !refusals.admin;
}

/**
 * The API has no question for what a caller may do, so it is asked for what only an admin may see, and then for what only an organizer may: the
 * bookings of all users. A shop is told there to name one, and a caller who shows a token, not a key, is a buyer.
 */
async function ask() {
  const admin = await refusalOf(listKeys());
  const organizer = admin?.code === 'forbidden' && showsKey() ? await refusalOf(bookingsBefore(Number.MAX_SAFE_INTEGER, 1)) : admin;
  refusals = { admin, organizer: organizer?.code === 'validation_failed' ? admin : organizer };
  for (const part of document.querySelectorAll('[data-for]')) {
    const refusal = refusals[part.dataset.for];
    if (!refusal || isFinal(refusal)) part.hidden = Boolean(refusal);
  }
  explain();
}

async function refusalOf(request) {
  try {
    await request;
    return null;
  } catch (error) {
    return error;
  }
}

const isFinal = error => error instanceof Problem && (error.status === 401 || error.status === 403);

function explain() {
  for (const place of document.querySelectorAll('[data-refused-for]')) {
    const refusal = refusals[place.dataset.refusedFor];
    place.replaceChildren(...refusal ? [failure(refusal)] : []);
  }
}

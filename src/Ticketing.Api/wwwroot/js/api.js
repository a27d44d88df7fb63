import { thisTab } from './memory.js';

/** An answer that says what is wrong. */
export class Problem extends Error {
  constructor(status, problem, retryAfter) {
    super(problem.detail ?? `HTTP ${status}`);
    this.status = status;
    this.code = problem.code ?? 'unexpected';
    this.errors = problem.errors ?? {};
    this.available = problem.available_tickets;
    this.remaining = problem.remaining_for_user;
    this.held = problem.held_tickets ?? 0;
    this.traceId = problem.traceId;
    /** Whole seconds to wait before the same request makes sense again; null where it never does. */
    this.retryAfter = retryAfter;
  }
}

/** No answer came, or one that is not the API's, such as a proxy's own error page. What was asked for may have been done. */
export class Unreachable extends Error {}

const DEFAULT_RETRY_SECONDS = 1;
const PATIENCE_MS = 30_000;

/** A stream that has said nothing for so long has lost its server. */
const SILENCE_MS = 10_000;

let base = '';

/** How far the server's clock is ahead of this one's, in milliseconds. Its answers say so to the second. */
let skew = 0;

/** Now by the server's clock, as Date.now() has it. */
export const serverNow = () => Date.now() + skew;

/** Says where the API is: '' or a prefix such as '/api'. */
export const useApi = prefix => { base = prefix; };

/** What the API is shown where it asks who calls; kept as long as the tab is open. */
let key = thisTab.get('key');
let tellUnknownCaller = () => {};

export const isSignedIn = () => key !== null;

/** Shows this from now on. @param {string|null} text null for nothing */
export function signIn(text) {
  key = text;
  thisTab.set('key', key);
}

/** Whether this is the key of this tab. @param {string} id its public part */
export const isOwnKey = id => key?.startsWith(`tk_${id}_`) ?? false;

/** Whether what is shown is a key, and not the token of a buyer. */
export const showsKey = () => key?.startsWith('tk_') ?? false;

/** Calls back whenever the API does not know who calls. */
export const onUnknownCaller = callback => { tellUnknownCaller = callback; };

export const address = path => base + path;

export const setup = event => send('POST', '/setup', event);

/** @param {'pause'|'resume'|'close'} step */
export const changeSale = (eventId, step) => send('POST', `/events/${eventId}/${step}`);

/** @param {object} changes only what is to change; null removes a limit or a time */
export const changeEvent = (eventId, changes) => send('PATCH', `/events/${eventId}`, changes);

export const book = ({ key, ...order }) => send('POST', '/book', order, key && { 'Idempotency-Key': key });

export const hold = async ({ key, ...order }) => {
  const { hold_id, ...rest } = await send('POST', '/holds', order, key && { 'Idempotency-Key': key });
  return { booking_id: hold_id, ...rest };
};

export const confirm = id => send('POST', `/holds/${id}/confirm`);

export const release = id => send('POST', `/holds/${id}/release`);

export const extend = (id, seconds) => send('POST', `/holds/${id}/extend`, { hold_seconds: seconds });

export const cancel = id => send('POST', `/bookings/${id}/cancel`);

/** The event of that id, or the current one. */
export const status = eventId => send('GET', eventId ? `/status?event_id=${eventId}` : '/status');

export const events = (page, size) => send('GET', `/events?page=${page}&page_size=${size}`);

export const listStrategies = () => send('GET', '/strategies');

export const stats = () => send('GET', '/stats');

export const history = (userId, size) => send('GET', `/history?user_id=${userId}&status=all&page_size=${size}`);

/** Confirmed bookings of all users, newest first, older than that one. */
export const bookingsBefore = (id, size) => send('GET', `/history?before=${id}&page_size=${size}`);

export const listKeys = () => send('GET', '/keys');

export const createKey = key => send('POST', '/keys', key);

export const revokeKey = id => send('DELETE', `/keys/${id}`);

/** What was done, newest first. @param {number|null} before only entries older than this one */
export const audit = (before, size) => send('GET', `/audit?page_size=${size}${before ? `&before=${before}` : ''}`);

/** The metrics of the server, in Prometheus' text format. @throws {Problem|Unreachable} */
export async function metrics() {
  let response;
  try {
    response = await fetch(address('/metrics'), { headers: shown(), cache: 'no-store' });
    if (response.ok) return await response.text();
  } catch (error) {
    throw new Unreachable(error.message);
  }
  throw new Problem(response.status, {}, retryAfter(response));
}

/** What can go wrong on purpose, and what does. */
export const listFaults = () => send('GET', '/faults');

export const causeFault = fault => send('POST', '/faults', { fault });

export const startRace = settings => send('POST', '/races', settings);

export const getRace = id => send('GET', `/races/${id}`);

/** What the buyers of a strategy went through, step by step. */
export const raceSteps = (id, strategy) => send('GET', `/races/${id}/steps?strategy=${strategy}`);

export const stopRace = id => send('POST', `/races/${id}/stop`);

/** Calls back with the race ten times a second, each time with the points that are new, until it is over. @throws {Problem|Unreachable} */
export async function watchRace(id, onNews) {
  const silence = new AbortController();
  let response;
  try {
    response = await fetch(address(`/races/${id}/progress`), { headers: shown(), cache: 'no-store', signal: silence.signal });
    if (response.ok) return await readEvents(response.body, onNews, silence);
  } catch (error) {
    throw new Unreachable(error.message);
  }
  throw new Problem(response.status, await response.json(), retryAfter(response));
}

/** Server-sent events. The browser's own EventSource can show no key. Source: https://html.spec.whatwg.org/multipage/server-sent-events.html */
async function readEvents(stream, onEvent, silence) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader(); // not every browser can iterate over a stream
  let text = '';
  let timer = 0;
  try {
    while (true) {
      timer = setTimeout(() => silence.abort(), SILENCE_MS);
      const { done, value } = await reader.read();
      clearTimeout(timer);
      if (done) return;
      const events = (text + value).split('\n\n');
      text = events.pop();
      for (const event of events) {
        const data = event.split('\n').filter(line => line.startsWith('data: ')).map(line => line.slice('data: '.length)).join('\n');
        if (data) onEvent(JSON.parse(data));
      }
    }
  } finally {
    clearTimeout(timer);
    reader.cancel().catch(() => {}); // it has ended, or its connection has
  }
}

const shown = () => key ? { Authorization: `Bearer ${key}` } : {};

/** @throws {Problem|Unreachable} */
async function send(method, path, body, headers) {
  let response;
  let answer;
  try {
    response = await fetch(address(path), {
      method,
      headers: { ...body && { 'Content-Type': 'application/json' }, ...shown(), ...headers },
      body: body && JSON.stringify(body),
      cache: 'no-store',
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    answer = response.status === 204 ? {} : await response.json();
    followClock(response);
  } catch (error) {
    throw new Unreachable(error.message);
  }
  if (response.status === 401) tellUnknownCaller();
  if (!response.ok) throw new Problem(response.status, answer, retryAfter(response));
  return Array.isArray(answer) ? answer : { ...answer, replayed: response.headers.get('Idempotent-Replayed') === 'true' };
}

/** The header has whole seconds, so only more than one says that the clocks differ. */
function followClock(response) {
  const ahead = Date.parse(response.headers.get('Date')) + 500 - Date.now();
  if (Math.abs(ahead - skew) > 1500) skew = ahead;
}

function retryAfter(response) {
  const header = Number(response.headers.get('Retry-After'));
  if (header > 0) return Math.ceil(header);
  return response.status === 503 || response.status === 429 ? DEFAULT_RETRY_SECONDS : null;
}

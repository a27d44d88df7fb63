import { byId, el, setText } from '../dom.js';
import { book, hold, Problem } from '../api.js';
import { t, onLanguage } from '../i18n.js';
import { forever, thisTab } from '../memory.js';
import { countdown } from '../format.js';
import { wholeNumber, showError, focusFirstError } from '../fields.js';
import { message, failure } from '../messages.js';
import { timeLeft } from './bookings.js';

const MAX_ID = 2_147_483_647;
const MAX_QUANTITY = 10;

/** An order that is sent again unchanged within this time is the same one: nobody means two by a double click. */
const SAME_ORDER_MS = 1000;

/** Replicas of the previous version do not tell the state; what they sell is on sale. */
export const saleState = event => event.state ?? 'on_sale';

/**
 * The form that books. Every order has a key of its own, which it keeps until it is answered for good; however often it is sent, it books once.
 * An order without an answer outlives a reload of the page.
 */
export function orderForm({ bookings, onAnswer, onBooked, onUser }) {
  const form = byId('order');
  const button = byId('book');
  const holdButton = byId('hold');

  /** phase: idle, sending, answered (booked or refused), unanswered (may be sent again, once waitUntil is over). */
  const state = { phase: 'idle', order: null, booking: null, error: null, waitUntil: 0, answeredAt: 0, event: null };
  let ticking = 0;

  byId('user-id').value = forever.get('user') ?? Math.ceil(Math.random() * 9999);
  rememberUser();
  const unanswered = thisTab.get('order');
  if (unanswered) Object.assign(state, { phase: 'unanswered', order: unanswered });

  byId('user-id').addEventListener('change', rememberUser);
  byId('quantity').addEventListener('change', followStock);
  byId('fewer').addEventListener('click', () => step(-1));
  byId('more').addEventListener('click', () => step(1));
  byId('discard').addEventListener('click', discard);
  holdButton.addEventListener('click', () => submit('hold'));
  form.addEventListener('submit', event => {
    event.preventDefault();
    submit('book');
  });
  onLanguage(render);

  return { setEvent, clear, render };

  function setEvent(event) {
    state.event = event;
    if (document.activeElement !== byId('quantity')) followStock();
    tick();
  }

  /** Another event is shown: the answer to an order for the last one must not stand beside it. */
  function clear() {
    if (state.phase !== 'answered') return;
    Object.assign(state, { phase: 'idle', order: null });
    render();
  }

  /** @param {'book' | 'hold'} kind */
  async function submit(kind) {
    if (state.phase === 'sending' || isWaiting()) return;
    if (state.phase === 'unanswered') return send(state.order);
    if (!canBook()) return;
    const userId = wholeNumber('user-id', 1, MAX_ID);
    const quantity = wholeNumber('quantity', 1, MAX_QUANTITY);
    if (!userId || !quantity) return focusFirstError(form);
    rememberUser();
    const order = { kind, event_id: state.event.event_id, user_id: userId, quantity };
    await send(isRepeated(order) ? state.order : { ...order, key: newKey() });
  }

  async function send(order) {
    thisTab.set('order', order);
    Object.assign(state, { phase: 'sending', order, error: null, booking: null });
    render();
    try {
      const { kind, ...body } = order;
      state.booking = { status: 'confirmed', expires_at: null, ...await (kind === 'hold' ? hold(body) : book(body)) };
      state.phase = 'answered';
      onBooked(state.booking);
    } catch (error) {
      state.error = error;
      state.phase = error instanceof Problem && error.retryAfter === null ? 'answered' : 'unanswered';
      state.waitUntil = Date.now() + (error.retryAfter ?? 0) * 1000;
    }
    state.answeredAt = Date.now();
    if (state.phase === 'answered') thisTab.set('order', null);
    onAnswer();
    render();
    showFieldErrors();
    tick();
  }

  function discard() {
    thisTab.set('order', null);
    Object.assign(state, { phase: 'idle', order: null, error: null });
    render();
    button.focus();
  }

  function isRepeated({ kind, event_id, user_id, quantity }) {
    const last = state.order;
    return state.phase === 'answered' && state.booking !== null && Date.now() - state.answeredAt < SAME_ORDER_MS
      && last.kind === kind && last.event_id === event_id && last.user_id === user_id && last.quantity === quantity;
  }

  /** Whether there is something to book, so far as the page knows. */
  function canBook() {
    return state.event !== null && state.event.available_tickets > 0 && (saleState(state.event) === 'on_sale' || (saleState(state.event) === 'scheduled' && startsIn() <= 0));
  }

  /** Milliseconds until the sale starts, by this machine's clock. The server's decides. */
  function startsIn() {
    return state.event && saleState(state.event) === 'scheduled' ? Date.parse(state.event.sale_starts_at) - Date.now() : 0;
  }

  /** How many one may order, so far as the page knows. */
  function most() {
    return Math.min(MAX_QUANTITY, Math.max(1, state.event?.available_tickets ?? MAX_QUANTITY));
  }

  /** Nobody can order more than are left. What is no number of tickets at all is for the buyer to correct. */
  function followStock() {
    const input = byId('quantity');
    const quantity = Number(input.value);
    if (!input.readOnly && quantity > most() && quantity <= MAX_QUANTITY) input.value = most();
    renderControls();
  }

  function isWaiting() {
    return state.phase === 'unanswered' && Date.now() < state.waitUntil;
  }

  function tick() {
    clearTimeout(ticking);
    renderControls();
    if (isWaiting() || startsIn() > 0) ticking = setTimeout(tick, 200);
  }

  function step(by) {
    if (byId('quantity').readOnly) return;
    const input = byId('quantity');
    input.value = Math.min(most(), Math.max(1, (Number(input.value) || 1) + by));
    showError('quantity', '');
    renderControls();
  }

  function rememberUser() {
    const user = Number(byId('user-id').value);
    if (!Number.isInteger(user) || user < 1 || user > MAX_ID) return;
    forever.set('user', user);
    onUser(user);
  }

  function showFieldErrors() {
    if (!(state.error instanceof Problem)) return;
    for (const [field, id] of [['user_id', 'user-id'], ['quantity', 'quantity']]) {
      if (state.error.errors[field]) showError(id, state.error.errors[field].join(' '));
    }
  }

  function render() {
    byId('answer').replaceChildren(...answer());
    renderControls();
  }

  function renderControls() {
    const isUnanswered = state.phase === 'unanswered';
    const isLocked = isUnanswered || state.phase === 'sending';
    for (const id of ['user-id', 'quantity']) byId(id).readOnly = isLocked;
    byId('fewer').setAttribute('aria-disabled', isLocked || Number(byId('quantity').value) <= 1);
    byId('more').setAttribute('aria-disabled', isLocked || Number(byId('quantity').value) >= most());
    byId('discard').hidden = !isUnanswered;
    setText(button, label());
    const isOff = state.phase === 'sending' || isWaiting() || (!isUnanswered && !canBook());
    button.setAttribute('aria-disabled', isOff);
    holdButton.hidden = isUnanswered;
    holdButton.setAttribute('aria-disabled', isOff);
  }

  function label() {
    if (state.phase === 'sending') return t('order.sending');
    if (isWaiting()) return t('order.retryIn', { seconds: Math.ceil((state.waitUntil - Date.now()) / 1000) });
    if (state.phase === 'unanswered') return t('order.retry');
    if (!state.event || canBook()) return t('order.book');
    const sale = saleState(state.event);
    if (sale === 'paused' || sale === 'ended') return t(`order.${sale}`);
    return startsIn() > 0 ? t('order.scheduled', countdown(startsIn())) : t('order.soldout');
  }

  function answer() {
    const { phase, order, booking, error } = state;
    if (phase === 'unanswered' && !error) return [message('warn', t('order.left.title'), t('order.left.text', order))];
    if (phase === 'idle' || phase === 'sending') return [];
    if (booking) return [order.kind === 'hold' ? heldStub(bookings.find(booking.booking_id) ?? booking) : stub(booking)];
    return [explain(error)];
  }

  function stub(booking) {
    return message('ok', t('order.booked.title'), t('order.booked.text', booking),
      el('p', { class: 'booking-number' }, el('span', {}, t('order.booked.number')), el('b', { id: 'booking-number' }, `#${booking.booking_id}`)),
      booking.replayed ? el('p', { class: 'muted' }, t('order.booked.replayed')) : null);
  }

  /** What became of the hold, as it was heard last. */
  function heldStub(booking) {
    if (booking.status === 'confirmed') return stub({ ...state.booking, ...booking, replayed: false });
    if (booking.status !== 'held') return message('warn', t(`order.hold.${booking.status}.title`), t(`order.hold.${booking.status}.text`));
    return message('ok', t('order.hold.title'), t('order.hold.text', booking),
      el('p', { class: 'hold-clock' }, el('b', { class: 'clock', 'data-deadline': booking.expires_at }, timeLeft(booking.expires_at))),
      el('p', { class: 'booking-state' }, ...bookings.actions(booking)));
  }

  function explain(error) {
    if (!(error instanceof Problem)) return message('bad', t('unreachable.title'), t('order.unreachable'));
    if (error.code === 'not_enough_tickets') return message('warn', t('problem.not_enough_tickets.title'), t('order.few', { available: error.available }));
    if (error.code === 'limit_reached') return message('warn', t('problem.limit_reached.title'), t('order.limit', { remaining: error.remaining }));
    if (error.code === 'sold_out' && error.held > 0) return message('warn', t('problem.sold_out.title'), t('order.soldout.held', { held: error.held }));
    if (error.code === 'validation_failed') return message('bad', t('problem.validation_failed.title'), error.message);
    return failure(error);
  }
}

/** By getRandomValues, as randomUUID is missing where the page is not served over https. */
function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, '0')).join('');
}

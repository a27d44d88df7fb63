import { byId, el, setText, table } from '../dom.js';
import { cancel, confirm, extend, history, release, serverNow, status, Problem } from '../api.js';
import { countdown, moment, number } from '../format.js';
import { t, onLanguage } from '../i18n.js';
import { failure, message } from '../messages.js';

const ROWS = 10;
const MOST_ROWS = 100;

/** How much longer a hold lasts, from the moment when its buyer asks for it. */
const LONGER_SECONDS = 600;

/** What a button asks the server for, by its name. */
const OPERATIONS = { confirm, release, extend: id => extend(id, LONGER_SECONDS), cancel };

/**
 * The bookings and holds of the user, newest first: those that the server lists, and at once those that were made here.
 * @param {{ onChange: () => void }} listeners told when a booking has changed, or the time of a hold is over
 */
export function myBookings({ onChange }) {
  const state = { user: null, rows: ROWS, listed: [], total: 0, made: [], error: null, busy: null, sure: null, answer: null };

  /** The names of events by their ids, which never change; null while one is asked for. */
  const names = new Map();
  let ticking = 0;
  onLanguage(render);
  return { showUser, add, refresh, find, actions };

  function showUser(user) {
    if (user === state.user) return;
    Object.assign(state, { user, rows: ROWS, listed: [], total: 0, made: [], answer: null, sure: null });
    refresh();
  }

  /** A list that is a little old must not miss what the buyer just bought or held. */
  function add(booking) {
    if (booking.user_id !== state.user) return;
    if (!state.made.some(made => made.booking_id === booking.booking_id)) {
      state.made.unshift({ ...booking, timestamp: new Date(serverNow()).toISOString() });
    }
    refresh();
  }

  /** A booking of the user, as it was listed last. */
  function find(id) {
    return state.listed.find(booking => booking.booking_id === id) ?? state.made.find(booking => booking.booking_id === id);
  }

  async function refresh() {
    const { user, rows } = state;
    if (!user) return;
    try {
      const page = await history(user, rows);
      if (user !== state.user) return;
      Object.assign(state, { listed: page.items, total: page.total, error: null });
      learnNames(page.items);
    } catch (error) {
      state.error = error;
    }
    render();
    onChange();
  }

  async function learnNames(bookings) {
    for (const id of new Set(bookings.map(booking => booking.event_id))) {
      if (names.has(id)) continue;
      names.set(id, null);
      try {
        names.set(id, (await status(id)).event_name);
        render();
      } catch {
        names.delete(id); // its number is shown instead, and the next list asks again
      }
    }
  }

  /** Every one of these can be sent again safely, so a lost answer needs no more than a new look. */
  async function change(booking, name) {
    if (state.busy) return;
    if (name === 'cancel' && state.sure !== booking.booking_id) {
      state.sure = booking.booking_id;
      render();
      return focusOn(booking.booking_id);
    }
    Object.assign(state, { busy: booking.booking_id, sure: null, answer: null });
    render();
    try {
      await OPERATIONS[name](booking.booking_id);
      state.answer = () => message('ok', t(`mine.${name}.done`, booking));
    } catch (error) {
      state.answer = () => error instanceof Problem ? failure(error) : message('warn', t('unreachable.title'), t('mine.unreachable'));
    }
    state.busy = null;
    await refresh();
    focusOn(booking.booking_id);
  }

  function focusOn(id) {
    (document.querySelector(`#mine [data-booking="${id}"] button`) ?? byId('mine-title')).focus();
  }

  function render() {
    const isListed = new Set(state.listed.map(booking => booking.booking_id));
    const missing = state.made.filter(booking => !isListed.has(booking.booking_id) && booking.booking_id > (state.listed[0]?.booking_id ?? 0));
    const bookings = [...missing, ...state.listed];
    const total = state.total + missing.length;
    setText(byId('mine-total'), state.user === null ? '' : t('mine.total', { user: state.user, total }));
    byId('mine-answer').replaceChildren(...state.answer ? [state.answer()] : []);
    byId('mine').replaceChildren(
      ...state.error ? [el('p', { class: 'nothing' }, t('mine.failed'))] : [],
      ...bookings.length ? [list(bookings)] : state.error ? [] : [el('p', { class: 'nothing' }, t('mine.none'))],
      ...bookings.length < total && state.rows < MOST_ROWS ? [el('button', { type: 'button', class: 'btn btn-outline-secondary', click: more }, t('mine.more'))] : []);
    tick();
  }

  /** Counts down every hold that is shown. When the time of one is over, the server is asked what became of it. */
  function tick() {
    clearTimeout(ticking);
    const clocks = [...document.querySelectorAll('[data-deadline]')];
    for (const clock of clocks) setText(clock, timeLeft(clock.dataset.deadline));
    const isOver = clocks.some(clock => Date.parse(clock.dataset.deadline) <= serverNow());
    if (clocks.length) ticking = setTimeout(isOver ? refresh : tick, isOver ? 1000 : 250);
  }

  function more() {
    state.rows = MOST_ROWS;
    refresh();
  }

  function list(bookings) {
    return table(t('mine.title'), [
      { title: t('column.booking'), cell: booking => `#${booking.booking_id}` },
      { title: t('column.event'), cell: booking => el('a', { href: `#sale/${booking.event_id}` }, names.get(booking.event_id) ?? t('event.number', { id: booking.event_id })) },
      { title: t('column.tickets'), number: true, cell: booking => number(booking.quantity) },
      { title: t('column.when'), width: 'double', cell: booking => moment(booking.timestamp) },
      { title: t('column.status'), width: 'wide', cell: booking => el('div', { class: 'booking-state', 'data-booking': booking.booking_id }, statusOf(booking), ...actions(booking)) },
    ], bookings);
  }

  function statusOf(booking) {
    return el('span', { class: `status status-${booking.status}` }, t(`status.${booking.status}`),
      booking.status === 'held' ? el('b', { class: 'clock', 'data-deadline': booking.expires_at }, timeLeft(booking.expires_at)) : null);
  }

  /** The buttons for what a buyer can do with a booking. */
  function actions(booking) {
    const names = booking.status === 'held' ? ['confirm', 'extend', 'release'] : booking.status === 'confirmed' ? ['cancel'] : [];
    return names.map(name => el('button', {
      type: 'button',
      class: `btn btn-sm ${name === 'confirm' ? 'btn-primary' : state.sure === booking.booking_id && name === 'cancel' ? 'btn-danger' : 'btn-outline-secondary'}`,
      'aria-disabled': state.busy === booking.booking_id && 'true',
      'aria-label': t(`mine.${name}.label`, { id: booking.booking_id }),
      click: () => change(booking, name),
    }, t(state.sure === booking.booking_id && name === 'cancel' ? 'mine.cancel.sure' : `mine.${name}`)));
  }
}

/** The time until the deadline of a hold, as text. */
export const timeLeft = deadline => t('mine.left', countdown(Math.max(0, Date.parse(deadline) - serverNow())));

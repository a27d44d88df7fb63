import { byId, el, setText, table } from '../dom.js';
import { history, status } from '../api.js';
import { moment, number } from '../format.js';
import { t, onLanguage } from '../i18n.js';

const ROWS = 10;
const MOST_ROWS = 100;

/** The bookings of the user, newest first: those that the server lists, and at once those that were made here. */
export function myBookings() {
  const state = { user: null, rows: ROWS, listed: [], total: 0, made: [], error: null };

  /** The names of events by their ids, which never change; null while one is asked for. */
  const names = new Map();
  onLanguage(render);
  return { showUser, add, refresh };

  function showUser(user) {
    if (user === state.user) return;
    Object.assign(state, { user, rows: ROWS, listed: [], total: 0, made: [] });
    refresh();
  }

  /** A list that is a little old must not miss what the buyer just bought. */
  function add(booking) {
    if (booking.user_id !== state.user) return;
    if (!state.made.some(made => made.booking_id === booking.booking_id)) {
      state.made.unshift({ ...booking, timestamp: new Date().toISOString() });
    }
    refresh();
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

  function render() {
    const isListed = new Set(state.listed.map(booking => booking.booking_id));
    const missing = state.made.filter(booking => !isListed.has(booking.booking_id) && booking.booking_id > (state.listed[0]?.booking_id ?? 0));
    const bookings = [...missing, ...state.listed];
    const total = state.total + missing.length;
    setText(byId('mine-total'), state.user === null ? '' : t('mine.total', { user: state.user, total }));
    byId('mine').replaceChildren(
      ...state.error ? [el('p', { class: 'nothing' }, t('mine.failed'))] : [],
      ...bookings.length ? [list(bookings)] : state.error ? [] : [el('p', { class: 'nothing' }, t('mine.none'))],
      ...bookings.length < total && state.rows < MOST_ROWS ? [el('button', { type: 'button', class: 'btn btn-outline-secondary', click: more }, t('mine.more'))] : []);
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
    ], bookings);
  }
}

import { byId, setText } from '../dom.js';
import { status, Problem } from '../api.js';
import { number, time } from '../format.js';
import { t, onLanguage } from '../i18n.js';
import { poll } from '../poll.js';
import { orderForm, saleState } from './order.js';
import { myBookings } from './bookings.js';

const LOW = 0.2;
const LONG_NAME = 60;

/** The sale of one event: how it stands, live, and the form to book. */
export function saleView() {
  /** @type {{eventId: number|null, event: object|null, newest: object|null, isEmpty: boolean, isGone: boolean, answeredAt: Date|null, isStale: boolean}} */
  const state = { eventId: null, event: null, newest: null, isEmpty: false, isGone: false, answeredAt: null, isStale: false };
  const bookings = myBookings({ onChange: () => { order.render(); live.now(); } });
  const order = orderForm({
    bookings,
    onAnswer: () => live.now(),
    onBooked: booking => bookings.add(booking),
    onUser: user => bookings.showUser(user),
  });
  const live = poll(read);

  byId('newer-go').addEventListener('click', () => goTo(state.newest.event_id));
  byId('gone-current').addEventListener('click', () => goTo(null));
  onLanguage(render);

  return { select, show, hide: () => live.stop() };

  /** @param {string} [eventId] from the address */
  function show(eventId) {
    if (Number(eventId) > 0 && Number(eventId) !== state.eventId) select(Number(eventId));
    live.start();
    bookings.refresh();
  }

  function goTo(eventId) {
    if (isLink()) history.replaceState(null, '', '#sale');
    select(eventId);
    show();
    byId('sale-title').focus();
  }

  function select(eventId) {
    Object.assign(state, { eventId, event: null, isEmpty: false, isGone: false });
    order.clear();
    render();
  }

  /** The newest event is the current one. Who looks at another one is shown both. */
  async function read() {
    try {
      const newest = await status();
      const id = state.eventId ?? newest.event_id;
      const event = id === newest.event_id ? newest : await status(id);
      if (state.eventId !== null && state.eventId !== id) return ''; // another one was chosen meanwhile
      Object.assign(state, { eventId: id, event, newest, isEmpty: false, isGone: false });
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'event_not_found') {
        state.isStale = true;
        render();
        throw error;
      }
      if (state.eventId !== null && !isLink()) return startOver();
      Object.assign(state, { event: null, newest: null, isEmpty: !isLink(), isGone: isLink() });
    }
    if (state.isStale) bookings.refresh();
    Object.assign(state, { answeredAt: new Date(), isStale: false });
    render();
    return JSON.stringify([state.event, state.newest]);
  }

  /** Whether the address names an event. */
  function isLink() {
    return location.hash.includes('/');
  }

  /** The event that was shown exists no more, and nobody asked for this one: the current one is shown. */
  function startOver() {
    select(null);
    return read();
  }

  function render() {
    const { event, isEmpty, isGone, isStale } = state;
    const kind = isGone ? 'gone' : stateOf(event, isEmpty, isStale);
    byId('ticket').dataset.state = kind;
    byId('ticket').classList.toggle('is-stale', isStale);
    setText(byId('sale-eyebrow'), t(`sale.state.${kind}`));
    setText(byId('sale-title'), event?.event_name ?? t(isGone ? 'sale.gone.title' : isEmpty ? 'sale.none.title' : isStale ? 'unreachable.title' : 'sale.loading', { id: state.eventId }));
    byId('sale-title').classList.toggle('is-long', event?.event_name.length > LONG_NAME);
    byId('sale-figures').hidden = !event;
    byId('sale-empty').hidden = !isEmpty;
    byId('sale-gone').hidden = !isGone;
    renderLive();
    renderNewer();
    order.setEvent(event);
    if (event) renderFigures(event);
  }

  function renderLive() {
    byId('live').hidden = !state.answeredAt && !state.isStale;
    byId('live').classList.toggle('live-stale', state.isStale);
    setText(byId('live-text'), !state.isStale ? t('live.live', { time: state.answeredAt && time(state.answeredAt) })
      : state.answeredAt ? t('live.stale', { time: time(state.answeredAt) }) : t('live.never'));
  }

  function renderNewer() {
    const isNewer = state.event && state.newest && state.newest.event_id !== state.event.event_id;
    byId('newer').hidden = !isNewer;
    if (isNewer) setText(byId('newer-text'), t('sale.newer.text', { name: state.newest.event_name, id: state.newest.event_id }));
  }

  function renderFigures(event) {
    const left = Math.max(0, event.available_tickets);
    setText(byId('sale-event'), t('event.number', { id: event.event_id }));
    setText(byId('sale-strategy'), event.strategy);
    setText(byId('remaining'), number(event.available_tickets));
    setText(byId('remaining-label'), t('sale.left', { total: number(event.total_tickets), count: event.available_tickets }));
    setText(byId('sale-sold'), number(event.tickets_sold));
    setText(byId('sale-held'), number(event.held_tickets ?? 0));
    setText(byId('sale-bookings'), number(event.bookings));
    setText(byId('sale-oversold'), number(event.oversold));
    setText(byId('sale-how'), t(`strategy.${event.strategy}`));
    const bar = byId('remaining-bar');
    bar.setAttribute('aria-valuemax', event.total_tickets);
    bar.setAttribute('aria-valuenow', left);
    byId('remaining-fill').style.width = `${100 * left / event.total_tickets}%`;
  }
}

function stateOf(event, isEmpty, isStale) {
  if (isEmpty) return 'empty';
  if (!event) return isStale ? 'unreachable' : 'loading';
  if (event.oversold > 0) return 'oversold';
  if (saleState(event) !== 'on_sale') return saleState(event);
  if (event.available_tickets <= 0) return 'soldout';
  return event.available_tickets <= event.total_tickets * LOW ? 'low' : 'open';
}

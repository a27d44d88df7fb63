import { byId, el, setText, table } from './dom.js';
import { address, events, stats } from './api.js';
import { moment, number } from './format.js';
import { t, onLanguage } from './i18n.js';
import { failure } from './messages.js';
import { poll } from './poll.js';

const PAGE_SIZE = 10;
const FASTEST_MS = 2000;

/** All events, newest first, and where to look deeper. */
export function eventsView(config) {
  const state = { page: 1, events: null, stats: null, error: null };
  const live = poll(read, FASTEST_MS);
  byId('events-newer').addEventListener('click', () => turn(-1));
  byId('events-older').addEventListener('click', () => turn(1));
  onLanguage(render);
  return { show: () => live.start(), hide: () => live.stop() };

  function turn(by) {
    if (state.page + by < 1 || state.page + by > pages()) return;
    state.page += by;
    live.now();
  }

  async function read() {
    const { page } = state;
    try {
      const [list, totals] = await Promise.all([events(page, PAGE_SIZE), stats()]);
      if (page !== state.page) return '';
      Object.assign(state, { events: list, stats: totals, error: null });
    } catch (error) {
      state.error = error;
      throw error;
    } finally {
      render();
    }
    return JSON.stringify([state.events, state.stats]);
  }

  function pages() {
    return Math.max(1, Math.ceil((state.events?.total ?? 0) / PAGE_SIZE));
  }

  function render() {
    byId('events-answer').replaceChildren(...state.error ? [failure(state.error)] : []);
    byId('links').replaceChildren(...links());
    if (!state.events) return;
    byId('tiles').replaceChildren(...tiles());
    byId('events-table').replaceChildren(state.events.total > 0 ? list() : el('p', { class: 'nothing' }, t('events.none')));
    byId('pager').hidden = pages() === 1;
    byId('events-newer').setAttribute('aria-disabled', state.page === 1);
    byId('events-older').setAttribute('aria-disabled', state.page >= pages());
    setText(byId('events-page'), t('events.page', { page: number(state.page), pages: number(pages()) }));
  }

  function tiles() {
    return ['events', 'sold', 'remaining', 'bookings', 'oversold'].map(name =>
      el('div', { class: `tile${name === 'oversold' && state.stats.oversold > 0 ? ' tile-bad' : ''}` },
        el('dt', {}, t(`figures.${name}`)), el('dd', {}, number(state.stats[name]))));
  }

  function list() {
    const count = (title, read) => ({ title: t(title), number: true, cell: event => number(read(event)) });
    return table(t('events.title'), [
      { title: t('column.event'), cell: event => el('a', { href: `#sale/${event.event_id}` }, `${event.event_name} `, el('span', { class: 'muted' }, `#${event.event_id}`)) },
      { title: t('column.strategy'), width: 'wide', cell: event => el('span', { class: `swatch-name strategy-${event.strategy}` }, el('code', {}, event.strategy)) },
      count('figures.tickets', event => event.total_tickets),
      count('figures.sold', event => event.tickets_sold),
      count('figures.remaining', event => event.available_tickets),
      {
        title: t('figures.oversold'),
        number: true,
        cell: event => event.oversold > 0 ? el('span', { class: 'oversold' }, number(event.oversold)) : '0',
      },
      { title: t('column.when'), width: 'wide', cell: event => moment(event.created_at) },
    ], state.events.items);
  }

  function links() {
    return [['docs', address('/docs')], ['metrics', address('/metrics')], ['grafana', config.grafana_url], ['prometheus', config.prometheus_url]]
      .filter(([, href]) => href)
      .map(([name, href]) => el('a', { class: 'link-card', href },
        el('strong', {}, t(`links.${name}`)), el('span', { class: 'muted' }, t(`links.${name}.text`))));
  }
}

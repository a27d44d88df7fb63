import { byId, el, setText, table } from '../dom.js';
import { audit } from '../api.js';
import { moment, number } from '../format.js';
import { hasText, onLanguage, t } from '../i18n.js';
import { failure } from '../messages.js';

const PAGE_SIZE = 10;

/** What those who run sales have done, newest first. */
export function auditList() {
  /** Where each page up to this one begins: below that entry. */
  let begins = [null];
  let entries = null;
  let error = null;

  byId('audit-newer').addEventListener('click', () => turn(begins.slice(0, -1)));
  byId('audit-older').addEventListener('click', () => isMore() && turn([...begins, entries[PAGE_SIZE - 1].audit_id]));
  onLanguage(render);
  return { refresh: () => turn([null]) };

  async function turn(to) {
    if (!to.length) return;
    try {
      entries = (await audit(to.at(-1), PAGE_SIZE + 1)).items; // one more tells whether there are older ones
      begins = to;
      error = null;
    } catch (problem) {
      error = problem;
    }
    render();
  }

  function isMore() {
    return entries.length > PAGE_SIZE;
  }

  function render() {
    byId('audit-answer').replaceChildren(...error ? [failure(error)] : []);
    if (!entries) return;
    byId('audit-table').replaceChildren(entries.length ? list(entries.slice(0, PAGE_SIZE)) : el('p', { class: 'nothing' }, t('audit.none')));
    byId('audit-pager').hidden = begins.length === 1 && !isMore();
    byId('audit-newer').setAttribute('aria-disabled', begins.length === 1);
    byId('audit-older').setAttribute('aria-disabled', !isMore());
    setText(byId('audit-page'), t('audit.page', { page: number(begins.length) }));
  }

  function list(rows) {
    return table(t('audit.title'), [
      { title: t('column.when'), cell: entry => moment(entry.at) },
      { title: t('audit.who'), width: 'double', cell: entry => entry.actor ?? t('audit.anyone') },
      { title: t('audit.what'), width: 'double', cell: what },
      { title: t('audit.before'), width: 'double', cell: entry => values(entry, entry.before) },
      { title: t('audit.after'), width: 'double', cell: entry => values(entry, entry.after) },
      { title: t('audit.trace'), width: 'wide', cell: entry => entry.trace_id ? el('code', { class: 'trace' }, entry.trace_id) : '–' },
    ], rows);
  }

  function what(entry) {
    const name = `audit.${entry.action}`;
    return el('span', {}, `${hasText(name) ? t(name) : entry.action} `,
      entry.key_id ? el('code', { class: 'muted' }, entry.key_id)
        : el('a', { href: `#sale/${entry.event_id}` }, entry.booking_id ? `#${entry.booking_id}` : t('event.number', { id: entry.event_id })));
  }

  /** Of before and after only what differs, and of what is new only what there is. */
  function values(entry, side) {
    const names = Object.keys(side ?? {}).filter(name => entry.before ? entry.before[name] !== entry.after?.[name] : side[name] !== null);
    return names.length
      ? el('dl', { class: 'members' }, ...names.map(name => el('div', {}, el('dt', {}, label(name)), el('dd', {}, value(name, side[name])))))
      : '–';
  }

  function label(name) {
    return hasText(`member.${name}`) ? t(`member.${name}`) : name;
  }

  function value(name, raw) {
    if (raw === null) return t('audit.nothing');
    if (typeof raw === 'number') return number(raw);
    if (name.endsWith('_at')) return moment(raw);
    return hasText(`${name}.${raw}`) ? t(`${name}.${raw}`) : String(raw);
  }
}

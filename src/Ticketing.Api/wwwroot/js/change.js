import { byId, setText } from './dom.js';
import { changeEvent } from './api.js';
import { number } from './format.js';
import { t, onLanguage } from './i18n.js';
import { focusFirstError, localTime, showError, showServerErrors, time, wholeNumber } from './fields.js';
import { failure, message } from './messages.js';

const MAX_TICKETS = 10_000_000;
const FIELDS = { total_tickets: 'change-total', max_per_user: 'change-max', sale_starts_at: 'change-starts', sale_ends_at: 'change-ends' };

/**
 * The form that changes the tickets, the limit and the times of a sale. It sends only what is not as it was filled in.
 * @param {(event: object) => void} onChange told what the event is now
 */
export function changeForm(onChange) {
  const form = byId('change-form');
  const answer = byId('change-answer');
  const filled = {};
  let event = null;
  let say = null;
  let isSending = false;

  form.addEventListener('submit', submit);
  onLanguage(render);
  return { fill };

  /** Fills the form with an event as it is. */
  function fill(next) {
    event = next;
    say = null;
    for (const [name, id] of Object.entries(FIELDS)) {
      byId(id).value = filled[name] = name.endsWith('_at') ? localTime(event[name]) : String(event[name] ?? '');
      showError(id, '');
    }
    render();
  }

  function render() {
    if (event) setText(byId('change-total-hint'), t('change.taken', { sold: number(event.tickets_sold), held: number(event.held_tickets) }));
    answer.replaceChildren(...say ? [say()] : []);
  }

  async function submit(submitted) {
    submitted.preventDefault();
    if (isSending) return;
    say = null;
    const changes = read();
    render();
    if (!changes) return focusFirstError(form);
    isSending = true;
    try {
      const isChange = Object.keys(changes).length > 0;
      const changed = isChange ? await changeEvent(event.event_id, changes) : event;
      onChange(changed);
      fill(changed);
      say = () => message('ok', t(isChange ? 'change.done' : 'change.nothing'));
    } catch (error) {
      if (showServerErrors(error, FIELDS)) focusFirstError(form);
      else say = () => failure(error);
    }
    isSending = false;
    render();
  }

  /** What is to change; null where a field is wrong. */
  function read() {
    const isFilled = id => byId(id).value.trim() !== '';
    showError(FIELDS.max_per_user, '');
    const values = {
      total_tickets: wholeNumber(FIELDS.total_tickets, 1, MAX_TICKETS) ?? undefined,
      max_per_user: isFilled(FIELDS.max_per_user) ? wholeNumber(FIELDS.max_per_user, 1, MAX_TICKETS) ?? undefined : null,
      sale_starts_at: time(FIELDS.sale_starts_at),
      sale_ends_at: time(FIELDS.sale_ends_at),
    };
    if (values.sale_starts_at && values.sale_ends_at && values.sale_ends_at <= values.sale_starts_at) {
      showError(FIELDS.sale_ends_at, t('change.ends_before'));
      return null;
    }
    if (Object.values(values).includes(undefined)) return null;
    return Object.fromEntries(Object.entries(values).filter(([name]) => byId(FIELDS[name]).value !== filled[name]));
  }
}

import { byId, el } from './dom.js';
import { bookingsBefore, cancel } from './api.js';
import { moment } from './format.js';
import { t, onLanguage } from './i18n.js';
import { showError } from './fields.js';
import { failure, message } from './messages.js';

/** Looks a booking up by its number, and cancels it. */
export function cancelPanel() {
  const answer = byId('cancel-answer');
  let say = null;
  let isSure = false;

  byId('cancel-form').addEventListener('submit', lookUp);
  onLanguage(render);

  function render() {
    answer.replaceChildren(...say ? [say()] : []);
  }

  async function lookUp(submitted) {
    submitted.preventDefault();
    const text = byId('cancel-number').value.trim().replace(/^#/, '');
    const id = /^\d+$/.test(text) ? Number(text) : 0;
    const isValid = id > 0 && id < Number.MAX_SAFE_INTEGER;
    showError('cancel-number', isValid ? '' : t('cancel.number.wrong'));
    say = null;
    isSure = false;
    render();
    if (!isValid) return byId('cancel-number').focus();
    try {
      const [booking] = (await bookingsBefore(id + 1, 1)).items;
      say = booking?.booking_id === id ? () => found(booking) : () => message('warn', t('cancel.none.title', { id }), t('cancel.none.text'));
    } catch (error) {
      say = () => failure(error);
    }
    render();
  }

  function found(booking) {
    return el('div', { class: 'message message-plain' }, el('div', {},
      el('strong', {}, t('cancel.found', { id: booking.booking_id })),
      el('p', {}, t('cancel.found.text', { ...booking, when: moment(booking.timestamp) })),
      el('p', { class: 'actions' }, el('button', { type: 'button', class: `btn ${isSure ? 'btn-danger' : 'btn-outline-secondary'}`, click: () => take(booking) },
        t(isSure ? 'cancel.sure' : 'cancel.do', { id: booking.booking_id })))));
  }

  /** The tickets may be sold to somebody else at once, so it takes two clicks. */
  async function take(booking) {
    if (!isSure) {
      isSure = true;
      render();
      return answer.querySelector('button').focus();
    }
    isSure = false;
    try {
      const { returned } = await cancel(booking.booking_id);
      say = () => message('ok', t('cancel.done', { id: booking.booking_id, returned }));
    } catch (error) {
      say = () => failure(error);
    }
    render();
    byId('cancel-number').focus();
  }
}

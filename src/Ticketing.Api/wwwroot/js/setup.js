import { byId } from './dom.js';
import { setup } from './api.js';
import { t, onLanguage } from './i18n.js';
import { wholeNumber, showError, showServerErrors, focusFirstError } from './fields.js';
import { failure } from './messages.js';
import { cancelPanel } from './cancel.js';
import { learnRole } from './role.js';
import { runPanel } from './run.js';
import { renderChoices, chosenIn, defaultStrategy, markUnavailable, onAvailability } from './strategies.js';

const MAX_NAME = 200;
const MAX_TICKETS = 10_000_000;
const fieldIds = { event_name: 'event-name', total_tickets: 'total-tickets', strategy: 'strategy' };

/** The form that puts an event on sale. @param {(event: object) => void} onSale */
export function setupView(onSale) {
  const form = byId('setup-form');
  const grid = byId('setup-strategies');
  const answer = byId('setup-answer');
  let isSending = false;
  let chosen = [defaultStrategy];
  let lastError = null;

  grid.addEventListener('change', () => { chosen = chosenIn(grid); });
  form.addEventListener('submit', submit);
  onLanguage(render);
  onAvailability(render);
  const run = runPanel();
  cancelPanel();
  return { show: () => { render(); learnRole(); run.show(); } };

  function render() {
    renderChoices(grid, 'radio', 'strategy', chosen);
    answer.replaceChildren(...lastError ? [failure(lastError)] : []);
  }

  async function submit(event) {
    event.preventDefault();
    if (isSending) return;
    const order = read();
    if (!order) return focusFirstError(form);
    isSending = true;
    lastError = null;
    try {
      onSale(await setup(order));
    } catch (error) {
      explain(error, order);
    } finally {
      isSending = false;
    }
  }

  function read() {
    const name = byId('event-name').value.trim();
    const isNamed = name.length > 0 && name.length <= MAX_NAME;
    showError('event-name', isNamed ? '' : t('field.name', { max: MAX_NAME }));
    const tickets = wholeNumber('total-tickets', 1, MAX_TICKETS);
    showError('strategy', chosen.length ? '' : t('field.strategy'));
    return isNamed && tickets && chosen.length ? { event_name: name, total_tickets: tickets, strategy: chosen[0] } : null;
  }

  function explain(error, order) {
    const isAtField = showServerErrors(error, fieldIds);
    if (error.errors?.strategy) {
      markUnavailable(order.strategy);
      showError('strategy', t('field.strategy'));
      chosen = [defaultStrategy];
    }
    lastError = isAtField ? null : error;
    render();
    focusFirstError(form);
  }
}

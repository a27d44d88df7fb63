import { byId, setText } from './dom.js';
import { status, changeSale } from './api.js';
import { changeForm } from './change.js';
import { t, onLanguage } from './i18n.js';
import { failure } from './messages.js';
import { number } from './format.js';

const STEPS = { pause: ['on_sale', 'scheduled'], resume: ['paused'], close: ['on_sale', 'scheduled', 'paused'] };

/** Pauses, resumes, closes and changes the current sale. */
export function runPanel() {
  const panel = byId('current');
  const answer = byId('current-answer');
  let event = null;
  let isClosing = false;
  const change = changeForm(changed => {
    event = changed;
    render();
  });

  for (const step of Object.keys(STEPS)) byId(`current-${step}`).addEventListener('click', () => take(step));
  onLanguage(render);
  return { show };

  async function show() {
    isClosing = false;
    answer.replaceChildren();
    try {
      event = await status();
      change.fill(event);
    } catch {
      event = null; // there is none yet, or the view says what is wrong as soon as something is sent
    }
    render();
  }

  function render() {
    panel.hidden = !event;
    if (!event) return;
    setText(byId('current-event'), t('run.event', { name: event.event_name, id: event.event_id }));
    setText(byId('current-state'), t(`run.state.${event.state}`, { left: number(event.available_tickets) }));
    for (const [step, states] of Object.entries(STEPS)) byId(`current-${step}`).hidden = !states.includes(event.state);
    setText(byId('current-close'), t(isClosing ? 'run.close.sure' : 'run.close'));
  }

  /** Closing is for good, so it takes two clicks. */
  async function take(step) {
    if (step === 'close' && !isClosing) {
      isClosing = true;
      return render();
    }
    isClosing = false;
    answer.replaceChildren();
    try {
      event = await changeSale(event.event_id, step);
    } catch (error) {
      answer.append(failure(error));
    }
    render();
  }
}

import { causeFault, listFaults, Problem } from '../api.js';
import { byId, el } from '../dom.js';
import { number } from '../format.js';
import { t, onLanguage } from '../i18n.js';
import { failure } from '../messages.js';

/** Faults on purpose, beside the signals in which they are to be found. Who may not cause them does not see them. */
export function faultsPanel() {
  let faults = [];
  let timer = 0;
  let isShown = false;
  let error = null;

  onLanguage(render);
  return {
    show() { isShown = true; learn(); },
    hide() { isShown = false; clearTimeout(timer); },
  };

  async function learn() {
    try {
      faults = await listFaults();
      error = null;
    } catch (failed) {
      faults = [];
      error = failed instanceof Problem ? null : failed;
    }
    tick();
  }

  async function cause(fault) {
    try {
      await causeFault(fault);
      await learn();
    } catch (failed) {
      error = failed;
      render();
    }
  }

  /** Counts down, and asks again when one is over. */
  function tick() {
    clearTimeout(timer);
    render();
    const lasting = faults.filter(fault => fault.ends_at);
    if (!isShown || lasting.length === 0) return;
    timer = setTimeout(lasting.some(fault => secondsLeft(fault) <= 0) ? learn : tick, 1000);
  }

  function render() {
    byId('faults').hidden = faults.length === 0;
    byId('faults-answer').replaceChildren(...error ? [failure(error)] : []);
    const focused = document.activeElement?.dataset?.fault;
    byId('faults-list').replaceChildren(...faults.map(card));
    if (focused) byId('faults-list').querySelector(`button[data-fault="${focused}"]`)?.focus();
  }

  function card({ fault, ends_at, available }) {
    return el('article', { class: `fault${ends_at ? ' fault-lasts' : ''}` },
      el('h3', {}, t(`fault.${fault}`)),
      el('p', {}, t(`fault.${fault}.text`)),
      el('p', { class: 'muted' }, t(`fault.${fault}.look`)),
      available ? null : el('p', { class: 'choice-reason' }, t(`fault.${fault}.needs`)),
      // Not disabled while it lasts: the focus would be lost. The server leaves a fault that lasts as it is.
      el('button', { type: 'button', class: 'btn btn-outline-danger', 'data-fault': fault, disabled: !available, click: () => cause(fault) },
        ends_at ? t('fault.lasts', { seconds: number(Math.max(0, Math.ceil(secondsLeft({ ends_at })))) }) : t('fault.cause')));
  }
}

const secondsLeft = ({ ends_at }) => (new Date(ends_at) - Date.now()) / 1000;

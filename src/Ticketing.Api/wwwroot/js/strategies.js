import { listStrategies } from './api.js';
import { el } from './dom.js';
import { t } from './i18n.js';

/** The strategies by their names in the API, in the order in which to explain them. */
export const strategies = ['naive', 'for_update', 'row_version', 'atomic_update', 'distributed_lock', 'batched', 'queued'];

export const defaultStrategy = 'batched';

/** What the server cannot sell with, until the page is loaded anew. Only Redis can be missing. */
const unavailable = new Set();

const listeners = [];

/** Calls back when it is known which strategies the server has. */
export const onAvailability = render => listeners.push(render);

/** Asks the server which strategies it has. */
export async function learnAvailability() {
  try {
    for (const { strategy, available } of await listStrategies()) if (!available) unavailable.add(strategy);
    for (const render of listeners) render();
  } catch {
    // It says so when one is chosen.
  }
}

export const markUnavailable = strategy => unavailable.add(strategy);

/**
 * Fills a grid with one choice for each strategy: its name, a sentence that explains it, and why it is unavailable.
 * @param {HTMLElement} grid
 * @param {'radio'|'checkbox'} type
 * @param {string} name of the inputs
 * @param {string[]} chosen
 */
export function renderChoices(grid, type, name, chosen) {
  grid.replaceChildren(...strategies.map(strategy => {
    const isOff = unavailable.has(strategy);
    const id = `${name}-${strategy}`;
    return el('label', { class: `choice strategy-${strategy}${isOff ? ' choice-off' : ''}`, for: id },
      el('input', {
        class: 'form-check-input', type, name, id, value: strategy, disabled: isOff, checked: !isOff && chosen.includes(strategy),
        'aria-describedby': `${id}-text`,
      }),
      el('span', { class: 'choice-name' }, el('code', {}, strategy),
        strategy === 'naive' ? el('span', { class: 'tag tag-bad' }, t('strategy.oversells')) : null,
        strategy === defaultStrategy ? el('span', { class: 'tag' }, t('strategy.default')) : null),
      el('span', { class: 'choice-text', id: `${id}-text` }, t(`strategy.${strategy}`),
        isOff ? el('span', { class: 'choice-reason' }, t('strategy.needsRedis')) : null));
  }));
}

export const chosenIn = grid => [...grid.querySelectorAll('input:checked')].map(input => input.value);

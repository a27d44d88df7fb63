import { byId, setText } from './dom.js';
import { number } from './format.js';
import { t } from './i18n.js';

/** The whole number in a field; null, with a message at the field, where there is none between the limits. */
export function wholeNumber(id, from, to) {
  const text = byId(id).value.trim();
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  const isValid = value >= from && value <= to;
  showError(id, isValid ? '' : t('field.number', { from: number(from), to: number(to) }));
  return isValid ? value : null;
}

/** The time in a field, as the API writes it; null where it is empty, undefined, with a message at the field, where it is half a time. */
export function time(id) {
  const { value, validity } = byId(id);
  const isValid = !validity.badInput;
  showError(id, isValid ? '' : t('field.time'));
  return isValid ? value && new Date(value).toISOString() || null : undefined;
}

/** A time of the API as such a field has it: of this place, to the second. */
export function localTime(text) {
  if (!text) return '';
  const at = new Date(text);
  at.setMinutes(at.getMinutes() - at.getTimezoneOffset());
  return at.toISOString().slice(0, 19).replace(/:00$/, '');
}

/** Shows or, with an empty message, clears what is wrong with a field. */
export function showError(id, message) {
  const input = byId(id);
  if (input) {
    input.classList.toggle('is-invalid', message !== '');
    if (message) input.setAttribute('aria-invalid', 'true');
    else input.removeAttribute('aria-invalid');
  }
  setText(byId(`${id}-error`), message);
}

/**
 * Shows the server's own words at the fields that it names.
 * @param {Record<string, string>} ids the field of each name
 * @returns {boolean} whether it names one of them
 */
export function showServerErrors(error, ids) {
  const named = Object.entries(error.errors ?? {}).filter(([name]) => ids[name]);
  for (const [name, messages] of named) showError(ids[name], messages.join(' '));
  return named.length > 0;
}

/** Takes the keyboard to the first field that is wrong. */
export const focusFirstError = form => form.querySelector('[aria-invalid]')?.focus();

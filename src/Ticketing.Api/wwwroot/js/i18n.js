import { forever } from './memory.js';
import { setLocale } from './format.js';
import en from './i18n/en.js';
import id from './i18n/id.js';

const languages = { en, id };
const listeners = [];
let current = languages[forever.get('language')] ? forever.get('language') : navigator.language.startsWith('id') ? 'id' : 'en';

/** The text of that name in the current language; a name that is missing is a mistake of ours, and seen. */
export function t(name, values) {
  const text = languages[current][name];
  if (text === undefined) {
    console.error(`No text '${name}' in '${current}'.`);
    return name;
  }
  return typeof text === 'function' ? text(values) : text;
}

export const hasText = name => languages[current][name] !== undefined;

/** Calls back now and after each change of language. */
export function onLanguage(render) {
  listeners.push(render);
  render();
}

export function startLanguages() {
  for (const button of document.querySelectorAll('[data-language]')) {
    button.addEventListener('click', () => {
      current = button.dataset.language;
      forever.set('language', current);
      apply();
    });
  }
  apply();
}

function apply() {
  setLocale(current);
  document.documentElement.lang = current;
  for (const element of document.querySelectorAll('[data-i18n]')) element.textContent = t(element.dataset.i18n);
  for (const element of document.querySelectorAll('[data-i18n-label]')) element.setAttribute('aria-label', t(element.dataset.i18nLabel));
  for (const button of document.querySelectorAll('[data-language]')) button.setAttribute('aria-pressed', button.dataset.language === current);
  for (const render of listeners) render();
}

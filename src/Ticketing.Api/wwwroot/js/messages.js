import { el } from './dom.js';
import { t, hasText } from './i18n.js';
import { Problem } from './api.js';

/** A message with a title and a sentence. @param {'ok'|'warn'|'bad'} tone */
export function message(tone, title, text, ...more) {
  return el('div', { class: `message message-${tone}` },
    el('span', { class: 'message-icon', 'aria-hidden': 'true' }, { ok: '✓', warn: '!', bad: '×' }[tone]),
    el('div', {}, el('strong', {}, title), text ? el('p', {}, text) : null, ...more));
}

/** What to say about a failed request that has nothing more exact to say. */
export function failure(error) {
  if (!(error instanceof Problem)) return message('bad', t('unreachable.title'), t('unreachable.text'));
  const name = `problem.${error.code}`;
  return message(error.retryAfter ? 'warn' : 'bad',
    hasText(`${name}.title`) ? t(`${name}.title`) : t('problem.title'),
    hasText(`${name}.text`) ? t(`${name}.text`) : error.message);
}

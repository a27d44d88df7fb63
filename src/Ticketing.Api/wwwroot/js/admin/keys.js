import { byId, el, table } from '../dom.js';
import { createKey, isOwnKey, listKeys, revokeKey, serverNow } from '../api.js';
import { moment } from '../format.js';
import { t, onLanguage } from '../i18n.js';
import { focusFirstError, showError, showServerErrors, time } from '../fields.js';
import { failure, message } from '../messages.js';

const FIELDS = { name: 'key-name', role: 'key-role', expires_at: 'key-expires' };

/** What the API takes for a name. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}$/;

/** Lists, creates and revokes keys. @param {() => void} onChange told when a key was created or revoked */
export function keysPanel(onChange) {
  const form = byId('key-form');
  const answer = byId('key-answer');
  const state = { keys: null, error: null, say: null, sure: null };
  let isSending = false;

  form.addEventListener('submit', create);
  addEventListener('pagehide', forget); // a page that is left may be kept, to be shown again
  onLanguage(render);
  return { refresh, forget };

  async function refresh() {
    try {
      Object.assign(state, { keys: await listKeys(), error: null });
    } catch (error) {
      state.error = error; // which must not take the place of a key that is shown only once
    }
    render();
  }

  /** A new key is shown once, and nowhere kept. */
  function forget() {
    state.say = null;
    state.sure = null;
    render();
  }

  function render() {
    answer.replaceChildren(...state.say ? [state.say()] : []);
    byId('keys-table').replaceChildren(
      ...state.error ? [failure(state.error)] : [],
      ...state.keys ? [state.keys.length ? list() : el('p', { class: 'nothing' }, t('keys.none'))] : []);
  }

  async function create(submitted) {
    submitted.preventDefault();
    if (isSending) return;
    forget();
    const name = byId(FIELDS.name).value.trim();
    showError(FIELDS.name, NAME.test(name) ? '' : t('keys.name.wrong'));
    const expires = time(FIELDS.expires_at);
    const isPast = expires && Date.parse(expires) <= serverNow();
    if (isPast) showError(FIELDS.expires_at, t('keys.expires.past'));
    if (!NAME.test(name) || expires === undefined || isPast) return focusFirstError(form);
    isSending = true;
    try {
      const made = await createKey({ name, role: byId(FIELDS.role).value, ...expires && { expires_at: expires } });
      form.reset();
      state.say = () => created(made);
      await refresh();
      answer.querySelector('input').focus();
      onChange();
    } catch (error) {
      if (!showServerErrors(error, FIELDS)) state.say = () => failure(error);
      render();
      focusFirstError(form);
    }
    isSending = false;
  }

  function created({ key, name }) {
    const text = el('input', { class: 'form-control key-text', id: 'key-text', readonly: true, value: key, 'aria-label': t('keys.created', { name }), autocomplete: 'off', focus: () => text.select() });
    const copied = el('span', { class: 'muted', role: 'status' });
    return message('ok', t('keys.created', { name }), t('keys.once'), el('div', { class: 'key-row' }, text,
      el('button', { type: 'button', class: 'btn btn-primary', click: copy }, t('keys.copy')),
      el('button', { type: 'button', class: 'btn btn-outline-secondary', click: hide }, t('keys.hide')), copied));

    async function copy() {
      try {
        await navigator.clipboard.writeText(key);
        copied.textContent = t('keys.copied');
      } catch {
        text.focus(); // which selects it
        copied.textContent = t('keys.copy.failed');
      }
    }

    function hide() {
      forget();
      byId(FIELDS.name).focus();
    }
  }

  /** A revoked key stays so, so it takes two clicks. */
  async function revoke(key) {
    if (state.sure !== key.key_id) {
      state.sure = key.key_id;
      render();
      return document.querySelector(`[data-key="${key.key_id}"] button`).focus();
    }
    forget();
    try {
      await revokeKey(key.key_id);
      state.say = () => message('ok', t('keys.revoked.done', key));
    } catch (error) {
      state.say = () => failure(error);
    }
    await refresh();
    byId('keys-title').focus();
    onChange();
  }

  function list() {
    const maybe = (name, none) => ({ title: t(`member.${name}`), width: 'double', cell: key => key[name] ? moment(key[name]) : t(none) });
    return table(t('keys.title'), [
      { title: t('member.name'), cell: key => el('span', {}, `${key.name} `, isOwnKey(key.key_id) ? el('span', { class: 'tag' }, t('keys.own')) : el('code', { class: 'muted' }, key.key_id)) },
      { title: t('member.role'), width: 'double', cell: key => el('code', {}, key.role) },
      maybe('created_at', 'keys.never'),
      maybe('last_used_at', 'keys.never'),
      maybe('expires_at', 'keys.never'),
      { title: t('column.status'), width: 'wide', cell: key => el('div', { class: 'booking-state', 'data-key': key.key_id }, ...stateOf(key)) },
    ], state.keys);
  }

  function stateOf(key) {
    if (key.revoked_at) return [el('span', { class: 'status' }, t('keys.revoked', { when: moment(key.revoked_at) }))];
    const isSure = state.sure === key.key_id;
    return [
      Date.parse(key.expires_at) <= serverNow() ? el('span', { class: 'status' }, t('keys.expired')) : el('span', { class: 'status status-confirmed' }, t('keys.works')),
      el('button', {
        type: 'button', class: `btn btn-sm ${isSure ? 'btn-danger' : 'btn-outline-secondary'}`, 'aria-label': isSure ? null : t('keys.revoke.label', key), click: () => revoke(key),
      }, t(!isSure ? 'keys.revoke' : isOwnKey(key.key_id) ? 'keys.revoke.own' : 'keys.revoke.sure')),
    ];
  }
}
